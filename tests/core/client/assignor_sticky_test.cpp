#include "tests/core/client/assigning.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("the sticky assignor moves no more than balance asks for when a member comes and goes") {
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("b", {"t"})};
  members[0].owned = parts({0, 2, 4});
  members[1].owned = parts({1, 3, 5});
  for (AssignorMember& member : members) member.generation = Generation{3};
  members.push_back(wants("c", {"t"}));
  auto assigned = assign(Assignor::sticky, members, one_topic(6));
  CHECK(assigned.at("a") == parts({0, 2}));
  CHECK(assigned.at("b") == parts({1, 3}));
  CHECK(sorted(assigned.at("c")) == parts({4, 5}));
  members.erase(members.begin());  // and a goes
  members[0].owned = parts({1, 3});
  members[1].owned = parts({4, 5});
  members[1].generation = Generation{4};
  assigned = assign(Assignor::sticky, members, one_topic(6));
  CHECK(sorted(assigned.at("b")) == parts({0, 1, 3}));
  CHECK(sorted(assigned.at("c")) == parts({2, 4, 5}));
}

TEST_CASE("a partition that two members claim goes to the one of the later generation") {
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("b", {"t"})};
  members[0].owned = parts({0, 1});
  members[0].generation = Generation{4};
  members[1].owned = parts({0, 1});
  members[1].generation = Generation{5};
  CHECK(assign(Assignor::sticky, members, one_topic(4)).at("b") == parts({0, 1}));
  members[0].generation = Generation{5};  // in the same one: nobody is believed
  const auto assigned = assign(Assignor::cooperative_sticky, members, one_topic(2));
  CHECK(assigned.at("a").empty());
  CHECK(assigned.at("b").empty());
}

TEST_CASE("cooperative-sticky gives a partition that moves to nobody until it has been given up") {
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("b", {"t"})};
  members[0].owned = parts({0, 1, 2, 3});
  members[0].generation = Generation{1};
  auto assigned = assign(Assignor::cooperative_sticky, members, one_topic(4));
  CHECK(assigned.at("a") == parts({0, 1}));
  CHECK(assigned.at("b").empty());
  members[0].owned = parts({0, 1});  // it has given up the rest, and all join again
  assigned = assign(Assignor::cooperative_sticky, members, one_topic(4));
  CHECK(assigned.at("a") == parts({0, 1}));
  CHECK(sorted(assigned.at("b")) == parts({2, 3}));
}

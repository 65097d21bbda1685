#include "tests/core/client/assigning.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("members with different subscriptions are balanced as far as these allow") {
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("b", {"t", "u"}), wants("c", {"u"})};
  AssignorTopics topics = one_topic(4);
  topics["u"].partitions = 1;
  members[0].owned = parts({0, 1, 2, 3});
  members[0].generation = Generation{1};
  const auto assigned = assign(Assignor::sticky, members, topics);
  CHECK(assigned.at("a").size() == 2);
  CHECK(assigned.at("b").size() == 2);
  CHECK(assigned.at("c") == parts({0}, "u"));
}

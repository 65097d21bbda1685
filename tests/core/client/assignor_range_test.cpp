#include "tests/core/client/assigning.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("static members are ordered by their instance id and come before the others") {
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("z", {"t"}), wants("y", {"t"})};
  members[1].instance_id = "1";
  members[2].instance_id = "2";
  const auto assigned = assign(Assignor::range, members, one_topic(4));
  CHECK(assigned.at("z") == parts({0, 1}));
  CHECK(assigned.at("y") == parts({2}));
  CHECK(assigned.at("a") == parts({3}));
}

TEST_CASE("the range assignor gives partitions to members of a rack that holds them within the same quotas") {
  AssignorTopics topics = one_topic(3);
  topics["t"].racks = {{"r2"}, {"r1"}, {"r1"}};
  std::vector<AssignorMember> members{wants("a", {"t"}), wants("b", {"t"})};
  members[0].rack = "r1";
  members[1].rack = "r2";
  const auto assigned = assign(Assignor::range, members, topics);
  CHECK(assigned.at("a") == parts({1, 2}));
  CHECK(assigned.at("b") == parts({0}));
  topics["t"].racks = {{"r1", "r2"}, {"r1", "r2"}, {"r1", "r2"}};  // every rack has every partition: racks do not matter
  CHECK(assign(Assignor::range, members, topics).at("a") == parts({0, 1}));
}

TEST_CASE("the range assignor keeps equal numbers of co-partitioned topics together where racks matter") {
  AssignorTopics topics;
  topics["t"] = {2, {{"r2"}, {"r1"}}};
  topics["u"] = {2, {{"r2"}, {"r1"}}};
  std::vector<AssignorMember> members{wants("a", {"t", "u"}), wants("b", {"t", "u"})};
  members[0].rack = "r1";
  members[1].rack = "r2";
  const auto assigned = assign(Assignor::range, members, topics);
  CHECK(assigned.at("a") == std::vector<TopicPartition>{{"t", PartitionIndex{1}}, {"u", PartitionIndex{1}}});
  CHECK(assigned.at("b") == std::vector<TopicPartition>{{"t", PartitionIndex{0}}, {"u", PartitionIndex{0}}});
}

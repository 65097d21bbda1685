#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("an offset is answered and can be fetched only when it is replicated", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  h.appends = Appends::hold;
  const int request = h.commit(members[0], Generation{1}, 7);
  CHECK_FALSE(h.answered(request));
  CHECK_FALSE(h.fetch());
  CHECK(h.noted<trace::OffsetsCommitted>().empty());
  h.complete_held(ErrorCode::none);
  CHECK(h.committed(request) == ErrorCode::none);
  CHECK(h.fetch() == Offset{7});
  const auto noted = h.noted<trace::OffsetsCommitted>();
  REQUIRE(noted.size() == 1);
  CHECK(noted[0].member_id == members[0]);
  CHECK(noted[0].generation == Generation{1});
  CHECK(noted[0].offsets.at(0).offset == Offset{7});
}

TEST_CASE("an offset that cannot be stored is not applied and the error is told in words that clients know",
          "[group]") {
  const auto [append_error, told] =
      GENERATE(std::pair{ErrorCode::not_leader_or_follower, ErrorCode::not_coordinator},
               std::pair{ErrorCode::request_timed_out, ErrorCode::coordinator_not_available},
               std::pair{ErrorCode::not_enough_replicas, ErrorCode::coordinator_not_available});
  Harness h;
  h.elect();
  h.appends = Appends::hold;
  const int request = h.commit({}, std::nullopt, 7);
  h.complete_held(append_error);
  CHECK(h.committed(request) == told);
  CHECK_FALSE(h.fetch());
}

TEST_CASE("of two commits the one that was handed over later stands whatever the order of their fates", "[group]") {
  Harness h;
  h.elect();
  h.appends = Appends::hold;
  h.commit({}, std::nullopt, 7);
  h.commit({}, std::nullopt, 8);
  const std::vector<GroupAppend> two = h.held;
  h.complete(two.at(1), ErrorCode::none);
  h.complete(two.at(0), ErrorCode::none);
  CHECK(h.fetch() == Offset{8});
}

TEST_CASE("metadata longer than offset.metadata.max.bytes is refused for its partition alone", "[group]") {
  NodeConfig config;
  config.offset_metadata_max_bytes = 3;
  Harness h{config};
  h.elect();
  OffsetCommitRequest request;
  request.group_id = group_name;
  request.topics.push_back(
      {"orders", {{PartitionIndex{0}, Offset{5}, {}, "abc"}, {PartitionIndex{1}, Offset{6}, {}, "abcd"}}});
  const auto& response = h.answer<OffsetCommitResponse>(h.send(request));
  CHECK(response.topics.at(0).partitions.at(0).error_code == ErrorCode::none);
  CHECK(response.topics.at(0).partitions.at(1).error_code == ErrorCode::offset_metadata_too_large);
  CHECK(h.report()->offsets.size() == 1);
  CHECK(h.committed(h.commit({}, std::nullopt, 9, "abcd")) == ErrorCode::offset_metadata_too_large);
  CHECK(h.fetch() == Offset{5});
}

TEST_CASE("the offsets of one commit are one batch with a record for each partition", "[group]") {
  Harness h;
  h.elect();
  h.appends = Appends::hold;
  OffsetCommitRequest request;
  request.group_id = group_name;
  request.topics.push_back({"a", {{PartitionIndex{0}, Offset{5}, {}, {}}, {PartitionIndex{1}, Offset{6}, {}, {}}}});
  request.topics.push_back({"b", {{PartitionIndex{0}, Offset{7}, {}, {}}}});
  h.send(request);
  REQUIRE(h.held.size() == 1);
  CHECK(h.held[0].batch.header.records_count == 3);
  CHECK(h.held[0].partition == h.partition(group_name));
}

TEST_CASE("only members of the generation may commit to a group that has members", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  CHECK(h.committed(h.commit({}, std::nullopt, 1)) == ErrorCode::unknown_member_id);
  CHECK(h.committed(h.commit("nobody", Generation{1}, 1)) == ErrorCode::unknown_member_id);
  CHECK(h.committed(h.commit(members[0], Generation{0}, 1)) == ErrorCode::illegal_generation);
  CHECK(h.committed(h.commit(members[0], std::nullopt, 1)) == ErrorCode::illegal_generation);
  CHECK(h.committed(h.commit(members[0], Generation{1}, 1)) == ErrorCode::none);
}

TEST_CASE("a consumer that uses no groups may commit to an empty group or one that nobody knows", "[group]") {
  Harness h;
  h.elect();
  CHECK(h.committed(h.commit({}, std::nullopt, 3)) == ErrorCode::none);
  CHECK(h.fetch() == Offset{3});
  CHECK(h.state() == "Empty");
  CHECK(h.committed(h.commit({}, std::nullopt, 4)) == ErrorCode::none);
}

TEST_CASE("a commit in a generation of a group that nobody knows is refused", "[group]") {
  Harness h;
  h.elect();
  CHECK(h.committed(h.commit("m", Generation{1}, 3, {}, 8)) == ErrorCode::illegal_generation);
  CHECK(h.committed(h.commit("m", Generation{1}, 3, {}, 9)) == ErrorCode::group_id_not_found);
  CHECK(h.state() == "absent");
}

TEST_CASE("a commit while assignments are awaited is sent back and one before that is taken", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(2);
  h.join(members[0]);
  CHECK(h.committed(h.commit(members[1], Generation{1}, 5)) == ErrorCode::none);  // still preparing
  h.join(members[1]);
  CHECK(h.committed(h.commit(members[1], Generation{2}, 6)) == ErrorCode::rebalance_in_progress);
  CHECK(h.fetch() == Offset{5});
}

TEST_CASE("a commit keeps its member alive", "[group]") {
  Harness h;
  h.elect();
  const std::vector<std::string> members = h.stable(1);
  for (int i = 0; i < 3; ++i) {
    h.pass(seconds(8));
    CHECK(h.committed(h.commit(members[0], Generation{1}, i)) == ErrorCode::none);
  }
  CHECK(h.state() == "Stable");
}

TEST_CASE("a fetch answers many groups with all their offsets or with those asked for", "[group]") {
  Harness h;
  h.elect();
  h.elect("others");
  h.commit({}, std::nullopt, 11, "note");
  OffsetFetchRequest request;
  request.groups.push_back({group_name, {}, {}, std::nullopt});
  request.groups.push_back(
      {group_name, {}, {}, std::vector<OffsetFetchRequest::Topic>{{"orders", {PartitionIndex{0}, PartitionIndex{1}}}}});
  request.groups.push_back({"others", {}, {}, std::nullopt});
  const auto& response = h.answer<OffsetFetchResponse>(h.send(request));
  REQUIRE(response.groups.size() == 3);
  REQUIRE(response.groups[0].topics.size() == 1);
  const auto& all = response.groups[0].topics[0].partitions;
  REQUIRE(all.size() == 1);
  CHECK(all[0].committed_offset == Offset{11});
  CHECK(all[0].committed_leader_epoch == LeaderEpoch{3});
  CHECK(all[0].metadata == "note");
  const auto& some = response.groups[1].topics.at(0).partitions;
  CHECK(some.at(0).committed_offset == Offset{11});
  CHECK_FALSE(some.at(1).committed_offset);
  CHECK(some.at(1).error_code == ErrorCode::none);
  CHECK(response.groups[2].topics.empty());
  CHECK(response.groups[2].error_code == ErrorCode::none);
}

#include <catch2/catch.hpp>

#include "core/client/admin_task.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/offset_commit.hpp"

using namespace kafkasim;
using Progress = AdminTask::Progress;

namespace {

constexpr Duration reset_timeout = milliseconds(30'000);
constexpr Timestamp earliest = ListOffsetsRequest::earliest_timestamp;
constexpr Timestamp latest = ListOffsetsRequest::latest_timestamp;

// A topic of two partitions, one led by broker 1, one by broker 2.
struct Reset {
  AdminTask task;
  std::map<Timestamp, std::optional<Offset>> log{{earliest, Offset{10}}, {latest, Offset{90}}, {Timestamp{5}, Offset{40}}};
  int listed{0};

  explicit Reset(decltype(ResetGroupOffsets::to) to) : task{{ResetGroupOffsets{"g", {"t"}, to}}} {
    MetadataResponse answer;
    for (const std::int32_t id : {1, 2}) answer.brokers.push_back({NodeId{id}, "b" + std::to_string(id), 9092, {}});
    MetadataResponse::Topic topic{.name = "t"};
    for (const std::int32_t i : {0, 1})
      topic.partitions.push_back({.partition_index = PartitionIndex{i}, .leader_id = NodeId{i + 1}});
    answer.topics.push_back(std::move(topic));
    REQUIRE(task.take(Message::of(std::move(answer))) == Progress::on);
  }
  // Answers every ListOffsets, then says that broker 2 coordinates the group.
  void list_and_coordinate() {
    for (;;) {
      const AdminTask::Ask asked = task.next(reset_timeout);
      const auto* list = asked.request.get_if<ListOffsetsRequest>();
      if (!list) break;
      ++listed;
      ListOffsetsResponse answer;
      for (const auto& topic : list->topics) {
        auto& told = answer.topics.emplace_back();
        told.name = topic.name;
        for (const auto& p : topic.partitions) {
          CHECK(asked.node.value().first.value == p.partition_index.value + 1);
          told.partitions.push_back({.partition_index = p.partition_index, .offset = log.at(p.timestamp)});
        }
      }
      REQUIRE(task.take(Message::of(std::move(answer))) == Progress::on);
    }
    FindCoordinatorResponse found;
    found.coordinators.push_back({.key = "g", .node_id = NodeId{2}, .host = "b2", .port = 9092});
    REQUIRE(task.take(Message::of(std::move(found))) == Progress::on);
  }
  OffsetCommitRequest commit() {
    const AdminTask::Ask asked = task.next(reset_timeout);
    CHECK(asked.node.value().first == NodeId{2});
    return asked.request.as<OffsetCommitRequest>();
  }
  Progress committed(ErrorCode error) {
    OffsetCommitResponse answer;
    answer.topics.push_back({"t", {{PartitionIndex{0}, error}, {PartitionIndex{1}, error}}});
    return task.take(Message::of(std::move(answer)));
  }
};

std::vector<std::int64_t> offsets(const OffsetCommitRequest& commit) {
  std::vector<std::int64_t> found;
  for (const auto& partition : commit.topics.at(0).partitions) found.push_back(partition.committed_offset.value);
  return found;
}

}  // namespace

TEST_CASE("a group's offsets are reset to an end of the log by a commit that is no member's") {
  Reset reset{LogEnd::earliest};
  reset.list_and_coordinate();
  CHECK(reset.listed == 2);  // one a leader
  const OffsetCommitRequest commit = reset.commit();
  CHECK(commit.group_id == "g");
  CHECK(commit.member_id.empty());
  CHECK_FALSE(commit.generation_id_or_member_epoch.has_value());
  CHECK(offsets(commit) == std::vector<std::int64_t>{10, 10});
  CHECK(reset.committed(ErrorCode::none) == Progress::over);
  CHECK(reset.task.verdict() == "the group goes on with t-0 at 10, t-1 at 10");
}

TEST_CASE("an offset is held between the ends of the log") {
  Reset below{Offset{3}};
  below.list_and_coordinate();
  CHECK(offsets(below.commit()) == std::vector<std::int64_t>{10, 10});
  Reset within{Offset{33}};
  within.list_and_coordinate();
  CHECK(offsets(within.commit()) == std::vector<std::int64_t>{33, 33});
  Reset above{Offset{1000}};
  above.list_and_coordinate();
  CHECK(offsets(above.commit()) == std::vector<std::int64_t>{90, 90});
}

TEST_CASE("a time finds the first record that late and the end of the log where there is none") {
  Reset found{Timestamp{5}};
  found.list_and_coordinate();
  CHECK(offsets(found.commit()) == std::vector<std::int64_t>{40, 40});
  Reset late{Timestamp{5}};
  late.log[Timestamp{5}] = std::nullopt;
  late.list_and_coordinate();
  CHECK(offsets(late.commit()) == std::vector<std::int64_t>{90, 90});
}

TEST_CASE("a group that still has members is asked again until the last has gone") {
  Reset reset{LogEnd::latest};
  reset.list_and_coordinate();
  CHECK(reset.committed(ErrorCode::unknown_member_id) == Progress::again);
  CHECK(offsets(reset.commit()) == std::vector<std::int64_t>{90, 90});
  CHECK(reset.committed(ErrorCode::not_coordinator) == Progress::again);
  CHECK(reset.task.next(reset_timeout).request.get_if<FindCoordinatorRequest>() != nullptr);
}

TEST_CASE("a group that may not be changed is told with its error") {
  Reset reset{LogEnd::latest};
  reset.list_and_coordinate();
  CHECK(reset.committed(ErrorCode::group_authorization_failed) == Progress::over);
  CHECK(reset.task.verdict() == "GROUP_AUTHORIZATION_FAILED");
}

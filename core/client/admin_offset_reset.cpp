// The part of an AdminTask that moves a group's committed offsets (ConsumerGroupCommand.resetOffsets,
// AlterConsumerGroupOffsetsHandler).
#include <algorithm>

#include <fmt/format.h>

#include "core/client/admin_task.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/offset_commit.hpp"

namespace kafkasim {

namespace {
constexpr Timestamp earliest_asked = ListOffsetsRequest::earliest_timestamp;
constexpr Timestamp latest_asked = ListOffsetsRequest::latest_timestamp;
}  // namespace

// An offset is held between the ends of the log; where no record is as late as the time asked for, it is the end.
std::vector<Timestamp> AdminTask::questions() const {
  const auto& to = std::get<ResetGroupOffsets>(operation_.what).to;
  if (const auto* end = std::get_if<LogEnd>(&to)) return {*end == LogEnd::earliest ? earliest_asked : latest_asked};
  if (const auto* time = std::get_if<Timestamp>(&to)) return {*time, latest_asked};
  return {earliest_asked, latest_asked};
}

std::optional<Timestamp> AdminTask::open_question() const {
  for (const Timestamp question : questions()) {
    for (const auto& [tp, partition] : partitions_) {
      if (!listed_.contains({question, tp})) return question;
    }
  }
  return std::nullopt;
}

std::optional<NodeId> AdminTask::leader_to_ask() const {
  if (const auto* remove = std::get_if<DeleteRecordsBefore>(&operation_.what))
    return partitions_.at(remove->partition).leader;
  const Timestamp question = *open_question();
  for (const auto& [tp, partition] : partitions_) {
    if (!listed_.contains({question, tp})) return partition.leader;
  }
  return std::nullopt;
}

Message AdminTask::list_request(NodeId leader) const {
  const Timestamp question = *open_question();
  std::map<std::string, ListOffsetsRequest::Topic> asked;
  for (const auto& [tp, partition] : partitions_) {
    if (partition.leader != leader || listed_.contains({question, tp})) continue;
    ListOffsetsRequest::Topic& topic = asked[tp.topic];
    topic.name = tp.topic;
    topic.partitions.push_back({.partition_index = tp.partition, .timestamp = question});
  }
  ListOffsetsRequest ask;
  for (auto& [name, topic] : asked) ask.topics.push_back(std::move(topic));
  return Message::of(std::move(ask));
}

AdminTask::Progress AdminTask::on_listed(const ListOffsetsResponse& answer) {
  const std::optional<Timestamp> question = open_question();
  if (phase_ != Phase::list || !question) return Progress::again;
  bool any = false;
  for (const auto& topic : answer.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::none)
        return failed(ApiKey::list_offsets, partition.error_code, std::nullopt);
      listed_[{*question, {topic.name, partition.partition_index}}] = partition.offset;
      any = true;
    }
  }
  if (!any) return Progress::again;
  if (!open_question()) phase_ = Phase::coordinate;
  return Progress::on;
}

AdminTask::Progress AdminTask::on_coordinator(const Message& answer) {
  const auto* told = answer.get_if<FindCoordinatorResponse>();
  if (!told || told->coordinators.empty()) return Progress::again;
  const auto& found = told->coordinators.front();
  if (found.error_code != ErrorCode::none)
    return failed(ApiKey::find_coordinator, found.error_code, found.error_message);
  if (!found.node_id || !found.port) return Progress::again;
  coordinator_ = {*found.node_id, Endpoint{found.host, *found.port}};
  phase_ = Phase::commit;
  return Progress::on;
}

Offset AdminTask::target_of(const TopicPartition& tp) const {
  const auto told = [&](Timestamp question) { return listed_.at({question, tp}); };
  const auto& to = std::get<ResetGroupOffsets>(operation_.what).to;
  if (const auto* wanted = std::get_if<Offset>(&to)) {
    const Offset from = told(earliest_asked).value_or(Offset{});
    return std::clamp(*wanted, from, std::max(from, told(latest_asked).value_or(from)));
  }
  if (const auto* time = std::get_if<Timestamp>(&to))
    return told(*time).value_or(told(latest_asked).value_or(Offset{}));
  return told(questions().front()).value_or(Offset{});
}

Message AdminTask::commit_request() const {
  std::map<std::string, OffsetCommitRequest::Topic> topics;
  for (const auto& [tp, partition] : partitions_) {
    OffsetCommitRequest::Topic& topic = topics[tp.topic];
    topic.name = tp.topic;
    topic.partitions.push_back({.partition_index = tp.partition,
                                .committed_offset = target_of(tp),
                                .committed_metadata = std::string{}});
  }
  OffsetCommitRequest ask{.group_id = std::get<ResetGroupOffsets>(operation_.what).group};
  for (auto& [name, topic] : topics) ask.topics.push_back(std::move(topic));
  return Message::of(std::move(ask));
}

AdminTask::Progress AdminTask::on_committed(const Message& answer) {
  const auto* told = answer.get_if<OffsetCommitResponse>();
  if (!told) return Progress::again;
  for (const auto& topic : told->topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code == ErrorCode::none) continue;
      // The group still has members: one that vanished is one until its session is over.
      if (partition.error_code == ErrorCode::unknown_member_id || partition.error_code == ErrorCode::rebalance_in_progress) {
        seen_.push_back({ApiKey::offset_commit, partition.error_code});
        return Progress::again;
      }
      return failed(ApiKey::offset_commit, partition.error_code, std::nullopt);
    }
  }
  std::string offsets;
  for (const auto& [tp, partition] : partitions_)
    offsets += fmt::format("{}{} at {}", offsets.empty() ? "" : ", ", to_string(tp), target_of(tp).value);
  return over(offsets.empty() ? "there is no partition to reset" : "the group goes on with " + offsets);
}

}  // namespace kafkasim

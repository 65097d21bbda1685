#include "core/raft/raft_messages.hpp"

#include <algorithm>

#include "core/base/hash.hpp"
#include "core/record/control_record.hpp"
#include "core/wire/control_record_codec.hpp"

namespace kafkasim::raft {
namespace {

template <class Topic>
bool is_metadata(const Topic& topic) {
  return topic.topic_id == metadata_topic_id || (topic.topic_id.is_zero() && topic.topic == metadata_topic);
}

}  // namespace

const FetchRequest::Partition* sole_partition(const FetchRequest& request) {
  if (request.topics.size() != 1 || !is_metadata(request.topics[0])) return nullptr;
  const auto& partitions = request.topics[0].partitions;
  return partitions.size() == 1 && partitions[0].partition == metadata_partition ? &partitions[0] : nullptr;
}

const FetchResponse::Partition* sole_partition(const FetchResponse& response) {
  if (response.responses.size() != 1 || !is_metadata(response.responses[0])) return nullptr;
  const auto& partitions = response.responses[0].partitions;
  return partitions.size() == 1 && partitions[0].partition_index == metadata_partition ? &partitions[0] : nullptr;
}

std::vector<FetchRequest::Topic> sole_topic_of(FetchRequest::Partition partition) {
  FetchRequest::Topic topic;
  topic.topic_id = metadata_topic_id;
  partition.partition = metadata_partition;
  topic.partitions.push_back(std::move(partition));
  std::vector<FetchRequest::Topic> topics;
  topics.push_back(std::move(topic));
  return topics;
}

std::vector<FetchResponse::Topic> sole_topic_of(FetchResponse::Partition partition) {
  FetchResponse::Topic topic;
  topic.topic_id = metadata_topic_id;
  partition.partition_index = metadata_partition;
  topic.partitions.push_back(std::move(partition));
  std::vector<FetchResponse::Topic> topics;
  topics.push_back(std::move(topic));
  return topics;
}

trace::RaftAppended appended_note(const RecordBatch& batch) {
  RunningHash hash;
  hash.add(batch.header.base_offset);
  hash.add(std::int64_t{batch.header.last_offset_delta});
  hash.add(std::int64_t{batch.header.partition_leader_epoch});
  hash.add(std::uint64_t{batch.header.crc});
  return {batch.base_offset().value, batch.last_offset().value, batch.leader_epoch().value, hash.value()};
}

RecordBatch leader_change_batch(NodeId leader, const std::set<NodeId>& voters, const std::vector<NodeId>& granting,
                                Timestamp wall) {
  LeaderChangeMessage message;  // version 0: static voters have no directory ids
  message.leader_id = leader;
  for (const NodeId voter : voters) message.voters.push_back({voter, Uuid{}});
  for (const NodeId voter : granting) message.granting_voters.push_back({voter, Uuid{}});
  return build_leader_change_batch(encode_leader_change(message), wall);
}

RecordBatch opening_batch(const EpochOpening& opening, Timestamp wall) {
  LeaderChangeMessage message{.version = 1, .leader_id = opening.leader};
  for (const auto& [id, voter] : opening.voters.voters()) {
    message.voters.push_back({id, voter.directory_id});
    if (std::ranges::find(opening.granting, id) != opening.granting.end())
      message.granting_voters.push_back({id, voter.directory_id});
  }
  std::vector<ControlRecord> records{{ControlType::leader_change, encode_leader_change(message)}};
  if (opening.told) {
    records.push_back({ControlType::kraft_version, encode_kraft_version({0, opening.told->version})});
    records.push_back({ControlType::kraft_voters, encode_voters(opening.told->voters.record())});
  }
  return build_control_batch(records, wall);
}

void answer_change(const VoterChange& change, ErrorCode error, std::optional<std::string> message, Env& env) {
  if (change.kind == VoterChange::Kind::add) {
    answer(change.request, AddRaftVoterResponse{.error_code = error, .error_message = std::move(message)}, env);
  } else {
    answer(change.request, RemoveRaftVoterResponse{.error_code = error, .error_message = std::move(message)}, env);
  }
}

DescribeQuorumResponse::Replica described(NodeId id, const Leader::Replica& state) {
  DescribeQuorumResponse::Replica told;
  told.replica_id = id;
  told.replica_directory_id = state.directory_id;
  told.log_end_offset = state.end_offset;
  if (state.fetched_at) told.last_fetch_timestamp = state.fetched_at->value;
  if (state.caught_up_at) told.last_caught_up_timestamp = state.caught_up_at->value;
  return told;
}

std::string noted_disk_failure(std::string reason, Env& env) {
  env.out.note(trace::LogDirectoryFailed{reason});
  return reason;
}

}  // namespace kafkasim::raft

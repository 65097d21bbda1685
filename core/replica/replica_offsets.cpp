// ReplicaManager: ListOffsets and OffsetForLeaderEpoch (ReplicaManager.fetchOffset, lastOffsetForLeaderEpoch; KIP-79,
// KIP-101, KIP-207, KIP-320, KIP-405, KIP-734, KIP-1005).
#include <map>
#include <set>
#include <string_view>

#include "core/replica/replica_manager.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t offset_not_available_known = 5;

using Ask = ListOffsetsRequest;

bool is_known(Timestamp at, std::int16_t version) {
  if (at >= Timestamp{0} || at == Ask::latest_timestamp || at == Ask::earliest_timestamp) return true;
  if (at == Ask::max_timestamp) return version >= 7;
  if (at == Ask::earliest_local_timestamp) return version >= 8;
  return at == Ask::latest_tiered_timestamp && version >= 9;
}

std::set<TopicPartition> named_twice(const Ask& request) {
  std::set<TopicPartition> once;
  std::set<TopicPartition> twice;
  for (const Ask::Topic& topic : request.topics) {
    for (const Ask::Partition& partition : topic.partitions) {
      TopicPartition name{topic.name, partition.partition_index};
      if (!once.insert(name).second) twice.insert(std::move(name));
    }
  }
  return twice;
}

}  // namespace

ListOffsetsResponse::Partition ReplicaManager::offset_at(const TopicIdPartition& id, const Ask::Partition& ask,
                                                         const OffsetAsker& asker, Env& env) {
  ListOffsetsResponse::Partition told{.partition_index = ask.partition_index};
  const LocalReplica found = replicas_.find(id, ask.current_leader_epoch, ServedBy::leader_only);
  told.error_code = found.error;
  if (found.error != ErrorCode::none) return told;
  const UnifiedLog& log = *found.log;
  const Offset seen =
      asker.isolation == IsolationLevel::read_committed ? log.last_stable_offset() : log.high_watermark();
  const Offset limit = asker.is_client ? seen : log.log_end_offset();
  // A new leader may not know yet how far its predecessor had committed: to say less than that predecessor did would
  // let offsets go backwards (KIP-207).
  const bool lags = asker.is_client && found.partition->leader()->epoch_start > log.high_watermark();
  const ErrorCode if_lagging =
      asker.version >= offset_not_available_known ? ErrorCode::offset_not_available : ErrorCode::leader_not_available;

  if (ask.timestamp == Ask::latest_timestamp) {
    if (lags) {
      told.error_code = if_lagging;
      return told;
    }
    told.offset = limit;
    told.leader_epoch = found.partition->leader_epoch;
    return told;
  }
  if (ask.timestamp == Ask::earliest_timestamp || ask.timestamp == Ask::earliest_local_timestamp) {
    told.offset = log.log_start_offset();
    told.leader_epoch = log.epoch_of(log.log_start_offset());
    return told;
  }
  if (ask.timestamp == Ask::latest_tiered_timestamp) return told;  // nothing is tiered
  const auto at = replicas_.offset_for_time(id, ask.timestamp, env);
  if (replicas_.failed()) {
    told.error_code = ErrorCode::kafka_storage_error;
  } else if (at && at->offset < limit) {
    told.timestamp = at->timestamp;
    told.offset = at->offset;
    told.leader_epoch = replicas_.log(id)->epoch_of(at->offset);
  } else if (lags) {
    told.error_code = if_lagging;
  }
  return told;
}

void ReplicaManager::list_offsets(const RequestRef& ref, const ListOffsetsRequest& request, Env& env) {
  ListOffsetsResponse response;
  const OffsetAsker asker{
      .is_client = !request.replica_id, .version = ref.version, .isolation = request.isolation_level};
  const std::set<TopicPartition> twice = named_twice(request);
  std::set<TopicPartition> told;  // of those
  std::map<std::string_view, std::size_t> places;  // of topics in the answer, each once
  for (const Ask::Topic& topic : request.topics) {
    const auto [place, is_new] = places.try_emplace(topic.name, response.topics.size());
    if (is_new) response.topics.push_back({topic.name, {}});
    ListOffsetsResponse::Topic& into = response.topics[place->second];
    const auto refuse = [&into](const Ask::Partition& ask, ErrorCode error) {
      into.partitions.push_back({.partition_index = ask.partition_index, .error_code = error});
    };
    for (const Ask::Partition& partition : topic.partitions) {
      const TopicPartition name{topic.name, partition.partition_index};
      if (twice.contains(name)) {
        if (told.insert(name).second) refuse(partition, ErrorCode::invalid_request);
        continue;
      }
      if (!is_known(partition.timestamp, asker.version)) {
        refuse(partition, ErrorCode::unsupported_version);
        continue;
      }
      const auto [unresolved, id] = resolve(topic.name, {}, partition.partition_index, Naming::by_name);
      if (unresolved == ErrorCode::none) {
        into.partitions.push_back(offset_at(id, partition, asker, env));
      } else {
        refuse(partition, unresolved);
      }
    }
  }
  answer(ref, std::move(response), env);
  settle(env);
}

void ReplicaManager::offset_for_leader_epoch(const RequestRef& ref, const OffsetForLeaderEpochRequest& request,
                                             Env& env) {
  OffsetForLeaderEpochResponse response;
  for (const OffsetForLeaderEpochRequest::Topic& topic : request.topics) {
    OffsetForLeaderEpochResponse::Topic& into = response.topics.emplace_back();
    into.topic = topic.topic;
    for (const OffsetForLeaderEpochRequest::Partition& ask : topic.partitions) {
      OffsetForLeaderEpochResponse::Partition& told = into.partitions.emplace_back();
      told.partition = ask.partition;
      const auto [unresolved, id] = resolve(topic.topic, {}, ask.partition, Naming::by_name);
      told.error_code = unresolved;
      if (unresolved != ErrorCode::none) continue;
      const LocalReplica found = replicas_.find(id, ask.current_leader_epoch, ServedBy::leader_only);
      told.error_code = found.error;
      if (found.error != ErrorCode::none) continue;
      if (const auto end = found.log->end_offset_for_epoch(ask.leader_epoch)) {
        told.leader_epoch = end->epoch;
        told.end_offset = end->offset;
      }
    }
  }
  answer(ref, std::move(response), env);
}

}  // namespace kafkasim

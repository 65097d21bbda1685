// Leadership by request: ElectLeaders and AlterPartitionReassignments (ReplicationControlManager.electLeaders,
// alterPartitionReassignments).
#include <algorithm>
#include <set>

#include "core/controller/controller.hpp"

namespace kafkasim {

namespace {

struct Found {
  const TopicImage* topic{};
  const PartitionRegistration* partition{};
};

Found find(const MetadataImage& image, const std::string& name, PartitionIndex index) {
  Found found{image.topic(name), nullptr};
  if (found.topic) found.partition = image.partition({found.topic->id, index});
  return found;
}

std::string described(const std::string& topic, PartitionIndex index) {
  return topic + "-" + std::to_string(index.value);
}

std::vector<NodeId> sorted(std::vector<NodeId> ids) {
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

ElectLeadersResponse::Partition Controller::elect_leader(const std::string& topic, PartitionIndex index,
                                                         std::int8_t type, RecordList& records) const {
  const auto told = [index](ErrorCode error, std::string why) {
    return ElectLeadersResponse::Partition{index, error, std::move(why)};
  };
  const Found found = find(current_, topic, index);
  if (!found.topic) return told(ErrorCode::unknown_topic_or_partition, "No such topic as " + topic);
  if (!found.partition)
    return told(ErrorCode::unknown_topic_or_partition, "No such partition as " + described(topic, index));
  const PartitionRegistration& partition = *found.partition;
  const bool preferred = type == preferred_election;
  const bool fulfilled = preferred ? partition.leader == partition.replicas.front() : partition.leader.has_value();
  if (fulfilled) return told(ErrorCode::election_not_needed, "Leader election not needed for topic partition.");
  const auto acceptable = [this](NodeId id) { return is_active_broker(id); };
  auto record = build_change({{found.topic->id, index},
                              partition,
                              partition.isr,
                              preferred ? Election::preferred : Election::unclean_allowed,
                              acceptable});
  if (!record) {
    return preferred
               ? told(ErrorCode::preferred_leader_not_available, "The preferred leader was not available.")
               : told(ErrorCode::eligible_leaders_not_available, "Eligible topic partition leaders are not available.");
  }
  records.emplace_back(std::move(*record));
  return {index, ErrorCode::none, std::nullopt};
}

void Controller::on_elect_leaders(const ElectLeadersRequest& request, const RequestRef& from, Env& env) {
  ElectLeadersResponse response;
  RecordList records;
  if (request.election_type != preferred_election && request.election_type != unclean_election) {
    response.error_code = ErrorCode::invalid_request;
    return answer(from, std::move(response), env);
  }
  if (request.topic_partitions) {
    for (const auto& asked : *request.topic_partitions) {
      auto& told = response.replica_election_results.emplace_back();
      told.topic = asked.topic;
      for (const PartitionIndex index : asked.partitions)
        told.partition_result.push_back(elect_leader(asked.topic, index, request.election_type, records));
    }
  } else {  // all: those that have the leader that they should have are passed over in silence
    for (const auto& [name, id] : current_.topic_ids) {
      auto& told = response.replica_election_results.emplace_back();
      told.topic = name;
      const auto count = static_cast<std::int32_t>(current_.topic(id)->partitions.size());
      for (std::int32_t i = 0; i < count; ++i) {
        auto result = elect_leader(name, PartitionIndex{i}, request.election_type, records);
        if (result.error_code != ErrorCode::election_not_needed) told.partition_result.push_back(std::move(result));
      }
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

// Another order of the same replicas is a change of preference, done at once. Moving replicas is not there yet.
AlterPartitionReassignmentsResponse::Partition Controller::reassign(
    const std::string& topic, const AlterPartitionReassignmentsRequest::Partition& asked, RecordList& records) const {
  const auto told = [&asked](ErrorCode error, std::string why) {
    return AlterPartitionReassignmentsResponse::Partition{asked.partition_index, error, std::move(why)};
  };
  const Found found = find(current_, topic, asked.partition_index);
  if (!found.topic)
    return told(ErrorCode::unknown_topic_or_partition, "Unable to find a topic named " + topic + ".");
  if (!found.partition) {
    return told(ErrorCode::unknown_topic_or_partition,
                "Unable to find partition " + described(topic, asked.partition_index) + ".");
  }
  if (!asked.replicas)
    return told(ErrorCode::no_reassignment_in_progress, "No partition reassignment is in progress.");
  const std::vector<NodeId> wanted = sorted(*asked.replicas);
  if (wanted.empty() || std::ranges::adjacent_find(wanted) != wanted.end()) {
    return told(ErrorCode::invalid_replica_assignment,
                "The manual partition assignment is empty or names a broker twice.");
  }
  for (const NodeId id : wanted) {
    if (!current_.broker(id)) {
      return told(ErrorCode::invalid_replica_assignment,
                  "The manual partition assignment includes broker " + std::to_string(id.value)
                      + ", but no such broker is registered.");
    }
  }
  if (wanted != sorted(found.partition->replicas)) {
    return told(ErrorCode::unsupported_version,
                "Only the order of a partition's replicas can be changed: this release does not move replicas.");
  }
  const auto acceptable = [this](NodeId id) { return is_active_broker(id); };
  auto record = build_change({.partition = {found.topic->id, asked.partition_index},
                              .now = *found.partition,
                              .target_isr = found.partition->isr,
                              .election = election_for(*found.topic),
                              .is_acceptable_leader = acceptable,
                              .target_replicas = asked.replicas});
  if (record) records.emplace_back(std::move(*record));
  return {asked.partition_index, ErrorCode::none, std::nullopt};
}

// None is ever under way: another order of the replicas is in force at once.
void Controller::on_list_reassignments(const ListPartitionReassignmentsRequest& /*request*/, const RequestRef& from,
                                       Env& env) {
  answer(from, ListPartitionReassignmentsResponse{}, env);
}

void Controller::on_reassignments(const AlterPartitionReassignmentsRequest& request, const RequestRef& from,
                                  Env& env) {
  AlterPartitionReassignmentsResponse response{
      .allow_replication_factor_change = request.allow_replication_factor_change};
  RecordList records;
  std::set<TopicPartition> seen;  // each partition once: the second would be decided on what the first has changed
  for (const auto& topic : request.topics) {
    auto& told = response.responses.emplace_back();
    told.name = topic.name;
    for (const auto& asked : topic.partitions) {
      if (seen.insert({topic.name, asked.partition_index}).second) {
        told.partitions.push_back(reassign(topic.name, asked, records));
      } else {
        told.partitions.push_back({asked.partition_index, ErrorCode::invalid_request, "The partition stands twice."});
      }
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

}  // namespace kafkasim

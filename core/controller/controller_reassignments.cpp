// Replicas that move: AlterPartitionReassignments and ListPartitionReassignments (KIP-455; ReplicationControlManager
// .alterPartitionReassignment, listPartitionReassignments).
//
//   asked for    the new replicas are added to the old ones, which lead on; both are named as adding and removing
//   meanwhile    the new ones fetch, and join the ISR one by one (AlterPartition)
//   complete     with the record that brings the last of them into the ISR: build_change() takes the old ones out
//   given up     the new ones are taken out again
//   Where nothing has to be waited for (another order, fewer replicas), it is complete at once.
#include <algorithm>
#include <set>

#include "core/controller/controller.hpp"

namespace kafkasim {

namespace {

using Asked = AlterPartitionReassignmentsRequest::Partition;

std::string named(const std::string& topic, PartitionIndex index) { return topic + ":" + std::to_string(index.value); }

// How many replicas there are to be, as far as has been asked for until now.
std::size_t factor_of(const PartitionRegistration& partition) {
  std::set<NodeId> staying{partition.replicas.begin(), partition.replicas.end()};
  staying.insert(partition.adding().begin(), partition.adding().end());
  for (const NodeId id : partition.removing()) staying.erase(id);
  return staying.size();
}

}  // namespace

std::optional<Controller::Refusal> Controller::start_reassignment(const TopicImage& topic, PartitionIndex index,
                                                                  const std::vector<NodeId>& target,
                                                                  RecordList& records) const {
  if (target.empty()) {
    return Refusal{ErrorCode::invalid_replica_assignment,
                   "The manual partition assignment includes an empty replica list."};
  }
  std::set<NodeId> seen;
  for (const NodeId id : target) {
    const std::string broker = std::to_string(id.value);
    if (!current_.broker(id)) {
      return Refusal{ErrorCode::invalid_replica_assignment,
                     "The manual partition assignment includes broker " + broker
                         + ", but no such broker is registered."};
    }
    if (!seen.insert(id).second) {
      return Refusal{ErrorCode::invalid_replica_assignment,
                     "The manual partition assignment includes the broker " + broker + " more than once."};
    }
  }
  PartitionChange change = change_of(topic, index, Election::clean);
  Reassignment wanted = reassignment_to(target, change.now);
  change.target_replicas = std::move(wanted.replicas);
  if (!wanted.removing.empty()) change.target_removing = std::move(wanted.removing);
  if (!wanted.adding.empty()) change.target_adding = std::move(wanted.adding);
  if (auto record = build_change(std::move(change))) records.emplace_back(std::move(*record));
  return std::nullopt;
}

std::optional<Controller::Refusal> Controller::cancel_reassignment(const TopicImage& topic, PartitionIndex index,
                                                                   RecordList& records) const {
  const PartitionRegistration& now = *current_.partition({topic.id, index});
  if (!now.is_reassigning())
    return Refusal{ErrorCode::no_reassignment_in_progress, "No partition reassignment is in progress."};
  std::optional<Revert> revert = revert_of(now);
  if (!revert) {
    return Refusal{ErrorCode::invalid_replica_assignment,
                   "Invalid replica assignment: addingReplicas contains all replicas."};
  }
  const Election election = election_for(topic);
  if (revert->unclean && election != Election::unclean_allowed) {
    return Refusal{ErrorCode::invalid_replica_assignment,
                   "Unable to revert partition assignment for " + named(topic.name, index)
                       + " because it would require an unclean leader election."};
  }
  PartitionChange change = change_of(topic, index, election);
  change.target_isr = std::move(revert->isr);
  change.target_replicas = std::move(revert->replicas);
  change.target_removing = std::vector<NodeId>{};
  change.target_adding = std::vector<NodeId>{};
  if (auto record = build_change(std::move(change))) records.emplace_back(std::move(*record));
  return std::nullopt;
}

AlterPartitionReassignmentsResponse::Partition Controller::reassign(const std::string& name, const Asked& asked,
                                                                    FactorChange factor, RecordList& records) const {
  const auto told = [&asked](ErrorCode error, std::string why) {
    return AlterPartitionReassignmentsResponse::Partition{asked.partition_index, error, std::move(why)};
  };
  const TopicImage* topic = current_.topic(name);
  if (!topic) return told(ErrorCode::unknown_topic_or_partition, "Unable to find a topic named " + name + ".");
  const PartitionRegistration* now = current_.partition({topic->id, asked.partition_index});
  if (!now) {
    return told(ErrorCode::unknown_topic_or_partition,
                "Unable to find partition " + named(name, asked.partition_index) + ".");
  }
  std::optional<Refusal> refusal;
  if (!asked.replicas) {
    refusal = cancel_reassignment(*topic, asked.partition_index, records);
  } else if (factor == FactorChange::refused && factor_of(*now) != asked.replicas->size()) {
    refusal = Refusal{ErrorCode::invalid_replication_factor,
                      "The replication factor is changed from " + std::to_string(factor_of(*now)) + " to "
                          + std::to_string(asked.replicas->size())};
  } else {
    refusal = start_reassignment(*topic, asked.partition_index, *asked.replicas, records);
  }
  if (refusal) return told(refusal->error, std::move(refusal->message));
  return {asked.partition_index, ErrorCode::none, std::nullopt};
}

void Controller::on_reassignments(const AlterPartitionReassignmentsRequest& request, const RequestRef& from,
                                  Env& env) {
  AlterPartitionReassignmentsResponse response{
      .allow_replication_factor_change = request.allow_replication_factor_change};
  const FactorChange factor = request.allow_replication_factor_change ? FactorChange::allowed : FactorChange::refused;
  RecordList records;
  std::set<TopicPartition> seen;  // each partition once: the second would be decided on what the first has changed
  for (const auto& topic : request.topics) {
    auto& told = response.responses.emplace_back();
    told.name = topic.name;
    for (const auto& asked : topic.partitions) {
      if (seen.insert({topic.name, asked.partition_index}).second) {
        told.partitions.push_back(reassign(topic.name, asked, factor, records));
      } else {
        told.partitions.push_back({asked.partition_index, ErrorCode::invalid_request, "The partition stands twice."});
      }
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

// What is committed: who asks is to see what brokers see.
void Controller::on_list_reassignments(const ListPartitionReassignmentsRequest& request, const RequestRef& from,
                                       Env& env) {
  ListPartitionReassignmentsResponse response;
  const auto tell = [&](const TopicImage& topic, const std::vector<PartitionIndex>& indexes) {
    ListPartitionReassignmentsResponse::Topic told{topic.name, {}};
    for (const PartitionIndex index : indexes) {
      const PartitionRegistration* partition = committed_.partition({topic.id, index});
      if (partition && partition->is_reassigning())
        told.partitions.push_back({index, partition->replicas, partition->adding(), partition->removing()});
    }
    if (!told.partitions.empty()) response.topics.push_back(std::move(told));
  };
  if (request.topics) {
    for (const auto& asked : *request.topics) {
      if (const TopicImage* topic = committed_.topic(asked.name)) tell(*topic, asked.partition_indexes);
    }
  } else {
    for (const auto& [name, id] : committed_.topic_ids) {
      const TopicImage& topic = *committed_.topic(id);
      std::vector<PartitionIndex> all;
      for (std::size_t i = 0; i < topic.partitions.size(); ++i) all.push_back(PartitionIndex{static_cast<std::int32_t>(i)});
      tell(topic, all);
    }
  }
  answer(from, std::move(response), env);
}

}  // namespace kafkasim

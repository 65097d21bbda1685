#include "core/replica/alter_partition_queue.hpp"

namespace kafkasim {

bool AlterPartitionQueue::submit(const TopicIdPartition& partition, IsrProposal proposal) {
  return waiting_.try_emplace(partition, std::move(proposal)).second;
}

std::optional<AlterPartitionRequest> AlterPartitionQueue::take_request(NodeId self, BrokerEpoch epoch, Instant now) {
  if (is_in_flight_ || waiting_.empty() || (not_before_ && now < *not_before_)) return std::nullopt;
  not_before_.reset();
  is_in_flight_ = true;
  in_flight_.clear();
  AlterPartitionRequest request;
  request.broker_id = self;
  request.broker_epoch = epoch;
  for (const auto& [id, proposal] : waiting_) {
    if (request.topics.empty() || request.topics.back().topic_id != id.topic_id) {
      request.topics.push_back({.topic_name = proposal.topic, .topic_id = id.topic_id});
    }
    request.topics.back().partitions.push_back({.partition_index = id.partition,
                                                .leader_epoch = proposal.leader_epoch,
                                                .new_isr_with_epochs = proposal.isr,
                                                .leader_recovery_state = LeaderRecoveryState::recovered,
                                                .partition_epoch = proposal.partition_epoch});
    in_flight_.insert(id);
  }
  return request;
}

std::vector<IsrVerdict> AlterPartitionQueue::on_answer(const AlterPartitionResponse* response, Instant now) {
  std::vector<IsrVerdict> verdicts;
  if (!is_in_flight_) return verdicts;
  is_in_flight_ = false;
  if (response == nullptr || response->error_code != ErrorCode::none) {
    not_before_ = now + retry_backoff;
    return verdicts;
  }
  for (const AlterPartitionResponse::Topic& topic : response->topics) {
    for (const AlterPartitionResponse::Partition& partition : topic.partitions) {
      const TopicIdPartition id{topic.topic_id, partition.partition_index};
      const auto sent = in_flight_.find(id);
      if (sent == in_flight_.end()) continue;
      const auto proposal = waiting_.find(id);
      verdicts.push_back({id, std::move(proposal->second), partition.error_code, partition.leader_epoch,
                          partition.partition_epoch, partition.isr});
      waiting_.erase(proposal);
      in_flight_.erase(sent);
    }
  }
  // What the controller passed over is sent again, but not in a busy loop.
  if (!in_flight_.empty()) not_before_ = now + retry_backoff;
  return verdicts;
}

std::optional<Instant> AlterPartitionQueue::next_deadline() const {
  return is_in_flight_ || waiting_.empty() ? std::nullopt : not_before_;
}

}  // namespace kafkasim

#include "core/txn/transaction_markers.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"

namespace kafkasim {
namespace {

constexpr Duration retry_backoff = milliseconds(100);

void add_partition(std::vector<WriteTxnMarkersRequest::Topic>& topics, const TopicPartition& partition) {
  if (topics.empty() || topics.back().name != partition.topic) topics.push_back({partition.topic, {}});
  topics.back().partition_indexes.push_back(partition.partition);
}

}  // namespace

TransactionMarkers::TransactionMarkers(NodeId self, const NodeConfig& config, LegacyBehaviours legacy)
    : channel_{channel_tag, ChannelOptions{.client_id = "broker-" + std::to_string(self.value) + "-txn-marker-sender",
                                           .request_timeout = config.request_timeout,
                                           .max_in_flight = 1}},
      backoff_{retry_backoff},
      tells_tasks_apart_{!legacy.has(Legacy::marker_entry_wrong_delete)} {}

void TransactionMarkers::add(const std::string& transactional_id, Task task) {
  Running running{std::move(task), ++last_number_, {}, {}};
  running.left = running.task.partitions;
  tasks_.insert_or_assign(transactional_id, std::move(running));
  due_ = true;
}

void TransactionMarkers::forget(PartitionIndex state_partition) {
  std::erase_if(tasks_, [&](const auto& entry) { return entry.second.task.state_partition == state_partition; });
}

std::vector<TransactionMarkers::Over> TransactionMarkers::take_over() { return std::exchange(over_, {}); }

std::optional<Instant> TransactionMarkers::next_deadline() const { return earlier(channel_.next_deadline(), retry_at_); }

void TransactionMarkers::step(const Input& in, Env& env) {
  if (std::holds_alternative<Woken>(in) && is_due(retry_at_, env.now)) {
    retry_at_.reset();
    due_ = true;
  }
  for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
}

void TransactionMarkers::pump(const MetadataImage& image, Env& env) {
  if (tasks_.empty() || (!due_ && looked_at_ == image.end_offset)) return;
  due_ = false;
  looked_at_ = image.end_offset;
  std::map<NodeId, WriteTxnMarkersRequest> wanted;
  std::map<NodeId, std::vector<Part>> parts;
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    Running& running = task->second;
    std::map<NodeId, Part> by_leader;
    for (auto at = running.left.begin(); at != running.left.end();) {
      const TopicImage* topic = image.topic(at->topic);
      const PartitionRegistration* partition = topic ? image.partition({topic->id, at->partition}) : nullptr;
      if (partition == nullptr) {  // deleted: nobody reads it any more
        at = running.left.erase(at);
        continue;
      }
      const BrokerImage* leader = partition->leader ? image.broker(*partition->leader) : nullptr;
      if (leader == nullptr || leader->fenced || busy_.contains(leader->id)) {
        ++at;
        continue;
      }
      by_leader[leader->id].partitions.insert(*at);
      running.in_flight.insert(*at);
      at = running.left.erase(at);
    }
    for (auto& [node, part] : by_leader) {
      part.transactional_id = task->first;
      part.number = running.number;
      WriteTxnMarkersRequest::Marker marker{running.task.producer, running.task.epoch,
                                            running.task.outcome == TransactionOutcome::commit, {},
                                            running.task.coordinator_epoch.value};
      for (const TopicPartition& at : part.partitions) add_partition(marker.topics, at);
      wanted[node].markers.push_back(std::move(marker));
      parts[node].push_back(std::move(part));
    }
    if (running.left.empty() && running.in_flight.empty()) {
      over_.push_back({task->first, running.task.coordinator_epoch, true});
      task = tasks_.erase(task);
    } else {
      ++task;
    }
  }
  for (auto& [node, request] : wanted) {
    const std::uint64_t id = channel_.send(node.value, image.broker(node)->endpoint, Message::of(std::move(request)), env);
    busy_[node] = id;
    requests_.emplace(id, std::move(parts[node]));
  }
}

void TransactionMarkers::on_completion(const Completion& done, Env& env) {
  std::erase_if(busy_, [&done](const auto& entry) { return entry.second == done.id; });
  const auto sent = requests_.extract(done.id);
  if (sent.empty()) return;
  due_ = true;
  const auto* response = done.response ? done.response->get_if<WriteTxnMarkersResponse>() : nullptr;
  std::map<std::pair<ProducerId, TopicPartition>, ErrorCode> told;
  if (response != nullptr) {
    for (const auto& marker : response->markers) {
      for (const auto& topic : marker.topics) {
        for (const auto& partition : topic.partitions)
          told[{marker.producer_id, {topic.name, partition.partition_index}}] = partition.error_code;
      }
    }
  }
  for (const Part& part : sent.mapped()) {
    const auto found = tasks_.find(part.transactional_id);
    if (found == tasks_.end() || (tells_tasks_apart_ && found->second.number != part.number)) continue;
    Running& running = found->second;
    bool fenced = false;
    for (const TopicPartition& partition : part.partitions) {
      const auto result = told.find({running.task.producer, partition});
      on_marked(running, partition, result == told.end() ? ErrorCode::network_exception : result->second, fenced);
    }
    if (fenced) {
      over_.push_back({found->first, running.task.coordinator_epoch, false});
      tasks_.erase(found);
      continue;
    }
    if (!running.left.empty()) {
      due_ = false;
      if (!retry_at_) retry_at_ = env.now + backoff_;
    }
    if (running.left.empty() && running.in_flight.empty()) {
      over_.push_back({found->first, running.task.coordinator_epoch, true});
      tasks_.erase(found);
    }
  }
  if (!retry_at_) due_ = true;
}

void TransactionMarkers::on_marked(Running& running, const TopicPartition& partition, ErrorCode error, bool& fenced) {
  running.in_flight.erase(partition);
  switch (error) {
    case ErrorCode::none:
    case ErrorCode::unsupported_for_message_format:
    case ErrorCode::unsupported_version: return;
    case ErrorCode::invalid_producer_epoch:
    case ErrorCode::transaction_coordinator_fenced: fenced = true; return;
    default: running.left.insert(partition);
  }
}

}  // namespace kafkasim

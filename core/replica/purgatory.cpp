#include "core/replica/purgatory.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

void settle(ProduceTarget& target, const ProduceOutcome& outcome) {
  target.awaits.reset();
  target.response.error_code = outcome.error;
  if (!target.observed) return;
  target.observed->error = outcome.error;
  target.observed->high_watermark = outcome.high_watermark;
  target.observed->isr_size = outcome.isr_size;
  target.observed->min_insync_replicas = outcome.min_insync_replicas;
}

// ---- produce ---------------------------------------------------------------------------------------------

void ProducePurgatory::add(ProduceOperation operation) {
  const OperationId id = ++last_;
  Waiting waiting{std::move(operation), 0};
  for (std::size_t topic = 0; topic < waiting.operation.targets.size(); ++topic) {
    std::vector<ProduceTarget>& targets = waiting.operation.targets[topic];
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (!targets[i].awaits) continue;
      waiting_[targets[i].id].insert(Key{*targets[i].awaits, id, topic, i});
      ++waiting.unsettled;
    }
  }
  KAFKASIM_CHECK(waiting.unsettled > 0);
  deadlines_.set(id, waiting.operation.deadline);
  operations_.emplace(id, Cow{std::move(waiting)});
}

void ProducePurgatory::settle_one(const Key& key, const ProduceOutcome& outcome,
                                  std::vector<ProduceOperation>& complete) {
  const auto found = operations_.find(key.operation);
  KAFKASIM_CHECK(found != operations_.end());
  Waiting& waiting = found->second.edit();
  settle(waiting.operation.targets[key.topic][key.target], outcome);
  if (--waiting.unsettled > 0) return;
  complete.push_back(std::move(waiting.operation));
  deadlines_.set(key.operation, std::nullopt);
  operations_.erase(found);
}

std::vector<ProduceOperation> ProducePurgatory::reached(const TopicIdPartition& partition,
                                                        const ProduceOutcome& outcome) {
  std::vector<ProduceOperation> complete;
  const auto found = waiting_.find(partition);
  if (found == waiting_.end()) return complete;
  std::set<Key>& keys = found->second;
  while (!keys.empty() && keys.begin()->awaits <= outcome.high_watermark) {
    settle_one(*keys.begin(), outcome, complete);
    keys.erase(keys.begin());
  }
  if (keys.empty()) waiting_.erase(found);
  return complete;
}

std::vector<ProduceOperation> ProducePurgatory::lost(const TopicIdPartition& partition, const ProduceOutcome& outcome) {
  std::vector<ProduceOperation> complete;
  const auto found = waiting_.find(partition);
  if (found == waiting_.end()) return complete;
  for (const Key& key : found->second) settle_one(key, outcome, complete);
  waiting_.erase(found);
  return complete;
}

std::vector<ProduceOperation> ProducePurgatory::expired(Instant now) {
  std::vector<ProduceOperation> complete;
  for (const OperationId id : deadlines_.take_due(now)) {
    const auto found = operations_.find(id);
    KAFKASIM_CHECK(found != operations_.end());
    ProduceOperation& operation = found->second.edit().operation;
    for (std::size_t topic = 0; topic < operation.targets.size(); ++topic) {
      for (std::size_t i = 0; i < operation.targets[topic].size(); ++i) {
        ProduceTarget& target = operation.targets[topic][i];
        if (!target.awaits) continue;
        const auto watched = waiting_.find(target.id);
        watched->second.erase(Key{*target.awaits, id, topic, i});
        if (watched->second.empty()) waiting_.erase(watched);
        target.awaits.reset();
      }
    }
    complete.push_back(std::move(operation));
    operations_.erase(found);
  }
  return complete;
}

// ---- fetch -----------------------------------------------------------------------------------------------

OperationId FetchPurgatory::add(FetchOperation operation) {
  const OperationId id = ++last_;
  for (const auto& [partition, wait] : operation.waits) watchers_[partition].insert(id);
  deadlines_.set(id, operation.deadline);
  operations_.emplace(id, Cow{std::move(operation)});
  return id;
}

void FetchPurgatory::watch(OperationId id, const TopicIdPartition& partition, const FetchWait& wait) {
  if (operations_.at(id).edit().waits.emplace(partition, wait).second) watchers_[partition].insert(id);
}

std::vector<OperationId> FetchPurgatory::watchers(const TopicIdPartition& partition) const {
  const auto found = watchers_.find(partition);
  if (found == watchers_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

bool FetchPurgatory::count(OperationId id, const TopicIdPartition& partition, Offset counted_to, std::uint64_t more) {
  FetchOperation& operation = operations_.at(id).edit();
  FetchWait& wait = operation.waits.at(partition);
  const auto most = static_cast<std::uint64_t>(std::max(wait.want.partition_max_bytes, 0));
  const std::uint64_t bytes = std::min(wait.bytes + more, most);
  operation.bytes += bytes - wait.bytes;
  wait.bytes = bytes;
  wait.counted_to = counted_to;
  return operation.bytes >= operation.min_bytes;
}

FetchOperation FetchPurgatory::take(OperationId id) {
  const auto found = operations_.find(id);
  KAFKASIM_CHECK(found != operations_.end());
  FetchOperation operation = std::move(found->second.edit());
  operations_.erase(found);
  deadlines_.set(id, std::nullopt);
  for (const auto& [partition, wait] : operation.waits) {
    const auto watched = watchers_.find(partition);
    watched->second.erase(id);
    if (watched->second.empty()) watchers_.erase(watched);
  }
  return operation;
}

}  // namespace kafkasim

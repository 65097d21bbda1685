#include "core/replica/delete_purgatory.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

bool DeleteOperation::waits() const {
  return std::ranges::any_of(targets, [](const std::vector<DeleteTarget>& topic) {
    return std::ranges::any_of(topic, [](const DeleteTarget& target) { return target.awaits.has_value(); });
  });
}

DeleteRecordsResponse DeleteOperation::response() const {
  DeleteRecordsResponse response;
  for (std::size_t topic = 0; topic < topics.size(); ++topic) {
    DeleteRecordsResponse::Topic& into = response.topics.emplace_back();
    into.name = topics[topic];
    for (const DeleteTarget& target : targets[topic]) into.partitions.push_back(target.response);
  }
  return response;
}

void DeletePurgatory::add(DeleteOperation operation) {
  KAFKASIM_CHECK(operation.waits());
  const std::uint64_t id = ++last_;
  for (const std::vector<DeleteTarget>& topic : operation.targets) {
    for (const DeleteTarget& target : topic) {
      if (target.awaits) watchers_[target.id].insert(id);
    }
  }
  deadlines_.set(id, operation.deadline);
  operations_.emplace(id, Cow{std::move(operation)});
}

void DeletePurgatory::unwatch(const TopicIdPartition& partition, std::uint64_t id) {
  const auto watched = watchers_.find(partition);
  if (watched == watchers_.end()) return;
  watched->second.erase(id);
  if (watched->second.empty()) watchers_.erase(watched);
}

DeleteOperation DeletePurgatory::take(std::uint64_t id) {
  const auto found = operations_.find(id);
  KAFKASIM_CHECK(found != operations_.end());
  DeleteOperation operation = std::move(found->second.edit());
  operations_.erase(found);
  deadlines_.set(id, std::nullopt);
  for (const std::vector<DeleteTarget>& topic : operation.targets) {
    for (const DeleteTarget& target : topic) {
      if (target.awaits) unwatch(target.id, id);
    }
  }
  return operation;
}

std::vector<DeleteOperation> DeletePurgatory::settle(const TopicIdPartition& partition, const Outcome& outcome) {
  std::vector<DeleteOperation> complete;
  const auto watched = watchers_.find(partition);
  if (watched == watchers_.end()) return complete;
  for (const std::uint64_t id : std::vector<std::uint64_t>{watched->second.begin(), watched->second.end()}) {
    DeleteOperation& operation = operations_.at(id).edit();
    bool waits_here = false;
    for (std::vector<DeleteTarget>& topic : operation.targets) {
      for (DeleteTarget& target : topic) {
        if (target.id != partition || !target.awaits) continue;
        const bool settled =
            outcome.error != ErrorCode::none || (outcome.low_watermark && *outcome.low_watermark >= *target.awaits);
        waits_here = waits_here || !settled;
        if (!settled) continue;
        target.awaits.reset();
        target.response.error_code = outcome.error;
        target.response.low_watermark = outcome.low_watermark;
      }
    }
    if (!waits_here) unwatch(partition, id);
    if (!operation.waits()) complete.push_back(take(id));
  }
  return complete;
}

std::vector<DeleteOperation> DeletePurgatory::reached(const TopicIdPartition& partition, Offset low_watermark) {
  return settle(partition, {ErrorCode::none, low_watermark});
}

std::vector<DeleteOperation> DeletePurgatory::lost(const TopicIdPartition& partition, ErrorCode error) {
  return settle(partition, {error, std::nullopt});
}

std::vector<DeleteOperation> DeletePurgatory::expired(Instant now) {
  std::vector<DeleteOperation> complete;
  for (const std::uint64_t id : deadlines_.take_due(now)) complete.push_back(take(id));
  return complete;
}

}  // namespace kafkasim

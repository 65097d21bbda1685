#include "core/client/subscription.hpp"

#include <algorithm>
#include <utility>

namespace kafkasim {

void Subscription::assign(const std::vector<TopicPartition>& partitions, PositionState state) {
  owned_.clear();
  for (const TopicPartition& tp : partitions) {
    OwnedPartition fresh;
    fresh.state = state;
    owned_.emplace(tp, Cow<OwnedPartition>{fresh});
  }
}

std::vector<TopicPartition> Subscription::update(const std::vector<TopicPartition>& partitions, PositionState state) {
  std::vector<TopicPartition> added;
  OwnedPartitions before = std::exchange(owned_, {});
  for (const TopicPartition& tp : partitions) {
    if (auto kept = before.extract(tp); !kept.empty()) {
      owned_.insert(std::move(kept));
      continue;
    }
    OwnedPartition fresh;
    fresh.state = state;
    if (owned_.emplace(tp, Cow<OwnedPartition>{fresh}).second) added.push_back(tp);
  }
  return added;
}

std::vector<TopicPartition> Subscription::partitions() const {
  std::vector<TopicPartition> all;
  for (const auto& [tp, owned] : owned_) all.push_back(tp);
  return all;
}

const OwnedPartition* Subscription::find(const TopicPartition& tp) const {
  const auto found = owned_.find(tp);
  return found == owned_.end() ? nullptr : &*found->second;
}

OwnedPartition* Subscription::edit(const TopicPartition& tp) {
  const auto found = owned_.find(tp);
  return found == owned_.end() ? nullptr : &found->second.edit();
}

void Subscription::seek(const TopicPartition& tp, Offset to, std::optional<LeaderEpoch> epoch) {
  OwnedPartition* owned = edit(tp);
  if (!owned) return;
  *owned = OwnedPartition{};
  owned->state = PositionState::fetching;
  owned->position = to;
  owned->offset_epoch = epoch;
}

void Subscription::want_reset(const TopicPartition& tp) {
  OwnedPartition* owned = edit(tp);
  if (!owned) return;
  *owned = OwnedPartition{};
  owned->state = PositionState::reset_wanted;
}

void Subscription::back_off(const TopicPartition& tp, Instant until, std::optional<LeaderEpoch> epoch_of_error) {
  OwnedPartition* owned = edit(tp);
  if (!owned) return;
  owned->next_try = until;
  owned->epoch_of_error = epoch_of_error;
}

void Subscription::pause_all_but(const std::vector<TopicPartition>& kept) {
  for (auto& [tp, owned] : owned_) {
    const bool leaves = std::ranges::find(kept, tp) == kept.end();
    if (leaves != owned->pending_revocation) owned.edit().pending_revocation = leaves;
    some_paused_ = some_paused_ || leaves;
  }
}

void Subscription::resume_all() {
  if (!std::exchange(some_paused_, false)) return;
  for (auto& [tp, owned] : owned_) {
    if (owned->pending_revocation) owned.edit().pending_revocation = false;
  }
}

OffsetsToCommit Subscription::consumed() const {
  OffsetsToCommit offsets;
  for (const auto& [tp, owned] : owned_) {
    if (owned->state == PositionState::fetching) offsets[tp] = CommittedPosition{owned->position, owned->offset_epoch};
  }
  return offsets;
}

std::vector<TopicPartition> Subscription::in_state(PositionState state) const {
  std::vector<TopicPartition> found;
  for (const auto& [tp, owned] : owned_) {
    if (owned->state == state) found.push_back(tp);
  }
  return found;
}

}  // namespace kafkasim

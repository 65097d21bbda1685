#include "core/replica/replication_quota.hpp"

#include <algorithm>
#include <utility>

namespace kafkasim {

namespace {
std::int64_t whole_ms(Instant at) { return at.ns / 1'000'000; }
}  // namespace

ReplicationQuota::ReplicationQuota(std::int64_t samples, std::int64_t window_seconds)
    : samples_kept_{static_cast<std::size_t>(samples)}, window_ms_{window_seconds * 1000} {}

void ReplicationQuota::throttle(const Uuid& topic, ThrottledPartitions partitions) {
  if (partitions.empty()) {
    topics_.erase(topic);
  } else {
    topics_.insert_or_assign(topic, std::move(partitions));
  }
}

bool ReplicationQuota::is_throttled(const TopicIdPartition& id) const {
  const auto topic = topics_.find(id.topic_id);
  return topic != topics_.end() && topic->second.contains(id.partition);
}

void ReplicationQuota::record(std::uint64_t bytes, Instant now) {
  const std::int64_t ms = whole_ms(now);
  if (samples_.empty()) samples_.push_back({ms, ms, 0});
  if (ms - samples_[current_].began_ms >= window_ms_) {  // complete: the next takes over, in the place of the oldest
    current_ = (current_ + 1) % (samples_kept_ + 1);
    if (current_ == samples_.size()) samples_.emplace_back();
    samples_[current_] = {ms, ms, 0};
  }
  samples_[current_].bytes += bytes;
  samples_[current_].last_ms = ms;
}

void ReplicationQuota::purge(std::int64_t now_ms) {
  const std::int64_t age = static_cast<std::int64_t>(samples_kept_) * window_ms_;
  for (Sample& sample : samples_) {
    if (now_ms - sample.last_ms >= age) sample = {now_ms, now_ms, 0};
  }
}

bool ReplicationQuota::is_exceeded(Instant now) {
  const std::int64_t ms = whole_ms(now);
  if (samples_.empty()) samples_.push_back({ms, ms, 0});  // time is counted from the first question, too
  purge(ms);
  std::uint64_t bytes = 0;
  std::int64_t oldest = ms;
  for (const Sample& sample : samples_) {
    bytes += sample.bytes;
    oldest = std::min(oldest, sample.began_ms);
  }
  // bytes / elapsed > rate, without a fraction.
  const auto elapsed = static_cast<std::uint64_t>(std::max(ms - oldest, window_ms_));
  const std::uint64_t whole = bytes / elapsed * 1000 + bytes % elapsed * 1000 / elapsed;
  const bool has_rest = bytes % elapsed * 1000 % elapsed != 0;
  const auto quota = static_cast<std::uint64_t>(rate_);
  return whole > quota || (whole == quota && has_rest);
}

}  // namespace kafkasim

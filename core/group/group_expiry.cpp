// Offsets that are of no use any more go (GroupMetadataManager and OffsetMetadataManager.cleanupExpiredOffsets, KIP-211): of a
// group without members after offsets.retention.minutes from when it lost the last, of a group in use those of topics that
// nobody in it reads, of offsets committed by hand that time after the commit. A group of which nothing is left goes too.
#include <algorithm>

#include "core/group/group_coordinator.hpp"
#include "core/group/group_records.hpp"

namespace kafkasim {

void GroupCoordinator::expire_offsets(Env& env) {
  next_expiry_ = env.now + limits_.retention_check_interval;
  for (auto& [partition, shard] : shards_) {
    std::vector<std::string> names;
    for (const auto& [name, group] : shard.groups) names.push_back(name);
    for (const auto& [name, group] : shard.consumer_groups) names.push_back(name);
    for (const std::string& name : names) expire_in(shard, name, env);
  }
}

void GroupCoordinator::expire_in(Shard& shard, const std::string& name, Env& env) {
  const auto consumer = shard.consumer_groups.find(name);
  const bool is_consumer = consumer != shard.consumer_groups.end();
  const GroupOffsets& offsets = is_consumer ? consumer->second->offsets() : shard.groups.at(name)->offsets();
  std::vector<TopicPartition> going;
  for (const auto& [tp, committed] : offsets.all()) {
    const Timestamp at = committed.value.commit_timestamp;
    std::optional<Timestamp> since = at;
    if (is_consumer && consumer->second->is_subscribed_to(tp.topic)) since.reset();
    if (!is_consumer) since = shard.groups.at(name)->useless_since(tp, at);
    if (limits_.legacy.has(Legacy::offsets_expire_by_commit_time)) since = at;
    if (!since) continue;
    const Timestamp until = committed.value.expire_timestamp.value_or(since->plus(limits_.offsets_retention.whole_ms()));
    if (until <= env.wall) going.push_back(tp);
  }
  const bool all = going.size() == offsets.all().size();
  if (all && is_consumer && consumer->second->empty()) {
    (void)delete_consumer_group(shard, name, GroupForgotten{}, env);
    return;
  }
  const auto classic = shard.groups.find(name);
  if (all && !is_consumer && classic->second->state() == GroupState::empty && classic->second->is_deserted()) {
    if (delete_one(name, GroupForgotten{}, env) == ErrorCode::none) return;
  }
  if (going.empty()) return;
  RecordBatch batch = tombstones_batch(name, going, Forgets::offsets, env.wall);
  OffsetsForgotten then;
  then.offsets = std::move(going);
  then.expired = true;
  take_writes(shard.partition, name, {GroupWrite{std::move(batch), std::move(then)}}, env);
}

}  // namespace kafkasim

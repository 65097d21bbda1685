#include "core/replica/leader.hpp"

#include <algorithm>

namespace kafkasim {

namespace {

std::optional<Instant> later(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || (b && *b > *a)) return b;
  return a;
}

}  // namespace

void set_remote_replicas(LeaderRole& leader, NodeId self, const std::vector<NodeId>& replicas) {
  std::erase_if(leader.remote,
                [&replicas](const auto& entry) { return std::ranges::find(replicas, entry.first) == replicas.end(); });
  for (const NodeId replica : replicas) {
    if (replica != self) leader.remote.try_emplace(replica);
  }
}

void reset_remote_replicas(LeaderRole& leader, Reign reign, Offset log_end, Instant now) {
  for (auto& [id, replica] : leader.remote) {
    const std::optional<Instant> if_in_sync = leader.isr.in_committed(id) ? std::optional{now} : std::nullopt;
    if (reign == Reign::first) replica = RemoteReplica{};
    replica.implied_by.reset();
    if (reign == Reign::again) {
      replica.leader_end_at_last_fetch = log_end;
      replica.last_fetch = if_in_sync;
    }
    replica.last_caught_up = if_in_sync;
  }
}

ErrorCode record_fetch(LeaderRole& leader, const FollowerFetch& fetch, const LeaderView& view) {
  const auto found = leader.remote.find(fetch.replica);
  if (found == leader.remote.end()) return ErrorCode::not_leader_or_follower;
  const auto broker = view.brokers.find(fetch.replica);
  const bool registered = broker != view.brokers.end() && !broker->second.fenced;
  const bool process_matters = !view.legacy.has(Legacy::stale_broker_epoch_joins_isr);
  if (process_matters && fetch.broker_epoch && registered && broker->second.epoch > *fetch.broker_epoch)
    return ErrorCode::not_leader_or_follower;

  RemoteReplica& replica = found->second;
  if (fetch.fetch_offset >= view.log_end) {
    replica.last_caught_up = later(replica.last_caught_up, view.now);
  } else if (!replica.leader_end_at_last_fetch || fetch.fetch_offset >= *replica.leader_end_at_last_fetch) {
    // It has what there was when it asked last: it keeps up, though never with what came in between.
    replica.last_caught_up = later(replica.last_caught_up, replica.last_fetch);
  }
  replica.log_end = fetch.fetch_offset;
  replica.log_start = fetch.log_start;
  replica.broker_epoch = fetch.broker_epoch;
  replica.leader_end_at_last_fetch = std::max(view.log_end, replica.leader_end_at_last_fetch.value_or(view.log_end));
  replica.last_fetch = view.now;
  return ErrorCode::none;
}

bool says_nothing_new(const LeaderRole& leader, const FollowerFetch& fetch, Offset log_end) {
  const auto found = leader.remote.find(fetch.replica);
  if (found == leader.remote.end() || !leader.isr.in_committed(fetch.replica)) return false;
  const RemoteReplica& known = found->second;
  return fetch.fetch_offset == log_end && known.log_end == log_end && known.leader_end_at_last_fetch == log_end
         && known.log_start == fetch.log_start && known.broker_epoch == fetch.broker_epoch;
}

void settle_implied(RemoteReplica& replica, std::optional<Instant> at) {
  replica.implied_by.reset();
  replica.last_fetch = later(replica.last_fetch, at);
  replica.last_caught_up = later(replica.last_caught_up, at);
}

bool is_caught_up(const RemoteReplica& replica, const LeaderView& view) {
  if (replica.log_end && *replica.log_end == view.log_end) return true;
  return replica.last_caught_up && view.now - *replica.last_caught_up <= view.lag_max;
}

bool is_isr_eligible(const LeaderRole& leader, NodeId replica, const BrokerMap& brokers, LegacyBehaviours legacy) {
  const auto state = leader.remote.find(replica);
  const auto broker = brokers.find(replica);
  if (state == leader.remote.end() || broker == brokers.end()) return false;
  if (!broker->second.is_active() && !legacy.has(Legacy::fenced_joins_isr)) return false;
  if (!state->second.log_end) return false;  // not a fetch yet, so no process to speak of
  if (legacy.has(Legacy::stale_broker_epoch_joins_isr)) return true;
  return !state->second.broker_epoch || *state->second.broker_epoch == broker->second.epoch;
}

bool may_join_isr(const LeaderRole& leader, NodeId replica, const LeaderView& view) {
  if (leader.isr.is_pending() || leader.isr.in_committed(replica)) return false;
  if (!is_isr_eligible(leader, replica, view.brokers, view.legacy)) return false;
  const std::optional<Offset> log_end = leader.remote.at(replica).log_end;
  if (!log_end || *log_end < view.high_watermark) return false;
  return *log_end >= leader.epoch_start || view.legacy.has(Legacy::isr_join_by_hw);
}

std::vector<NodeId> out_of_sync(const LeaderRole& leader, NodeId self, const LeaderView& view) {
  std::vector<NodeId> behind;
  if (leader.isr.is_pending()) return behind;
  for (const NodeId replica : leader.isr.committed()) {
    const auto state = leader.remote.find(replica);
    if (replica != self && (state == leader.remote.end() || !is_caught_up(state->second, view)))
      behind.push_back(replica);
  }
  return behind;
}

std::optional<Offset> high_watermark_candidate(const Partition& partition, const LeaderView& view) {
  const LeaderRole* leader = partition.leader();
  if (leader == nullptr) return std::nullopt;
  if (partition.is_under_min_isr() && !view.legacy.has(Legacy::last_replica_standing)) return std::nullopt;
  Offset candidate = view.log_end;
  for (const auto& [id, replica] : leader->remote) {
    if (replica.log_end && *replica.log_end >= candidate) continue;
    // Who is not in the ISR but about to join is waited for as well: else the high watermark would run away from it.
    const bool may_join = is_isr_eligible(*leader, id, view.brokers, view.legacy) || view.legacy.has(Legacy::hw_waits_for_ineligible);
    const bool joins = leader->isr.in_maximal(id) || (is_caught_up(replica, view) && may_join);
    const bool counts = view.legacy.has(Legacy::committed_isr_for_hw) ? leader->isr.in_committed(id) : joins;
    if (!counts) continue;
    if (!replica.log_end) return std::nullopt;
    candidate = *replica.log_end;
  }
  return candidate;
}

}  // namespace kafkasim

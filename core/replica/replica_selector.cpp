#include "core/replica/replica_selector.hpp"

#include <tuple>

namespace kafkasim {

std::optional<NodeId> preferred_read_replica(const LeaderRole& leader, NodeId self, const std::string& rack, Offset fetch_offset,
                                             const BrokerMap& brokers) {
  if (rack.empty()) return std::nullopt;
  const auto is_there = [&](NodeId id) {
    const auto broker = brokers.find(id);
    return broker != brokers.end() && !broker->second.fenced && broker->second.rack == rack;
  };
  if (is_there(self)) return std::nullopt;
  std::optional<std::tuple<Offset, std::optional<Instant>, NodeId>> best;
  for (const auto& [id, replica] : leader.remote) {
    const bool has_it = replica.log_end && *replica.log_end >= fetch_offset && replica.log_start.value_or(Offset{0}) <= fetch_offset;
    if (!has_it || !leader.isr.in_committed(id) || !is_there(id)) continue;
    const std::tuple candidate{*replica.log_end, replica.last_caught_up, id};
    if (!best || candidate > *best) best = candidate;
  }
  return best ? std::optional{std::get<NodeId>(*best)} : std::nullopt;
}

}  // namespace kafkasim

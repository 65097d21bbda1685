#pragma once
// Convergence: what a cluster comes to when it is left alone with a healthy core, as a list of what is still missing.
// All from observations. In order:
//   one controller of the core is active; all its brokers are registered and unfenced;
//   each tested partition has a leader in the core, its ISR holds all replicas in the core, all is committed, and their
//   logs are equal;
//   each group with a living member is stable: its members are those that live, and own each partition of their topics
//   once; readers have read all there is and committed it;
//   every send is answered; no epoch and no generation has changed for a while.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/history.hpp"

namespace kafkasim::sim {

struct Core {  // the part of a cluster that is whole
  std::vector<NodeId> controllers;
  std::vector<NodeId> brokers;
  std::vector<TopicIdPartition> tested;
  std::map<std::string, TopicIdPartition> groups;  // where each group is kept
  [[nodiscard]] bool has_broker(NodeId id) const;
};

struct Unmet {
  std::string subject;  // "orders-0", "broker 2", "analytics"
  std::string what;
  std::optional<Excuse> excuse{};
  friend bool operator==(const Unmet&, const Unmet&) = default;
};

inline constexpr Duration quiet_for = seconds(5);

// What is missing at that moment; stops when `most` are found.
[[nodiscard]] std::vector<Unmet> unmet(const History& history, const Core& core, Instant now, std::size_t most);

}  // namespace kafkasim::sim

#pragma once
// What a message is for, by its api and by who it passes between; and what kind of node a host is. For whatever shows messages.
#include <vector>

#include "core/message/message.hpp"
#include "sim/frame/frame.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

// Of a message from `from` to `to`; a request and its answer are of the same.
[[nodiscard]] Traffic2 traffic_of(ApiKey api, NodeKind from, NodeKind to);
// The administrator of the timeline is NodeKind::admin, as is whatever else is no client of the scenario.
[[nodiscard]] NodeKind kind_of(HostId host, const Simulation& run);
[[nodiscard]] std::vector<NodeKind> kinds_of_hosts(const Simulation& run);  // of all, by number: for those who ask often

}  // namespace kafkasim::sim

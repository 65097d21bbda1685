#pragma once
// Healing: the core of a cluster that the epilogue makes whole, and how long it may take to come to rest.
//
// The core is drawn (from the stream `epilogue`): nodes in a random order, those that are well and open to all in
// the core already; then others, until the core holds a majority of the voters that still have their log, and of each
// partition that is tested a member of the ISR that has all of it (where nobody is known to: the whole ISR) and as many
// replicas as min.insync.replicas. Of what is broken outside, each node is healed too with probability one half: both
// the whole and a part have to work. A node that the core's controllers still hear belongs to it in any case. All
// clients do, and have nothing to do with the nodes outside any more.
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/check/convergence.hpp"
#include "sim/run/cluster.hpp"

namespace kafkasim::sim {

struct Patient {  // what is to be healed
  const Scenario& scenario;
  const World& world;
  const Cluster& cluster;
  const History& history;
};

// The partitions of the scenario, and those of the offsets topic that hold a group.
[[nodiscard]] Core draw_core(const Patient& of, Random random);
// Its nodes and all clients.
[[nodiscard]] std::vector<HostId> hosts_of(const Core& core, const Cluster& cluster);

// Ends all faults among these hosts, in ascending order: starts what is down (clients only if a fault ended them,
// producers not), resumes what is paused, repairs disks and processors, and lets every packet pass.
void heal(const std::vector<HostId>& hosts, const Cluster& cluster, const History& history, World& world);

// How long the core may take: timers.hpp, and on top what there is to copy and to process; request.timeout.ms where
// somebody has fallen silent, for a client finds out only then; delivery.timeout.ms where a send still waits.
[[nodiscard]] Duration convergence_budget(const Patient& of, const Core& core);

// Why the core cannot come to rest, whatever Kafka does; to be asked at the moment at which it is healed.
// Empty: it can.
[[nodiscard]] std::vector<std::string> unrecoverable(const Patient& of, const Core& core);

}  // namespace kafkasim::sim

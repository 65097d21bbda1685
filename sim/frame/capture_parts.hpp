#pragma once
// The parts of which capture() makes a Frame. Of this folder alone.
#include <vector>

#include "core/client/producer.hpp"
#include "sim/frame/capture.hpp"

namespace kafkasim::sim {

struct Shot {  // what each part looks at
  const Simulation& run;
  Duration at;
  const FrameWish& wish;
  std::vector<NodeKind> kinds;       // of all hosts, by number
  std::vector<FrameFault> faults;    // in force

  [[nodiscard]] Instant now() const { return run.origin() + at; }
  [[nodiscard]] const History& history() const { return run.checks().history(); }
  [[nodiscard]] NodeKind kind(HostId host) const { return kinds[static_cast<std::size_t>(host.value)]; }
  // Not yet in the picture: a client whose time has not come.
  [[nodiscard]] bool is_awaited(const ClientHost& client) const { return client.from > at && !run.world().is_up(client.host); }
};

// capture_nodes.cpp: brokers, controllers, then clients; the links between them that are cut or poor.
[[nodiscard]] std::vector<FrameNode> capture_nodes(const Shot& shot);
[[nodiscard]] std::vector<FrameLink> capture_links(const Shot& shot, const std::vector<FrameNode>& nodes);
[[nodiscard]] const Producer* producer_on(const World& world, HostId host);  // null: that is no client that writes
// capture_messages.cpp: on their way, or held at their receiver's door.
[[nodiscard]] std::vector<FrameMessage> capture_messages(const Shot& shot);
// capture_partitions.cpp: in the order of a Frame, without their readers.
[[nodiscard]] std::vector<FramePartition> capture_partitions(const Shot& shot, const Recorder& recent);
// capture_groups.cpp: and tells the partitions who reads them.
[[nodiscard]] std::vector<FrameGroup> capture_groups(const Shot& shot, std::vector<FramePartition>& partitions);
// capture_transactions.cpp
[[nodiscard]] std::vector<FrameTransaction> capture_transactions(const Shot& shot);

}  // namespace kafkasim::sim

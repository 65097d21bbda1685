#pragma once
// Causality: what happened before what (Lamport 1978), from the observations of a World that tells its details. A node is a step
// of a machine, or what befell a process; an edge leads from the step before on the same host, and from the step that sent the
// message with which it began. What a finding follows from is the causal past of the step that it was found at: nothing else can
// have had a part in it.
//   Causality past;   for (const Observation& o : ...) past.observe(o);   past.past_of(node)
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

class Causality {
 public:
  using Node = std::size_t;  // in the order in which they happened

  Causality();
  Causality(const Causality&) = delete;
  Causality& operator=(const Causality&) = delete;
  ~Causality();

  Node observe(const Observation& o);  // the node that it belongs to
  [[nodiscard]] std::size_t size() const;
  // Which nodes happened before this one; itself included. By node.
  [[nodiscard]] std::vector<bool> past_of(Node node) const;

 private:
  struct Graph;  // Boost's
  Node begin(HostId host);

  std::unique_ptr<Graph> graph_;
  std::map<HostId, Node> last_;  // of each host
  std::map<MessageRef, Node> sent_;
  std::map<ConnectionId, HostId> acceptors_;
};

}  // namespace kafkasim::sim

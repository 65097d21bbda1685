#pragma once
// A run with a timeline: two brokers in racks a and b, t-0 led by broker 1 and t-1 by broker 2.
#include <string>

#include "tests/sim/run/support.hpp"

namespace kafkasim::sim::testing {

inline const TopicPartition t0{"t", PartitionIndex{0}};

inline std::shared_ptr<const Scenario> with_timeline(const std::string& entries, std::string_view duration = "3s",
                                                     const std::vector<Patch>& more = {}) {
  std::vector<Patch> patches{{"/cluster/racks", R"(["a", "b"])"}, {"/timeline", "[" + entries + "]"}};
  patches.insert(patches.end(), more.begin(), more.end());
  return scenario(
      small(2, duration, R"("topics": [{"name": "t", "assignment": [[1, 2], [2, 1]]}], "epilogue": false, )"), patches);
}

// To its end, which it does not judge.
inline Simulation whole(const std::shared_ptr<const Scenario>& s) {
  Simulation run = formed(s);
  while (run.step()) {}
  return run;
}

inline HostId host_of(const Simulation& run, std::int32_t node) { return *run.cluster().node(NodeId{node}); }
inline bool is_up(const Simulation& run, std::int32_t node) { return run.world().is_up(host_of(run, node)); }

}  // namespace kafkasim::sim::testing

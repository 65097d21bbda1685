#pragma once
// A run as a trace for ui.perfetto.dev or chrome://tracing (Trace Event Format): a process a host, a thread a thread of its lanes, a
// slice a step with the time it was charged; a request from its sending to its answer on the asker's side; the story's lines as
// marks. Written as it comes: the World must be asked for its details.
#include <iosfwd>
#include <map>
#include <set>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

class PerfettoTrace {
 public:
  explicit PerfettoTrace(std::ostream& out);
  void look(const Simulation& run);  // after each step
  void end(const Simulation& run);

 private:
  void event(const std::string& json);
  void name_host(const Simulation& run, HostId host);
  void observe(const Simulation& run, const Observation& o);
  [[nodiscard]] static std::string microseconds_of(Duration d);

  std::ostream& out_;
  bool first_{true};
  std::set<HostId> named_;
  std::set<std::pair<HostId, std::uint32_t>> threads_;
  std::map<std::pair<HostId, std::uint32_t>, std::pair<Duration, std::string>> steps_;  // begun, not charged yet
  std::set<MessageRef> asked_;
  std::size_t told_{0};
};

}  // namespace kafkasim::sim

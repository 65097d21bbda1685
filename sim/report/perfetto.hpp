#pragma once
// A run as a trace for ui.perfetto.dev or chrome://tracing (Trace Event Format): a process a host, a thread a thread of its lanes, a
// slice a step with the time it was charged, or less if its thread began another before (its disk had become faster); a request
// from its sending to its answer on the asker's side; the story's lines as marks. Written as it comes: the World must be asked for
// its details.
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
  using Thread = std::pair<HostId, std::uint32_t>;
  struct Slice {
    Duration began;
    Duration lasts;
    std::string name;
  };
  void write(const Thread& thread, const Slice& slice);
  [[nodiscard]] static std::string microseconds_of(Duration d);

  std::ostream& out_;
  bool first_{true};
  std::set<HostId> named_;
  std::set<Thread> threads_;
  std::map<Thread, Slice> steps_;  // the last of each, until the next begins
  std::set<MessageRef> asked_;
  std::size_t told_{0};
};

}  // namespace kafkasim::sim

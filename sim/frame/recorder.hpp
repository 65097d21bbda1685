#pragma once
// Recorder: the last observations of a run, for what a picture tells of the recent past: cuts of logs, the space-time diagram. It
// looks at a run after each of its steps and changes nothing.
#include <cstddef>
#include <deque>
#include <optional>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct RecordedCut {
  TopicIdPartition partition;
  HostId host;
  Offset from;
  Offset to;
  Instant at;
};

class Recorder {
 public:
  explicit Recorder(std::size_t most = 100'000) : most_{most} {}
  void observe(const Simulation& run);  // once after each step
  void clear();

  [[nodiscard]] const std::deque<Observation>& observations() const { return observations_; }
  [[nodiscard]] const std::deque<RecordedCut>& cuts() const { return cuts_; }
  // From when on nothing is missing; absent before anything was seen.
  [[nodiscard]] std::optional<Instant> since() const { return since_; }

 private:
  std::size_t most_;
  std::deque<Observation> observations_;
  std::deque<RecordedCut> cuts_;
  std::optional<Instant> since_;
};

}  // namespace kafkasim::sim

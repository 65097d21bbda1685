#pragma once
// Runs that are filmed: a recorder looks at every step, and pictures are taken of them.
#include <string>

#include "sim/frame/capture.hpp"
#include "tests/sim/run/support.hpp"

namespace kafkasim::sim::testing {

struct Filmed {
  explicit Filmed(const std::string& text) : run{formed(scenario(text))} {}

  bool step() {
    const bool more = run.step();
    recorder.observe(run);
    return more;
  }
  void until(Duration at) {  // all events up to and including that moment
    for (;;) {
      const auto next = run.world().next_event_at();
      if (!next || *next > run.origin() + at || !step()) return;
    }
  }
  // Steps until `is` holds of a picture; false: the run ended first.
  template <class Is>
  bool until_shown(const Is& is, const FrameWish& wish = {}) {
    while (!is(picture(wish))) {
      if (!step()) return false;
    }
    return true;
  }
  [[nodiscard]] Frame picture(const FrameWish& wish = {}) const { return capture(run, recorder, run.now(), wish); }
  [[nodiscard]] Frame picture(Duration at, const FrameWish& wish = {}) const { return capture(run, recorder, at, wish); }

  Simulation run;
  Recorder recorder{};
};

inline const TopicPartition t0{"t", PartitionIndex{0}};
inline FrameWish strip_of(const TopicPartition& partition) {
  FrameWish wish;
  wish.strips.insert(partition);
  return wish;
}
inline const FrameReplica& replica_of(const Frame& frame, const TopicPartition& partition, std::int32_t node) {
  const FramePartition* p = frame.partition(partition);
  REQUIRE(p != nullptr);
  for (const FrameReplica& replica : p->replicas) {
    if (replica.node == NodeId{node}) return replica;
  }
  FAIL("no such replica");
  throw 0;
}

// Broker 1 leads t-0, all three hold it; "p" writes to it without end.
inline std::string three_brokers(std::string_view producer_config, std::string_view timeline, std::string_view duration = "20s") {
  return small(3, duration, R"("topics": [{"name": "t", "assignment": [[1, 2, 3]], "config": {"min.insync.replicas": 1}}],
      "producers": [{"id": "p", "topic": "t", "rate": "50/s", "from": "100ms", "config": {)" + std::string{producer_config} + R"(}}], "timeline": [)"
                              + std::string{timeline} + "], \"epilogue\": false, \"expect\": [], ");
}

}  // namespace kafkasim::sim::testing

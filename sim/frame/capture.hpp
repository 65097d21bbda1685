#pragma once
// Takes a Frame of a run. Pure: the same run, wish and moment give the same Frame.
#include <set>

#include "sim/frame/frame.hpp"
#include "sim/frame/recorder.hpp"

namespace kafkasim::sim {

struct FrameWish {
  std::set<TopicPartition> strips;    // of these partitions the logs are told batch by batch; others by their offsets alone
  std::int64_t tail{120};             // how many offsets of the end of a log, counted from the highest log end of its replicas
  std::optional<Offset> strip_from{}; // instead: from this offset on
  bool internal_topics{false};
  Duration cuts_shown{seconds(3)};    // how long the cut of a log is told
};

// `at`: the moment that is shown: not before the run's last event, and before its next.
[[nodiscard]] Frame capture(const Simulation& run, const Recorder& recent, Duration at, const FrameWish& wish);

}  // namespace kafkasim::sim

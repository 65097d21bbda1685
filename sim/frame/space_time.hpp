#pragma once
// The space-time diagram of a stretch of a run (Lamport 1978): a lane a host, a line a message, from where it left to where a step
// began with it; and what lies in the causal past of one of them (Boost.Graph, by check/causality.hpp).
#include <optional>
#include <string>
#include <vector>

#include "sim/frame/frame.hpp"
#include "sim/frame/recorder.hpp"
#include "sim/run/story.hpp"

namespace kafkasim::sim {

struct Flight {  // of a message
  MessageRef message;
  HostId from;
  HostId to;
  Duration left;
  std::optional<Duration> arrived;  // absent: it has not, within what is known
  Traffic2 traffic{};
  std::uint64_t bytes{};
  bool in_cone{false};
};
struct LaneMark {  // what befell a host, or a note of its machine that matters
  HostId host;
  Duration at;
  std::string text;
  Tone tone{};
  bool in_cone{false};
};
struct LaneSpan {  // the process is up
  HostId host;
  Duration from;
  Duration to;
};
struct SpaceTime {
  Duration from;
  Duration to;
  std::vector<Flight> flights;  // by when they left
  std::vector<LaneMark> marks;
  std::vector<LaneSpan> spans;
};
enum class Heartbeats : std::uint8_t { left_out, shown };  // empty fetches of followers too
struct Cone {  // the causal past of the arrival (or, if there is none, the departure) of this message
  MessageRef message;
};

[[nodiscard]] SpaceTime space_time(const Simulation& run, const Recorder& recent, Duration from, Duration to, Heartbeats heartbeats,
                                   const std::optional<Cone>& cone);

}  // namespace kafkasim::sim

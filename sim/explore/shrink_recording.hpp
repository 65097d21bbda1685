#pragma once
// The least of a recording that still breaks the same invariant, excused or not as before: whole connections are left out, then
// entries of the timeline, then single requests, and what comes after the finding. What is left is recorded anew, so that it
// replays by itself.
//
// What clients send is fixed: an answer that tells them otherwise than before does not change what comes next. So a candidate may
// break nothing for that reason alone, and the result is not always the least that a living client could do.
#include <cstdint>
#include <functional>
#include <string>

#include "sim/serve/recording.hpp"

namespace kafkasim::sim {

struct ShrunkRecording {
  std::string invariant;
  std::string detail;
  std::size_t operations{0};  // that are left
  std::size_t of{0};
  std::uint64_t runs{0};
  bool complete{true};  // false: a limit was met, there may be a smaller one
};
struct ShrinkRecordingLimits {
  std::uint64_t most_runs{200};
  std::function<bool()> stop;
};

// Writes it to `path`. Fails if the recording breaks nothing, cannot be replayed, or the file cannot be written.
[[nodiscard]] Result<ShrunkRecording> shrink_recording(const Recording& recording, const std::string& path,
                                                       const ShrinkRecordingLimits& limits);

}  // namespace kafkasim::sim

#pragma once
// WallClock: what a host takes for the time of day, and what the right time is. It may jump and drift.
#include <cstdint>

#include "core/base/time.hpp"

namespace kafkasim::sim {

inline constexpr Timestamp wall_clock_at_zero{1'700'000'000'000};  // what every clock shows at Instant 0, unless it is set

// What a node takes for the time: nanoseconds since 1970, which go on from the last change at their own pace.
class WallClock {
 public:
  explicit WallClock(Timestamp at_zero);
  [[nodiscard]] Timestamp at(Instant now) const;
  void jump(Duration by);
  void set_drift(Instant now, std::int64_t per_million);  // within a million: a clock does not run backwards
  [[nodiscard]] std::int64_t drift() const { return drift_; }

 private:
  [[nodiscard]] std::int64_t ns_at(Instant now) const;
  std::int64_t shown_ns_;
  Instant since_{};
  std::int64_t drift_{0};  // per million
};

}  // namespace kafkasim::sim

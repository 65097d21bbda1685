#include "sim/kernel/wall_clock.hpp"

#include <algorithm>

#include "sim/kernel/saturating.hpp"

namespace kafkasim::sim {

namespace {
constexpr std::int64_t million = 1'000'000;
}  // namespace

WallClock::WallClock(Timestamp at_zero) : shown_ns_{milliseconds(at_zero.value).ns} {}

std::int64_t WallClock::ns_at(Instant now) const {
  const std::int64_t gone = (now - since_).ns;
  const std::int64_t gained = gone / million * drift_ + gone % million * drift_ / million;
  return saturating_sum(saturating_sum(shown_ns_, gone), gained);
}

Timestamp WallClock::at(Instant now) const { return Timestamp{Duration{ns_at(now)}.whole_ms()}; }

void WallClock::jump(Duration by) { shown_ns_ = saturating_sum(shown_ns_, by.ns); }

void WallClock::set_drift(Instant now, std::int64_t per_million) {
  shown_ns_ = ns_at(now);
  since_ = now;
  drift_ = std::clamp(per_million, 1 - million, million);
}

}  // namespace kafkasim::sim

#pragma once
// Pace: which moment of virtual time it is now, for a given moment of real time. A value.
//   at(now) = virtual_begin + (now - real_begin) * speed; stands still while paused.
// Whoever steps the World and cannot keep up calls slip(): time goes on from where the World is.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"

namespace kafkasim::sim {

class Pace {
 public:
  using Real = std::chrono::steady_clock::time_point;
  static constexpr std::int64_t least_permille = 1;              // a thousandth of real time
  static constexpr std::int64_t most_permille = 1'000'000;  // a thousand times

  Pace(Real now, Instant begin, std::int64_t permille) : real_{now}, virtual_{begin}, permille_{permille} {}

  [[nodiscard]] Instant at(Real now) const {
    if (paused_) return virtual_;
    const std::int64_t passed = std::max<std::int64_t>(0, std::chrono::nanoseconds{now - real_}.count());
    return virtual_ + Duration{passed / 1000 * permille_ + passed % 1000 * permille_ / 1000};
  }
  // When that moment comes; absent while paused.
  [[nodiscard]] std::optional<Real> when(Instant moment) const {
    if (paused_) return std::nullopt;
    constexpr std::int64_t far = 1'000'000'000'000'000;  // 11 days: whoever waits looks again before
    const std::int64_t ahead = std::clamp<std::int64_t>((moment - virtual_).ns, 0, far);
    return real_ + std::chrono::nanoseconds{ahead / permille_ * 1000 + ahead % permille_ * 1000 / permille_ + 1};
  }
  void slip(Real now, Instant reached) {
    real_ = now;
    virtual_ = reached;
  }
  void set_speed(Real now, std::int64_t permille) {
    slip(now, at(now));
    permille_ = std::clamp(permille, least_permille, most_permille);
  }
  void pause(Real now) {
    slip(now, at(now));
    paused_ = true;
  }
  void resume(Real now) {
    real_ = now;
    paused_ = false;
  }
  [[nodiscard]] bool is_paused() const { return paused_; }
  [[nodiscard]] std::int64_t permille() const { return permille_; }

 private:
  Real real_;
  Instant virtual_;
  std::int64_t permille_;
  bool paused_{false};
};

}  // namespace kafkasim::sim

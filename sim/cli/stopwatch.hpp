#pragma once
// Stopwatch: how long something has taken by the clock on the wall; for reports and limits, never for what a run does.
#include <chrono>
#include <cstdint>

namespace kafkasim::sim {

class Stopwatch {
 public:
  [[nodiscard]] std::int64_t us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin_).count();
  }
  [[nodiscard]] std::int64_t ms() const { return us() / 1000; }

 private:
  std::chrono::steady_clock::time_point begin_{std::chrono::steady_clock::now()};
};

}  // namespace kafkasim::sim

#include "sim/serve/pace.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::sim {
namespace {
const Pace::Real begin{std::chrono::seconds{1000}};
Pace::Real after(std::int64_t ms) { return begin + std::chrono::milliseconds{ms}; }
Instant virtual_at(std::int64_t ms) { return Instant{5'000'000'000} + milliseconds(ms); }
}  // namespace

TEST_CASE("virtual time goes with real time at its speed") {
  Pace pace{begin, virtual_at(0), 1000};
  CHECK(pace.at(after(250)) == virtual_at(250));
  pace.set_speed(after(250), 2000);
  CHECK(pace.at(after(350)) == virtual_at(450));
  pace.set_speed(after(350), 100);
  CHECK(pace.at(after(1350)) == virtual_at(550));
}

TEST_CASE("virtual time stands still while paused") {
  Pace pace{begin, virtual_at(0), 1000};
  pace.pause(after(100));
  CHECK(pace.at(after(5000)) == virtual_at(100));
  CHECK_FALSE(pace.when(virtual_at(200)));
  pace.resume(after(5000));
  CHECK(pace.at(after(5050)) == virtual_at(150));
}

TEST_CASE("the real moment of a virtual one is when that has come not before") {
  for (const std::int64_t permille : {1, 3, 100, 999, 1000, 1001, 7000, 1'000'000}) {
    Pace pace{begin, virtual_at(0), permille};
    for (const std::int64_t ns : {1, 999, 1'000'000, 123'456'789}) {
      const Instant moment = virtual_at(0) + nanoseconds(ns);
      const auto real = pace.when(moment);
      REQUIRE(real);
      CHECK(pace.at(*real + std::chrono::microseconds{1000}) >= moment);
      CHECK(pace.at(*real - std::chrono::microseconds{2}) <= moment);
    }
  }
}

TEST_CASE("who cannot keep up goes on from where it is") {
  Pace pace{begin, virtual_at(0), 1000};
  pace.slip(after(900), virtual_at(100));
  CHECK(pace.at(after(900)) == virtual_at(100));
  CHECK(pace.at(after(1000)) == virtual_at(200));
}

}  // namespace kafkasim::sim

#pragma once
// Virtual time in whole nanoseconds. Instant is a moment of the World's clock (what deadlines are made of), Duration the
// distance of two; Timestamp is a node's wall clock in milliseconds since 1970, as records carry it.
#include <compare>
#include <cstdint>
#include <limits>

#include "core/base/strong.hpp"

namespace kafkasim {

struct Duration {
  std::int64_t ns{};
  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ns * n}; }
  friend constexpr Duration operator/(Duration a, std::int64_t n) { return {a.ns / n}; }
  constexpr Duration& operator+=(Duration b) { ns += b.ns; return *this; }
  [[nodiscard]] constexpr std::int64_t whole_ms() const { return floor_div(1'000'000); }
  [[nodiscard]] constexpr std::int64_t whole_us() const { return floor_div(1'000); }

 private:
  [[nodiscard]] constexpr std::int64_t floor_div(std::int64_t unit) const {
    return ns >= 0 ? ns / unit : (ns + 1) / unit - 1;  // no overflow at either end
  }
};

[[nodiscard]] constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
[[nodiscard]] constexpr Duration microseconds(std::int64_t n) { return {n * 1'000}; }
[[nodiscard]] constexpr Duration milliseconds(std::int64_t n) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  return {(n > most ? most : n < -most ? -most : n) * 1'000'000};  // Kafka's "for ever" is Long.MAX_VALUE milliseconds
}
[[nodiscard]] constexpr Duration seconds(std::int64_t n) { return milliseconds(n * 1'000); }

struct Instant {
  std::int64_t ns{};
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant a, Duration d) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return {d.ns > 0 && a.ns > most - d.ns ? most : a.ns + d.ns};
  }
  friend constexpr Instant operator-(Instant a, Duration d) { return {a.ns - d.ns}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }
};

using Timestamp = Ordinal<struct TimestampTag>;  // milliseconds since 1970-01-01, UTC, of one node's clock

}  // namespace kafkasim

#pragma once
// Strong names for numbers. An Id can be compared and printed; an Ordinal also counts:
//   Offset next = log_end + Count{1};   Count records = end - start;   // start + end does not compile
// Neither converts to or from a bare number by itself; `.value` is the explicit door.
#include <compare>
#include <cstdint>

namespace kafkasim {

template <class Tag, class Rep = std::int32_t>
struct Id {
  using rep = Rep;
  Rep value{};
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

template <class Tag, class Rep = std::int64_t>
struct Ordinal {
  using rep = Rep;
  Rep value{};
  friend constexpr auto operator<=>(const Ordinal&, const Ordinal&) = default;
  [[nodiscard]] constexpr Ordinal next() const { return Ordinal{static_cast<Rep>(value + 1)}; }
  [[nodiscard]] constexpr Ordinal plus(Rep count) const { return Ordinal{static_cast<Rep>(value + count)}; }
  friend constexpr Rep operator-(Ordinal a, Ordinal b) { return static_cast<Rep>(a.value - b.value); }
};

}  // namespace kafkasim

#pragma once
// One input of the fuzzer as several things: numbers first, then byte strings with a length of two bytes in front of each.
// Whatever the input is, it reads: what is missing is zero or empty.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/bytes.hpp"

namespace kafkasim::fuzz {

class Sections {
 public:
  Sections(const std::uint8_t* data, std::size_t size) : left_{std::as_bytes(std::span{data, size})} {}

  [[nodiscard]] std::uint8_t byte() {
    const ByteSpan one = take(1);
    return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one.front());
  }
  [[nodiscard]] std::int64_t number() {  // eight bytes, big-endian
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return static_cast<std::int64_t>(value);
  }
  [[nodiscard]] ByteSpan section() {
    const std::size_t high = byte();
    const std::size_t low = byte();
    return take(high << 8 | low);
  }
  [[nodiscard]] ByteSpan rest() { return take(left_.size()); }

 private:
  [[nodiscard]] ByteSpan take(std::size_t count) {
    const ByteSpan taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  ByteSpan left_;
};

}  // namespace kafkasim::fuzz

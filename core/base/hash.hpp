#pragma once
// A running 64-bit hash: order matters, platform and compiler do not. Used for the trace hash, for the prefix-hash
// chains of the checkers, and to name random streams. Feed it values, never memory with padding.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace kafkasim {

[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {  // the finaliser of SplitMix64 (Steele, Lea, Flood 2014)
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

class RunningHash {
 public:
  [[gnu::always_inline]] constexpr void add(std::uint64_t x) { state_ = mix64(state_ ^ (x + 0x9e3779b97f4a7c15ULL)) + state_ * 3; }
  constexpr void add(std::int64_t x) { add(static_cast<std::uint64_t>(x)); }
  void add(std::string_view text) { add(std::as_bytes(std::span{text.data(), text.size()})); }
  void add(std::span<const std::byte> bytes) {
    add(static_cast<std::uint64_t>(bytes.size()));
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) add(little_endian(bytes.data() + at));
    if (at < bytes.size()) add(little_endian(bytes.data() + at, bytes.size() - at));
  }
  [[nodiscard]] constexpr std::uint64_t value() const { return mix64(state_); }
  friend constexpr bool operator==(const RunningHash&, const RunningHash&) = default;

 private:
  static std::uint64_t little_endian(const std::byte* at) {
    std::uint64_t x = 0;
    std::memcpy(&x, at, sizeof x);
    return std::endian::native == std::endian::little ? x : little_endian(at, sizeof x);
  }
  static std::uint64_t little_endian(const std::byte* at, std::size_t count) {
    std::uint64_t x = 0;
    for (std::size_t i = 0; i < count; ++i) x |= static_cast<std::uint64_t>(at[i]) << (8 * i);
    return x;
  }
  std::uint64_t state_{0x6b61666b6173696dULL};  // "kafkasim"
};

}  // namespace kafkasim

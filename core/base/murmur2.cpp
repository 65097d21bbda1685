#include "core/base/murmur2.hpp"

#include "core/base/check.hpp"

namespace kafkasim {

std::int32_t murmur2(std::span<const std::byte> key) {
  constexpr std::uint32_t m = 0x5bd1e995;
  const auto at = [&key](std::size_t i) { return static_cast<std::uint32_t>(key[i]); };
  std::uint32_t h = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t k = at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24;
    k *= m;
    k ^= k >> 24;
    k *= m;
    h *= m;
    h ^= k;
  }
  if (const std::size_t rest = key.size() - i; rest > 0) {
    for (std::size_t j = rest; j-- > 0;) h ^= at(i + j) << (8 * j);
    h *= m;
  }
  h ^= h >> 13;
  h *= m;
  h ^= h >> 15;
  return static_cast<std::int32_t>(h);
}

std::int32_t partition_for_key(std::span<const std::byte> key, std::int32_t partitions) {
  KAFKASIM_CHECK(partitions > 0);
  return (murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace kafkasim

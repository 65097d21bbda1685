#pragma once
// Sums and products of times and factors that stop at the ends of their type.
#include <cstdint>
#include <limits>

namespace kafkasim::sim {

inline std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

inline std::int64_t saturating_product(std::int64_t a, std::int64_t b) {  // neither is negative
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
}

}  // namespace kafkasim::sim

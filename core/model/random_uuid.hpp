#pragma once
// A Uuid of version 4 and the variant of RFC 4122, as java.util.UUID.randomUUID draws it.
#include <cstdint>

#include "core/base/random.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

[[nodiscard]] inline Uuid random_uuid(Random& random) {
  Uuid id;
  id.high = (random.next() & ~std::uint64_t{0xf000}) | 0x4000;
  id.low = (random.next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  return id;
}

}  // namespace kafkasim

#include "core/base/crc32c.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <limits>

namespace kafkasim {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t inverted = ~before;
  while (!bytes.empty()) {  // ISA-L takes an int for the length, and a pointer that it does not write through
    const std::size_t count = std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max());
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
    inverted = crc32_iscsi(data, static_cast<int>(count), inverted);
    bytes = bytes.subspan(count);
  }
  return ~inverted;
}

}  // namespace kafkasim

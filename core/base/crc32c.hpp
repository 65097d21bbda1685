#pragma once
// CRC-32C (Castagnoli) as Kafka's record batches carry it, by ISA-L. crc32c("123456789") == 0xE3069283.
#include <cstddef>
#include <cstdint>
#include <span>

namespace kafkasim {

// `before` is the result for the bytes in front of these: crc32c(b, crc32c(a)) == crc32c(a followed by b).
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace kafkasim

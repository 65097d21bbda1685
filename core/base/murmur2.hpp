#pragma once
// The hash of Kafka's default partitioner (clients/.../common/utils/Utils.java, murmur2): which partition a key goes to.
#include <cstddef>
#include <cstdint>
#include <span>

namespace kafkasim {

[[nodiscard]] std::int32_t murmur2(std::span<const std::byte> key);

// (murmur2(key) & 0x7fffffff) % partitions; partitions > 0.
[[nodiscard]] std::int32_t partition_for_key(std::span<const std::byte> key, std::int32_t partitions);

}  // namespace kafkasim

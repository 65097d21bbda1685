#pragma once
// Where Java would put a name: coordinators keep groups and transactional ids in partitions by it.
#include <cstdint>
#include <string_view>

namespace kafkasim {

// String.hashCode: over the UTF-16 units of the text. Bytes that are no UTF-8 count as U+FFFD.
[[nodiscard]] std::uint32_t java_hash(std::string_view text);
// Utils.abs(hash) % count.
[[nodiscard]] std::int32_t java_bucket(std::string_view text, std::int32_t count);

}  // namespace kafkasim

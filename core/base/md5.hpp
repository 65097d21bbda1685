#pragma once
// MD5 (RFC 1321): 16 bytes that stand for a key where Kafka's log cleaner compares keys. Not for secrets.
#include <array>
#include <cstddef>

#include "core/base/bytes.hpp"

namespace kafkasim {

using Md5 = std::array<std::byte, 16>;
[[nodiscard]] Md5 md5(ByteSpan bytes);

}  // namespace kafkasim

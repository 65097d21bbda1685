#pragma once
// The version in which our own machines speak each API: the newest of Kafka 4.1. What else core/wire can read is told
// there.
#include <cstdint>

#include "core/message/message.hpp"

namespace kafkasim {

[[nodiscard]] std::int16_t spoken_version(ApiKey key);

}  // namespace kafkasim

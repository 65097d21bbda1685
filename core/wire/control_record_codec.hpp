#pragma once
// The value of a LeaderChange control record as bytes (LeaderChangeMessage.json). Its first field is its version: 0, or
// 1 with directory ids; a newer one is read as 1. The batch around it is core/record/control_record.hpp's.
#include <cstddef>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/control_record.hpp"

namespace kafkasim {

[[nodiscard]] std::vector<std::byte> encode_leader_change(const LeaderChangeMessage& message);
[[nodiscard]] Result<LeaderChangeMessage> decode_leader_change(ByteSpan bytes);

}  // namespace kafkasim

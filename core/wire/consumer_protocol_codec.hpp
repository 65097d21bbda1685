#pragma once
// Subscriptions and assignments of consumers as bytes (ConsumerProtocol.java): an int16 version, then the body. A
// version above 3 is read as 3, and what it adds behind is passed over: members of different releases share a group.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/consumer_protocol.hpp"

namespace kafkasim {

inline constexpr std::int16_t newest_consumer_protocol = 3;

[[nodiscard]] std::vector<std::byte> encode_consumer_protocol(const ConsumerProtocolSubscription& subscription,
                                                              std::int16_t version = newest_consumer_protocol);
[[nodiscard]] std::vector<std::byte> encode_consumer_protocol(const ConsumerProtocolAssignment& assignment,
                                                              std::int16_t version = newest_consumer_protocol);
// Of what a member has sent, as far as it is known here; 0 where there is none.
[[nodiscard]] std::int16_t consumer_protocol_version(ByteSpan bytes);
[[nodiscard]] Result<ConsumerProtocolSubscription> decode_subscription(ByteSpan bytes);
[[nodiscard]] Result<ConsumerProtocolAssignment> decode_assignment(ByteSpan bytes);

}  // namespace kafkasim

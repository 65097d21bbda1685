#pragma once
// Messages as bytes, in every version that Kafka 4 serves (KIP-482, KIP-896). One description a message
// (describe_*.cpp) gives sizes, bytes, hash and projection, so that they cannot disagree:
//   encoded_size(m, v) == bytes that encode(m, v) appends;   decode(encode(m, v)) == project(m, v)
// Bodies only; frame.hpp has headers and frames. A version outside oldest..newest is our own bug, except in decode().
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "core/message/message.hpp"

namespace kafkasim {

[[nodiscard]] std::int16_t newest_version(ApiKey api);
[[nodiscard]] std::int16_t oldest_version(ApiKey api);
[[nodiscard]] bool is_known_api(std::int16_t number);  // whether an ApiKey has that number
[[nodiscard]] std::vector<ApiKey> known_apis();
[[nodiscard]] bool is_flexible(ApiKey api, std::int16_t version);

[[nodiscard]] std::size_t encoded_size(const Message& message, std::int16_t version);

// Appends the body to `out`, and to `origins`, if given, the Origin of every record batch in it, in order.
void encode(const Message& message, std::int16_t version, ByteWriter& out, std::vector<Origin>* origins);

enum class BytesAfterTheEnd : std::uint8_t { refused, passed_over };  // Kafka passes them over, and there are clients that send some
// The body may come from anyone. Record batches share its memory if `origins` is empty; else each is a copy with its
// Origin. Fails on a version that is not served, on bytes that do not follow the schema, and on bytes after its end;
// the message says where.
[[nodiscard]] Result<Message> decode(ApiKey api, MessageKind kind, std::int16_t version, const SharedBytes& body,
                                     const std::vector<Origin>& origins, BytesAfterTheEnd rest = BytesAfterTheEnd::refused);

// What the message says in that version: two messages with equal projections feed the hash equally.
void hash_message(const Message& message, std::int16_t version, RunningHash& hash);

// What a receiver sees of it: fields that the version lacks hold their defaults, durations are whole milliseconds.
[[nodiscard]] Message project(const Message& message, std::int16_t version);

}  // namespace kafkasim

#pragma once
// The names of things in a Kafka cluster. Absent is std::optional, never -1: the wire codec maps it.
#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "core/base/result.hpp"
#include "core/base/strong.hpp"

namespace kafkasim {

using NodeId = Id<struct NodeIdTag, std::int32_t>;            // a broker's or controller's node.id
using BrokerEpoch = Ordinal<struct BrokerEpochTag>;            // offset of the registration record
using PartitionIndex = Id<struct PartitionIndexTag, std::int32_t>;
using Offset = Ordinal<struct OffsetTag>;                      // of a record in its partition
using LeaderEpoch = Ordinal<struct LeaderEpochTag, std::int32_t>;
using PartitionEpoch = Ordinal<struct PartitionEpochTag, std::int32_t>;
using ProducerId = Id<struct ProducerIdTag, std::int64_t>;
using ProducerEpoch = Ordinal<struct ProducerEpochTag, std::int16_t>;
using Sequence = Ordinal<struct SequenceTag, std::int32_t>;    // next_sequence() wraps, next() does not
using Generation = Ordinal<struct GenerationTag, std::int32_t>;  // of a classic group

[[nodiscard]] constexpr Sequence sequence_plus(Sequence s, std::int64_t count) {  // after 2^31-1 comes 0
  return Sequence{static_cast<std::int32_t>((static_cast<std::int64_t>(s.value) + count) & 0x7fffffff)};
}

struct Uuid {
  std::uint64_t high{};
  std::uint64_t low{};
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  [[nodiscard]] constexpr bool is_zero() const { return high == 0 && low == 0; }
};

// URL-safe base64 without padding, 22 characters: how Kafka prints and stores a Uuid.
[[nodiscard]] std::string to_string(const Uuid& id);
[[nodiscard]] Result<Uuid> parse_uuid(const std::string& text);

// A partition as brokers and controllers know it: by topic id (KIP-516), so that a re-created topic is another one.
struct TopicIdPartition {
  Uuid topic_id;
  PartitionIndex partition;
  friend constexpr auto operator<=>(const TopicIdPartition&, const TopicIdPartition&) = default;
};

// A partition as clients and operators name it.
struct TopicPartition {
  std::string topic;
  PartitionIndex partition;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};
[[nodiscard]] std::string to_string(const TopicPartition& tp);  // "orders-0"

struct Endpoint {  // a listener's address, as advertised
  std::string host;
  std::uint16_t port{};
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

inline constexpr Uuid metadata_topic_id{0, 1};  // __cluster_metadata (Uuid.METADATA_TOPIC_ID)

}  // namespace kafkasim

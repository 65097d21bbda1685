#pragma once
// ConsumerGroupHeartbeat (KIP-848): a member of a consumer group joins, stays, tells what it owns, and leaves; the answer
// gives it its epoch and what it is to own. What has not changed since the last one is left out.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// Epochs that are none (ConsumerGroupHeartbeatRequest).
inline constexpr std::int32_t joining_epoch = 0;
inline constexpr std::int32_t leaving_epoch = -1;
inline constexpr std::int32_t leaving_for_a_while_epoch = -2;  // of a static member

struct ConsumerGroupTopicPartitions {
  Uuid topic_id{};
  std::vector<PartitionIndex> partitions{};
  friend bool operator==(const ConsumerGroupTopicPartitions&, const ConsumerGroupTopicPartitions&) = default;
};

struct ConsumerGroupAssignment {
  std::vector<ConsumerGroupTopicPartitions> topic_partitions{};
  friend bool operator==(const ConsumerGroupAssignment&, const ConsumerGroupAssignment&) = default;
};

struct ConsumerGroupHeartbeatRequest {
  static constexpr ApiKey api = ApiKey::consumer_group_heartbeat;
  static constexpr MessageKind kind = MessageKind::request;
  std::string group_id{};
  std::string member_id{};
  std::int32_t member_epoch{};
  std::optional<std::string> instance_id{};
  std::optional<std::string> rack_id{};
  std::optional<Duration> rebalance_timeout{};
  std::optional<std::vector<std::string>> subscribed_topic_names{};
  std::optional<std::string> subscribed_topic_regex{};
  std::optional<std::string> server_assignor{};
  std::optional<std::vector<ConsumerGroupTopicPartitions>> topic_partitions{};  // what it owns
  friend bool operator==(const ConsumerGroupHeartbeatRequest&, const ConsumerGroupHeartbeatRequest&) = default;
};

struct ConsumerGroupHeartbeatResponse {
  static constexpr ApiKey api = ApiKey::consumer_group_heartbeat;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  std::optional<std::string> member_id{};
  std::int32_t member_epoch{};
  Duration heartbeat_interval{};
  std::optional<ConsumerGroupAssignment> assignment{};
  friend bool operator==(const ConsumerGroupHeartbeatResponse&, const ConsumerGroupHeartbeatResponse&) = default;
};

}  // namespace kafkasim

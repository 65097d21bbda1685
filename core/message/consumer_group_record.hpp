#pragma once
// What a coordinator stores in __consumer_offsets of a consumer group (KIP-848; ConsumerGroup*Key and *Value in
// group-coordinator/src/main/resources/common/message): a record for its epoch, one for the topics that it knew, one for
// the epoch of its target assignment, three for each member: who it is, what it is to own, what it owns; and one for each regular
// expression that a member subscribes to: which topics it means.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class ConsumerGroupRecord : std::int16_t {  // the versions of their keys
  metadata = 3,
  partition_metadata = 4,
  member_metadata = 5,
  target_metadata = 6,
  target_member = 7,
  current_member = 8,
  regular_expression = 16,
};

struct ConsumerGroupKey {
  ConsumerGroupRecord record{};
  std::string group{};
  std::string member{};  // of member_metadata, target_member and current_member; of regular_expression the expression
  friend bool operator==(const ConsumerGroupKey&, const ConsumerGroupKey&) = default;
};

struct ConsumerGroupMetadataValue {
  std::int32_t epoch{};
  friend bool operator==(const ConsumerGroupMetadataValue&, const ConsumerGroupMetadataValue&) = default;
};

struct ConsumerGroupPartitionMetadataValue {
  struct PartitionMetadata {
    PartitionIndex partition{};
    std::vector<std::string> racks{};
    friend bool operator==(const PartitionMetadata&, const PartitionMetadata&) = default;
  };
  struct Topic {
    Uuid topic_id{};
    std::string topic_name{};
    std::int32_t num_partitions{};
    std::vector<PartitionMetadata> partition_metadata{};  // empty since 4.0
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  friend bool operator==(const ConsumerGroupPartitionMetadataValue&, const ConsumerGroupPartitionMetadataValue&) = default;
};

struct ClassicMemberProtocol {
  std::string name{};
  std::vector<std::byte> metadata{};
  friend bool operator==(const ClassicMemberProtocol&, const ClassicMemberProtocol&) = default;
};
struct ClassicMemberMetadata {
  Duration session_timeout{};
  std::vector<ClassicMemberProtocol> supported_protocols{};
  friend bool operator==(const ClassicMemberMetadata&, const ClassicMemberMetadata&) = default;
};
struct ConsumerGroupMemberMetadataValue {
  std::optional<std::string> instance_id{};
  std::optional<std::string> rack_id{};
  std::string client_id{};
  std::string client_host{};
  std::vector<std::string> subscribed_topic_names{};
  std::optional<std::string> subscribed_topic_regex{};
  std::optional<Duration> rebalance_timeout{};
  std::optional<std::string> server_assignor{};
  std::optional<ClassicMemberMetadata> classic_member_metadata{};  // of a member that speaks the classic protocol
  friend bool operator==(const ConsumerGroupMemberMetadataValue&, const ConsumerGroupMemberMetadataValue&) = default;
};

struct ConsumerGroupTargetMetadataValue {
  std::int32_t assignment_epoch{};
  friend bool operator==(const ConsumerGroupTargetMetadataValue&, const ConsumerGroupTargetMetadataValue&) = default;
};

struct ConsumerGroupTargetMemberValue {
  std::vector<ConsumerGroupTopicPartitions> topic_partitions{};
  friend bool operator==(const ConsumerGroupTargetMemberValue&, const ConsumerGroupTargetMemberValue&) = default;
};

struct ConsumerGroupCurrentMemberValue {
  std::int32_t member_epoch{};
  std::int32_t previous_member_epoch{};
  std::int8_t state{};  // 0: stable, 1: has partitions to give up, 2: waits for partitions
  std::vector<ConsumerGroupTopicPartitions> assigned_partitions{};
  std::vector<ConsumerGroupTopicPartitions> partitions_pending_revocation{};
  friend bool operator==(const ConsumerGroupCurrentMemberValue&, const ConsumerGroupCurrentMemberValue&) = default;
};

struct ConsumerGroupRegularExpressionValue {
  std::vector<std::string> topics{};
  std::int64_t version{};  // of the metadata by which they were looked up
  Timestamp timestamp{};   // when
  friend bool operator==(const ConsumerGroupRegularExpressionValue&, const ConsumerGroupRegularExpressionValue&) = default;
};

}  // namespace kafkasim

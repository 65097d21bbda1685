#pragma once
// ConsumerGroupDescribe (KIP-848, KIP-1099): consumer groups with their members, what these own and are to own.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/message/metadata.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ConsumerGroupDescribeRequest {
  static constexpr ApiKey api = ApiKey::consumer_group_describe;
  static constexpr MessageKind kind = MessageKind::request;
  std::vector<std::string> group_ids{};
  bool include_authorized_operations{};
  friend bool operator==(const ConsumerGroupDescribeRequest&, const ConsumerGroupDescribeRequest&) = default;
};

struct ConsumerGroupDescribeResponse {
  static constexpr ApiKey api = ApiKey::consumer_group_describe;
  static constexpr MessageKind kind = MessageKind::response;
  struct TopicPartitions {
    Uuid topic_id{};
    std::string topic_name{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const TopicPartitions&, const TopicPartitions&) = default;
  };
  struct Assignment {
    std::vector<TopicPartitions> topic_partitions{};
    friend bool operator==(const Assignment&, const Assignment&) = default;
  };
  struct Member {
    std::string member_id{};
    std::optional<std::string> instance_id{};
    std::optional<std::string> rack_id{};
    std::int32_t member_epoch{};
    std::string client_id{};
    std::string client_host{};
    std::vector<std::string> subscribed_topic_names{};
    std::optional<std::string> subscribed_topic_regex{};
    Assignment assignment{};
    Assignment target_assignment{};
    std::int8_t member_type{-1};  // 0: classic, 1: consumer
    friend bool operator==(const Member&, const Member&) = default;
  };
  struct Group {
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::string group_id{};
    std::string group_state{};
    std::int32_t group_epoch{};
    std::int32_t assignment_epoch{};
    std::string assignor_name{};
    std::vector<Member> members{};
    std::int32_t authorized_operations{authorized_operations_omitted};
    friend bool operator==(const Group&, const Group&) = default;
  };
  Duration throttle_time{};
  std::vector<Group> groups{};
  friend bool operator==(const ConsumerGroupDescribeResponse&, const ConsumerGroupDescribeResponse&) = default;
};

}  // namespace kafkasim

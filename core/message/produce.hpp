#pragma once
// Produce (KIP-98, KIP-467, KIP-951). Version 13 names topics by id (KIP-516), older ones by name.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct ProduceRequest {
  static constexpr ApiKey api = ApiKey::produce;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex index{};
    Records records{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};  // up to version 12
    Uuid topic_id{};     // from version 13
    std::vector<Partition> partition_data{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::string> transactional_id{};
  std::int16_t acks{-1};  // -1: all in-sync replicas, 1: the leader, 0: no answer
  Duration timeout{};
  std::vector<Topic> topic_data{};
  friend bool operator==(const ProduceRequest&, const ProduceRequest&) = default;
};

struct ProduceResponse {
  static constexpr ApiKey api = ApiKey::produce;
  static constexpr MessageKind kind = MessageKind::response;
  struct RecordError {
    std::int32_t batch_index{};
    std::optional<std::string> batch_index_error_message{};
    friend bool operator==(const RecordError&, const RecordError&) = default;
  };
  struct Partition {
    PartitionIndex index{};
    ErrorCode error_code{};
    std::optional<Offset> base_offset{};
    std::optional<Timestamp> log_append_time{};  // with message.timestamp.type=LogAppendTime
    std::optional<Offset> log_start_offset{};
    std::vector<RecordError> record_errors{};
    std::optional<std::string> error_message{};
    std::optional<LeaderIdAndEpoch> current_leader{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};  // up to version 12
    Uuid topic_id{};     // from version 13
    std::vector<Partition> partition_responses{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> responses{};
  Duration throttle_time{};
  std::vector<NodeEndpoint> node_endpoints{};
  friend bool operator==(const ProduceResponse&, const ProduceResponse&) = default;
};

}  // namespace kafkasim

#pragma once
// DescribeProducers (KIP-664): the producers that a partition knows, and where their open transactions begin.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct DescribeProducersRequest {
  static constexpr ApiKey api = ApiKey::describe_producers;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    std::vector<PartitionIndex> partition_indexes{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  friend bool operator==(const DescribeProducersRequest&, const DescribeProducersRequest&) = default;
};

struct DescribeProducersResponse {
  static constexpr ApiKey api = ApiKey::describe_producers;
  static constexpr MessageKind kind = MessageKind::response;
  struct Producer {
    ProducerId producer_id{};
    std::int32_t producer_epoch{};
    std::int32_t last_sequence{};
    Timestamp last_timestamp{};
    std::int32_t coordinator_epoch{};
    std::optional<Offset> current_txn_start_offset{};
    friend bool operator==(const Producer&, const Producer&) = default;
  };
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<std::string> error_message{};
    std::vector<Producer> active_producers{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const DescribeProducersResponse&, const DescribeProducersResponse&) = default;
};

}  // namespace kafkasim

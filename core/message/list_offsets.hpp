#pragma once
// ListOffsets (KIP-79, KIP-734, KIP-1005): the offset at a time, or at an end of the log.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ListOffsetsRequest {
  static constexpr ApiKey api = ApiKey::list_offsets;
  static constexpr MessageKind kind = MessageKind::request;
  // In place of a time (ListOffsetsRequest.java): these are questions, not absence.
  static constexpr Timestamp latest_timestamp{-1};    // the end, as far as the isolation level lets one see
  static constexpr Timestamp earliest_timestamp{-2};  // the log start offset
  static constexpr Timestamp max_timestamp{-3};       // the record with the greatest timestamp
  static constexpr Timestamp earliest_local_timestamp{-4};
  static constexpr Timestamp latest_tiered_timestamp{-5};
  struct Partition {
    PartitionIndex partition_index{};
    std::optional<LeaderEpoch> current_leader_epoch{};
    Timestamp timestamp{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<NodeId> replica_id{};  // absent: a consumer
  IsolationLevel isolation_level{};
  std::vector<Topic> topics{};
  Duration timeout{};  // for tiered storage
  friend bool operator==(const ListOffsetsRequest&, const ListOffsetsRequest&) = default;
};

struct ListOffsetsResponse {
  static constexpr ApiKey api = ApiKey::list_offsets;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<Timestamp> timestamp{};
    std::optional<Offset> offset{};  // absent: no record that late
    std::optional<LeaderEpoch> leader_epoch{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const ListOffsetsResponse&, const ListOffsetsResponse&) = default;
};

}  // namespace kafkasim

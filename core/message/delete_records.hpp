#pragma once
// DeleteRecords (KIP-107): the leader's log is to begin at an offset, on all live replicas.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct DeleteRecordsRequest {
  static constexpr ApiKey api = ApiKey::delete_records;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    std::optional<Offset> offset{};  // absent: the high watermark
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::vector<Topic> topics{};
  Duration timeout{};
  friend bool operator==(const DeleteRecordsRequest&, const DeleteRecordsRequest&) = default;
};

struct DeleteRecordsResponse {
  static constexpr ApiKey api = ApiKey::delete_records;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    std::optional<Offset> low_watermark{};  // the smallest log start of the live replicas; absent: not known
    ErrorCode error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const DeleteRecordsResponse&, const DeleteRecordsResponse&) = default;
};

}  // namespace kafkasim

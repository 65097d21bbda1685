#pragma once
// OffsetDelete (KIP-496): committed offsets of partitions that nobody in the group reads.
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetDeleteRequest {
  static constexpr ApiKey api = ApiKey::offset_delete;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::string group_id{};
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetDeleteRequest&, const OffsetDeleteRequest&) = default;
};

struct OffsetDeleteResponse {
  static constexpr ApiKey api = ApiKey::offset_delete;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  ErrorCode error_code{};
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetDeleteResponse&, const OffsetDeleteResponse&) = default;
};

}  // namespace kafkasim

#pragma once
// OffsetFetch (KIP-447, KIP-709, KIP-848). Up to version 7 it asks for one group: the first in `groups`, and its answer
// names no group.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetFetchRequest {
  static constexpr ApiKey api = ApiKey::offset_fetch;
  static constexpr MessageKind kind = MessageKind::request;
  struct Topic {
    std::string name{};
    std::vector<PartitionIndex> partition_indexes{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Group {
    std::string group_id{};
    std::optional<std::string> member_id{};
    std::optional<Generation> member_epoch{};
    std::optional<std::vector<Topic>> topics{};  // absent: all that the group has committed
    friend bool operator==(const Group&, const Group&) = default;
  };
  std::vector<Group> groups{};
  bool require_stable{};
  friend bool operator==(const OffsetFetchRequest&, const OffsetFetchRequest&) = default;
};

struct OffsetFetchResponse {
  static constexpr ApiKey api = ApiKey::offset_fetch;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    std::optional<Offset> committed_offset{};  // absent: none
    std::optional<LeaderEpoch> committed_leader_epoch{};
    std::optional<std::string> metadata{};
    ErrorCode error_code{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct Group {
    std::string group_id{};
    std::vector<Topic> topics{};
    ErrorCode error_code{};
    friend bool operator==(const Group&, const Group&) = default;
  };
  Duration throttle_time{};
  std::vector<Group> groups{};
  friend bool operator==(const OffsetFetchResponse&, const OffsetFetchResponse&) = default;
};

}  // namespace kafkasim

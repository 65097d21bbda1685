#pragma once
// OffsetCommit (KIP-320, KIP-345, KIP-848): a group stores how far it has read.
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct OffsetCommitRequest {
  static constexpr ApiKey api = ApiKey::offset_commit;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition_index{};
    Offset committed_offset{};
    std::optional<LeaderEpoch> committed_leader_epoch{};
    std::optional<std::string> committed_metadata{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::string group_id{};
  std::optional<Generation> generation_id_or_member_epoch{};  // absent: not by a member
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  std::optional<Duration> retention_time{};  // up to version 4
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetCommitRequest&, const OffsetCommitRequest&) = default;
};

struct OffsetCommitResponse {
  static constexpr ApiKey api = ApiKey::offset_commit;
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
  Duration throttle_time{};
  std::vector<Topic> topics{};
  friend bool operator==(const OffsetCommitResponse&, const OffsetCommitResponse&) = default;
};

}  // namespace kafkasim

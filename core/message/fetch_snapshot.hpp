#pragma once
// FetchSnapshot (KIP-630, KIP-853): a member of the metadata quorum that is behind the start of the leader's log gets the
// bytes of a snapshot file, piece by piece.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/common.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct QuorumSnapshotId {  // all below end_offset is in it
  Offset end_offset{};
  LeaderEpoch epoch{};
  friend auto operator<=>(const QuorumSnapshotId&, const QuorumSnapshotId&) = default;
};

struct FetchSnapshotRequest {
  static constexpr ApiKey api = ApiKey::fetch_snapshot;
  static constexpr MessageKind kind = MessageKind::request;
  struct Partition {
    PartitionIndex partition{};
    LeaderEpoch current_leader_epoch{};
    QuorumSnapshotId snapshot_id{};
    std::int64_t position{};  // in bytes
    Uuid replica_directory_id{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  std::optional<std::string> cluster_id{};
  std::optional<NodeId> replica_id{};
  std::int32_t max_bytes{INT32_MAX};
  std::vector<Topic> topics{};
  friend bool operator==(const FetchSnapshotRequest&, const FetchSnapshotRequest&) = default;
};

struct FetchSnapshotResponse {
  static constexpr ApiKey api = ApiKey::fetch_snapshot;
  static constexpr MessageKind kind = MessageKind::response;
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    QuorumSnapshotId snapshot_id{};
    std::optional<LeaderIdAndEpoch> current_leader{};
    std::int64_t size{};      // of the whole file
    std::int64_t position{};  // where these bytes stand in it
    std::vector<std::byte> unaligned_records{};  // they may begin and end within a batch
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic_name{};
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::vector<Topic> topics{};
  std::vector<QuorumNodeEndpoint> node_endpoints{};
  friend bool operator==(const FetchSnapshotResponse&, const FetchSnapshotResponse&) = default;
};

}  // namespace kafkasim

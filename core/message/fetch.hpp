#pragma once
// Fetch: by consumers, by followers (KIP-101, KIP-903) and within the metadata quorum (KIP-595, KIP-853). Sessions are
// KIP-227, fetching from a follower KIP-392, topic ids KIP-516 (from version 13; older ones use the name).
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

struct FetchRequest {
  static constexpr ApiKey api = ApiKey::fetch;
  static constexpr MessageKind kind = MessageKind::request;
  struct ReplicaState {
    std::optional<NodeId> replica_id{};  // absent: a consumer
    std::optional<BrokerEpoch> replica_epoch{};
    friend bool operator==(const ReplicaState&, const ReplicaState&) = default;
  };
  struct Partition {
    PartitionIndex partition{};
    std::optional<LeaderEpoch> current_leader_epoch{};
    Offset fetch_offset{};
    std::optional<LeaderEpoch> last_fetched_epoch{};
    std::optional<Offset> log_start_offset{};  // the follower's own
    std::int32_t partition_max_bytes{};
    Uuid replica_directory_id{};
    // The fetcher's own (KIP-1166, version 18, tag 1): absent (-1) if it knows none; this default if it does not tell.
    std::optional<Offset> high_watermark{Offset{INT64_MAX}};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic{};  // up to version 12
    Uuid topic_id{};      // from version 13
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  struct ForgottenTopic {
    std::string topic{};
    Uuid topic_id{};
    std::vector<PartitionIndex> partitions{};
    friend bool operator==(const ForgottenTopic&, const ForgottenTopic&) = default;
  };
  std::optional<std::string> cluster_id{};  // within the metadata quorum
  ReplicaState replica_state{};             // up to version 14 only replica_id
  Duration max_wait{};
  std::int32_t min_bytes{};
  std::int32_t max_bytes{INT32_MAX};
  IsolationLevel isolation_level{};
  std::int32_t session_id{};       // 0: none yet
  std::int32_t session_epoch{-1};  // -1: no session, or the end of one; 0: asks for a new one
  std::vector<Topic> topics{};
  std::vector<ForgottenTopic> forgotten_topics_data{};
  std::string rack_id{};
  friend bool operator==(const FetchRequest&, const FetchRequest&) = default;
};

// Not nested: clang 14 cannot default-construct an optional nested struct whose members have initialisers.
struct FetchEpochEndOffset {
  LeaderEpoch epoch{-1};
  Offset end_offset{-1};
  friend bool operator==(const FetchEpochEndOffset&, const FetchEpochEndOffset&) = default;
};

struct FetchSnapshotId {
  Offset end_offset{-1};
  LeaderEpoch epoch{-1};
  friend bool operator==(const FetchSnapshotId&, const FetchSnapshotId&) = default;
};

struct FetchResponse {
  static constexpr ApiKey api = ApiKey::fetch;
  static constexpr MessageKind kind = MessageKind::response;
  using EpochEndOffset = FetchEpochEndOffset;
  using SnapshotId = FetchSnapshotId;
  struct AbortedTransaction {
    ProducerId producer_id{};
    Offset first_offset{};
    friend bool operator==(const AbortedTransaction&, const AbortedTransaction&) = default;
  };
  struct Partition {
    PartitionIndex partition_index{};
    ErrorCode error_code{};
    std::optional<Offset> high_watermark{};
    std::optional<Offset> last_stable_offset{};
    std::optional<Offset> log_start_offset{};
    std::optional<EpochEndOffset> diverging_epoch{};  // the follower's log parts from the leader's: truncate to this
    std::optional<LeaderIdAndEpoch> current_leader{};
    std::optional<SnapshotId> snapshot_id{};  // the log begins after the fetch offset: take this snapshot first
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{};  // with read_committed
    std::optional<NodeId> preferred_read_replica{};
    Records records{};
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  struct Topic {
    std::string topic{};  // up to version 12
    Uuid topic_id{};      // from version 13
    std::vector<Partition> partitions{};
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  Duration throttle_time{};
  ErrorCode error_code{};
  std::int32_t session_id{};
  std::vector<Topic> responses{};
  std::vector<NodeEndpoint> node_endpoints{};
  friend bool operator==(const FetchResponse&, const FetchResponse&) = default;
};

}  // namespace kafkasim

#pragma once
// The values of control records in the metadata log and its snapshots.
#include <cstdint>
#include <vector>

#include "core/message/common.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

// LeaderChangeMessage (KIP-595, KIP-853): with it a leader of the metadata quorum opens its epoch.
struct LeaderChangeMessage {
  struct Voter {
    NodeId voter_id{};
    Uuid voter_directory_id{};
    friend bool operator==(const Voter&, const Voter&) = default;
  };
  std::int16_t version{};  // the number inside the message: 0, or 1 with directory ids
  NodeId leader_id{};
  std::vector<Voter> voters{};
  std::vector<Voter> granting_voters{};
  friend bool operator==(const LeaderChangeMessage&, const LeaderChangeMessage&) = default;
};

// The first record of a snapshot of the metadata image (KIP-630).
struct SnapshotHeader {
  std::int16_t version{};
  std::int64_t last_contained_log_timestamp{};
  friend bool operator==(const SnapshotHeader&, const SnapshotHeader&) = default;
};

// The last one.
struct SnapshotFooter {
  std::int16_t version{};
  friend bool operator==(const SnapshotFooter&, const SnapshotFooter&) = default;
};

// The finalized kraft.version (KIP-853).
struct KRaftVersionRecord {
  std::int16_t version{};
  std::int16_t kraft_version{};
  friend bool operator==(const KRaftVersionRecord&, const KRaftVersionRecord&) = default;
};

// Who votes from its own offset on (KIP-853).
struct VotersRecord {
  struct Voter {
    NodeId voter_id{};
    Uuid voter_directory_id{};
    std::vector<LeaderEndpoint> endpoints{};
    KRaftVersionRange kraft_version_feature{};
    friend bool operator==(const Voter&, const Voter&) = default;
  };
  std::int16_t version{};
  std::vector<Voter> voters{};
  friend bool operator==(const VotersRecord&, const VotersRecord&) = default;
};

}  // namespace kafkasim

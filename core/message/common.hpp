#pragma once
// What several messages have in common: endpoints beside an answer (KIP-951, KIP-853), and numbers with names.
#include <cstdint>
#include <optional>
#include <string>

#include "core/model/ids.hpp"

namespace kafkasim {

enum class IsolationLevel : std::int8_t { read_uncommitted = 0, read_committed = 1 };
enum class LeaderRecoveryState : std::int8_t { recovered = 0, recovering = 1 };  // KIP-704: after an unclean election

// Who leads a partition, as far as the answering broker knows.
struct LeaderIdAndEpoch {
  std::optional<NodeId> leader_id{};
  LeaderEpoch leader_epoch{-1};
  friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
};

// The address of a leader that an answer names, so that the client need not ask for metadata.
struct NodeEndpoint {
  NodeId node_id{};
  std::string host{};
  std::uint16_t port{};
  std::optional<std::string> rack{};
  friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
};

// The same in answers within the metadata quorum.
struct QuorumNodeEndpoint {
  NodeId node_id{};
  std::string host{};
  std::uint16_t port{};
  friend bool operator==(const QuorumNodeEndpoint&, const QuorumNodeEndpoint&) = default;
};

// A listener of a controller: of a quorum's leader, as it tells its voters, or of a voter, as the voter set has it.
struct LeaderEndpoint {
  std::string name{};
  std::string host{};
  std::uint16_t port{};
  friend bool operator==(const LeaderEndpoint&, const LeaderEndpoint&) = default;
};

// What a node understands of the quorum's own feature, kraft.version: 0 has fixed voters, 1 has those of KIP-853.
struct KRaftVersionRange {
  std::int16_t min_supported_version{};
  std::int16_t max_supported_version{};
  friend bool operator==(const KRaftVersionRange&, const KRaftVersionRange&) = default;
};

}  // namespace kafkasim

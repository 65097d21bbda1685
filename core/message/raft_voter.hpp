#pragma once
// AddRaftVoter, RemoveRaftVoter and UpdateRaftVoter (KIP-853): who votes in the metadata quorum changes while it runs. A
// voter is known by its id and by its directory id: a node with a new disk is another voter.
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

struct AddRaftVoterRequest {
  static constexpr ApiKey api = ApiKey::add_raft_voter;
  static constexpr MessageKind kind = MessageKind::request;
  std::optional<std::string> cluster_id{};
  Duration timeout{};
  NodeId voter_id{};
  Uuid voter_directory_id{};
  std::vector<LeaderEndpoint> listeners{};
  friend bool operator==(const AddRaftVoterRequest&, const AddRaftVoterRequest&) = default;
};

struct AddRaftVoterResponse {
  static constexpr ApiKey api = ApiKey::add_raft_voter;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  friend bool operator==(const AddRaftVoterResponse&, const AddRaftVoterResponse&) = default;
};

struct RemoveRaftVoterRequest {
  static constexpr ApiKey api = ApiKey::remove_raft_voter;
  static constexpr MessageKind kind = MessageKind::request;
  std::optional<std::string> cluster_id{};
  NodeId voter_id{};
  Uuid voter_directory_id{};
  friend bool operator==(const RemoveRaftVoterRequest&, const RemoveRaftVoterRequest&) = default;
};

struct RemoveRaftVoterResponse {
  static constexpr ApiKey api = ApiKey::remove_raft_voter;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  friend bool operator==(const RemoveRaftVoterResponse&, const RemoveRaftVoterResponse&) = default;
};

// What a voter tells the leader of itself, when the voter set has it otherwise.
struct UpdateRaftVoterRequest {
  static constexpr ApiKey api = ApiKey::update_raft_voter;
  static constexpr MessageKind kind = MessageKind::request;
  std::optional<std::string> cluster_id{};
  LeaderEpoch current_leader_epoch{};
  NodeId voter_id{};
  Uuid voter_directory_id{};
  std::vector<LeaderEndpoint> listeners{};
  KRaftVersionRange kraft_version_feature{};
  friend bool operator==(const UpdateRaftVoterRequest&, const UpdateRaftVoterRequest&) = default;
};

struct RaftLeaderEndpoint {
  std::optional<NodeId> leader_id{};
  LeaderEpoch leader_epoch{-1};
  std::string host{};
  std::int32_t port{};
  friend bool operator==(const RaftLeaderEndpoint&, const RaftLeaderEndpoint&) = default;
};

struct UpdateRaftVoterResponse {
  static constexpr ApiKey api = ApiKey::update_raft_voter;
  static constexpr MessageKind kind = MessageKind::response;
  Duration throttle_time{};
  ErrorCode error_code{};
  std::optional<RaftLeaderEndpoint> current_leader{};
  friend bool operator==(const UpdateRaftVoterResponse&, const UpdateRaftVoterResponse&) = default;
};

}  // namespace kafkasim

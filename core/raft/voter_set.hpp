#pragma once
// Who votes in the metadata quorum (org.apache.kafka.raft.VoterSet, ReplicaKey; KIP-853). A voter is an id and the id of
// the directory that its log is in: a node whose disk was replaced is not the voter that it was. A set that came from the
// configuration knows no directories (zero), and takes a node for the voter by its id alone. Sets do not change: each
// change gives another one, and two that follow one another differ in one voter at most.
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/message/control_record.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::raft {

inline constexpr std::string_view controller_listener = "CONTROLLER";
inline constexpr std::int16_t reconfigurable_version = 1;        // of kraft.version: with voter sets in the log
inline constexpr KRaftVersionRange known_kraft_versions{0, reconfigurable_version};

struct ReplicaKey {
  NodeId id;
  Uuid directory_id{};  // zero: not known
  friend auto operator<=>(const ReplicaKey&, const ReplicaKey&) = default;
};

struct Voter {
  Uuid directory_id{};
  std::vector<LeaderEndpoint> listeners{};
  KRaftVersionRange versions{};
  friend bool operator==(const Voter&, const Voter&) = default;
};

class VoterSet {
 public:
  VoterSet() = default;
  explicit VoterSet(std::map<NodeId, Voter> voters) : voters_{std::move(voters)} {}
  [[nodiscard]] static VoterSet configured(const std::map<NodeId, Endpoint>& endpoints);  // controller.quorum.voters
  [[nodiscard]] static VoterSet of(const VotersRecord& record);
  [[nodiscard]] VotersRecord record() const;

  [[nodiscard]] const std::map<NodeId, Voter>& voters() const { return voters_; }
  [[nodiscard]] std::size_t size() const { return voters_.size(); }
  [[nodiscard]] bool contains(NodeId id) const { return voters_.contains(id); }
  [[nodiscard]] bool is_voter(const ReplicaKey& key) const;
  [[nodiscard]] bool is_only_voter(const ReplicaKey& key) const { return size() == 1 && is_voter(key); }
  [[nodiscard]] std::set<NodeId> ids() const;
  [[nodiscard]] std::optional<Endpoint> endpoint(NodeId id) const;  // of the controllers' listener
  [[nodiscard]] std::map<NodeId, Endpoint> endpoints() const;
  // It is that voter, but not as the set has it.
  [[nodiscard]] bool needs_update(NodeId id, const Voter& voter) const;

  // Absent: that cannot be.
  [[nodiscard]] std::optional<VoterSet> with(NodeId id, Voter voter) const;  // its id votes already
  [[nodiscard]] std::optional<VoterSet> without(const ReplicaKey& key) const;  // no such voter, or the only one
  [[nodiscard]] std::optional<VoterSet> updated(NodeId id, Voter voter) const;  // no such voter
  // Any majority of one has a member in common with any of the other: what one commits the other cannot contradict.
  [[nodiscard]] bool overlaps(const VoterSet& other) const;

  friend bool operator==(const VoterSet&, const VoterSet&) = default;

 private:
  [[nodiscard]] std::set<ReplicaKey> keys() const;
  std::map<NodeId, Voter> voters_;
};

// The listener of that name.
[[nodiscard]] std::optional<Endpoint> endpoint_in(const std::vector<LeaderEndpoint>& listeners);

}  // namespace kafkasim::raft

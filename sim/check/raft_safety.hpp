#pragma once
// raft-safety (K-RAFT; KIP-595, Raft's own five properties): the metadata quorum has one leader an epoch; a controller
// votes once an epoch, restarts included; two logs that hold an entry of the same offset and epoch agree below it; a new
// leader has all that is committed; what is committed stands on a majority, never changes, and every node's log agrees
// with it below the node's high watermark; no voter loses or cuts what it knows as committed; a broker applies nothing
// else. A snapshot holds what is committed and nothing else; a log that one replaces counts as having all that. (An
// observer does not sync its copy: after a power loss it may fetch it again.) A voter whose disks were wiped
// may forget; when a majority has, all that follows is excused. Where voters may change (KIP-853) the leader's own voter set is the
// one that counts, and a wiped disk excuses nothing: it is another voter's.
#include <map>
#include <optional>
#include <set>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class RaftSafety {
 public:
  static constexpr std::string_view id = "raft-safety";
  static constexpr std::string_view promise =
      "the metadata quorum has one leader an epoch, votes once, and never changes what is committed";
  void on(const Observation& o, const trace::RaftRoleChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftVoted& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftAppended& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftTruncated& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftCommitted& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftSnapshotKept& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftLogReplaced& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RaftVotersChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::MetadataApplied& e, const History& history, Findings& findings);
  void on(const Observation& o, const PowerLost& e, const History& history, Findings& findings);
  void on(const Observation& o, const DisksWiped& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Entry {
    std::int64_t base{};
    std::int64_t last{};
    std::int32_t epoch{};
    std::uint64_t hash{};
    std::uint64_t chain{};  // of it and all below
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct Node {
    Chunked<Entry> log;
    std::int64_t high_watermark{0};
    std::size_t compared{0};  // so many of its entries have been found to be the committed ones
    bool lost_power{false};
    std::optional<std::int32_t> leads;  // that epoch
    std::optional<std::vector<NodeId>> voters;  // by its log, where voters may change
    void cut(std::int64_t to);
  };
  void report(const Observation& o, NodeId node, std::string detail, const History& history, Findings& findings) const;
  // How many entries are committed below that offset; absent if none ends there.
  [[nodiscard]] std::optional<std::size_t> committed_below(std::int64_t end) const;
  [[nodiscard]] bool keeps_what_it_knew(NodeId node, const History& history) const;
  void check_majority(const Observation& o, NodeId node, const History& history, Findings& findings);

  std::map<std::int32_t, NodeId> leaders_;
  std::map<std::pair<NodeId, std::int32_t>, NodeId> votes_;
  std::map<NodeId, Cow<Node>> nodes_;
  std::map<std::pair<std::int64_t, std::int32_t>, std::uint64_t> chains_;  // by last offset and epoch
  Chunked<Entry> committed_;
  bool voters_change_{false};  // they stand in the log
  std::set<NodeId> wiped_;  // voters that have forgotten their log and their votes, and take part again: nothing is promised then
};

}  // namespace kafkasim::sim

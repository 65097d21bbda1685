#pragma once
// raft-safety (K-RAFT): the metadata quorum has one leader an epoch; a controller votes once an epoch, restarts
// included; what is committed never changes, and every node's log agrees with it below the node's high watermark; no
// voter loses or cuts what it knows as committed. (An observer does not sync its copy: after a power loss it may fetch
// it again.)
#include <map>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class RaftSafety {
 public:
  static constexpr std::string_view id = "raft-safety";
  static constexpr std::string_view promise =
      "the metadata quorum has one leader an epoch, votes once, and never changes what is committed";
  void check(const Observation& o, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Entry {
    std::int64_t base{};
    std::int64_t last{};
    std::int32_t epoch{};
    std::uint64_t hash{};
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct Node {
    Chunked<Entry> log;
    std::int64_t high_watermark{0};
    bool lost_power{false};
    bool voter{false};
  };
  void on(const Observation& o, NodeId node, const trace::RaftRoleChanged& e, Findings& findings);
  void on(const Observation& o, NodeId node, const trace::RaftVoted& e, Findings& findings);
  void on(const Observation& o, NodeId node, const trace::RaftAppended& e, Findings& findings);
  void on(const Observation& o, NodeId node, const trace::RaftTruncated& e, Findings& findings);
  void on(const Observation& o, NodeId node, const trace::RaftCommitted& e, Findings& findings);
  void report(const Observation& o, NodeId node, std::string detail, Findings& findings) const;

  std::map<std::int32_t, NodeId> leaders_;
  std::map<std::pair<NodeId, std::int32_t>, NodeId> votes_;
  std::map<NodeId, Cow<Node>> nodes_;
  Chunked<Entry> committed_;
};

}  // namespace kafkasim::sim

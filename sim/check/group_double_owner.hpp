#pragma once
// group-double-owner (G-EXCL): of the members of one generation no two hold the same partition; in the coordinator's
// view when a group is stable, and in the view of the members themselves between assignment and revocation. A member of
// an earlier generation may still think that it owns a partition until it hears from the coordinator: that its commits
// are refused is for commit-regressed. That each partition has an owner is for not-converged: a leader may assign by
// metadata that are behind.
#include <map>
#include <set>
#include <string>

#include "core/base/cow.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class GroupDoubleOwner {
 public:
  static constexpr std::string_view id = "group-double-owner";
  static constexpr std::string_view promise = "no two members of a group's generation own one partition";
  void on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsAssigned& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsRevoked& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessStarted& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Holding {
    Generation generation;
    std::set<TopicPartition> partitions;
  };
  struct Holdings {
    std::map<HostId, Holding> members;
  };
  std::map<std::string, Cow<Holdings>> groups_;
};

}  // namespace kafkasim::sim

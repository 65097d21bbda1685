#pragma once
// group-double-owner (G-EXCL): of the members of one generation no two hold the same partition; in the coordinator's
// view when a group is stable, and in the view of the members themselves between assignment and revocation. A member of
// an earlier generation may still think that it owns a partition until it hears from the coordinator: that its commits
// are refused is for commit-regressed. In a consumer group (KIP-848) members are in epochs of their own: there no two of
// those that the coordinator counts as members hold one partition, whatever their epochs, and in its own view none is
// another's before it is given up; of its members of the classic protocol again only those in the generation that it has
// them in. That each partition has an owner is for not-converged: a leader may assign by metadata that are behind.
#include <map>
#include <optional>
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
  void on(const Observation& o, const ProcessExited& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessCrashed& e, const History& history, Findings& findings);
  void on(const Observation& o, const PowerLost& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Holding {
    std::string member;
    Generation generation;
    std::set<TopicPartition> partitions;
  };
  struct Holdings {
    std::map<HostId, Holding> members;
    bool of_consumer_group{};
    std::map<std::string, std::optional<Generation>> known;  // members by the coordinator; of a consumer group, classic ones' generation
  };
  void forget(HostId host);  // what has ended holds nothing
  [[nodiscard]] static bool both_count(const Holdings& holdings, const Holding& other, const trace::PartitionsAssigned& e);
  std::map<std::string, Cow<Holdings>> groups_;
};

}  // namespace kafkasim::sim

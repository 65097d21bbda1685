#pragma once
// membership-lost: who was told its assignment in a stable generation of a classic group is a member for the next coordinator as
// well, as long as that finds the group in that generation. A coordinator therefore stores a member before it is told: with the
// generation, and a static member that comes back, under its new id, before its join is answered (KAFKA-10284).
// Excused: what the offsets topic lost by an excused loss.
#include <map>
#include <string>

#include "core/base/cow.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class MembershipLost {
 public:
  static constexpr std::string_view id = "membership-lost";
  static constexpr std::string_view promise = "who was made a member of a group's generation is one for the next coordinator too";
  void on(const Observation& o, const trace::PartitionsAssigned& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsRevoked& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessCrashed& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessExited& e, const History& history, Findings& findings);
  void on(const Observation& o, const PowerLost& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Membership {
    std::string member;
    Generation generation;
  };
  struct Group {
    std::map<HostId, Membership> members;  // as they were told last; not those that their coordinator has removed since
    std::optional<HostId> coordinator;
  };
  void process_gone(HostId host);
  std::map<std::string, Cow<Group>> groups_;
};

}  // namespace kafkasim::sim

#pragma once
// commit-regressed (G-COMMIT): a committed offset
//   is never set by a member of a generation that is over (a commit accepted before the next assignment was stored is
//   in time, even if it is durable only while the group rebalances);
//   is never beyond what its member was given: no record that the member has not got lies below it;
//   never goes back, except by a commit that no member made (an administrator's), or by the owner's own within where it
//   has been since it owns the partition;
//   covers all that its member was given, when that gives all up to join again (eager) and has just committed: the next
//   owner is given none of it once more;
//   does not expire while the group reads the partition (KIP-211), and has for longer than a removal may be on its way;
//   survives the coordinator, unless an administrator has removed it or it has expired: one that loads the partition of
//   __consumer_offsets and is its leader finds it.
// Excused: what the offsets topic lost by an excused loss.
#include <map>
#include <set>
#include <string>

#include "core/base/cow.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class CommitRegressed {
 public:
  static constexpr std::string_view id = "commit-regressed";
  static constexpr std::string_view promise =
      "committed offsets come from the current generation, cover what was delivered and no more, and are not lost";
  void on(const Observation& o, const trace::PartitionsAssigned& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PartitionsRevoked& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::PositionReset& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::OffsetsCommitted& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::OffsetsOffered& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::OffsetsRemoved& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::OffsetsLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::GroupsLoaded& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  using Offsets = std::map<TopicPartition, Offset>;
  struct Stretch {  // where a reader has been since it owns the partition
    Offset lowest;
    Offset highest;
    Offset at;         // where the next poll goes on
    Offset committed;  // the furthest, by that owner
  };
  struct Ownership {
    Generation generation;
    std::map<TopicPartition, std::optional<Stretch>> partitions;
  };
  struct Member {
    HostId host;
    Ownership owns;
  };
  struct Offer {
    std::optional<Offset> offset;      // absent: a tombstone
    std::optional<Generation> stable;  // of the group when its coordinator took it
  };
  struct Group {
    std::map<std::string, Member> members;  // by member id
    bool of_consumer_group{};               // its members commit in epochs of their own (KIP-848)
    std::optional<Generation> stable;       // the latest whose assignment was stored
    std::map<TopicPartition, Instant> read;  // by members that its coordinator counts, since when; of a classic group as it was last stable
    Offsets committed;
    std::map<TopicPartition, std::vector<Offer>> offered;  // since: a new coordinator may find any of them, or none
  };
  void note_readers(const Observation& o, const trace::GroupChanged& e, const History& history);
  [[nodiscard]] static Stretch* stretch(Group& group, const trace::OffsetsCommitted& e, const TopicPartition& tp);
  // In which generation the group was when its coordinator took what is durable now.
  [[nodiscard]] static std::optional<Generation> taken_in(const Group& group, const trace::OffsetsCommitted& e);
  [[nodiscard]] static bool was_offered(const Group& group, const TopicPartition& tp, std::optional<Offset> offset);
  Stretch* edit_stretch(HostId host, const TopicPartition& tp, Offset at);

  std::map<std::string, Cow<Group>> groups_;
  std::map<HostId, std::pair<std::string, std::string>> memberships_;  // group and member id
  std::map<HostId, std::map<std::string, Offsets>> loading_;           // by coordinator, until it has loaded
};

}  // namespace kafkasim::sim

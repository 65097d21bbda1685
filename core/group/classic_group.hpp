#pragma once
// One classic group as its coordinator knows it (org.apache.kafka.coordinator.group.classic.ClassicGroup, and what
// GroupMetadataManager does with it; KIP-62, KIP-134, KIP-394): members, generation, rebalance, parked JoinGroup and
// SyncGroup requests, timers, committed offsets.
//
//   from \ to            Empty  PreparingRebalance  CompletingRebalance  Stable  Dead   what happens
//   Empty                        x                                               x      a member joins
//   PreparingRebalance    x                          x                           x      nobody is left; everybody has
//   joined or the time is over CompletingRebalance          x                                        x      x      a
//   member comes, goes or misses its sync; the assignment is stored Stable                       x x      a member
//   comes, goes, or joins again as leader or changed Dead this broker coordinates it no longer
//
//   request        Empty                PreparingRebalance       CompletingRebalance             Stable
//   JoinGroup      initial delay        parked                   same metadata: generation       follower, same
//   metadata: generation
//                                                                otherwise: rebalance            otherwise: rebalance
//   SyncGroup      UNKNOWN_MEMBER_ID    REBALANCE_IN_PROGRESS    parked until the leader's       its assignment
//   Heartbeat      UNKNOWN_MEMBER_ID    REBALANCE_IN_PROGRESS    none                            none (each resets the
//   session) OffsetCommit   without generation   of its generation        REBALANCE_IN_PROGRESS           of its
//   generation
//
// A value. It learns of time by on_due(), of its records' fate by on_assignment_stored() and on_offsets_stored().
//
// Static members (KIP-345) name an instance. Who comes without a member id and with the instance of a member takes that
// one's place, under a new id: in Stable without a rebalance, if its protocols lead to the same choice (the new id is
// stored before it is answered); who still uses the old id is fenced. A static member is not dropped for not rejoining,
// only when its session ends or when it is made to leave by its instance.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/group/group_offsets.hpp"
#include "core/group/group_turn.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/group_record.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/sync_group.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class GroupState : std::uint8_t { empty, preparing_rebalance, completing_rebalance, stable, dead };
[[nodiscard]] std::string_view group_state_name(GroupState state);  // "PreparingRebalance"
[[nodiscard]] bool may_become(GroupState from, GroupState to);      // the table above

inline constexpr std::string_view consumer_protocol_type = "consumer";  // ConsumerProtocol.PROTOCOL_TYPE
inline constexpr std::int16_t first_join_with_known_id = 4;               // dynamic members come twice (KIP-394)

struct ClassicMember {
  std::string client_id;
  std::string client_host;
  std::optional<std::string> instance_id;  // of a static member
  Duration rebalance_timeout;
  Duration session_timeout;
  std::vector<JoinGroupRequest::Protocol> protocols;  // its preference first
  std::vector<std::byte> assignment;                  // of this generation, once the leader's is stored
  bool is_new{};                   // its first join is parked: it does not know its name, so cannot send heartbeats
  std::optional<RequestRef> join;  // parked
  std::optional<RequestRef> sync;  // parked
};

struct Joiner {  // who sent a JoinGroup, or a heartbeat to a consumer group
  RequestRef request;
  std::string client_id;
  std::string client_host;
};

[[nodiscard]] Joiner joiner_of(const Received& received);
[[nodiscard]] std::string client_host_of(HostId host);  // in place of an address
[[nodiscard]] JoinGroupResponse join_refused(ErrorCode error, std::string member_id);
[[nodiscard]] SyncGroupResponse sync_refused(ErrorCode error);

class ClassicGroup {
 public:
  ClassicGroup() = default;
  explicit ClassicGroup(std::string name) : name_{std::move(name)} {}

  // Loading. `restore` takes the newest metadata record, on_loaded starts fresh sessions when all has been read.
  void restore(const GroupMetadataValue& value);
  void on_loaded(GroupTurn& turn);
  void on_unloaded(GroupTurn& turn);  // parked requests: NOT_COORDINATOR
  // Members of a consumer group that has none of the new protocol left, as a stable group of that generation (KIP-848).
  void take_over(Generation generation, std::map<std::string, ClassicMember> members, GroupTurn& turn);
  void prepare_rebalance(const std::string& reason, GroupTurn& turn);
  void answer_waiting(ErrorCode error, GroupTurn& turn);  // parked requests
  void note_change(std::string reason, GroupTurn& turn) const;

  void join(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn);
  void sync(const SyncGroupRequest& request, const RequestRef& ref, GroupTurn& turn);
  [[nodiscard]] ErrorCode heartbeat(const HeartbeatRequest& request, GroupTurn& turn);
  [[nodiscard]] std::vector<LeaveGroupResponse::Member> leave(const LeaveGroupRequest& request, GroupTurn& turn);
  // Whether a commit is allowed; if so the sender's session is extended.
  [[nodiscard]] ErrorCode accept_commit(const OffsetCommitRequest& request, GroupTurn& turn);

  // Whether it is a member, and the one of that instance.
  [[nodiscard]] ErrorCode check_member(const std::string& member, const std::optional<std::string>& instance) const;

  // What an administrator sees, and may do (classic_group_view.cpp).
  [[nodiscard]] ListGroupsResponse::Group listed() const;
  [[nodiscard]] DescribeGroupsResponse::Group described() const;
  [[nodiscard]] ErrorCode check_delete() const;
  [[nodiscard]] ErrorCode check_offset_delete() const;
  [[nodiscard]] bool is_subscribed_to(const std::string& topic) const;
  // Since when an offset that was committed at `committed` is of no use; absent: it is, or nobody can tell (KIP-211).
  [[nodiscard]] std::optional<Timestamp> useless_since(const TopicPartition& partition, Timestamp committed) const;
  void on_deleted(GroupTurn& turn);

  // The fate of the record that carries a generation's assignments; a fate that comes too late changes nothing.
  void on_assignment_stored(Generation generation, const std::map<std::string, std::vector<std::byte>>& assignments,
                            ErrorCode error, GroupTurn& turn);
  // The fate of the record that carries the new id of a static member.
  void on_static_member_stored(const StaticMemberStored& stored, ErrorCode error, GroupTurn& turn);
  void on_due(GroupTurn& turn);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return timers_.next(); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] GroupState state() const { return state_; }
  [[nodiscard]] bool is_deserted() const { return members_.empty() && pending_.empty(); }
  [[nodiscard]] Generation generation() const { return generation_; }
  [[nodiscard]] const std::map<std::string, ClassicMember>& members() const { return members_; }
  [[nodiscard]] bool uses_consumer_protocol() const;
  // What it says of itself under the group's protocol, or if none is chosen yet, under its first.
  [[nodiscard]] ByteSpan subscription_of(const ClassicMember& member) const;
  [[nodiscard]] GroupMetadataValue as_stored(Timestamp now) const;
  [[nodiscard]] std::vector<TopicPartition> assignment_of(
      const ClassicMember& member) const;  // decoded; none if it is no consumer
  [[nodiscard]] const GroupOffsets& offsets() const { return offsets_; }
  [[nodiscard]] GroupOffsets& offsets() { return offsets_; }

 private:
  enum class TimerKind : std::uint8_t { join, sync, session };
  struct Timer {
    TimerKind kind{};
    std::string member;  // of a session, pending members' too
    friend auto operator<=>(const Timer&, const Timer&) = default;
  };
  struct InitialDelay {  // the first rebalance waits for more members
    Duration running;    // the delay that runs
    Duration remaining;  // what may be added to it
    bool member_came{};  // while it ran
  };

  // members (classic_group.cpp)
  [[nodiscard]] bool is_leader(const std::string& member) const { return leader_ == member; }
  [[nodiscard]] std::int64_t joined_count() const;
  [[nodiscard]] bool all_have_joined() const;
  [[nodiscard]] bool supports(const std::string& protocol_type,
                              const std::vector<JoinGroupRequest::Protocol>& protocols) const;
  [[nodiscard]] std::string elect_protocol() const;
  [[nodiscard]] Duration rebalance_timeout() const;         // the longest of the members'
  void remove(const std::string& member, GroupTurn& turn);  // answers what it has parked with UNKNOWN_MEMBER_ID
  void restart_session(const std::string& member, GroupTurn& turn);
  void transition(GroupState to, std::string reason, GroupTurn& turn);
  [[nodiscard]] GroupMetadataValue metadata(const std::map<std::string, std::vector<std::byte>>& assignments,
                                            Timestamp now) const;

  // joining and rebalancing (classic_group_join.cpp)
  [[nodiscard]] bool has_room_for(const std::string& member, const GroupTurn& turn) const;
  void join_new(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn);
  void join_known(const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn);
  void replace_static(const std::string& old_id, const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn);
  void rename_static(const std::string& from, const std::string& to, GroupTurn& turn);
  [[nodiscard]] bool elect_joined_leader();
  void add(const std::string& member, const JoinGroupRequest& request, const Joiner& joiner, GroupTurn& turn);
  void update(const std::string& member, const JoinGroupRequest& request, const Joiner& joiner, std::string_view why,
              GroupTurn& turn);
  [[nodiscard]] JoinGroupResponse joined(const std::string& member) const;
  void rebalance_or_complete(const std::string& reason, GroupTurn& turn);
  void on_initial_delay_over(GroupTurn& turn);
  void maybe_complete_join(GroupTurn& turn);
  void complete_join(const std::string& reason, GroupTurn& turn);
  void begin_generation(const std::string& reason, GroupTurn& turn);

  // synchronising, leaving, failing (classic_group_sync.cpp)
  [[nodiscard]] ErrorCode check_sync(const SyncGroupRequest& request) const;
  void store_assignment(const SyncGroupRequest& request, GroupTurn& turn);
  void answer_syncs(ErrorCode error, GroupTurn& turn);
  void sync_received(const std::string& member);
  void on_syncs_missing(GroupTurn& turn);
  void on_session_over(const std::string& member, GroupTurn& turn);

  std::string name_;
  GroupState state_{GroupState::empty};
  Timestamp state_since_{};
  Generation generation_{0};
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_;
  std::optional<std::string> leader_;
  std::map<std::string, ClassicMember> members_;
  std::map<std::string, std::string> static_members_;  // member ids by instance
  std::set<std::string> pending_;              // were given a name and told to come back with it (KIP-394)
  std::set<std::string> pending_sync_;         // have not sent SyncGroup in this generation
  std::optional<InitialDelay> initial_delay_;  // exactly while the first rebalance is prepared
  DeadlineIndex<Timer> timers_;
  GroupOffsets offsets_;
};

}  // namespace kafkasim

#pragma once
// One consumer group as its coordinator knows it (KIP-848; org.apache.kafka.coordinator.group.modern.consumer.ConsumerGroup,
// CurrentAssignmentBuilder, TargetAssignmentBuilder, and what GroupMetadataManager does with them).
//
// Three epochs: the group's rises with every change of members, subscriptions or topics; when it is ahead of the
// assignment's, the next heartbeat computes a new target; each member then goes towards its target by itself:
//
//   member     stable       has its target's epoch and partitions
//              unrevoked    stays in its epoch until it no longer says that it owns what it has to give up; the rebalance
//                           timeout bounds that
//              unreleased   has the new epoch, and waits for partitions that others still have
//   group      Empty -> Assigning (group epoch > assignment epoch) -> Reconciling (some member is not there) -> Stable
//
// A partition is given to a member only when no other has it or has still to give it up. A member that is silent for the
// session timeout, or does not revoke in its rebalance timeout, is fenced: removed, and the group epoch rises.
//
// A value. State changes at once, and its records leave with it as one batch; the answer waits until that is replicated. If
// it is not appended the coordinator puts the group back to what it was (GroupCoordinator::store).
//
// Members may speak the classic protocol (consumer_group_classic.cpp): JoinGroup is their heartbeat, with what they own in the
// subscription; SyncGroup gives them what they have; Heartbeat tells them to join again when there is more, or something to give
// up. So a classic group in use becomes a consumer group with the first who comes with the new protocol, and one whose last such
// member goes becomes a classic one again, as group.consumer.migration.policy allows.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/group/classic_group.hpp"
#include "core/group/consumer_group_assignors.hpp"
#include "core/group/group_offsets.hpp"
#include "core/group/group_records.hpp"
#include "core/group/group_turn.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/request_ref.hpp"
#include "core/machine/seam.hpp"
#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/consumer_group_record.hpp"
#include "core/message/group_record.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/sync_group.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

enum class ConsumerMemberState : std::int8_t { stable = 0, unrevoked = 1, unreleased = 2 };

struct ConsumerGroupMember {
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::vector<std::string> topics;    // sorted
  std::optional<std::string> regex;  // all topics that match it as well
  std::optional<std::string> assignor;
  Duration rebalance_timeout{milliseconds(300'000)};
  std::int32_t epoch{};  // leaving_for_a_while_epoch: a static member that will be back
  std::int32_t previous_epoch{};
  ConsumerMemberState state{ConsumerMemberState::stable};
  PartitionSet assigned;
  PartitionSet revoking;
  std::optional<ClassicMemberMetadata> classic;  // of one that speaks the classic protocol
  friend bool operator==(const ConsumerGroupMember&, const ConsumerGroupMember&) = default;
};

// Only members of the classic protocol are left: the group is to become a classic one, and to rebalance where it is because
// another has left, not where one has taken its place.
enum class Downgrade : std::uint8_t { none, by_leaving, by_replacing };

struct ConsumerGroupChange {
  GroupRecords records;  // leave together
  Downgrade downgrade{Downgrade::none};
};

template <class Response>
struct ConsumerGroupAnswer {
  Response response;
  ConsumerGroupChange change;
};

[[nodiscard]] ConsumerGroupHeartbeatResponse heartbeat_refused(ErrorCode error);
[[nodiscard]] ConsumerGroupResponse refused(const ConsumerGroupResponse& response, ErrorCode error);

class ConsumerGroup {
 public:
  ConsumerGroup() = default;
  explicit ConsumerGroup(std::string name) : name_{std::move(name)} {}

  // Loading: record by record, in the order of the log.
  void replay(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value);
  void on_loaded(GroupTurn& turn);
  [[nodiscard]] bool is_nothing() const { return epoch_ == 0 && members_.empty(); }  // as before the first record

  // Whether a request makes sense at all.
  [[nodiscard]] static ErrorCode check(const ConsumerGroupHeartbeatRequest& request, const GroupLimits& limits);
  [[nodiscard]] ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> heartbeat(const ConsumerGroupHeartbeatRequest& request,
                                                                             const Joiner& joiner, GroupTurn& turn);
  // A heartbeat of a member that has all it is to have, in a group where nothing has changed: most are. It is answered by beat().
  [[nodiscard]] bool changes_nothing(const ConsumerGroupHeartbeatRequest& request, const Joiner& joiner,
                                     std::int64_t topics_version) const;
  [[nodiscard]] ConsumerGroupHeartbeatResponse beat(const std::string& id, GroupTurn& turn);
  // Timers fence members.
  [[nodiscard]] ConsumerGroupChange on_due(GroupTurn& turn);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return timers_.next(); }

  // Members of the classic protocol (consumer_group_classic.cpp).
  [[nodiscard]] ConsumerGroupAnswer<JoinGroupResponse> join(const JoinGroupRequest& request, const Joiner& joiner,
                                                           GroupTurn& turn);
  [[nodiscard]] SyncGroupResponse sync(const SyncGroupRequest& request, GroupTurn& turn);
  [[nodiscard]] ErrorCode heartbeat(const HeartbeatRequest& request, GroupTurn& turn);
  [[nodiscard]] ConsumerGroupAnswer<LeaveGroupResponse> leave(const LeaveGroupRequest& request, GroupTurn& turn);
  // A classic group of consumers with its members, who have what they were assigned last; absent where what they say of
  // themselves cannot be read.
  [[nodiscard]] static std::optional<ConsumerGroup> of(const ClassicGroup& classic, GroupTurn& turn);
  [[nodiscard]] GroupRecords all_records() const;
  // Its members, all of the classic protocol, with what their targets are.
  [[nodiscard]] ClassicGroup as_classic(GroupTurn& turn) const;

  [[nodiscard]] ErrorCode check_commit(const OffsetCommitRequest& request) const;
  [[nodiscard]] ErrorCode check_fetch(const OffsetFetchRequest::Group& asked) const;
  [[nodiscard]] bool is_subscribed_to(const std::string& topic) const;
  [[nodiscard]] bool empty() const { return members_.empty(); }

  [[nodiscard]] ListGroupsResponse::Group listed() const;
  [[nodiscard]] ConsumerGroupDescribeResponse::Group described() const;
  [[nodiscard]] GroupRecords tombstones() const;  // for all its records but offsets

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] std::int32_t epoch() const { return epoch_; }
  [[nodiscard]] const std::map<std::string, ConsumerGroupMember>& members() const { return members_; }
  [[nodiscard]] std::vector<TopicPartition> names_of(const PartitionSet& partitions) const;
  [[nodiscard]] const GroupOffsets& offsets() const { return offsets_; }
  [[nodiscard]] GroupOffsets& offsets() { return offsets_; }
  void note_change(std::string reason, GroupTurn& turn) const;

 private:
  enum class TimerKind : std::uint8_t { session, revocation, join, sync };
  struct Timer {
    TimerKind kind{};
    std::string member;
    friend auto operator<=>(const Timer&, const Timer&) = default;
  };
  struct KnownTopic {
    Uuid id;
    std::int32_t partitions{};
    friend bool operator==(const KnownTopic&, const KnownTopic&) = default;
  };
  struct ResolvedRegex {
    std::set<std::string> topics;
    std::int64_t version{};  // of the metadata
    Timestamp at;
    friend bool operator==(const ResolvedRegex&, const ResolvedRegex&) = default;
  };
  void replay_member(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value);

  [[nodiscard]] ErrorCode find_or_add(const ConsumerGroupHeartbeatRequest& request, const GroupTurn& turn,
                                      GroupRecords& records);
  [[nodiscard]] static ErrorCode check_epoch(const ConsumerGroupMember& member,
                                             const ConsumerGroupHeartbeatRequest& request);
  [[nodiscard]] ConsumerGroupAnswer<ConsumerGroupHeartbeatResponse> leave(const ConsumerGroupHeartbeatRequest& request,
                                                                         GroupTurn& turn);
  [[nodiscard]] static ConsumerGroupMember told_by(const ConsumerGroupHeartbeatRequest& request, const Joiner& joiner,
                                                   ConsumerGroupMember member);
  // Whether its group has to be assigned anew.
  [[nodiscard]] bool update_member(const std::string& id, ConsumerGroupMember now, GroupRecords& records);
  // Members of the classic protocol.
  [[nodiscard]] bool supports(const JoinGroupRequest& request) const;
  [[nodiscard]] ErrorCode add_classic(const JoinGroupRequest& request, const std::string& id, GroupRecords& records);
  [[nodiscard]] ErrorCode find_member(const std::string& id, const std::optional<std::string>& instance) const;
  [[nodiscard]] bool may_become_classic_without(const std::string& id, std::size_t members, const GroupTurn& turn) const;
  [[nodiscard]] bool waits_for_others(const std::string& id) const;
  void expect_join(const std::string& id, const GroupTurn& turn);
  [[nodiscard]] bool update_topics(const GroupTurn& turn, GroupRecords& records);
  // Regular expressions (consumer_group_regex.cpp).
  void resolve_regexes(const GroupTurn& turn, GroupRecords& records);
  void drop_regex(const std::optional<std::string>& regex, GroupRecords& records);
  void replay_regex(const ConsumerGroupKey& key, const std::optional<ByteSpan>& value);
  [[nodiscard]] bool is_used(const std::string& regex) const;
  [[nodiscard]] const std::set<std::string>& matched_by(const ConsumerGroupMember& member) const;
  // Those that it names, then those that match; a topic may come twice. Every heartbeat asks this of all members.
  template <class See>
  void each_topic_of(const ConsumerGroupMember& member, const See& see) const {
    for (const std::string& name : member.topics) see(name);
    for (const std::string& name : matched_by(member)) see(name);
  }
  void rise(GroupRecords& records);
  void update_target(const GroupTurn& turn, GroupRecords& records);
  void reconcile(const std::string& id, const std::optional<PartitionSet>& owned, const GroupTurn& turn, GroupRecords& records);
  void next_assignment(ConsumerGroupMember& member, std::int32_t from_epoch, const PartitionSet& target,
                       const std::optional<PartitionSet>& owned) const;
  void fence(const std::string& id, const std::string& why, GroupTurn& turn, ConsumerGroupChange& change);
  void remove(const std::string& id, GroupRecords& records);
  void replace(const std::string& from, const std::string& to, GroupRecords& records);
  void restart_session(const std::string& id, const GroupTurn& turn);
  [[nodiscard]] std::string assignor(const GroupTurn& turn) const;
  [[nodiscard]] const std::string* member_of_instance(const std::string& instance) const;
  [[nodiscard]] bool has_owner(const TopicIdPartition& tp) const;
  void put_epoch(GroupRecords& records) const;
  void put_target_epoch(GroupRecords& records) const;
  void put_member(const std::string& id, GroupRecords& records) const;
  void put_target(const std::string& id, GroupRecords& records) const;
  void put_current(const std::string& id, GroupRecords& records) const;

  std::string name_;
  std::int32_t epoch_{0};
  std::int32_t assignment_epoch_{0};
  std::string assignor_;  // by which the target was computed
  std::map<std::string, ConsumerGroupMember> members_;
  TargetAssignment target_;
  std::map<std::string, ResolvedRegex> regexes_;
  std::map<std::string, KnownTopic> topics_;  // subscribed ones that exist, as they were at the last look
  std::optional<std::int64_t> looked_at_;     // the metadata's version then
  DeadlineIndex<Timer> timers_;
  GroupOffsets offsets_;
};

}  // namespace kafkasim

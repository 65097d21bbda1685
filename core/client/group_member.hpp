#pragma once
// GroupMember: a consumer's side of the group protocols. The classic one (AbstractCoordinator and ConsumerCoordinator;
// KIP-62, KIP-345, KIP-394, KIP-429):
//
//   from       on                                                                      to
//   unjoined   rejoin wanted, coordinator known, prepared                              joining: JoinGroup sent
//   joining    answered                                                                syncing: the leader assigns; SyncGroup sent
//   joining    MEMBER_ID_REQUIRED                                                      joining, with the id given
//   joining    another error                                                           unjoined, tried again after the backoff
//   syncing    answered                                                                stable
//   syncing    an error                                                                unjoined
//   stable     REBALANCE_IN_PROGRESS, or the leader sees other partition counts        stable, rejoin wanted until prepared
//   any        UNKNOWN_MEMBER_ID, max.poll.interval.ms over                            unjoined, member id and generation forgotten
//   any        ILLEGAL_GENERATION                                                      unjoined, generation forgotten
//
// "Prepared" is the consumer's part: it commits, revokes everything (if the protocol is eager) and calls prepared(). What needs the
// application's thread in Kafka (joining) happens only while the application is inside poll(); heartbeats go on by
// themselves from `syncing` on. The coordinator is looked up when it is unknown, and unknown again after
// NOT_COORDINATOR, a lost connection, or session.timeout.ms without an answered heartbeat. A static member never says
// that it leaves; one whose instance another has taken is fenced, and ends.
//
// With group.protocol=consumer (KIP-848; ConsumerMembershipManager, ConsumerHeartbeatRequestManager) there is but one
// request, ConsumerGroupHeartbeat, and nobody waits for anybody; `generation` is the member's epoch:
//
//   unjoined   prepared                                 joining: a heartbeat with epoch 0 and all there is to tell
//   joining    answered                                 stable: it has an epoch
//   stable     a target that differs from what it owns  stable, prepared (commits), taken over (revokes, then adds), told at once
//   any        UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH,  unjoined: what it owned is lost
//              max.poll.interval.ms over
//
// As with a rebalance listener, a target is taken over inside poll() only.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/assignor.hpp"
#include "core/client/backoff.hpp"
#include "core/client/cluster_view.hpp"
#include "core/client/subscription.hpp"
#include "core/machine/request_channel.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/sync_group.hpp"

namespace kafkasim {

enum class MemberState : std::uint8_t { unjoined, joining, syncing, stable };
[[nodiscard]] bool says_coordinator_elsewhere(ErrorCode error);

struct ConsumerMembership {  // under the consumer protocol
  std::optional<std::vector<ConsumerGroupTopicPartitions>> target;  // told, and not yet taken over
  std::vector<TopicPartition> named;  // the target by the names of its topics, while the consumer prepares for it
  std::vector<ConsumerGroupTopicPartitions> owned;
  bool tell_all{true};     // the next heartbeat leaves nothing out
  bool tell_owned{false};  // the next heartbeat goes out at once
};

struct ConsumeGroup {
  std::string group;
  std::vector<std::string> topics;
  std::string regex{};  // and all topics that match it; under the consumer protocol only. Empty: none
};

class GroupMember {
 public:
  GroupMember(ConsumeGroup what, const ConsumerConfig& config);

  struct Parts {
    RequestChannel& channel;
    ClusterView& cluster;
  };

  // Sends what is due. `Where::inside_poll`: the application is waiting in poll().
  enum class Where : std::uint8_t { inside_poll, away };
  void pump(Where where, Parts parts, Env& env);
  [[nodiscard]] bool take(const Completion& done, Parts parts, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline(Where where, Instant now) const;

  // Before it may join: the consumer commits and revokes, then says so.
  [[nodiscard]] bool wants_prepare() const { return rejoin_wanted_ && !prepared_; }
  // Under the consumer protocol: what it prepares for. Absent: for joining.
  [[nodiscard]] const std::vector<TopicPartition>* target() const {
    return consumer_ && consumer_->target && wants_prepare() ? &consumer_->named : nullptr;
  }
  // `owned`: what the consumer owns then.
  void prepared(std::vector<TopicPartition> owned);
  // A new assignment, once. With the cooperative protocol the consumer revokes what is not in it, and says whether that
  // was anything: then the group rebalances again.
  [[nodiscard]] std::optional<std::vector<TopicPartition>> take_assignment();
  void revoked_some() { rejoin_wanted_ = true; }
  [[nodiscard]] RebalanceProtocol rebalance_protocol() const { return rebalance_protocol_; }
  [[nodiscard]] bool speaks_consumer_protocol() const { return consumer_.has_value(); }
  [[nodiscard]] std::optional<std::string> instance_id() const { return instance_id_; }

  [[nodiscard]] MemberState state() const { return state_; }
  [[nodiscard]] const std::string& group() const { return group_; }
  [[nodiscard]] const std::string& member_id() const { return member_id_; }
  [[nodiscard]] std::optional<Generation> generation() const { return generation_; }
  [[nodiscard]] bool belongs() const { return generation_.has_value(); }  // false: what it owned is lost
  [[nodiscard]] const std::optional<std::string>& fatal() const { return fatal_; }

  // For the requests about offsets that the consumer sends to the coordinator itself.
  [[nodiscard]] std::optional<ClusterView::Peer> coordinator() const;
  void want_coordinator() { coordinator_wanted_ = true; }
  void coordinator_lost(Parts parts, Env& env);
  // What an answer to OffsetCommit says of the membership: rejoin, or start anew.
  void on_commit_error(ErrorCode error, std::optional<Generation> sent_generation, Parts parts, Env& env);
  // Counts how often the coordinator was given up: each time its connection is closed, and what others had asked on it
  // is not answered.
  [[nodiscard]] std::int64_t losses() const { return losses_; }

  // Leaves, as far as it is a member and the coordinator is known; nothing is retried. True if a request went out.
  bool leave(Parts parts, const std::string& reason, Env& env);
  [[nodiscard]] bool leaving() const { return leave_request_.has_value(); }

 private:
  void find_coordinator(Parts parts, Env& env);
  void on_coordinator(const Completion& done, Env& env);
  void join(Parts parts, Env& env);
  void on_join(const Completion& done, Parts parts, Env& env);
  void on_join_error(const JoinGroupResponse& answer, Parts parts, Env& env);
  void sync(Parts parts, Env& env);
  [[nodiscard]] bool topics_known(const ClusterView& cluster, const JoinGroupResponse& joined) const;
  [[nodiscard]] std::vector<SyncGroupRequest::Assignment> assign(const ClusterView& cluster,
                                                                 const JoinGroupResponse& joined);
  void on_sync(const Completion& done, Parts parts, Env& env);
  void heartbeat(Parts parts, Env& env);
  void on_heartbeat(const Completion& done, Parts parts, Env& env);
  void watch_partition_counts(const ClusterView& cluster);
  void rejoin_later(Env& env);
  // The consumer protocol (group_member_consumer.cpp).
  void pump_consumer(Where where, Parts parts, Env& env);
  void look_at_target(ClusterView& cluster);
  void forget_target();
  void consumer_heartbeat(Parts parts, Env& env);
  void on_consumer_heartbeat(const Completion& done, Parts parts, Env& env);
  void on_consumer_heartbeat_error(ErrorCode error, Parts parts, Env& env);
  void leave_consumer_group(Parts parts, Env& env);

  enum class MemberIdIs : std::uint8_t { kept, forgotten };
  [[nodiscard]] AssignorTopics topics_to_assign(const ClusterView& cluster, const JoinGroupResponse& joined);
  void start_anew(MemberIdIs id);
  static void saw(ApiKey api, ErrorCode error, Env& env);

  std::string group_;
  std::vector<std::string> topics_;
  std::string regex_;
  ConsumerConfig config_;
  Backoff backoff_;
  std::vector<Assignor> assignors_;
  RebalanceProtocol rebalance_protocol_;
  std::optional<std::string> instance_id_;
  std::optional<ConsumerMembership> consumer_;
  LastAssignment last_assignment_;     // for the user data of the sticky assignor
  std::vector<TopicPartition> owned_;  // when it joined

  MemberState state_{MemberState::unjoined};
  std::string member_id_;
  std::optional<Generation> generation_;
  std::string protocol_;
  bool rejoin_wanted_{true};
  bool prepared_{false};
  std::optional<std::uint64_t> join_request_;
  std::optional<std::uint64_t> sync_request_;
  std::optional<std::uint64_t> leave_request_;
  std::optional<JoinGroupResponse> to_assign_;  // until SyncGroup goes out: a leader waits for metadata of all topics
  std::map<std::string, std::int32_t> assigned_counts_;  // as the group's leader: partitions by topic when it assigned
  std::optional<std::vector<TopicPartition>> assignment_;
  Instant may_join_at_{};
  std::int32_t join_failures_{0};

  std::optional<NodeId> coordinator_;
  Endpoint coordinator_endpoint_;
  bool coordinator_wanted_{false};
  std::optional<std::uint64_t> find_request_;
  Instant may_find_at_{};
  std::int64_t losses_{0};
  std::int32_t find_failures_{0};

  std::optional<std::uint64_t> heartbeat_request_;
  std::optional<Generation> heartbeat_generation_;
  Instant next_heartbeat_{};
  Instant session_ends_{};
  std::int32_t heartbeat_failures_{0};
  Instant last_poll_{};
  std::optional<std::string> fatal_;
};

}  // namespace kafkasim

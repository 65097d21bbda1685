#pragma once
// Consumer: the client that reads (the classic KafkaConsumer). A machine; it is owned by value by whoever models the
// application.
//
//   Consumer c{who, config, ConsumeGroup{"analytics", {"orders"}}};      or ConsumePartitions{{{"orders", 0}}}
//   c.step(in, env);  if (c.has_records()) ConsumerRecords records = c.poll(env);
//
// The application's thread is either inside poll() or away. poll() without records begins to wait: while it waits,
// step() goes on for it with what Kafka does in poll: joining, revoking, finding positions, fetching, committing.
// poll() with records returns them and the thread is away until the next poll(); heartbeats and answers go on, a
// rebalance waits. An application that stays away longer than max.poll.interval.ms leaves the group.
//
// Rebalances are eager or cooperative by partition.assignment.strategy, and cooperative under group.protocol=consumer: see
// group_member.hpp. A cooperative member goes on reading while the group rebalances, and revokes only what moves; of what a new target
// takes from it, it reads no more while it commits before that (AbstractMembershipManager.markPendingRevocationToPauseFetching).
//
// Positions move when poll() returns records. With enable.auto.commit they are committed every auto.commit.interval.ms
// from inside poll, before a rejoin, and at close. A commit carries the member's generation: one that comes too late is
// refused.
//
//   open --(StopRequested)--> committing (auto-commit) --> leaving (LeaveGroup) --> ending fetch sessions --> Exit;
//   30 s at most
//   any --(what KafkaConsumer throws: group refused, auto.offset.reset=none without offset or after a truncation,
//   damaged batch)--> Exit, not orderly
//
// Notes: RecordsDelivered, PositionReset, PartitionsAssigned, PartitionsRevoked, ClientSawError, Remark.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/client/cluster_view.hpp"
#include "core/client/consumer_record.hpp"
#include "core/client/fetcher.hpp"
#include "core/client/group_member.hpp"
#include "core/client/position_validator.hpp"
#include "core/client/subscription.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"

namespace kafkasim {

struct ConsumePartitions {  // by itself: no group, no commits
  std::vector<TopicPartition> partitions;
};
using ConsumeWhat = std::variant<ConsumeGroup, ConsumePartitions>;

class Consumer {
 public:
  Consumer(const ClientIdentity& who, const ConsumerConfig& config, ConsumeWhat what);

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] bool has_records() const { return fetcher_.has_records() && !preparing_ && !is_closing(); }
  // At most max.poll.records. Empty: the application waits inside poll.
  ConsumerRecords poll(Env& env);
  // By hand (commitSync): retried while the error allows it. Of a group's member only.
  void commit(const std::map<TopicPartition, Offset>& offsets, Env& env);
  // What became of the last one. A member that has to join again first cannot commit: `refused` until it has polled.
  enum class Committed : std::uint8_t { yes, under_way, refused };
  [[nodiscard]] Committed committed() const;
  void give_up_commit() { by_hand_.clear(); }
  // Every position is the committed one again, and what was read ahead is forgotten (after a transaction was aborted).
  void go_back_to_committed(Env& env);
  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  [[nodiscard]] const GroupMember* member() const { return member_ ? &*member_ : nullptr; }

  [[nodiscard]] std::vector<TopicPartition> assignment() const { return subscription_.partitions(); }
  [[nodiscard]] std::optional<Offset> position(const TopicPartition& tp) const;
  [[nodiscard]] bool closed() const { return closing_ == Closing::done; }

 private:
  enum class Closing : std::uint8_t { no, committing, revoking, leaving, ending_sessions, done };
  enum class CommitReason : std::uint8_t { interval, before_join, by_hand, closing };
  struct Commit {  // one at a time
    std::uint64_t request{};
    CommitReason reason{};
    OffsetsToCommit offsets;
    std::optional<Generation> generation;
  };

  void run(Env& env);
  void finish_run(Env& env);
  void schedule(Env& env);
  void on_completion(const Completion& done, Env& env);
  void coordinator_lost(Env& env);

  void run_group(Env& env);
  void prepare_join(Env& env);
  enum class Loss : std::uint8_t { given_up, lost };
  void revoke(const std::vector<TopicPartition>& partitions, Loss loss, Env& env);
  [[nodiscard]] bool is_eager() const;
  void take_over(std::vector<TopicPartition> partitions, Env& env);

  void fetch_committed(Env& env);
  void on_committed(const Completion& done, Env& env);
  void begin_at(const TopicPartition& tp, const OffsetFetchResponse::Partition& committed, Env& env);

  void auto_commit(Env& env);
  void commit_by_hand(Env& env);
  void send_commit(CommitReason reason, OffsetsToCommit offsets, Env& env);
  void on_commit(const Completion& done, Env& env);
  void commit_finished(const Commit& commit, ErrorCode error, Env& env);

  void begin_close(Env& env);
  void run_close(Env& env);
  [[nodiscard]] bool is_closing() const { return closing_ != Closing::no; }
  [[nodiscard]] GroupMember::Where where() const;
  [[nodiscard]] GroupMember::Parts member_parts() { return {channel_, cluster_}; }
  [[nodiscard]] Fetcher::Parts fetch_parts() { return {channel_, cluster_, subscription_}; }

  ConsumerConfig config_;
  Backoff backoff_;
  RequestChannel channel_;
  ClusterView cluster_;
  Subscription subscription_;
  Fetcher fetcher_;
  PositionValidator validator_;
  std::optional<GroupMember> member_;

  bool inside_poll_{false};
  bool goes_on_while_revoking_;  // legacy: fetch-during-revocation
  bool preparing_{false};        // a rejoin that takes all partitions: commits, then revokes; nothing is handed out
  std::string owner_id_;   // the member id under which the partitions were assigned
  std::optional<Commit> commit_;
  OffsetsToCommit by_hand_;  // waiting for its turn
  bool by_hand_failed_{false};  // the last that was tried
  Instant may_commit_at_{};
  std::int32_t commit_failures_{0};
  Instant next_auto_commit_{};
  std::optional<OffsetsToCommit> committed_before_join_;  // none if that was refused
  std::optional<Instant> prepare_until_;
  std::optional<std::uint64_t> committed_request_;
  Instant may_fetch_committed_at_{};
  std::int32_t fetch_committed_failures_{0};
  Closing closing_{Closing::no};
  Instant close_until_{};
  std::optional<Instant> next_;
};

}  // namespace kafkasim

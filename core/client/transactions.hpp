#pragma once
// Transactions: the transactional side of a producer (org.apache.kafka.clients.producer.internals.TransactionManager; KIP-98,
// KIP-360, KIP-447, KIP-890). A part of Producer, which tells it what is sent and what failed.
//
//   state               goes to                       by
//   uninitialised       initialising                  the process begins
//   initialising        ready, fatal                  InitProducerId answered
//   ready               in_transaction                begin
//   in_transaction      committing, aborting          commit, abort
//   in_transaction, committing    abortable_error     a batch or a request failed for good
//   abortable_error     aborting                      abort
//   committing, aborting          ready, initialising, fatal    EndTxn answered; versions before 2 ask for a new epoch after an error
//   any                 fatal                         fenced, or an error that no abort mends
//
// One request at a time, in this order: who coordinates, InitProducerId, AddPartitionsToTxn, offsets, EndTxn. The latter waits until no
// batch is without an outcome. Feature transaction.version is asked for first, by ApiVersions: under version 2 partitions and groups
// join a transaction by what is sent to them, and the answer to EndTxn has the epoch of the next one.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/backoff.hpp"
#include "core/client/client_identity.hpp"
#include "core/client/cluster_view.hpp"
#include "core/client/producer_batch.hpp"
#include "core/client/sequences.hpp"
#include "core/machine/request_channel.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/txn_offset_commit.hpp"

namespace kafkasim {

enum class TransactionState : std::uint8_t {
  uninitialised,
  initialising,
  ready,
  in_transaction,
  committing,
  aborting,
  abortable_error,
  fatal
};

struct OffsetsToTransaction {  // KafkaProducer.sendOffsetsToTransaction
  std::string group;
  std::optional<Generation> generation;  // of the member that read them; absent: no member
  std::string member_id;
  std::map<TopicPartition, Offset> offsets;
  std::optional<std::string> instance_id{};  // of a static member
};

class Transactions {
 public:
  Transactions(const ClientIdentity& who, const ProducerConfig& config);

  struct Parts {  // of the producer, lent
    RequestChannel& channel;
    ClusterView& cluster;
    Sequences& sequences;
    PartitionQueues& queues;
  };
  void start(std::int32_t ordinal);  // the process begins
  // What the user asks. Only in the states above.
  void begin(Env& env);
  void commit();
  void abort();
  void send_offsets(OffsetsToTransaction offsets, Env& env);

  // A record goes to that partition: it is to be in the transaction before its batches are sendable().
  void will_send(const TopicPartition& tp);
  void batch_leaves(const TopicPartition& tp) {
    if (bumps()) started_ = started_ || in_.contains(tp);
  }
  [[nodiscard]] const std::set<TopicPartition>& sendable() const { return in_; }
  // A batch failed for good, with that error.
  void batch_failed(ErrorCode error, Env& env);

  enum class Batches : std::uint8_t { all_settled, some_unsettled };
  void pump(Parts parts, Batches batches, Env& env);
  [[nodiscard]] bool take(const Completion& done, Parts parts, Env& env);  // whether the completion was this part's
  [[nodiscard]] std::optional<Instant> next_deadline() const { return next_; }

  [[nodiscard]] TransactionState state() const { return state_; }
  [[nodiscard]] ErrorCode last_error() const { return last_error_; }
  [[nodiscard]] bool bumps() const { return bumps_; }  // transactions V2
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] std::int64_t commits() const { return committed_; }  // transactions that were told to be committed
  // Batches that were not sent yet are given up: the transaction is not to be committed.
  [[nodiscard]] bool drops_unsent() const {
    return state_ == TransactionState::aborting || state_ == TransactionState::abortable_error;
  }
  [[nodiscard]] bool flushes() const { return state_ == TransactionState::committing || state_ == TransactionState::aborting; }

 private:
  enum class Kind : std::uint8_t { versions, coordinator, group_coordinator, init, partitions, add_offsets, offsets, end };
  struct Request {
    Kind kind{};
    std::uint64_t id{};
  };
  struct Coordinator {
    NodeId node;
    Endpoint endpoint;
  };

  [[nodiscard]] bool ask(Kind kind, Message request, Parts parts, Env& env, std::optional<std::int16_t> version = std::nullopt);
  void ask_next(Parts parts, Batches batches, Env& env);
  void ask_init(Parts parts, Env& env);
  void ask_partitions(Parts parts, Env& env);
  void ask_offsets(Parts parts, Env& env);
  void ask_end(Parts parts, Env& env);
  void find(Kind kind, Parts parts, Env& env);

  void on_versions(const Completion& done, Env& env);
  void on_coordinator(const Completion& done, Kind kind, Env& env);
  void on_init(const Completion& done, Parts parts, Env& env);
  void on_partitions(const Completion& done, Env& env);
  void on_offsets_added(const Completion& done, Env& env);
  void on_offsets(const Completion& done, Env& env);
  void on_end(const Completion& done, Parts parts, Env& env);

  enum class Abortable : std::uint8_t { no, yes };
  // What an error that every answer of the coordinator may have leads to. False: it has to be looked at by who asked.
  [[nodiscard]] bool on_common_error(ErrorCode error, Env& env);
  void fail(ErrorCode error, Abortable abortable, Env& env);
  void try_again(Env& env);
  void finish(trace::TransactionFate fate, ErrorCode error, Env& env);
  void saw(ApiKey api, ErrorCode error, Env& env) const;

  std::string id_;
  Duration timeout_;
  Backoff backoff_;
  std::int32_t ordinal_;
  TransactionState state_{TransactionState::uninitialised};
  ErrorCode last_error_{ErrorCode::none};
  std::optional<bool> known_bumps_;  // absent: not asked yet
  bool bumps_{false};
  std::optional<Coordinator> coordinator_;
  std::map<std::string, Coordinator> group_coordinators_;
  std::optional<Request> request_;
  std::int64_t number_{0};
  std::int64_t committed_{0};
  bool open_{false};           // begun, and its end not yet told
  bool started_{false};        // the coordinator may know of it
  bool end_sent_{false};
  bool commits_{false};        // what EndTxn says
  bool wants_epoch_{false};    // after the abort, before version 2
  std::set<TopicPartition> new_;   // to be added
  std::set<TopicPartition> in_;    // in the transaction
  std::deque<OffsetsToTransaction> offsets_;
  bool offsets_added_{false};      // the group of the first
  Instant may_ask_at_{};
  std::int32_t failures_{0};
  std::optional<Instant> next_;
};

}  // namespace kafkasim

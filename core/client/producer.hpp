#pragma once
// Producer: the client that writes (KafkaProducer, Sender, RecordAccumulator). A machine; it is owned by value by
// whoever models the application, or stands alone and takes ProduceCommand.
//
// send() puts a record into the batch of its partition. A batch goes out when it is full, has lingered, memory is
// short, or the producer closes; then one request per broker takes one batch of each of its partitions, at most
// max.in.flight.requests.per.connection unanswered. Errors worth a retry bring a batch back, in front and in the order
// of sequence numbers, until delivery.timeout.ms; then it fails with REQUEST_TIMED_OUT. Without idempotence and with
// more than one request in flight a retry may overtake: as in Kafka.
//
// A record that cannot be placed (no metadata of its topic yet, buffer.memory used up) blocks its sender: can_accept()
// is false until it is placed or max.block.ms are over. Such a record has no number and is told by a Remark if it is
// dropped.
//
//   open --(StopRequested)--> closing: everything is sent, blocked records are refused --(no batch left)--> Exit
//   any --(InitProducerId refused for good, fenced)--> failed: all batches fail
//
// With a transactional.id what is sent belongs to transactions (transactions.hpp). Closing within one aborts it.
//
// Notes: RecordSent, RecordsAcked, RecordsFailed, ClientSawError, Remark.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/client/accumulator.hpp"
#include "core/client/cluster_view.hpp"
#include "core/client/sequences.hpp"
#include "core/client/transactions.hpp"
#include "core/machine/request_channel.hpp"
#include "core/machine/seam.hpp"
#include "core/message/produce.hpp"

namespace kafkasim {

using ProducerRecord = ProduceCommand;  // what a user gives: topic, key, value, partition, headers

class Producer {
 public:
  Producer(const ClientIdentity& who, const ProducerConfig& config);

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // Takes the record, or blocks on it. Between steps of the producer, within a step of its owner.
  void send(ProducerRecord record, Env& env);
  // With a transactional.id. Steps, records and offsets are taken in their order, each waits until the one before is done: a `begin`
  // for the producer id, a commit for all batches and its answer. A transaction that has failed is aborted, whatever is asked.
  void transact(TransactionStep step, Env& env);
  void send_offsets(OffsetsToTransaction offsets, Env& env);
  [[nodiscard]] bool must_abort() const {
    return transactions_ && transactions_->state() == TransactionState::abortable_error;
  }
  [[nodiscard]] bool failed() const { return fatal_.has_value(); }
  [[nodiscard]] std::int64_t failures() const { return failures_; }  // batches that failed for good, records that were refused
  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  void abandon(Env& env);  // closes its connections; it is to be thrown away
  [[nodiscard]] const Transactions* transactions() const { return transactions_ ? &*transactions_ : nullptr; }
  [[nodiscard]] const std::optional<ProducerIdAndEpoch>& producer_id() const { return sequences_.producer(); }
  [[nodiscard]] bool can_accept() const { return blocked_.empty() && !closing_; }
  [[nodiscard]] bool idle() const {
    return blocked_.empty() && accumulator_.idle();
  }  // nothing unsent, nothing unanswered

 private:
  struct Ending {};  // of a transaction: asked for, not over
  struct Blocked {
    std::variant<ProducerRecord, TransactionStep, OffsetsToTransaction, Ending> what;
    Instant give_up_at;  // of a record
  };
  struct SentBatch {
    TopicPartition tp;
    std::uint64_t number{};
  };
  enum class Placed : std::uint8_t { yes, no_metadata, no_memory, refused };

  [[nodiscard]] static bool settled(Placed placed);
  Placed place(const ProducerRecord& record, Env& env);
  void unblock(Env& env);
  void enqueue(Blocked blocked, Env& env);
  enum class Went : std::uint8_t { on, nowhere };
  Went go(Blocked& first, Env& env);
  Went go_step(Blocked& first, TransactionStep step, Env& env);
  void give_up_commit(Env& env);
  void refuse(const std::string& topic, ErrorCode error, std::string why, Env& env);
  void drop_blocked(std::string_view reason, Env& env);
  void close_requested(Env& env);

  void run_sender(Env& env);
  void expire(Env& env);
  void ask_producer_id(Env& env);
  void run_transactions(Env& env);
  void drop_unsent(Env& env);
  [[nodiscard]] Transactions::Parts transaction_parts();
  void send_ready(Env& env);
  void send_batches(NodeId node, const Endpoint& endpoint, const std::vector<DrainedBatch>& batches, Env& env);

  void on_completion(const Completion& done, Env& env);
  void on_producer_id(const Completion& done, Env& env);
  void on_produce_answer(const ProduceRequest& request, const ProduceResponse& answer,
                         const std::vector<SentBatch>& sent, Env& env);
  void on_partition_answer(const SentBatch& sent, const ProduceResponse::Partition& answer,
                           const std::vector<NodeEndpoint>& endpoints, Env& env);
  [[nodiscard]] bool worth_retry(const TopicPartition& tp, const ProducerBatch& batch,
                                 const ProduceResponse::Partition& answer, const Env& env);
  void acknowledge(const TopicPartition& tp, const ProducerBatch& batch, std::optional<Offset> base, Env& env) const;
  void fail_batch(const TopicPartition& tp, const ProducerBatch& batch, ErrorCode error, Sequences::Gap gap, Env& env);
  void fail_all(ErrorCode error, Env& env);
  static void saw(ApiKey api, ErrorCode error, Env& env);
  static void remark(std::string text, Env& env);

  ProducerConfig config_;
  std::int16_t acks_;
  std::int32_t ordinal_;
  Backoff backoff_;
  RequestChannel channel_;
  ClusterView cluster_;
  Accumulator accumulator_;
  StickyPartitioner partitioner_;
  Sequences sequences_;
  std::optional<Transactions> transactions_;  // with a transactional.id
  std::deque<Blocked> blocked_;
  std::map<std::uint64_t, std::vector<SentBatch>> requests_;  // by channel request
  std::optional<std::uint64_t> id_request_;
  Instant may_ask_id_at_{};
  std::int32_t id_failures_{0};
  std::optional<ErrorCode> fatal_;
  std::int64_t failures_{0};
  bool wake_{false};  // what was placed lets a batch go
  bool closing_{false};
  bool exited_{false};
  std::optional<Instant> next_;
};

}  // namespace kafkasim

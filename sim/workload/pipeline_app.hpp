#pragma once
// PipelineApp: an application that reads, transforms and writes: consume-transform-produce (KIP-98, KIP-447; Kafka's
// TransactionalMessageCopier and ExactlyOnceMessageProcessor; what a task of Kafka Streams does). A machine that owns a Consumer and a
// Producer by value, in one process.
//
//   guarantee        polling --(records)-->
//   exactly once     working: begin, write --> ending: offsets with the group's metadata, commit --(committed)--> polling
//                                ending --(aborted, or the producer is fenced)--> back to the committed offsets, polling
//   at least once    working: write --> writing --(all acknowledged)--> committing_after --> polling
//                                       writing --(something failed)--> back to the committed offsets, polling
//   at most once     committing_first --(committed)--> working: write --> writing --(whatever became of it)--> polling
//                    committing_first --(refused)--> back to the committed offsets, polling
//
// What is made of a record is sent when the record has been worked on: a transaction is open all that time, and one that takes longer
// than transaction.timeout.ms is aborted by its coordinator, again and again. Nothing is polled between: a rebalance waits until a
// transaction is over, unless max.poll.interval.ms passes; then the group goes on without the member, and refuses its offsets by their
// generation. A producer that was fenced is thrown away, and another takes its place. Of each record one is made, with the same key and
// the value and " via ID"; which record it was made of is told by trace::RecordSent. StopRequested: what is in hand is finished, then
// both halves close.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/consumer.hpp"
#include "core/client/producer.hpp"
#include "core/machine/seam.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct PipelinePlan {
  std::string id;
  std::string from;
  std::string to;
  Guarantee guarantee{};
  Duration process_time{};  // of each record
};

class PipelineApp {
 public:
  PipelineApp(ClientIdentity who, const ConsumerConfig& consumer, ProducerConfig producer, const std::string& group, PipelinePlan plan);

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] const Consumer& consumer() const { return consumer_; }
  [[nodiscard]] const Producer& producer() const { return producer_; }
  [[nodiscard]] std::int64_t fenced() const { return fenced_; }  // producers that were thrown away by this process

 private:
  enum class Stage : std::uint8_t { polling, committing_first, working, writing, ending, committing_after, closing };
  enum class Went : std::uint8_t { on, nowhere };
  enum class Half : std::uint8_t { consumer, producer };

  template <class Act>
  void within(Half half, Env& env, const Act& act);
  void pass_on(Half half, std::vector<Effect> effects, Env& env);
  void give(const Input& in, Env& env);
  void start_producer(StartKind kind, Env& env);
  void renew_producer(Env& env);

  [[nodiscard]] Went advance(Env& env);
  [[nodiscard]] Went poll(Env& env);
  void take_up(const ConsumerRecords& records);
  void begin_work(Env& env);
  [[nodiscard]] Went work(Env& env);
  void finish_work(Env& env);
  [[nodiscard]] Went await_end(Env& env);
  [[nodiscard]] Went await_writes(Env& env);
  [[nodiscard]] Went await_commit(Env& env);
  void start_over(Env& env);
  void commit(Env& env);
  void close(Env& env);

  ClientIdentity producer_identity_;
  ProducerConfig producer_config_;
  PipelinePlan plan_;
  Consumer consumer_;
  Producer producer_;

  Started started_{};
  std::int64_t fenced_{0};
  Stage stage_{};
  bool in_poll_{false};
  Instant worked_at_{};    // when the next output is made
  std::size_t worked_{0};  // of the outputs
  std::vector<ProduceCommand> outputs_;         // of the records in hand
  std::map<TopicPartition, Offset> positions_;  // behind them
  OffsetsToTransaction membership_;             // as whose member it was given them: the consumer may lose that while they are worked on
  std::int64_t commits_before_{0};
  std::int64_t failures_before_{0};
  bool stop_requested_{false};
  bool consumer_closed_{false};
  bool producer_closed_{false};
};

}  // namespace kafkasim::sim

#pragma once
// Accumulator: records waiting to be sent, in batches by partition
// (org.apache.kafka.clients.producer.internals.RecordAccumulator).
//
// Each batch reserves batch.size bytes of buffer.memory (or what its first record takes, if that is more) until it has
// an outcome; under a codec it takes what should fit in when compressed. A partition's queue stands in a Cow: what a copy
// of the producer does not touch stays shared.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "core/client/backoff.hpp"
#include "core/client/cluster_view.hpp"
#include "core/client/partitioner.hpp"
#include "core/client/producer_batch.hpp"
#include "core/client/sequences.hpp"

namespace kafkasim {

struct DrainedBatch {
  TopicPartition tp;
  std::uint64_t number{};
  RecordBatch batch;
};

class Accumulator {
 public:
  Accumulator(const ProducerConfig& config, std::int32_t ordinal);

  struct Appended {
    Origin origin;
    std::int64_t bytes{};  // that the batch grew by
    bool batch_full{};     // a batch of that partition can go out
    bool new_batch{};
  };
  // Absent: buffer.memory is used up.
  std::optional<Appended> append(const TopicPartition& tp, const ProduceCommand& record, Timestamp timestamp,
                                 Instant now);
  [[nodiscard]] StickyPartitioner::LastBatch last_batch(const TopicPartition& tp) const;

  enum class Haste : std::uint8_t { linger, none_lingers };
  struct Ready {
    std::set<NodeId> nodes;                   // with a partition that has a batch to send
    std::set<std::string> leaderless_topics;  // with a batch and no leader to send it to
    std::optional<Instant> next;  // when linger, a backoff or the delivery timeout of a batch ends: later than now
  };
  [[nodiscard]] Ready ready(const ClusterView& cluster, Haste haste, Instant now) const;
  // Tells the partitioner how long the queues are, by topic (RecordAccumulator.partitionReady). A topic is weighed once each of its
  // partitions has had a batch. Where something waits for a broker that has taken nothing for longer than
  // partitioner.availability.timeout.ms the partition is left out.
  void weigh(StickyPartitioner& partitioner, const ClusterView& cluster) const;
  // There was something to send to that node: could it be sent?
  enum class Takes : std::uint8_t { no, yes };
  void node_was_ready(NodeId node, Takes takes, Instant now);
  // One batch of each partition that this node leads, up to max.request.size; they are in flight afterwards.
  // `sequences`: null without idempotence. Successive calls begin with different partitions.
  struct DrainBy {
    const Sequences* sequences{nullptr};
    const std::set<TopicPartition>* only{nullptr};  // of a transaction; null: all
  };
  [[nodiscard]] std::vector<DrainedBatch> drain(NodeId node, const ClusterView& cluster, const DrainBy& by, Instant now);

  [[nodiscard]] const ProducerBatch* in_flight(const TopicPartition& tp, std::uint64_t number) const;
  void retry(const TopicPartition& tp, std::uint64_t number, Instant now, Instant retry_at);  // back into the queue
  ProducerBatch take(const TopicPartition& tp, std::uint64_t number);                         // out of flight, for good
  // The broker found it too large: its records go back into the queue, under their sequence numbers, in batches of
  // batch.size that count as never tried and reserve no memory. The topic is taken to compress no better than it did.
  void split(const TopicPartition& tp, std::uint64_t number);
  struct Taken {
    TopicPartition tp;
    ProducerBatch batch;
  };
  [[nodiscard]] std::vector<Taken> take_expired(Instant now);  // in order of sending within a partition
  [[nodiscard]] std::vector<Taken> take_all();
  [[nodiscard]] std::vector<Taken> take_unnumbered();  // those that were never drained

  void rename(std::int32_t ordinal) { ordinal_ = ordinal; }
  [[nodiscard]] PartitionQueues& queues() { return queues_; }
  [[nodiscard]] bool idle() const { return batches_ == 0; }

 private:
  [[nodiscard]] static bool lets_out(const ProducerBatch& first, const PartitionView& view, Instant now);
  DrainedBatch drain_first(const TopicPartition& tp, PartitionQueue& queue, const PartitionView& view,
                           const Sequences* sequences);
  void put_back(PartitionQueue& queue, ProducerBatch batch) const;
  [[nodiscard]] bool is_too_slow(NodeId node) const;
  void release(const ProducerBatch& batch);

  std::int64_t batch_size_;
  Compression compression_;
  CompressionRatios ratios_;
  std::int64_t buffer_memory_;
  std::int64_t max_request_size_;
  std::int64_t max_in_flight_;
  Transactional transactional_;
  bool numbered_;  // idempotent: retries go to their place by sequence number, else to the front
  Duration linger_;
  Duration delivery_timeout_;
  std::int32_t ordinal_;
  std::uint64_t batches_made_{0};
  std::int64_t batches_{0};  // without outcome
  std::int64_t reserved_bytes_{0};
  PartitionQueues queues_;
  std::map<NodeId, TopicPartition> drained_last_;
  bool adaptive_;
  Duration availability_timeout_;
  struct Latency {
    Instant wanted_at;  // when something was ready for it last
    Instant took_at;    // and when it last took it
  };
  std::map<NodeId, Latency> latencies_;
};

}  // namespace kafkasim

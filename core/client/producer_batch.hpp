#pragma once
// A producer's batches of one partition (org.apache.kafka.clients.producer.internals.ProducerBatch and
// TxnPartitionEntry), and what it knows of that partition's sequence numbers.
//
//   filling --(full, linger, flush: drained)--> in flight --(acknowledged)--> done
//   in flight --(MESSAGE_TOO_LARGE, more than one record)--> several, waiting in its place
//   in flight --(error worth a retry)--> waiting, at its place in the order of sequence numbers --(backoff over:
//   drained)--> in flight any --(fatal error, delivery.timeout.ms)--> failed
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/cow.hpp"
#include "core/client/compression_ratio.hpp"
#include "core/machine/seam.hpp"
#include "core/record/record.hpp"

namespace kafkasim {

struct ProducerIdAndEpoch {
  ProducerId id;
  ProducerEpoch epoch;
  friend auto operator<=>(const ProducerIdAndEpoch&, const ProducerIdAndEpoch&) = default;
};

struct ProducerBatch {
  std::uint64_t number{};  // names it among this producer's batches
  Origin origin;           // of its first record
  std::int32_t count{0};
  std::int64_t reserved_bytes{0};                          // of buffer.memory
  BatchBuilder builder;                                    // while it fills
  std::int64_t compression_ratio{CompressionRatios::one};  // guessed when it was begun
  bool closed{false};                                      // takes no more records
  std::optional<RecordBatch> built;
  Instant created{};
  Instant waiting_since{};  // linger counts from here
  std::int32_t attempts{0};
  Instant retry_at{};
  bool sent{false};  // handed to a connection at least once: it may have been written
  // Idempotence: both are there from when it was first drained.
  std::optional<ProducerIdAndEpoch> producer;
  Sequence base_sequence{};
  bool sequence_reset{false};               // renumbered after an epoch bump
  std::optional<LeaderEpoch> leader_epoch;  // when last drained: under a newer one a retry skips its backoff (KIP-951)

  [[nodiscard]] bool has_sequence() const { return producer.has_value(); }
  [[nodiscard]] Sequence last_sequence() const { return sequence_plus(base_sequence, count - 1); }
  // While it fills under a codec: a guess.
  [[nodiscard]] std::int64_t size_bytes() const {
    if (built) return static_cast<std::int64_t>(built->size_bytes());
    const auto plain = static_cast<std::int64_t>(builder.size_bytes());
    if (builder.codec() == Codec::none) return plain;
    constexpr auto header = static_cast<std::int64_t>(batch_header_size);
    return header + CompressionRatios::packed_size(plain - header, compression_ratio);
  }
  [[nodiscard]] bool is_full(std::int64_t batch_size) const {
    return closed || (count > 0 && size_bytes() >= batch_size);
  }
};

struct PartitionQueue {
  std::deque<ProducerBatch> waiting;     // what is tried again first, in order; the last one fills
  std::vector<ProducerBatch> in_flight;  // in a request that has no answer yet, in order of sending
  std::int64_t next_send{0};             // number of the next record

  // Idempotence.
  std::optional<ProducerIdAndEpoch> producer;  // for which the sequence numbers count
  Sequence next_sequence{0};
  std::optional<Sequence> last_acked_sequence;
  std::optional<Offset> last_acked_offset;
  std::optional<Sequence> unresolved_next;  // a batch that may have been written was given up: what would come after it

  [[nodiscard]] bool idle() const { return waiting.empty() && in_flight.empty(); }
  // Those that have a sequence number and no outcome, wherever they are, in order of (producer, sequence).
  [[nodiscard]] std::vector<const ProducerBatch*> numbered() const;
  [[nodiscard]] std::vector<ProducerBatch*> numbered();
  [[nodiscard]] bool has_numbered() const;
};

using PartitionQueues = std::map<TopicPartition, Cow<PartitionQueue>>;

}  // namespace kafkasim

#pragma once
// Sequences: the idempotent producer's ids and sequence numbers (TransactionManager without transactions; KIP-98,
// KIP-360, KIP-480).
//
//   from     on                             to
//   no id    InitProducerId sent            asking
//   asking   answered                       ready
//   asking   a retriable error              no id
//   asking   a fatal error                  failed
//   ready    a gap that no retry closes     ready with epoch + 1, that partition from 0
//   ready    epoch 32767 used up            no id
//
// Invariants: a batch keeps its number from the first drain until it is acknowledged, given up, or renumbered by an
// epoch bump; in a partition no batch is numbered under a new epoch while older ones have no outcome; of several
// batches waiting for a retry only the first unanswered one is sent.
#include <cstdint>
#include <optional>
#include <set>

#include "core/client/producer_batch.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim {

class Sequences {
 public:
  enum class Verdict : std::uint8_t { retry, give_up };

  [[nodiscard]] const std::optional<ProducerIdAndEpoch>& producer() const { return producer_; }
  void set_producer(ProducerIdAndEpoch id, PartitionQueues& queues);

  // Whether the batch at the front of this partition may go out now.
  [[nodiscard]] bool may_drain(const PartitionQueue& queue) const;
  // Numbers a batch that is drained for the first time.
  void number(PartitionQueue& queue, ProducerBatch& batch) const;

  void on_acked(PartitionQueue& queue, const ProducerBatch& batch, std::optional<Offset> base) const;
  // Error codes that only say something beside the numbers: OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID; else
  // is_retriable().
  [[nodiscard]] Verdict on_error(const TopicPartition& tp, const PartitionQueue& queue, const ProducerBatch& batch,
                                 ErrorCode error, std::optional<Offset> log_start_offset);
  // The batch failed for good and is no longer in the queue. `Gap::certain`: the broker did not take it.
  enum class Gap : std::uint8_t { certain, possible };
  void on_failed(const TopicPartition& tp, PartitionQueue& queue, ErrorCode error, Gap gap);
  // A batch that was sent has expired: nobody knows whether it was written.
  void mark_unresolved(PartitionQueue& queue, const ProducerBatch& batch) const;

  // Before each round of sending: what expired batches left open, then an epoch bump if one was asked for.
  void settle(PartitionQueues& queues);

  // A transactional producer gets its epochs from the coordinator: what cannot be numbered fails, and with it the transaction.
  void leave_bumps_to_transactions() { transactional_ = true; }
  // Legacy: idle-partition-seq-not-reset.
  void keep_numbers_of_idle_partitions() { idle_start_anew_ = false; }

 private:
  void resolve(const TopicPartition& tp, PartitionQueue& queue);
  void request_bump(const TopicPartition& tp);
  void bump(PartitionQueues& queues);
  void renumber(PartitionQueue& queue) const;

  std::optional<ProducerIdAndEpoch> producer_;
  bool transactional_{false};
  bool idle_start_anew_{true};  // under a new epoch, partitions that had nothing on its way as well
  bool bump_wanted_{false};
  std::set<TopicPartition> to_renumber_;
};

}  // namespace kafkasim

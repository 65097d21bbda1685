#pragma once
// ProducerState: what a partition remembers of the producers that wrote to it (ProducerStateManager,
// ProducerAppendInfo; KIP-98, KIP-360, KIP-890), so that a batch sent twice is appended once, a gap or an old epoch is
// refused, and readers know which transactions are decided. A function of the log: leaders and followers have the same.
//
//   batch of a known producer      answer
//   epoch below the known one      INVALID_PRODUCER_EPOCH (a follower takes it: its leader has decided)
//   same epoch, sequences of one of the last five batches    duplicate: the offsets of then, nothing is appended
//   same epoch, next sequence      appended
//   same epoch, any other          OUT_OF_ORDER_SEQUENCE_NUMBER
//   new epoch, sequence 0          appended; the batches of the old epoch are forgotten
//   new epoch, any other           OUT_OF_ORDER_SEQUENCE_NUMBER
//   of an unknown producer: appended, whatever its sequence (but see Verification)
// Only clients' batches are looked at by sequence.
//
// A transaction of a producer in this partition:
//   none --transactional batch--> open --marker--> none      INVALID_TXN_STATE: a batch without transaction while open,
//                                                            a transactional one that nobody has verified while none
//   A marker of an older coordinator than the last one is TRANSACTION_COORDINATOR_FENCED; one without open transaction
//   only sets the epochs. A completed transaction stays unreplicated until the high watermark is beyond its marker:
//   first unstable offset = first offset of all transactions that are open or unreplicated.
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "core/log/producer_entry.hpp"
#include "core/log/verifications.hpp"
#include "core/model/error_code.hpp"
#include "core/record/control_record.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

enum class AppendOrigin : std::uint8_t { replication, coordinator, client, raft_leader };

struct CompletedTransaction {
  ProducerId producer;
  Offset first;  // of its first batch in this partition
  Offset last;   // of its marker
  TransactionOutcome outcome{};
  friend bool operator==(const CompletedTransaction&, const CompletedTransaction&) = default;
};

struct Verifying {  // what check() looks at beside the state; lent
  const Verifications* pending{nullptr};
  std::optional<VerificationGuard> guard{};  // under which the batches come
  RequireVerification require{RequireVerification::no};
};

class ProducerState {
 public:
  struct Verdict {
    ErrorCode error{ErrorCode::none};
    std::optional<ProducedBatch> duplicate;
  };
  // What the state says to these batches, appended together, offsets already assigned. Changes nothing.
  // INVALID_RECORD: a marker that cannot be read.
  [[nodiscard]] Verdict check(std::span<const RecordBatch> batches, AppendOrigin origin,
                              const Verifying& verifying = {}) const;

  // A batch has been appended. Batches without producer only move end_offset(). If it was the marker of an open
  // transaction: complete() must be called with it, after the transaction index has been written.
  std::optional<CompletedTransaction> update(const RecordBatch& batch);
  // How far read_committed would get once that transaction is complete, were all of the log replicated.
  [[nodiscard]] Offset last_stable_offset(const CompletedTransaction& completed) const;
  void complete(const CompletedTransaction& completed);
  [[nodiscard]] Offset end_offset() const { return end_; }  // the state covers all offsets below
  void set_end_offset(Offset end) { end_ = end; }

  // ---- transactions -------------------------------------------------------------------------------
  // Where the first transaction begins whose end is not known, or not yet replicated. It may be below the log start.
  [[nodiscard]] std::optional<Offset> first_unstable_offset() const;
  // Where the first transaction begins whose end is not known.
  [[nodiscard]] std::optional<Offset> first_undecided_offset() const;
  [[nodiscard]] bool has_open_transaction(ProducerId producer, ProducerEpoch epoch) const;
  // The oldest open transaction has been silent for five minutes more than a transaction may last: it hangs.
  [[nodiscard]] bool has_late_transaction(Timestamp now, Duration max_transaction_timeout) const;
  void high_watermark_moved(Offset high_watermark);
  void log_start_moved(Offset log_start);

  // Producers that were silent for so long, but none whose transaction is open.
  enum class SignsOfLife : std::uint8_t { batches_and_markers, batches };  // the latter is legacy: producer-state-early-expiry
  void remove_expired(Timestamp now, std::int64_t expiration_ms, SignsOfLife signs = SignsOfLife::batches_and_markers);
  void clear(Offset end);
  void remove_without_records(Offset log_start);  // whose last batch lies below, but none whose transaction is open
  [[nodiscard]] const std::map<ProducerId, ProducerEntry>& producers() const { return producers_; }
  // Entries of a snapshot, of different producers. is_consistent() afterwards: each transaction has its own start.
  void restore(ProducerId id, const ProducerEntry& entry);
  [[nodiscard]] bool is_consistent() const;

  // Of what the log says: unreplicated transactions are not compared.
  friend bool operator==(const ProducerState& a, const ProducerState& b) {
    return a.end_ == b.end_ && a.open_ == b.open_ && a.producers_ == b.producers_;
  }

 private:
  void forget_unreplicated_below(Offset offset);

  std::map<ProducerId, ProducerEntry> producers_;
  std::map<Offset, ProducerId> open_;      // transactions by first offset, as the entries have them
  std::map<Offset, Offset> unreplicated_;  // first offset and marker of transactions that are complete
  Offset end_;
};

}  // namespace kafkasim

#pragma once
// What a coordinator knows of one transactional id, and how that may change (TransactionMetadata, TransactionState,
// TxnTransitMetadata; KIP-98, KIP-360, KIP-890).
//
//   to                    from                                                          by
//   Empty                 Empty, CompleteCommit, CompleteAbort                          InitProducerId
//   Ongoing               Ongoing, Empty, CompleteCommit, CompleteAbort                 AddPartitionsToTxn, AddOffsetsToTxn
//   PrepareCommit         Ongoing                                                       EndTxn
//   PrepareAbort          Ongoing, PrepareEpochFence; since version 2 also Empty, CompleteCommit, CompleteAbort    EndTxn
//   CompleteCommit        PrepareCommit                                                 all markers are written
//   CompleteAbort         PrepareAbort                                                  likewise
//   PrepareEpochFence     Ongoing                                                       a newer producer, or the time is over
//   Dead                  Empty, CompleteCommit, CompleteAbort                          it was not used for so long
//
// A change is prepared, its record is stored, and only then it is complete: `pending` is its state meanwhile, and nothing else may be
// prepared. PrepareEpochFence is never stored: it goes on to PrepareAbort at once.
//
// With transactions V2 (KIP-890 part 2) every end of a transaction raises the epoch; the last one usable is 32766, after which
// the producer gets a new id.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/message/transaction_record.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "core/record/control_record.hpp"

namespace kafkasim {

// Feature transaction.version: 1 stores tagged fields, 2 raises the epoch with every transaction and adds partitions by Produce.
enum class TransactionVersion : std::int16_t { v0 = 0, v1 = 1, v2 = 2 };
[[nodiscard]] constexpr bool bumps_epochs(TransactionVersion version) { return version >= TransactionVersion::v2; }

[[nodiscard]] std::string_view transaction_status_name(TransactionStatus status);  // "PrepareCommit", as Kafka prints it
[[nodiscard]] std::optional<TransactionStatus> transaction_status_by_name(std::string_view name);
[[nodiscard]] bool may_become(TransactionStatus from, TransactionStatus to);  // the table above

struct TransactionChange {  // prepared: how the transaction will stand
  TransactionStatus status{};
  ProducerId producer;
  std::optional<ProducerId> previous_producer;
  std::optional<ProducerId> next_producer;
  ProducerEpoch epoch;
  std::optional<ProducerEpoch> last_epoch;
  Duration timeout;
  std::set<TopicPartition> partitions;
  Timestamp started{-1};
  Timestamp updated{-1};
  TransactionVersion client_version{};
};

class TransactionMetadata {
 public:
  TransactionMetadata() = default;
  // Of a transactional id that was never used: without an epoch yet.
  TransactionMetadata(std::string id, ProducerId producer, Duration timeout, Timestamp now);
  TransactionMetadata(std::string id, const TransactionLogValue& stored);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] TransactionStatus status() const { return status_; }
  [[nodiscard]] std::optional<TransactionStatus> pending() const { return pending_; }
  [[nodiscard]] ProducerId producer() const { return producer_; }
  [[nodiscard]] std::optional<ProducerId> previous_producer() const { return previous_producer_; }
  [[nodiscard]] std::optional<ProducerEpoch> epoch() const { return epoch_; }
  [[nodiscard]] std::optional<ProducerEpoch> last_epoch() const { return last_epoch_; }
  [[nodiscard]] Duration timeout() const { return timeout_; }
  [[nodiscard]] const std::set<TopicPartition>& partitions() const { return partitions_; }
  [[nodiscard]] Timestamp started() const { return started_; }
  [[nodiscard]] Timestamp updated() const { return updated_; }
  [[nodiscard]] TransactionVersion client_version() const { return client_version_; }
  [[nodiscard]] bool is_epoch_exhausted() const { return epoch_ && is_exhausted(*epoch_); }
  [[nodiscard]] static bool is_exhausted(ProducerEpoch epoch) { return epoch.value >= INT16_MAX - 1; }
  // An EndTxn that was answered already comes again: it names the epoch before the one that it brought about.
  [[nodiscard]] bool is_end_repeated(ProducerEpoch epoch) const;
  [[nodiscard]] bool has_timed_out(Timestamp now) const;

  // ---- preparing: pending() is the new state until complete() or give_up() --------------------------
  struct Expected {  // what the producer believes that it has (KIP-360)
    ProducerId producer;
    ProducerEpoch epoch;
  };
  struct Bumped {
    ErrorCode error{ErrorCode::none};  // PRODUCER_FENCED
    TransactionChange change;
  };
  [[nodiscard]] bool may_claim(const Expected& expected) const;
  [[nodiscard]] Bumped prepare_next_epoch(Duration timeout, std::optional<ProducerEpoch> expected, Timestamp now);
  enum class LastEpoch : std::uint8_t { forget, remember };
  [[nodiscard]] TransactionChange prepare_new_producer(ProducerId fresh, Duration timeout, LastEpoch last, Timestamp now);
  [[nodiscard]] TransactionChange prepare_added(const std::set<TopicPartition>& added, TransactionVersion client, Timestamp now);
  enum class Fences : std::uint8_t { no, yes };  // yes: not its producer ends it
  [[nodiscard]] TransactionChange prepare_end(TransactionOutcome outcome, TransactionVersion client, Fences fences,
                                              std::optional<ProducerId> next_producer, Timestamp now);
  [[nodiscard]] TransactionChange prepare_complete(Timestamp now);
  [[nodiscard]] TransactionChange prepare_dead();

  void complete(const TransactionChange& change);  // it is stored
  void give_up();                                  // it could not be stored
  // A fence could not be stored. Its epoch holds, for the record may be there yet, and serves for the next attempt: nobody has
  // heard of it (KAFKA-9666).
  enum class NextFence : std::uint8_t { same_epoch, raises_again };  // the latter is legacy: init-pid-epoch-inflation
  void fence_failed(const TransactionChange& change, NextFence next = NextFence::same_epoch);
  [[nodiscard]] bool can_fence() const { return fence_failed_ || !epoch_ || epoch_->value < INT16_MAX; }

 private:
  [[nodiscard]] TransactionChange prepare(TransactionStatus to);

  std::string id_;
  ProducerId producer_;
  std::optional<ProducerId> previous_producer_;
  std::optional<ProducerId> next_producer_;
  std::optional<ProducerEpoch> epoch_;
  std::optional<ProducerEpoch> last_epoch_;
  Duration timeout_;
  TransactionStatus status_{TransactionStatus::empty};
  std::optional<TransactionStatus> pending_;
  std::set<TopicPartition> partitions_;
  Timestamp started_{-1};
  Timestamp updated_{-1};
  TransactionVersion client_version_{};
  bool fence_failed_{false};
};

[[nodiscard]] TransactionLogValue as_record(const TransactionChange& change);

}  // namespace kafkasim

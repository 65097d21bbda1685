#pragma once
// What a partition remembers of one producer (ProducerStateEntry, BatchMetadata): its epoch, its five newest batches,
// and where its open transaction began.
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct ProducedBatch {
  Sequence last_sequence;
  Offset last_offset;
  std::int32_t offset_delta{};
  Timestamp timestamp;
  // As an appended batch says. A coordinator's has no sequence: -1 stays -1.
  [[nodiscard]] static ProducedBatch of(const BatchHeader& batch);
  [[nodiscard]] Sequence first_sequence() const {
    return sequence_plus(last_sequence, -static_cast<std::int64_t>(offset_delta));
  }
  [[nodiscard]] Offset first_offset() const { return last_offset.plus(-static_cast<std::int64_t>(offset_delta)); }
  friend bool operator==(const ProducedBatch&, const ProducedBatch&) = default;
};

class ProducerEntry {  // up to five batches, the newest last
 public:
  static constexpr std::size_t batches_kept = 5;
  // An entry as a snapshot holds it.
  struct Saved {
    std::optional<ProducerEpoch> epoch{};
    std::int32_t coordinator_epoch{-1};
    Timestamp last_timestamp{-1};
    std::optional<Offset> transaction_start{};
    std::optional<ProducedBatch> last{};
  };
  ProducerEntry() = default;
  explicit ProducerEntry(const Saved& saved);

  void add(ProducerEpoch epoch, const ProducedBatch& batch);  // another epoch forgets the batches of the one before
  void begin_transaction(Offset first) { transaction_start_ = first; }
  // A marker: it may raise the epoch, which fences the producer that had the old one.
  void end_transaction(ProducerEpoch epoch, std::int32_t coordinator_epoch, Timestamp timestamp);

  [[nodiscard]] std::optional<ProducerEpoch> epoch() const { return epoch_; }
  [[nodiscard]] std::optional<ProducedBatch> last() const;
  [[nodiscard]] std::optional<ProducedBatch> duplicate_of(const BatchHeader& batch) const;
  [[nodiscard]] std::span<const ProducedBatch> batches() const { return std::span{batches_}.first(count_); }
  [[nodiscard]] Timestamp last_timestamp() const { return last_timestamp_; }
  [[nodiscard]] std::int32_t coordinator_epoch() const { return coordinator_epoch_; }  // -1: no marker was seen
  [[nodiscard]] std::optional<Offset> transaction_start() const { return transaction_start_; }  // of the open one
  friend bool operator==(const ProducerEntry& a, const ProducerEntry& b);

 private:
  void change_epoch(ProducerEpoch epoch);

  std::optional<ProducerEpoch> epoch_;
  std::int32_t coordinator_epoch_{-1};
  Timestamp last_timestamp_{-1};
  std::optional<Offset> transaction_start_;
  std::array<ProducedBatch, batches_kept> batches_{};
  std::size_t count_{0};
};

}  // namespace kafkasim

#pragma once
// ProducerState: what a partition remembers of the producers that wrote to it (ProducerStateManager,
// ProducerAppendInfo; KIP-98, KIP-360), so that a batch sent twice is appended once, and a gap or an old epoch is
// refused. A function of the log: leaders and followers have the same.
//
//   batch of a known producer      answer
//   epoch below the known one      INVALID_PRODUCER_EPOCH (a follower takes it: its leader has decided)
//   same epoch, sequences of one of the last five batches    duplicate: the offsets of then, nothing is appended
//   same epoch, next sequence      appended
//   same epoch, any other          OUT_OF_ORDER_SEQUENCE_NUMBER
//   new epoch, sequence 0          appended; the batches of the old epoch are forgotten
//   new epoch, any other           OUT_OF_ORDER_SEQUENCE_NUMBER
//   of an unknown producer: appended, whatever its sequence
// Only clients' batches are looked at by sequence. Transactions are not tracked.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/log/log_config.hpp"
#include "core/machine/disk.hpp"
#include "core/model/error_code.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

enum class AppendOrigin : std::uint8_t { replication, coordinator, client, raft_leader };

struct ProducedBatch {
  Sequence last_sequence;
  Offset last_offset;
  std::int32_t offset_delta{};
  Timestamp timestamp;
  [[nodiscard]] Sequence first_sequence() const {
    return sequence_plus(last_sequence, -static_cast<std::int64_t>(offset_delta));
  }
  [[nodiscard]] Offset first_offset() const { return last_offset.plus(-static_cast<std::int64_t>(offset_delta)); }
  friend bool operator==(const ProducedBatch&, const ProducedBatch&) = default;
};

class ProducerEntry {  // one producer, up to five batches, the newest last
 public:
  static constexpr std::size_t batches_kept = 5;
  void add(ProducerEpoch epoch, const ProducedBatch& batch);  // another epoch forgets the batches of the one before
  [[nodiscard]] std::optional<ProducerEpoch> epoch() const { return epoch_; }
  [[nodiscard]] std::optional<ProducedBatch> last() const;
  [[nodiscard]] std::optional<ProducedBatch> duplicate_of(const BatchHeader& batch) const;
  [[nodiscard]] std::span<const ProducedBatch> batches() const { return std::span{batches_}.first(count_); }
  [[nodiscard]] Timestamp last_timestamp() const { return last_timestamp_; }
  [[nodiscard]] std::int32_t coordinator_epoch() const { return coordinator_epoch_; }
  // An entry as a snapshot holds it.
  [[nodiscard]] static ProducerEntry restored(std::optional<ProducerEpoch> epoch, std::int32_t coordinator_epoch,
                                              Timestamp last_timestamp, std::optional<ProducedBatch> last);
  friend bool operator==(const ProducerEntry& a, const ProducerEntry& b);

 private:
  std::optional<ProducerEpoch> epoch_;
  std::int32_t coordinator_epoch_{-1};
  Timestamp last_timestamp_{-1};
  std::array<ProducedBatch, batches_kept> batches_{};
  std::size_t count_{0};
};

class ProducerState {
 public:
  struct Verdict {
    ErrorCode error{ErrorCode::none};
    std::optional<ProducedBatch> duplicate;
  };
  // What the state says to these batches, appended together, offsets already assigned. Changes nothing.
  [[nodiscard]] Verdict check(std::span<const RecordBatch> batches, AppendOrigin origin) const;

  // A batch has been appended. Batches without producer only move end_offset().
  void update(const BatchHeader& batch);
  [[nodiscard]] Offset end_offset() const { return end_; }  // the state covers all offsets below
  void set_end_offset(Offset end) { end_ = end; }

  void remove_expired(Timestamp now, std::int64_t expiration_ms);
  void clear(Offset end);
  [[nodiscard]] const std::map<ProducerId, ProducerEntry>& producers() const { return producers_; }
  void restore(ProducerId id, const ProducerEntry& entry) { producers_[id] = entry; }

  friend bool operator==(const ProducerState&, const ProducerState&) = default;

 private:
  std::map<ProducerId, ProducerEntry> producers_;
  Offset end_;
};

}  // namespace kafkasim

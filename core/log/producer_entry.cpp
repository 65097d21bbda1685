#include "core/log/producer_entry.hpp"

#include <algorithm>

namespace kafkasim {

ProducedBatch ProducedBatch::of(const BatchHeader& batch) {
  const Sequence first{batch.base_sequence};
  return {first.value < 0 ? first : sequence_plus(first, batch.last_offset_delta),
          Offset{batch.base_offset + batch.last_offset_delta}, batch.last_offset_delta, Timestamp{batch.max_timestamp}};
}

ProducerEntry::ProducerEntry(const Saved& saved)
    : epoch_{saved.epoch},
      coordinator_epoch_{saved.coordinator_epoch},
      last_timestamp_{saved.last_timestamp},
      transaction_start_{saved.transaction_start} {
  if (saved.last) batches_[count_++] = *saved.last;
}

void ProducerEntry::change_epoch(ProducerEpoch epoch) {
  if (epoch_ != epoch) count_ = 0;
  epoch_ = epoch;
}

void ProducerEntry::add(ProducerEpoch epoch, const ProducedBatch& batch) {
  change_epoch(epoch);
  if (count_ == batches_kept) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --count_;
  }
  batches_[count_++] = batch;
  last_timestamp_ = batch.timestamp;
}

void ProducerEntry::end_transaction(ProducerEpoch epoch, std::int32_t coordinator_epoch, Timestamp timestamp) {
  change_epoch(epoch);
  coordinator_epoch_ = coordinator_epoch;
  last_timestamp_ = timestamp;
  transaction_start_.reset();
}

std::optional<ProducedBatch> ProducerEntry::last() const {
  if (count_ == 0) return std::nullopt;
  return batches_[count_ - 1];
}

std::optional<ProducedBatch> ProducerEntry::duplicate_of(const BatchHeader& batch) const {
  if (epoch_ != ProducerEpoch{batch.producer_epoch}) return std::nullopt;
  const Sequence first{batch.base_sequence};
  const Sequence last = sequence_plus(first, batch.last_offset_delta);
  for (const ProducedBatch& known : batches()) {
    if (known.first_sequence() == first && known.last_sequence == last) return known;
  }
  return std::nullopt;
}

bool operator==(const ProducerEntry& a, const ProducerEntry& b) {
  return a.epoch_ == b.epoch_ && a.coordinator_epoch_ == b.coordinator_epoch_ && a.last_timestamp_ == b.last_timestamp_
         && a.transaction_start_ == b.transaction_start_ && std::ranges::equal(a.batches(), b.batches());
}

}  // namespace kafkasim

#include "core/log/producer_state.hpp"

#include <algorithm>
#include <limits>

namespace kafkasim {

namespace {

bool follows(Sequence last, Sequence next) { return next == sequence_plus(last, 1); }

ProducedBatch produced(const BatchHeader& batch) {
  return {sequence_plus(Sequence{batch.base_sequence}, batch.last_offset_delta),
          Offset{batch.base_offset + batch.last_offset_delta}, batch.last_offset_delta, Timestamp{batch.max_timestamp}};
}

bool is_data_of_producer(const BatchHeader& batch) { return batch.producer_id >= 0 && (batch.attributes & 32) == 0; }

// What one more batch may do to a producer whose state is `entry`; `known` is false if there was none before this
// append.
ErrorCode check_batch(const ProducerEntry& entry, const BatchHeader& batch, AppendOrigin origin) {
  const ProducerEpoch epoch{batch.producer_epoch};
  if (!entry.epoch()) return ErrorCode::none;
  if (epoch < *entry.epoch()) {
    return origin == AppendOrigin::replication ? ErrorCode::none : ErrorCode::invalid_producer_epoch;
  }
  if (origin != AppendOrigin::client) return ErrorCode::none;
  const Sequence first{batch.base_sequence};
  if (epoch != *entry.epoch()) return first.value == 0 ? ErrorCode::none : ErrorCode::out_of_order_sequence_number;
  const std::optional<ProducedBatch> last = entry.last();
  const bool in_sequence = last ? follows(last->last_sequence, first) : first.value == 0;
  return in_sequence ? ErrorCode::none : ErrorCode::out_of_order_sequence_number;
}

}  // namespace

void ProducerEntry::add(ProducerEpoch epoch, const ProducedBatch& batch) {
  if (epoch_ != epoch) count_ = 0;
  epoch_ = epoch;
  if (count_ == batches_kept) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --count_;
  }
  batches_[count_++] = batch;
  last_timestamp_ = batch.timestamp;
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

ProducerEntry ProducerEntry::restored(std::optional<ProducerEpoch> epoch, std::int32_t coordinator_epoch,
                                      Timestamp last_timestamp, std::optional<ProducedBatch> last) {
  ProducerEntry entry;
  entry.epoch_ = epoch;
  entry.coordinator_epoch_ = coordinator_epoch;
  entry.last_timestamp_ = last_timestamp;
  if (last) entry.batches_[entry.count_++] = *last;
  return entry;
}

bool operator==(const ProducerEntry& a, const ProducerEntry& b) {
  return a.epoch_ == b.epoch_ && a.coordinator_epoch_ == b.coordinator_epoch_ && a.last_timestamp_ == b.last_timestamp_
         && std::ranges::equal(a.batches(), b.batches());
}

ProducerState::Verdict ProducerState::check(std::span<const RecordBatch> batches, AppendOrigin origin) const {
  std::map<ProducerId, ProducerEntry>
      updated;  // what batches of this same append have changed already; empty for one batch
  for (const RecordBatch& batch : batches) {
    if (!is_data_of_producer(batch.header)) continue;
    const ProducerId id{batch.header.producer_id};
    const auto known = producers_.find(id);
    if (origin == AppendOrigin::client && known != producers_.end()) {
      if (const auto duplicate = known->second.duplicate_of(batch.header)) return {ErrorCode::none, duplicate};
    }
    const auto changed = updated.find(id);
    static const ProducerEntry unknown;
    const ProducerEntry& entry = changed != updated.end()    ? changed->second
                                 : known != producers_.end() ? known->second
                                                             : unknown;
    if (const ErrorCode error = check_batch(entry, batch.header, origin); error != ErrorCode::none)
      return {error, std::nullopt};
    if (batches.size() > 1) {
      ProducerEntry after = entry;
      after.add(ProducerEpoch{batch.header.producer_epoch}, produced(batch.header));
      updated[id] = after;
    }
  }
  return {};
}

void ProducerState::update(const BatchHeader& batch) {
  end_ = Offset{batch.base_offset + batch.last_offset_delta + 1};
  if (!is_data_of_producer(batch)) return;
  producers_[ProducerId{batch.producer_id}].add(ProducerEpoch{batch.producer_epoch}, produced(batch));
}

void ProducerState::remove_expired(Timestamp now, std::int64_t expiration_ms) {
  std::erase_if(producers_, [&](const auto& producer) {
    const std::int64_t last = producer.second.last_timestamp().value;
    // Subtracting a timestamp far in the past must not overflow.
    return last < now.value && (last < 0 ? now.value : now.value - last) >= expiration_ms;
  });
}

void ProducerState::clear(Offset end) {
  producers_.clear();
  end_ = end;
}

}  // namespace kafkasim

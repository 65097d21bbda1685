#include "core/log/producer_state.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/result.hpp"

namespace kafkasim {

namespace {

constexpr std::int64_t late_transaction_buffer_ms = 300'000;

struct Marker {
  EndTransactionMarker marker;
  Timestamp timestamp;
};

// Absent for a control batch whose record compaction has taken out.
Result<std::optional<Marker>> read_marker(const RecordBatch& batch) {
  RecordReader reader{batch};
  Record record;
  if (!reader.next(record)) {
    if (reader.error()) return tl::unexpected(*reader.error());
    return std::nullopt;
  }
  const Result<EndTransactionMarker> marker = read_end_transaction(record);
  if (!marker) return tl::unexpected(marker.error());
  return Marker{*marker, record.timestamp};
}

bool is_old_epoch(const ProducerEntry& entry, const RecordBatch& batch) {
  return entry.epoch() && ProducerEpoch{batch.header.producer_epoch} < *entry.epoch();
}

ErrorCode check_sequence(const ProducerEntry& entry, const BatchHeader& batch, const Verification* verification) {
  const Sequence first{batch.base_sequence};
  constexpr ErrorCode refused = ErrorCode::out_of_order_sequence_number;
  if (verification != nullptr) {
    const bool bumps = verification->epoch_bumps == EpochBumps::yes;
    if (bumps && first.value != 0 && entry.batches().empty()) return refused;
    if (first > verification->lowest_sequence) return refused;
  }
  if (!entry.epoch()) return ErrorCode::none;
  if (ProducerEpoch{batch.producer_epoch} != *entry.epoch()) return first.value == 0 ? ErrorCode::none : refused;
  const std::optional<ProducedBatch> last = entry.last();
  const bool in_sequence = last ? first == sequence_plus(last->last_sequence, 1) : first.value == 0;
  return in_sequence ? ErrorCode::none : refused;
}

ErrorCode check_data(const ProducerEntry& entry, const RecordBatch& batch, AppendOrigin origin,
                     const Verification* verification) {
  if (origin != AppendOrigin::replication && is_old_epoch(entry, batch)) return ErrorCode::invalid_producer_epoch;
  if (origin == AppendOrigin::client) {
    const ErrorCode error = check_sequence(entry, batch.header, verification);
    if (error != ErrorCode::none) return error;
  }
  return entry.transaction_start() && !batch.is_transactional() ? ErrorCode::invalid_txn_state : ErrorCode::none;
}

ErrorCode check_marker(const ProducerEntry& entry, const RecordBatch& batch, AppendOrigin origin) {
  const Result<std::optional<Marker>> read = read_marker(batch);
  if (!read) return ErrorCode::invalid_record;
  if (!*read || origin == AppendOrigin::replication) return ErrorCode::none;
  if (is_old_epoch(entry, batch)) return ErrorCode::invalid_producer_epoch;
  const bool old_coordinator = entry.coordinator_epoch() > (*read)->marker.coordinator_epoch;
  return old_coordinator ? ErrorCode::transaction_coordinator_fenced : ErrorCode::none;
}

// Nobody vouches that this batch belongs to a transaction that is open.
bool is_unverified(const ProducerEntry& entry, const RecordBatch& batch, AppendOrigin origin,
                   const Verifying& verifying) {
  if (verifying.require == RequireVerification::no || !batch.is_transactional() || batch.is_control()) return false;
  if (origin != AppendOrigin::client && origin != AppendOrigin::coordinator) return false;
  if (entry.transaction_start() && entry.epoch() == ProducerEpoch{batch.header.producer_epoch}) return false;
  if (verifying.require == RequireVerification::any_answer && verifying.guard) return false;
  return verifying.pending == nullptr
         || !verifying.pending->is_verified(ProducerId{batch.header.producer_id}, verifying.guard);
}

// Tells of the transaction that this batch completes.
std::optional<CompletedTransaction> apply(ProducerEntry& entry, const RecordBatch& batch) {
  const ProducerEpoch epoch{batch.header.producer_epoch};
  if (!batch.is_control()) {
    entry.add(epoch, ProducedBatch::of(batch.header));
    if (batch.is_transactional() && !entry.transaction_start()) entry.begin_transaction(batch.base_offset());
    return std::nullopt;
  }
  const Result<std::optional<Marker>> read = read_marker(batch);
  if (!read || !*read) return std::nullopt;
  const std::optional<Offset> first = entry.transaction_start();
  entry.end_transaction(epoch, (*read)->marker.coordinator_epoch, (*read)->timestamp);
  if (!first) return std::nullopt;
  return CompletedTransaction{ProducerId{batch.header.producer_id}, *first, batch.base_offset(),
                              (*read)->marker.outcome};
}

}  // namespace

ProducerState::Verdict ProducerState::check(std::span<const RecordBatch> batches, AppendOrigin origin,
                                            const Verifying& verifying) const {
  // What batches of this same append have changed already; empty for one batch.
  std::map<ProducerId, ProducerEntry> updated;
  static const ProducerEntry unknown;
  for (const RecordBatch& batch : batches) {
    if (!batch.has_producer()) continue;
    const ProducerId id{batch.header.producer_id};
    const auto known = producers_.find(id);
    if (origin == AppendOrigin::client && known != producers_.end()) {
      if (const auto duplicate = known->second.duplicate_of(batch.header)) return {ErrorCode::none, duplicate};
    }
    const auto changed = updated.find(id);
    const ProducerEntry& entry = changed != updated.end()    ? changed->second
                                 : known != producers_.end() ? known->second
                                                             : unknown;
    if (is_unverified(entry, batch, origin, verifying)) return {ErrorCode::invalid_txn_state, std::nullopt};
    const Verification* verification = verifying.pending == nullptr ? nullptr : verifying.pending->find(id);
    const ErrorCode error =
        batch.is_control() ? check_marker(entry, batch, origin) : check_data(entry, batch, origin, verification);
    if (error != ErrorCode::none) return {error, std::nullopt};
    if (batches.size() > 1) {
      ProducerEntry after = entry;
      (void)apply(after, batch);
      updated[id] = after;
    }
  }
  return {};
}

std::optional<CompletedTransaction> ProducerState::update(const RecordBatch& batch) {
  end_ = batch.next_offset();
  if (!batch.has_producer()) return std::nullopt;
  const ProducerId id{batch.header.producer_id};
  ProducerEntry& entry = producers_[id];
  const bool was_open = entry.transaction_start().has_value();
  const std::optional<CompletedTransaction> completed = apply(entry, batch);
  if (!was_open && entry.transaction_start()) open_[*entry.transaction_start()] = id;
  return completed;
}

// ---- transactions -----------------------------------------------------------------------------------

Offset ProducerState::last_stable_offset(const CompletedTransaction& completed) const {
  const auto next =
      std::ranges::find_if(open_, [&](const auto& transaction) { return transaction.second != completed.producer; });
  return next == open_.end() ? completed.last.next() : next->first;
}

void ProducerState::complete(const CompletedTransaction& completed) {
  open_.erase(completed.first);
  unreplicated_[completed.first] = completed.last;
}

std::optional<Offset> ProducerState::first_undecided_offset() const {
  if (open_.empty()) return std::nullopt;
  return open_.begin()->first;
}

std::optional<Offset> ProducerState::first_unstable_offset() const {
  const std::optional<Offset> undecided = first_undecided_offset();
  if (unreplicated_.empty()) return undecided;
  return std::min(unreplicated_.begin()->first, undecided.value_or(unreplicated_.begin()->first));
}

bool ProducerState::has_open_transaction(ProducerId producer, ProducerEpoch epoch) const {
  const auto found = producers_.find(producer);
  return found != producers_.end() && found->second.transaction_start() && found->second.epoch() == epoch;
}

bool ProducerState::has_late_transaction(Timestamp now, Duration max_transaction_timeout) const {
  if (open_.empty()) return false;
  const auto oldest = producers_.find(open_.begin()->second);
  if (oldest == producers_.end() || oldest->second.last_timestamp() <= Timestamp{0}) return false;
  return now - oldest->second.last_timestamp() > max_transaction_timeout.whole_ms() + late_transaction_buffer_ms;
}

void ProducerState::forget_unreplicated_below(Offset offset) {
  std::erase_if(unreplicated_, [offset](const auto& transaction) { return transaction.second < offset; });
}

void ProducerState::high_watermark_moved(Offset high_watermark) { forget_unreplicated_below(high_watermark); }

void ProducerState::log_start_moved(Offset log_start) {
  forget_unreplicated_below(log_start);
  end_ = std::max(end_, log_start);
}

// ---- the whole --------------------------------------------------------------------------------------

void ProducerState::remove_expired(Timestamp now, std::int64_t expiration_ms, SignsOfLife signs) {
  std::erase_if(producers_, [&](const auto& producer) {
    if (producer.second.transaction_start()) return false;
    const std::optional<ProducedBatch> newest = producer.second.last();
    const Timestamp batch = newest ? newest->timestamp : Timestamp{-1};
    const std::int64_t last = (signs == SignsOfLife::batches ? batch : producer.second.last_timestamp()).value;
    // Subtracting a timestamp far in the past must not overflow.
    return last < now.value && (last < 0 ? now.value : now.value - last) >= expiration_ms;
  });
}

void ProducerState::remove_without_records(Offset log_start) {
  std::erase_if(producers_, [log_start](const auto& producer) {
    const std::optional<ProducedBatch> last = producer.second.last();
    return !producer.second.transaction_start() && last && last->last_offset < log_start;
  });
}

void ProducerState::clear(Offset end) {
  *this = ProducerState{};
  end_ = end;
}

void ProducerState::restore(ProducerId id, const ProducerEntry& entry) {
  producers_[id] = entry;
  if (entry.transaction_start()) open_[*entry.transaction_start()] = id;
}

bool ProducerState::is_consistent() const {
  return std::ranges::count_if(producers_,
                               [](const auto& entry) { return entry.second.transaction_start().has_value(); })
         == std::ssize(open_);
}

}  // namespace kafkasim

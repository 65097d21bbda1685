// The part of UnifiedLog that knows of producers and their transactions: state, snapshots, verification, and what
// readers with read_committed see.
#include <algorithm>

#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"

namespace kafkasim {

// ---- appends ----------------------------------------------------------------------------------------

DiskResult<void> UnifiedLog::note_producer(const RecordBatch& batch, Disk& disk) {
  // The transaction is open now, or over: in either case no verification is needed, and none that is under way counts.
  if (batch.has_producer() && batch.is_transactional()) {
    const ProducerId producer{batch.header.producer_id};
    if (batch.is_control() && !config_.legacy.has(Legacy::tv2_completing_race))
      verifications_.on_marker(producer, ProducerEpoch{batch.header.producer_epoch});
    else
      verifications_.clear(producer);
  }
  const std::optional<CompletedTransaction> completed = producers_.update(batch);
  if (!completed) return {};
  if (completed->outcome == TransactionOutcome::abort) {
    LogSegment& segment = segments_.back();
    if (!segment.transaction_index().exists()) directory_dirty_ = true;
    DiskResult<void> done = segment.append_aborted(
        disk, {completed->producer, completed->first, completed->last, producers_.last_stable_offset(*completed)});
    if (!done) return done;
  }
  producers_.complete(*completed);
  return {};
}

std::optional<VerificationGuard> UnifiedLog::maybe_start_verification(ProducerId producer, Sequence sequence,
                                                                      ProducerEpoch epoch, EpochBumps epoch_bumps,
                                                                      Timestamp now) {
  if (producers_.has_open_transaction(producer, epoch)) return std::nullopt;
  return verifications_.begin(producer, sequence, epoch, epoch_bumps, now);
}

void UnifiedLog::remove_expired_producers(Timestamp now) {
  const bool early = config_.legacy.has(Legacy::producer_state_early_expiry);
  using SignsOfLife = ProducerState::SignsOfLife;
  producers_.remove_expired(now, config_.producer_id_expiration_ms,
                            early ? SignsOfLife::batches : SignsOfLife::batches_and_markers);
  verifications_.remove_expired(now, config_.producer_id_expiration_ms);
}

// ---- read_committed ---------------------------------------------------------------------------------

Offset UnifiedLog::last_stable_offset() const {
  const std::optional<Offset> unstable = producers_.first_unstable_offset();
  return unstable ? std::min(std::max(*unstable, log_start_), high_watermark_) : high_watermark_;
}

DiskResult<LogReadResult> UnifiedLog::read_committed(Offset from, std::uint64_t max_bytes, MinOneBatch min_one,
                                                     const Disk& disk) const {
  ReadFrom where;
  DiskResult<LogReadResult> result = read_at(from, {max_bytes, last_stable_offset(), min_one}, where, disk);
  if (!result || result->batches.empty()) return result;
  DiskResult<void> done = find_aborted(*result, from, where, disk);
  if (!done) return tl::unexpected(done.error());
  return result;
}

DiskResult<void> UnifiedLog::find_aborted(LogReadResult& result, Offset from, const ReadFrom& where,
                                          const Disk& disk) const {
  std::uint64_t bytes = 0;
  for (const RecordBatch& batch : result.batches) bytes += batch.size_bytes();
  const auto indexed = segments_[where.segment].upper_bound(disk, where.position, bytes);
  if (!indexed) return tl::unexpected(indexed.error());
  const bool is_last = where.segment + 1 == segments_.size();
  const Offset segment_end = is_last ? log_end_offset() : segments_[where.segment + 1].base_offset();
  DiskResult<TransactionIndex::Found> found = aborted_transactions(from, indexed->value_or(segment_end), disk);
  if (!found) return tl::unexpected(found.error());
  if (!found->readable) {
    result = LogReadResult{};
    result.error = ErrorCode::unknown_server_error;
  } else {
    result.aborted = std::move(found->transactions);
  }
  return {};
}

DiskResult<TransactionIndex::Found> UnifiedLog::aborted_transactions(Offset from, Offset upper,
                                                                     const Disk& disk) const {
  TransactionIndex::Found all;
  // A marker stands behind the records that it decides: earlier segments know nothing of them.
  for (std::size_t i = segment_of(from); i < segments_.size() && !all.complete; ++i) {
    DiskResult<TransactionIndex::Found> found = segments_[i].transaction_index().collect(disk, from, upper);
    if (!found) return found;
    all.transactions.insert(all.transactions.end(), found->transactions.begin(), found->transactions.end());
    all.complete = found->complete;
    all.readable = all.readable && found->readable;
  }
  return all;
}

// ---- producer state ---------------------------------------------------------------------------------

DiskResult<void> UnifiedLog::rebuild_producer_state(Timestamp now, Disk& disk) {
  DiskResult<void> done = remove_outer_snapshots(disk);
  if (done) done = start_producer_state(log_end_offset(), now, disk);
  if (done) done = replay_producers(segments_.size(), disk);
  return done ? finish_producer_state(disk) : done;
}

DiskResult<void> UnifiedLog::remove_outer_snapshots(Disk& disk) {
  const auto snapshots = list_producer_snapshots(disk, directory_);
  if (!snapshots) return tl::unexpected(snapshots.error());
  bool removed = false;
  for (const Offset snapshot : *snapshots) {
    if (snapshot <= log_end_offset() && snapshot > log_start_) continue;
    if (DiskResult<void> done = remove_producer_snapshot(disk, directory_, snapshot); !done) return done;
    removed = true;
  }
  // A snapshot of a truncated history must not come back by a power loss.
  return removed ? disk.sync_directory(directory_) : DiskResult<void>{};
}

DiskResult<void> UnifiedLog::start_producer_state(Offset at_most, Timestamp now, Disk& disk) {
  auto loaded = load_producer_snapshot(disk, directory_, at_most);
  if (!loaded) return tl::unexpected(loaded.error());
  producers_.clear(log_start_);
  if (*loaded && (*loaded)->end_offset() > log_start_) producers_ = std::move(**loaded);
  producers_.remove_expired(now, config_.producer_id_expiration_ms);
  last_snapshot_ = producers_.end_offset();
  return {};
}

DiskResult<void> UnifiedLog::replay_producers(std::size_t segments, Disk& disk) {
  const Offset from = producers_.end_offset();
  const std::size_t first = segment_of(from);
  for (std::size_t i = first; i < segments; ++i) {
    if (i > first && i + 2 >= segments_.size()) {  // the next truncation may need to go back that far
      producers_.set_end_offset(segments_[i].base_offset());
      if (DiskResult<void> done = take_producer_snapshot(disk); !done) return done;
    }
    const auto start = segments_[i].find(disk, from);
    if (!start) return tl::unexpected(start.error());
    if (!*start) continue;
    BatchScanner scan{disk, segments_[i].log_file(), (*start)->position, segments_[i].size_bytes(), 1024 * 1024};
    while (const ScannedBatch* found = scan.next()) {
      if (const auto completed = producers_.update(found->batch)) producers_.complete(*completed);
    }
    if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  }
  return {};
}

DiskResult<void> UnifiedLog::finish_producer_state(Disk& disk) {
  producers_.set_end_offset(log_end_offset());
  producers_.high_watermark_moved(high_watermark_);
  return take_producer_snapshot(disk);
}

DiskResult<void> UnifiedLog::take_producer_snapshot(Disk& disk) {
  if (producers_.end_offset() <= last_snapshot_) return {};
  DiskResult<void> done = write_producer_snapshot(disk, directory_, producers_, SyncSnapshot::no);
  if (done) last_snapshot_ = producers_.end_offset();
  return done;
}

}  // namespace kafkasim

#include "core/log/log_loader.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"

namespace kafkasim {

DiskResult<LogLoadReport> LogLoader::load() {
  const auto bases = sort_out_files();
  if (!bases) return tl::unexpected(bases.error());
  auto epochs = LeaderEpochCache::load(disk_, log_.directory_);
  if (!epochs) return tl::unexpected(epochs.error());
  log_.epochs_ = std::move(epochs->cache);
  loaded_epochs_ = log_.epochs_;
  epochs_readable_ = epochs->readable;
  const bool had_segments = !bases->empty();

  log_.log_start_ = std::max(options_.log_start_offset, had_segments ? bases->front() : Offset{0});
  constexpr Offset any{std::numeric_limits<std::int64_t>::max()};
  DiskResult<void> done =
      sort_out_snapshots(*bases, options_.clean == CleanShutdown::yes ? any : options_.recovery_point);
  if (done) done = load_segments(*bases);
  if (!done) return tl::unexpected(done.error());
  if (log_.segments_.empty()) {
    done = start_empty(options_.log_start_offset);
  } else if (log_.log_end_offset() < options_.log_start_offset) {
    report_.segments_removed += static_cast<std::uint32_t>(log_.segments_.size());
    report_.bytes_cut += log_.size_bytes();
    done = log_.drop_segments(0, disk_);
    log_.epochs_ = LeaderEpochCache{};
    segments_covered_ = 0;
    if (done) done = start_empty(options_.log_start_offset);
  }
  if (!done) return tl::unexpected(done.error());

  const Offset end = log_.log_end_offset();
  const bool clean = options_.clean == CleanShutdown::yes;
  log_.log_start_ = std::max(options_.log_start_offset, log_.segments_.front().base_offset());
  log_.high_watermark_ = log_.log_start_;
  log_.recovery_point_ = clean && report_.segments_scanned == 0 ? end : std::min(options_.recovery_point, end);
  log_.directory_dirty_ = !clean || !had_segments || report_.segments_scanned > 0;  // a scan may have made indexes
  report_.epochs_rebuilt = !epochs_readable_ && had_segments;
  done = finish_epochs();
  if (done) done = finish_producers();
  if (!done) return tl::unexpected(done.error());
  return report_;
}

// Whole segments that were about to take the place of others: they are durable, the others may be gone in part.
DiskResult<bool> LogLoader::finish_swaps(const std::vector<std::string>& names) {
  bool any = false;
  for (const std::string& name : names) {
    const auto base = offset_of_name(name, std::string{log_suffix}.append(swap_suffix));
    if (!base) continue;
    if (DiskResult<void> done = finish_swap(*base, names); !done) return tl::unexpected(done.error());
    any = true;
  }
  return any;
}

DiskResult<void> LogLoader::finish_swap(Offset base, const std::vector<std::string>& names) {
  const auto file = disk_.open(segment_path(log_.directory_, base, log_suffix, swap_suffix), OpenMode::existing);
  if (!file) return tl::unexpected(file.error());
  const auto size = disk_.size(*file);
  if (!size) return tl::unexpected(size.error());
  Offset next = base;
  {
    BatchScanner scan{disk_, *file, 0, *size, 1024 * 1024};
    while (const ScannedBatch* found = scan.next()) next = found->batch.next_offset();
    if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  }
  disk_.close(*file);
  // Of the segments that it was made from, one behind its last batch may stay: it is cleaned once more.
  for (const std::string& name : names) {
    const auto old = offset_of_name(name, log_suffix);
    if (!old || *old < base || (*old >= next && *old != base)) continue;
    if (DiskResult<void> done = LogSegment::remove_files(disk_, log_.directory_, *old); !done) return done;
  }
  DiskResult<void> done = disk_.sync_directory(log_.directory_);
  return done ? LogSegment::rename_files(disk_, log_.directory_, base, swap_suffix, {}) : done;
}

DiskResult<std::vector<Offset>> LogLoader::sort_out_files() {
  std::vector<Offset> bases;
  auto names = disk_.list(log_.directory_);
  if (!names) {
    if (names.error().kind == DiskErrorKind::not_found) return bases;
    return tl::unexpected(names.error());
  }
  const DiskResult<bool> swapped = finish_swaps(*names);
  if (!swapped) return tl::unexpected(swapped.error());
  if (*swapped) names = disk_.list(log_.directory_);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (const auto base = offset_of_name(name, log_suffix)) bases.push_back(*base);
  }
  std::ranges::sort(bases);
  for (const std::string& name : *names) {
    auto index_of = offset_of_name(name, index_suffix);
    if (!index_of) index_of = offset_of_name(name, time_index_suffix);
    if (!index_of) index_of = offset_of_name(name, transaction_index_suffix);
    const bool orphan = index_of && !std::ranges::binary_search(bases, *index_of);
    const bool leaving =
        name.ends_with(deleted_suffix) || name.ends_with(cleaned_suffix) || name.ends_with(swap_suffix);
    if (!orphan && !leaving) continue;
    if (DiskResult<void> done = disk_.remove(path_of(log_.directory_, name)); !done)
      return tl::unexpected(done.error());
  }
  return bases;
}

DiskResult<void> LogLoader::load_segments(const std::vector<Offset>& bases) {
  // The first segment that may hold anything at or above the recovery point.
  const auto after = std::ranges::upper_bound(bases, options_.recovery_point);
  const std::size_t first_unflushed = after == bases.begin() ? 0 : static_cast<std::size_t>(after - bases.begin()) - 1;
  const bool clean = options_.clean == CleanShutdown::yes;
  segments_found_ = bases.size();
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const auto unflushed_from = [&](std::size_t first) {
      return !clean && i >= first ? Unflushed::yes : Unflushed::no;
    };
    if (i > 0 && !fits_after_last(bases[i], unflushed_from(first_unflushed + 1)))
      return remove_segments(std::span{bases}.subspan(i));
    DiskResult<LogSegment> segment = LogSegment::open(disk_, log_.directory_, bases[i], log_.config_, now_);
    if (!segment) return tl::unexpected(segment.error());
    log_.segments_.push_back(std::move(*segment));
    const DiskResult<std::uint64_t> cut = load_segment(log_.segments_.back(), unflushed_from(first_unflushed));
    if (!cut) return tl::unexpected(cut.error());
    report_.bytes_cut += *cut;
    if (!clean && i + 1 == first_unflushed)
      log_.segments_.back().mark_unsynced();  // it may have been cut at the recovery point
    if (*cut > 0) return remove_segments(std::span{bases}.subspan(i + 1));
  }
  return {};
}

DiskResult<std::uint64_t> LogLoader::load_segment(LogSegment& segment, Unflushed unflushed) {
  if (unflushed == Unflushed::no) {
    const DiskResult<bool> sane = segment.load_end(disk_);
    if (!sane) return tl::unexpected(sane.error());
    if (*sane) return 0;
  }
  ++report_.segments_scanned;
  if (DiskResult<void> done = bring_producers_to(segment); !done) return tl::unexpected(done.error());
  return segment.recover(disk_, log_.config_.index_interval_bytes,
                         [&](const RecordBatch& batch) { return see(batch, segment); });
}

DiskResult<void> LogLoader::see(const RecordBatch& batch, LogSegment& segment) {
  correct_epochs(batch.header);
  ProducerState& producers = log_.producers_;
  if (batch.last_offset() < producers.end_offset()) return {};  // below the log start
  const std::optional<CompletedTransaction> completed = producers.update(batch);
  if (!completed) return {};
  if (completed->outcome == TransactionOutcome::abort) {
    DiskResult<void> done = segment.append_aborted(
        disk_, {completed->producer, completed->first, completed->last, producers.last_stable_offset(*completed)});
    if (!done) return done;
  }
  producers.complete(*completed);
  return {};
}

bool LogLoader::fits_after_last(Offset base, Unflushed unflushed) const {
  const Offset end = log_.segments_.back().next_offset();
  if (base < end) return false;
  return base == end || unflushed == Unflushed::no || log_.config_.compaction == Compaction::on;
}

DiskResult<void> LogLoader::remove_segments(std::span<const Offset> bases) {
  for (auto base = bases.rbegin(); base != bases.rend(); ++base) {
    const DiskResult<FileId> file = disk_.open(segment_path(log_.directory_, *base, log_suffix), OpenMode::existing);
    if (!file) return tl::unexpected(file.error());
    const DiskResult<std::uint64_t> size = disk_.size(*file);
    disk_.close(*file);
    if (!size) return tl::unexpected(size.error());
    report_.bytes_cut += *size;
    ++report_.segments_removed;
    if (DiskResult<void> done = LogSegment::remove_files(disk_, log_.directory_, *base); !done) return done;
  }
  return {};
}

DiskResult<void> LogLoader::start_empty(Offset at) {
  DiskResult<LogSegment> segment = LogSegment::open(disk_, log_.directory_, at, log_.config_, now_);
  if (!segment) return tl::unexpected(segment.error());
  log_.segments_.push_back(std::move(*segment));
  return {};
}

// The batch says which epoch its offsets are of. The checkpoint may say otherwise if a power loss brought back batches
// that had been truncated.
void LogLoader::correct_epochs(const BatchHeader& batch) {
  const LeaderEpoch epoch{batch.partition_leader_epoch};
  if (!epochs_readable_ || epoch.value < 0) return;
  const Offset base{batch.base_offset};
  const Offset next = base.plus(batch.last_offset_delta).next();
  if (log_.epochs_.epoch_of(base, next) == epoch && log_.epochs_.epoch_of(next.plus(-1), next) == epoch) return;
  log_.epochs_.remove_above_in_memory(epoch);
  if (log_.epochs_.latest() != epoch) log_.epochs_.assign_in_memory({epoch, base});
}

// Up to where records were deleted may be on disk in the checkpoint of epochs and not yet in that of log starts: what a crash brings back
// has its epochs again. Kafka knows none for it then, and cuts such a replica back to its high watermark.
DiskResult<void> LogLoader::finish_epochs() {
  const std::vector<EpochEntry>& known = log_.epochs_.entries();
  const bool first_are_missing =
      log_.log_start_ < log_.log_end_offset() && (known.empty() || known.front().start > log_.log_start_);
  if (!epochs_readable_ || first_are_missing) {
    const auto batches = log_.all_batches(disk_);
    if (!batches) return tl::unexpected(batches.error());
    log_.epochs_ = LeaderEpochCache{};
    for (const RecordBatch& batch : *batches) {
      if (batch.leader_epoch().value < 0 || log_.epochs_.latest() >= batch.leader_epoch()) continue;
      log_.epochs_.assign_in_memory({batch.leader_epoch(), batch.base_offset()});
    }
  }
  const LeaderEpochCache before = log_.epochs_;
  DiskResult<void> done = log_.epochs_.truncate_from_end(disk_, log_.directory_, log_.log_end_offset());
  if (done) done = log_.epochs_.truncate_from_start(disk_, log_.directory_, log_.log_start_);
  const bool changed = !epochs_readable_ || !(before == loaded_epochs_);
  if (done && changed && log_.epochs_ == before) done = log_.epochs_.write(disk_, log_.directory_);
  return done;
}

// Snapshots belong to the bases of segments; only the newest of the others may be of use: that of the last clean stop,
// in the last segment.
DiskResult<void> LogLoader::sort_out_snapshots(std::span<const Offset> bases, Offset trusted_up_to) {
  if (!disk_.exists(log_.directory_)) return {};
  const auto snapshots = list_producer_snapshots(disk_, log_.directory_);
  if (!snapshots) return tl::unexpected(snapshots.error());
  for (const Offset snapshot : *snapshots) {
    const bool of_segment = std::ranges::binary_search(bases, snapshot);
    const bool trusted = snapshot <= trusted_up_to;
    const bool of_clean_stop = snapshot == snapshots->back() && !bases.empty() && snapshot > bases.back();
    if (trusted && (of_segment || of_clean_stop)) continue;
    DiskResult<void> done = remove_producer_snapshot(disk_, log_.directory_, snapshot);
    if (!done) return done;
  }
  return {};
}

// ---- producers --------------------------------------------------------------------------------------

DiskResult<void> LogLoader::bring_producers_to(const LogSegment& segment) {
  const std::size_t before = log_.segments_.size() - 1;  // this segment is the last so far
  if (segments_covered_ == 0 || segments_covered_ != before) {
    DiskResult<void> done = log_.start_producer_state(segment.base_offset(), now_, disk_);
    if (done) done = log_.replay_producers(before, disk_);
    if (!done) return done;
  }
  segments_covered_ = before + 1;
  if (segment.base_offset() <= log_.log_start_) return {};
  log_.producers_.set_end_offset(segment.base_offset());
  const bool among_last_two = segments_covered_ + 1 >= segments_found_;  // as far as a truncation may need to go back
  return among_last_two ? log_.take_producer_snapshot(disk_) : DiskResult<void>{};
}

DiskResult<void> LogLoader::finish_producers() {
  std::vector<Offset> bases;
  for (const LogSegment& segment : log_.segments_) bases.push_back(segment.base_offset());
  // Those that were taken on the way are as good as the log.
  DiskResult<void> done = sort_out_snapshots(bases, Offset{std::numeric_limits<std::int64_t>::max()});
  if (!done) return done;
  if (segments_covered_ != log_.segments_.size()) return log_.rebuild_producer_state(now_, disk_);
  done = log_.remove_outer_snapshots(disk_);
  return done ? log_.finish_producer_state(disk_) : done;
}

}  // namespace kafkasim

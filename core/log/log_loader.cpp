#include "core/log/log_loader.hpp"

#include <algorithm>
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

  DiskResult<void> done = load_segments(*bases);
  if (!done) return tl::unexpected(done.error());
  if (log_.segments_.empty()) {
    done = start_empty(options_.log_start_offset);
  } else if (log_.log_end_offset() < options_.log_start_offset) {
    report_.segments_removed += static_cast<std::uint32_t>(log_.segments_.size());
    report_.bytes_cut += log_.size_bytes();
    done = log_.drop_segments(0, disk_);
    log_.epochs_ = LeaderEpochCache{};
    if (done) done = start_empty(options_.log_start_offset);
  }
  if (!done) return tl::unexpected(done.error());

  const Offset end = log_.log_end_offset();
  const bool clean = options_.clean == CleanShutdown::yes;
  log_.log_start_ = std::max(options_.log_start_offset, log_.segments_.front().base_offset());
  log_.high_watermark_ = log_.log_start_;
  log_.recovery_point_ = clean && report_.segments_scanned == 0 ? end : std::min(options_.recovery_point, end);
  log_.directory_dirty_ = !clean || !had_segments;
  report_.epochs_rebuilt = !epochs_readable_ && had_segments;
  done = finish_epochs();
  if (done) done = sort_out_snapshots();
  if (done) done = rebuild_transaction_indexes();
  if (done) done = log_.rebuild_producer_state(now_, disk_);
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
  recovered_.insert(segment.base_offset());
  return segment.recover(disk_, log_.config_.index_interval_bytes, [this](const RecordBatch& batch) { see(batch); });
}

void LogLoader::see(const RecordBatch& batch) {
  correct_epochs(batch.header);
  if (!first_with_marker_ && batch.is_control() && batch.has_producer()) first_with_marker_ = *recovered_.rbegin();
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

DiskResult<void> LogLoader::finish_epochs() {
  if (!epochs_readable_) {
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
DiskResult<void> LogLoader::sort_out_snapshots() {
  const auto snapshots = list_producer_snapshots(disk_, log_.directory_);
  if (!snapshots) return tl::unexpected(snapshots.error());
  for (const Offset snapshot : *snapshots) {
    const LogSegment& segment = log_.segments_[log_.segment_of(snapshot)];
    const bool of_segment = segment.base_offset() == snapshot;
    const bool trusted = options_.clean == CleanShutdown::yes || snapshot <= options_.recovery_point;
    const bool of_clean_stop = snapshot == snapshots->back() && snapshot > log_.segments_.back().base_offset();
    if (trusted && (of_segment || of_clean_stop)) continue;
    DiskResult<void> done = remove_producer_snapshot(disk_, log_.directory_, snapshot);
    if (!done) return done;
  }
  return {};
}

// ---- transactions -----------------------------------------------------------------------------------

DiskResult<void> LogLoader::rebuild_transaction_indexes() {
  if (!first_with_marker_) return {};
  auto loaded = load_producer_snapshot(disk_, log_.directory_, *first_with_marker_);
  if (!loaded) return tl::unexpected(loaded.error());
  ProducerState producers;
  producers.clear(log_.log_start_);
  if (*loaded) producers = std::move(**loaded);
  for (std::size_t i = log_.segment_of(producers.end_offset()); i < log_.segments_.size(); ++i) {
    if (DiskResult<void> done = rebuild_transaction_index(log_.segments_[i], producers); !done) return done;
  }
  return {};
}

DiskResult<void> LogLoader::rebuild_transaction_index(LogSegment& segment, ProducerState& producers) {
  const auto start = segment.find(disk_, producers.end_offset());
  if (!start) return tl::unexpected(start.error());
  if (!*start) return {};
  const bool rebuild = recovered_.contains(segment.base_offset());
  BatchScanner scan{disk_, segment.log_file(), (*start)->position, segment.size_bytes(), 1024 * 1024};
  while (const ScannedBatch* found = scan.next()) {
    const std::optional<CompletedTransaction> completed = producers.update(found->batch);
    if (!completed) continue;
    if (rebuild && completed->outcome == TransactionOutcome::abort) {
      log_.directory_dirty_ = true;
      DiskResult<void> done = segment.append_aborted(
          disk_, {completed->producer, completed->first, completed->last, producers.last_stable_offset(*completed)});
      if (!done) return done;
    }
    producers.complete(*completed);
  }
  if (scan.disk_error()) return tl::unexpected(*scan.disk_error());
  return {};
}

}  // namespace kafkasim

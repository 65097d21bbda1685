#include "sim/logtool/verify_partition.hpp"

#include <algorithm>

#include "core/log/batch_scanner.hpp"
#include "core/log/leader_epoch_cache.hpp"
#include "core/log/log_files.hpp"
#include "core/record/control_record.hpp"
#include "sim/logtool/index_checks.hpp"
#include "sim/logtool/producer_check.hpp"
#include "sim/logtool/small_files.hpp"

namespace kafkasim::sim::logtool {

namespace {

std::string digits_of(Offset offset) { return std::to_string(offset.value); }

// What leader-epoch-checkpoint says, held against the epochs of the batches.
class EpochCheck {
 public:
  EpochCheck(Disk& disk, const std::string& directory, std::optional<Offset> log_start, const Report& report)
      : path_{path_of(directory, leader_epoch_file)}, log_start_{log_start.value_or(Offset{0})}, report_{&report} {
    exists_ = disk.exists(path_);
    if (!exists_ || !verify_small(disk, path_, report)) return;
    const auto loaded = LeaderEpochCache::load(disk, directory);
    readable_ = loaded && loaded->readable;
    if (readable_) cache_ = loaded->cache;
    if (!readable_) tell("is not as Kafka writes it");
  }

  void batch(const RecordBatch& batch) {
    const LeaderEpoch epoch = batch.leader_epoch();
    if (epoch.value < 0) return;
    if (!exists_ && !told_missing_) {
      told_missing_ = true;
      tell("is missing");
    }
    if (!readable_ || batch.last_offset() < log_start_) return;  // the cache begins at the log start
    const std::optional<LeaderEpoch> said = cache_.epoch_of(batch.base_offset(), batch.next_offset());
    if (said == epoch || (said && batch.base_offset() < log_start_) || told_ == epoch) return;
    if (!said && batch.base_offset() < log_start_) return;
    told_ = epoch;  // once an epoch
    tell("says " + (said ? "epoch " + std::to_string(said->value) : std::string{"no epoch"}) + " of offset "
         + digits_of(batch.base_offset()) + ", the batch there says epoch " + std::to_string(epoch.value));
  }

  void end(Offset log_end) {
    for (const EpochEntry& entry : cache_.entries()) {
      if (entry.start <= log_end) continue;
      tell("epoch " + std::to_string(entry.epoch.value) + " begins at offset " + digits_of(entry.start)
           + ", beyond the end of the log at " + digits_of(log_end));
    }
  }

 private:
  void tell(std::string reason) const { (*report_)({path_, std::nullopt, std::move(reason)}); }

  std::string path_;
  Offset log_start_;
  const Report* report_;
  LeaderEpochCache cache_;
  bool exists_{false};
  bool readable_{false};
  bool told_missing_{false};
  std::optional<LeaderEpoch> told_;
};

enum class SegmentPlace : std::uint8_t { rolled, last };

class LogCheck {
 public:
  LogCheck(Disk& disk, std::string directory, Offset first, std::optional<Offset> log_start,
           const VerifyOptions& options, const Report& report)
      : disk_{&disk},
        directory_{std::move(directory)},
        report_{&report},
        epochs_{disk, directory_, log_start, report},
        producers_{disk, directory_, first, options, report} {
    log_.end = first;
  }

  void segment(Offset base, SegmentPlace place) {
    const std::string path = segment_path(directory_, base, log_suffix);
    if (base < log_.end)
      tell(path, 0, "begins below offset " + digits_of(log_.end) + ", where the segment before it ends");
    const DiskResult<FileId> file = disk_->open(path, OpenMode::existing);
    const DiskResult<std::uint64_t> size = file ? disk_->size(*file) : tl::unexpected(file.error());
    if (!size) {
      log_.damaged = true;
      return tell(path, std::nullopt, "cannot be read");
    }
    OffsetIndexCheck offsets{*disk_, segment_path(directory_, base, index_suffix), base, *report_};
    TimeIndexCheck times{*disk_, segment_path(directory_, base, time_index_suffix), base, *report_};
    TransactionIndexCheck transactions{*disk_, segment_path(directory_, base, transaction_index_suffix),
                                       producers_.known_from(), *report_};
    next_ = std::max(log_.end, base);
    log_.end = next_;
    BatchScanner scan{*disk_, *file, 0, std::min(*size, longest_segment_file)};
    while (const ScannedBatch* found = scan.next()) {
      const RecordBatch& batch = found->batch;
      check_batch(path, found->position, batch, base);
      offsets.batch(found->position, batch);
      times.batch(batch);
      if (!crc_matches(batch)) continue;  // what it says of epochs and producers may be what is damaged
      epochs_.batch(batch);
      if (log_.damaged) continue;
      const auto aborted = producers_.batch(batch);
      if (producers_.compacted()) transactions.log_is_compacted();
      if (aborted) transactions.aborted(*aborted);
    }
    const std::optional<LogRest> rest = rest_of_log(*disk_, *file, scan, *size);
    // Space that log.preallocate has reserved is cut away when the segment is rolled, or the broker stops.
    const bool cut = rest && !(rest->reserved && place == SegmentPlace::last);
    if (cut) tell(path, rest->position, rest->reason);
    log_.damaged = log_.damaged || cut;
    offsets.end(scan.position(), cut ? Reached::damage : Reached::end);
    times.end(cut ? Reached::damage : Reached::end);
    transactions.end(log_.damaged ? Reached::damage : Reached::end);
    disk_->close(*file);
  }

  VerifiedLog end() {
    producers_.end(log_.end, log_.damaged);
    if (!log_.damaged) epochs_.end(log_.end);
    return log_;
  }

 private:
  void tell(const std::string& path, std::optional<std::uint64_t> position, std::string reason) const {
    (*report_)({path, position, std::move(reason)});
  }

  void check_batch(const std::string& path, std::uint64_t position, const RecordBatch& batch, Offset base) {
    ++log_.batches;
    const std::string where = "the batch of offset " + digits_of(batch.base_offset());
    const bool crc_ok = crc_matches(batch);
    if (!crc_ok) {
      tell(path, position, where + " does not match its checksum");
      log_.damaged = true;
    }
    if (batch.base_offset() < base) {
      tell(path, position, where + " is below the offset of the file's name");
    } else if (batch.base_offset() < next_) {
      tell(path, position,
           where + " is not above offset " + digits_of(next_.plus(-1)) + ", where the one before it ends");
    } else if (batch.last_offset() - base > INT32_MAX) {
      tell(path, position, where + " is too far from the offset of the file's name");
    }
    next_ = std::max(next_, batch.next_offset());
    log_.end = next_;
    if (!crc_ok) return;
    if (batch.leader_epoch() < epoch_) {
      tell(path, position,
           where + " has leader epoch " + std::to_string(batch.leader_epoch().value) + ", below the "
               + std::to_string(epoch_.value) + " before it");
    }
    epoch_ = std::max(epoch_, batch.leader_epoch());
    check_records(path, position, batch, where);
  }

  void check_records(const std::string& path, std::uint64_t position, const RecordBatch& batch,
                     const std::string& where) const {
    RecordReader reader{batch};
    Record record;
    Offset next = batch.base_offset();
    while (reader.next(record)) {
      if (record.offset < next || record.offset > batch.last_offset())
        return tell(path, position, "offset " + digits_of(record.offset) + " stands at a wrong place in " + where);
      next = record.offset.next();
    }
    if (reader.error()) tell(path, position, "the records of " + where + " do not read: " + reader.error()->message);
  }

  Disk* disk_;
  std::string directory_;
  const Report* report_;
  EpochCheck epochs_;
  ProducerCheck producers_;
  VerifiedLog log_;
  Offset next_;
  LeaderEpoch epoch_{-1};
};

}  // namespace

void verify_metadata_snapshot(Disk& disk, const std::string& path, const Report& report) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::existing);
  const DiskResult<std::uint64_t> size = file ? disk.size(*file) : tl::unexpected(file.error());
  if (!size) return report({path, std::nullopt, "cannot be read"});
  BatchScanner scan{disk, *file, 0, std::min(*size, longest_segment_file)};
  std::optional<ControlType> first;
  std::optional<ControlType> last;
  Offset next{0};
  std::uint64_t count = 0;
  while (const ScannedBatch* found = scan.next()) {
    const RecordBatch& batch = found->batch;
    if (!crc_matches(batch)) report({path, found->position, "a batch does not match its checksum"});
    if (batch.base_offset() < next) report({path, found->position, "offsets do not rise"});
    next = std::max(next, batch.next_offset());
    RecordReader reader{batch};
    Record record;
    while (reader.next(record)) {
      last = batch.is_control() ? control_type(record) : std::nullopt;
      if (count++ == 0) first = last;
    }
    if (reader.error()) report({path, found->position, "records do not read: " + reader.error()->message});
  }
  const std::optional<LogRest> rest = rest_of_log(disk, *file, scan, *size);
  disk.close(*file);
  if (rest) report({path, rest->position, rest->reason});
  if (*size == 0) return report({path, 0, std::string{empty_snapshot_text}});
  if (first != ControlType::snapshot_header && !(rest && count == 0))
    report({path, 0, "does not begin with a snapshot header"});
  if (!rest && last != ControlType::snapshot_footer) report({path, *size, "does not end with a snapshot footer"});
}

VerifiedLog verify_partition(Disk& disk, const std::string& directory, const std::vector<std::string>& names,
                             std::optional<Offset> log_start, const VerifyOptions& options, const Report& report) {
  std::vector<Offset> bases;
  for (const std::string& name : names) {
    if (const auto base = offset_of_name(name, log_suffix)) bases.push_back(*base);
  }
  std::ranges::sort(bases);
  for (const std::string& name : names) {
    const std::string path = path_of(directory, name);
    if (name.ends_with(log_suffix) && !offset_of_name(name, log_suffix))
      report({path, std::nullopt, "the name of a segment is its first offset in 20 digits"});
    for (const std::string_view suffix : {index_suffix, time_index_suffix, transaction_index_suffix}) {
      const std::optional<Offset> base = offset_of_name(name, suffix);
      if (base && !std::ranges::binary_search(bases, *base))
        report({path, std::nullopt, "there is no segment of that offset"});
    }
    if (name.ends_with(".checkpoint")) verify_metadata_snapshot(disk, path, report);
    if (name == partition_metadata_file || name == "quorum-state") (void)verify_small(disk, path, report);
  }
  if (bases.empty()) {
    report({directory, std::nullopt, "there is no segment"});
    return {};
  }
  LogCheck check{disk, directory, bases.front(), log_start, options, report};
  for (const Offset base : bases) check.segment(base, base == bases.back() ? SegmentPlace::last : SegmentPlace::rolled);
  return check.end();
}

}  // namespace kafkasim::sim::logtool

#include "sim/logtool/dump.hpp"

#include <algorithm>

#include "core/log/batch_scanner.hpp"
#include "sim/logtool/decode.hpp"
#include "sim/logtool/dump_entries.hpp"
#include "sim/logtool/files.hpp"

namespace kafkasim::sim::logtool {

namespace {

// False if the records do not read.
bool dump_records(std::uint64_t position, const RecordBatch& batch, LogContent content, Printer& out) {
  RecordReader reader{batch};
  Record record;
  std::int32_t index = 0;
  Offset next = batch.base_offset();
  while (reader.next(record)) {
    out.record(batch, record, index++,
               batch.is_control() ? std::optional{decode_control(record)} : decode_record(record, content));
    next = record.offset.next();
  }
  if (!reader.error()) return true;
  out.damage({position, next, "the records of this batch do not read: " + reader.error()->message});
  return false;
}

// As kafka-dump-log heads a file.
std::string note_of(std::string_view name) {
  const std::optional<Offset> offset = offset_in(name);
  const std::string offset_text = offset ? std::to_string(offset->value) : std::string{};
  if (file_kind(name) != FileKind::metadata_snapshot)
    return offset ? "Log starting offset: " + offset_text : std::string{};
  if (!offset) return "KRaft bootstrap snapshot";
  const std::optional<LeaderEpoch> epoch = epoch_in(name);
  return "Snapshot end offset: " + offset_text + (epoch ? ", epoch: " + std::to_string(epoch->value) : std::string{});
}

Dumped dump_log(Disk& disk, const std::string& path, LogContent content, ShowRecords records, Printer& out) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::existing);
  if (!file) return Dumped::unreadable;
  const DiskResult<std::uint64_t> size = disk.size(*file);
  if (!size) return Dumped::unreadable;
  out.file(path, note_of(name_of(path)));
  const bool snapshot = file_kind(name_of(path)) == FileKind::metadata_snapshot;
  std::optional<Offset> next = snapshot ? std::nullopt : offset_in(name_of(path));
  bool sound = true;
  BatchScanner scan{disk, *file, 0, std::min(*size, longest_segment_file)};
  while (const ScannedBatch* found = scan.next()) {
    const bool crc_ok = crc_matches(found->batch);
    out.batch(found->position, found->batch, crc_ok);
    sound = sound && crc_ok;
    if (records == ShowRecords::yes) sound = dump_records(found->position, found->batch, content, out) && sound;
    next = found->batch.next_offset();
  }
  if (const auto rest = rest_of_log(disk, *file, scan, *size)) {
    Damage damage{rest->position, std::nullopt, rest->reason};
    if (rest->position == scan.position()) {
      damage.offset = next;
      damage.bytes_left = *size - scan.position();
    }
    out.damage(damage);
    sound = false;
  } else if (snapshot && *size == 0) {
    out.damage({0, std::nullopt, std::string{empty_snapshot_text}});
    sound = false;
  }
  disk.close(*file);
  return sound ? Dumped::sound : Dumped::damaged;
}

}  // namespace

Dumped dump_file(Disk& disk, const std::string& path, std::string_view directory_name, ShowRecords records,
                 Printer& out) {
  const std::optional<FileKind> kind = file_kind(name_of(path));
  if (!kind) return Dumped::unreadable;
  switch (*kind) {
    case FileKind::log: return dump_log(disk, path, content_of_directory(directory_name), records, out);
    case FileKind::metadata_snapshot: return dump_log(disk, path, LogContent::cluster_metadata, records, out);
    case FileKind::offset_index:
    case FileKind::time_index:
    case FileKind::transaction_index: return dump_index(disk, path, *kind, out);
    case FileKind::producer_snapshot:
    case FileKind::epoch_checkpoint:
    case FileKind::offset_checkpoint:
    case FileKind::partition_metadata:
    case FileKind::meta_properties:
    case FileKind::clean_shutdown:
    case FileKind::quorum_state: return dump_small(disk, path, *kind, out);
  }
  return Dumped::unreadable;
}

}  // namespace kafkasim::sim::logtool

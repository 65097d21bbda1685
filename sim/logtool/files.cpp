#include "sim/logtool/files.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/log/checkpoint_files.hpp"
#include "core/log/log_files.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim::sim::logtool {

namespace {

constexpr std::uint64_t piece_size = 64 * 1024;
constexpr std::uint64_t most_text = std::uint64_t{64} << 20;

bool all_zero(ByteSpan bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; });
}

// The bytes at `at`, fewer at the end of the file.
std::vector<std::byte> read_at(const Disk& disk, FileId file, std::uint64_t at, std::uint64_t length) {
  std::vector<std::byte> bytes;
  const auto slices = disk.read(file, at, length);
  if (!slices) return bytes;
  for (const SharedBytes& slice : *slices) bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
  return bytes;
}

// The first byte from `from` on that is not zero; absent if there is none.
std::optional<std::uint64_t> first_nonzero(const Disk& disk, FileId file, std::uint64_t from, std::uint64_t end) {
  for (std::uint64_t at = from; at < end;) {
    const std::vector<std::byte> bytes = read_at(disk, file, at, std::min(piece_size, end - at));
    if (bytes.empty()) return std::nullopt;
    const auto found = std::ranges::find_if(bytes, [](std::byte b) { return b != std::byte{}; });
    if (found != bytes.end()) return at + static_cast<std::uint64_t>(found - bytes.begin());
    at += bytes.size();
  }
  return std::nullopt;
}

std::string too_long_text(std::uint64_t size) {
  return "has " + std::to_string(size) + " bytes; a file of a segment has " + std::to_string(longest_segment_file)
         + " at most and is read no further";
}

// Of a message of the formats 0 and 1: offset i64, size i32, checksum u32, magic i8, ... Absent: it is none.
std::optional<int> old_magic(ByteSpan bytes) {
  constexpr std::array<std::int32_t, 2> least{14, 22};  // sizes without key and value
  ByteReader in{bytes};
  const std::int64_t offset = in.i64();
  const std::int32_t size = in.i32();
  (void)in.u32();
  const std::int8_t magic = in.i8();
  if (!in.ok() || offset < 0 || magic < 0 || magic > 1 || size < least.at(static_cast<std::size_t>(magic)))
    return std::nullopt;
  return magic;
}

struct Name {
  std::string_view text;
  FileKind kind;
};
constexpr std::array suffixes{
    Name{log_suffix, FileKind::log},
    Name{".checkpoint", FileKind::metadata_snapshot},
    Name{time_index_suffix, FileKind::time_index},
    Name{index_suffix, FileKind::offset_index},
    Name{".txnindex", FileKind::transaction_index},
    Name{snapshot_suffix, FileKind::producer_snapshot},
};
constexpr std::array known_names{
    Name{leader_epoch_file, FileKind::epoch_checkpoint},
    Name{recovery_point_checkpoint, FileKind::offset_checkpoint},
    Name{high_watermark_checkpoint, FileKind::offset_checkpoint},
    Name{log_start_checkpoint, FileKind::offset_checkpoint},
    Name{"cleaner-offset-checkpoint", FileKind::offset_checkpoint},
    Name{partition_metadata_file, FileKind::partition_metadata},
    Name{meta_properties_file, FileKind::meta_properties},
    Name{clean_shutdown_file, FileKind::clean_shutdown},
    Name{"quorum-state", FileKind::quorum_state},
};

}  // namespace

std::optional<FileKind> file_kind(std::string_view name) {
  for (const Name& known : known_names) {
    if (name == known.text) return known.kind;
  }
  for (const std::string_view on_its_way : {".deleted", ".cleaned", ".swap"}) {
    if (name.ends_with(on_its_way)) name.remove_suffix(on_its_way.size());
  }
  for (const Name& known : suffixes) {
    if (name.ends_with(known.text) && name.size() > known.text.size()) return known.kind;
  }
  return std::nullopt;
}

std::string_view name_of(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string{slash == 0 ? path.substr(0, 1) : path.substr(0, slash)};
}

std::optional<Offset> offset_in(std::string_view name) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc{} || value < 0 || end == name.data() + name.size() || (*end != '.' && *end != '-'))
    return std::nullopt;
  return Offset{value};
}

std::optional<LeaderEpoch> epoch_in(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos || !offset_in(name)) return std::nullopt;
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(name.data() + dash + 1, name.data() + name.size(), value);
  if (error != std::errc{} || value < 0 || end == name.data() + name.size() || *end != '.') return std::nullopt;
  return LeaderEpoch{value};
}

std::optional<TopicPartition> partition_on_its_way(std::string_view name, std::string_view suffix) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || !name.substr(dot).ends_with(suffix)) return std::nullopt;
  return partition_of_directory(name.substr(0, dot));
}

std::optional<LogRest> rest_of_log(const Disk& disk, FileId file, const BatchScanner& scan, std::uint64_t size) {
  const std::uint64_t position = scan.position();
  if (size > longest_segment_file) {
    // What is between is not looked at: a file of many GiB may be nothing but a hole.
    return LogRest{longest_segment_file, too_long_text(size) + "; the last batch that was read before ends at byte "
                                             + std::to_string(position)};
  }
  if (!scan.damage() && !scan.disk_error()) return std::nullopt;
  const std::uint64_t left = size - position;
  const std::string left_text = std::to_string(left) + (left == 1 ? " byte" : " bytes");
  const std::vector<std::byte> bytes = read_at(disk, file, position, std::min<std::uint64_t>(left, batch_header_size));
  if (bytes.empty()) return LogRest{position, "cannot be read"};
  if (all_zero(bytes) && !first_nonzero(disk, file, position, size))
    return LogRest{position, left_text + " of zeros up to the end of the file: reserved, never written", true};
  if (const auto magic = old_magic(bytes)) {
    return LogRest{position, "a message of the old format " + std::to_string(*magic)
                                 + ", as brokers before 0.11 wrote it: not read here"};
  }
  if (bytes.size() < batch_header_size)
    return LogRest{position, left_text + " at the end, too few for the header of a record batch"};
  const BatchHeader header = decode_batch_header(std::span<const std::byte, batch_header_size>{bytes});
  if (const char* fault = batch_header_fault(header)) return LogRest{position, fault};
  return LogRest{position, "a record batch of "
                               + std::to_string(log_overhead + static_cast<std::uint64_t>(header.batch_length))
                               + " bytes is cut short, " + left_text + " are left"};
}

Result<std::string> read_small(Disk& disk, const std::string& path) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::existing);
  if (!file) return fail("cannot be read", path);
  const DiskResult<std::uint64_t> size = disk.size(*file);
  Result<std::string> text = fail("cannot be read", path);
  if (size && *size > most_text) {
    text = fail("is far too long for a file of this kind: " + std::to_string(*size) + " bytes", path);
  } else if (size) {
    const std::vector<std::byte> bytes = read_at(disk, *file, 0, *size);
    if (bytes.size() == *size) text = std::string{as_text(bytes)};
  }
  disk.close(*file);
  return text;
}

DiskResult<EntryReader> EntryReader::open(Disk& disk, const std::string& path, std::size_t entry_size, Zeros zeros) {
  const DiskResult<FileId> file = disk.open(path, OpenMode::existing);
  if (!file) return tl::unexpected(file.error());
  const DiskResult<std::uint64_t> size = disk.size(*file);
  if (!size) {
    disk.close(*file);
    return tl::unexpected(size.error());
  }
  EntryReader reader;
  reader.file_ = *file;
  reader.entry_size_ = entry_size;
  reader.zeros_ = zeros;
  reader.size_ = std::min(*size, longest_segment_file);
  reader.too_long_ = *size > longest_segment_file;
  return reader;
}

bool EntryReader::load(const Disk& disk) {
  if (size_ - at_ < entry_size_) return false;
  piece_at_ = at_;
  piece_ = read_at(disk, file_, at_, std::min<std::uint64_t>(size_ - at_, piece_size / entry_size_ * entry_size_));
  failed_ = piece_.size() < entry_size_;
  return !failed_;
}

std::optional<ByteSpan> EntryReader::next(const Disk& disk) {
  const bool loaded = at_ >= piece_at_ && at_ + entry_size_ <= piece_at_ + piece_.size();
  if (failed_ || (!loaded && !load(disk))) return std::nullopt;
  const ByteSpan entry = ByteSpan{piece_}.subspan(at_ - piece_at_, entry_size_);
  if (all_zero(entry)) {
    // Timestamp 0 at the segment's first offset is an entry, if others follow.
    const bool may_be_one = zeros_ == Zeros::end_it && at_ == 0 && !too_long_;
    if (!may_be_one || !first_nonzero(disk, file_, 0, size_)) return std::nullopt;
  }
  position_ = at_;
  at_ += entry_size_;
  return entry;
}

std::optional<EntryReader::Rest> EntryReader::rest(const Disk& disk) {
  if (failed_) return Rest{at_, "cannot be read"};
  if (too_long_) return Rest{longest_segment_file, too_long_text(disk.size(file_).value_or(size_))};
  // Kafka does not take an index whose length is no multiple of its entries', whatever the bytes.
  const std::uint64_t part = size_ % entry_size_;
  const std::string cut_short = "the last entry is cut short: " + std::to_string(size_)
                                + " bytes are no multiple of the " + std::to_string(entry_size_) + " that one has";
  if (zeros_ == Zeros::are_damage && size_ - at_ >= entry_size_)
    return Rest{at_, "an entry of zeros: no space is reserved in a transaction index"};
  if (zeros_ == Zeros::end_it) {
    if (const auto found = first_nonzero(disk, file_, at_, size_ - part))
      return Rest{*found - *found % entry_size_, "entries stand behind empty ones"};
  }
  if (part != 0) return Rest{size_ - part, cut_short};
  return std::nullopt;
}

}  // namespace kafkasim::sim::logtool

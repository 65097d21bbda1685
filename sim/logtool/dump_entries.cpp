#include "sim/logtool/dump_entries.hpp"

#include <charconv>
#include <optional>
#include <set>

#include "core/base/crc32c.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/log/offset_index.hpp"
#include "core/log/time_index.hpp"
#include "core/log/transaction_index.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim::logtool {

namespace {

// ---- indexes ----------------------------------------------------------------------------------------

std::size_t entry_size(FileKind kind) {
  if (kind == FileKind::offset_index) return OffsetIndex::entry_size;
  return kind == FileKind::time_index ? TimeIndex::entry_size : TransactionIndex::entry_size;
}

// False if the entry makes no sense on its own.
bool tell_entry(FileKind kind, std::int64_t base, std::uint64_t at, ByteSpan bytes, Printer& out) {
  ByteReader in{bytes};
  const auto offset = [&](std::int32_t relative) {
    return relative > 0 && base > INT64_MAX - relative ? relative : base + relative;
  };
  if (kind == FileKind::offset_index) {
    const std::int32_t relative = in.i32();
    const std::int32_t position = in.i32();
    out.entry("index_entry", Json{{"offset", offset(relative)}, {"position", position}});
    if (relative >= 0 && position >= 0) return true;
    out.damage({at, std::nullopt, "the entry has a negative number"});
    return false;
  }
  if (kind == FileKind::time_index) {
    const std::int64_t timestamp = in.i64();
    const std::int32_t relative = in.i32();
    out.entry("time_index_entry", Json{{"timestamp", timestamp}, {"offset", offset(relative)}});
    if (relative >= 0) return true;
    out.damage({at, std::nullopt, "the entry has a negative offset"});
    return false;
  }
  const std::int16_t version = in.i16();
  Json fields{{"version", version}};
  for (const char* name : {"producer_id", "first_offset", "last_offset", "last_stable_offset"}) fields[name] = in.i64();
  out.entry("aborted_transaction", fields);
  if (version == 0) return true;
  out.damage({at, std::nullopt, "the entry has the unknown version " + std::to_string(version)});
  return false;
}

// ---- text files -------------------------------------------------------------------------------------

// Lines with the byte at which each begins.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_{text} {}
  std::optional<std::string_view> next() {
    begin_ = at_;
    if (at_ >= text_.size()) return std::nullopt;
    const std::size_t end = text_.find('\n', at_);
    std::string_view line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  [[nodiscard]] std::uint64_t begin() const { return begin_; }

 private:
  std::string_view text_;
  std::size_t at_{0};
  std::size_t begin_{0};
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Dumped damaged(Printer& out, std::uint64_t position, std::string reason) {
  out.damage({position, std::nullopt, std::move(reason)});
  return Dumped::damaged;
}

constexpr bool fits_32_bits(std::int64_t x) { return x >= INT32_MIN && x <= INT32_MAX; }

// A line of a leader-epoch-checkpoint: "epoch offset". Each is above the one before it.
class EpochLines {
 public:
  std::optional<std::string> tell(std::string_view line, Printer& out) {
    const std::size_t space = line.rfind(' ');
    if (space == std::string_view::npos) return "not a line of epoch and offset";
    const auto epoch = number(line.substr(0, space));
    const auto offset = number(line.substr(space + 1));
    if (!epoch || !offset || !fits_32_bits(*epoch)) return "not a line of epoch and offset";
    out.entry("epoch", Json{{"epoch", *epoch}, {"start_offset", *offset}});
    if (*epoch < 0 || *offset < 0) return "an epoch or an offset is negative";
    const bool rises = !last_ || (*epoch > last_->first && *offset > last_->second);
    last_ = {*epoch, *offset};
    return rises ? std::nullopt : std::optional<std::string>{"epochs and offsets do not rise from line to line"};
  }

 private:
  std::optional<std::pair<std::int64_t, std::int64_t>> last_;
};

// A line of the other checkpoints: "topic partition offset". Kafka writes none below 0 in any of them.
class OffsetLines {
 public:
  std::optional<std::string> tell(std::string_view line, Printer& out) {
    constexpr const char* other = "not a line of topic, partition and offset";
    const std::size_t last = line.rfind(' ');
    if (last == std::string_view::npos) return other;
    const auto offset = number(line.substr(last + 1));
    const std::string_view front = line.substr(0, last);
    const std::size_t space = front.rfind(' ');
    if (!offset || space == std::string_view::npos || space == 0) return other;
    const auto partition = number(front.substr(space + 1));
    if (!partition || *partition < 0 || !fits_32_bits(*partition)) return other;
    const Json topic = bytes_json(as_bytes(front.substr(0, space)));
    out.entry("checkpoint", Json{{"topic", topic}, {"partition", *partition}, {"offset", *offset}});
    if (*offset < 0) return "the offset is negative";
    if (!seen_.insert(front).second) return "the partition stands in a line before";
    return std::nullopt;
  }

 private:
  std::set<std::string_view> seen_;  // "orders 0"; of the text that is read
};

// The version and the number of entries, then the lines of either kind. Lines that read are told up to one that does not.
template <class EntryLines>
Dumped checkpoint(std::string_view text, EntryLines entries, Printer& out) {
  Lines lines{text};
  const auto version = lines.next();
  if (!version || number(*version) != 0) return damaged(out, lines.begin(), "the version is not 0");
  const auto count_line = lines.next();
  const auto count = count_line ? number(*count_line) : std::nullopt;
  if (!count) return damaged(out, lines.begin(), "the number of entries is missing");
  std::int64_t found = 0;
  for (; const auto line = lines.next(); ++found) {
    if (auto fault = entries.tell(*line, out)) return damaged(out, lines.begin(), *std::move(fault));
  }
  if (found != *count) {
    return damaged(out, text.size(),
                   "has " + std::to_string(found) + " entries and says that it has " + std::to_string(*count));
  }
  return Dumped::sound;
}

// Files that Kafka writes with a handful of fields. Objects of JSON look their fields up one by one, and are shown by
// recursion: both want a bound.
constexpr std::size_t most_fields_text = 64 * 1024;
constexpr int most_levels = 16;

std::optional<std::string> why_too_much(std::string_view text) {
  if (text.size() > most_fields_text)
    return "is far too long for a file of this kind: " + std::to_string(text.size()) + " bytes";
  return std::nullopt;
}

// Lines of name and value.
Dumped properties(std::string_view text, std::string_view kind, std::string_view between, Printer& out) {
  if (auto fault = why_too_much(text)) return damaged(out, 0, *std::move(fault));
  Lines lines{text};
  Json fields = Json::object();
  while (const auto line = lines.next()) {
    if (line->empty() || line->front() == '#') continue;
    const std::size_t at = line->find(between);
    if (at == std::string_view::npos || !is_utf8(as_bytes(*line))) {
      out.entry(kind, fields);
      return damaged(out, lines.begin(), "not a line of name and value");
    }
    const std::string_view value = line->substr(at + between.size());
    const auto whole = number(value);
    fields[std::string{line->substr(0, at)}] = whole ? Json(*whole) : Json(std::string{value});
  }
  out.entry(kind, fields);
  return Dumped::sound;
}

// A version, then the id of the topic. Without it the broker does not start.
Dumped partition_metadata(std::string_view text, Printer& out) {
  if (text.empty()) return damaged(out, 0, "is empty");
  const Dumped read = properties(text, "partition_metadata", ": ", out);
  if (read != Dumped::sound) return read;
  const Result<PartitionMetadata> metadata = parse_partition_metadata(text);
  if (metadata) return Dumped::sound;
  Lines lines{text};
  const bool version_reads = lines.next() == "version: 0";
  (void)lines.next();
  return damaged(out, version_reads ? lines.begin() : 0, metadata.error().message);
}

Dumped object(std::string_view text, std::string_view kind, Printer& out) {
  if (auto fault = why_too_much(text)) return damaged(out, 0, *std::move(fault));
  bool deep = false;
  const auto shallow = [&deep](int depth, Json::parse_event_t, const Json&) {
    deep = deep || depth > most_levels;
    return !deep;
  };
  const Json read = Json::parse(text, shallow, false);
  if (deep || !read.is_object()) return damaged(out, 0, "is not a JSON object");
  out.entry(kind, read);
  return Dumped::sound;
}

// Brokers before 3.7 write it empty.
Dumped clean_shutdown(std::string_view text, Printer& out) {
  if (!text.empty()) return object(text, "clean_shutdown", out);
  out.entry("clean_shutdown", Json::object());
  return Dumped::sound;
}

// ---- producer snapshots: core/log/producer_snapshot.hpp has the layout --------------------------------

constexpr std::size_t snapshot_header = 10;
constexpr std::size_t snapshot_entry = 46;

void tell_producer(ByteReader& in, Printer& out) {
  Json fields{{"producer_id", in.i64()}};
  fields["producer_epoch"] = in.i16();
  const std::int32_t last_sequence = in.i32();
  const std::int64_t last_offset = in.i64();
  const std::int32_t offset_delta = in.i32();
  const std::int64_t timestamp = in.i64();
  fields["coordinator_epoch"] = in.i32();
  fields["current_txn_first_offset"] = in.i64();
  fields["last_timestamp"] = timestamp;
  if (last_offset >= 0) {
    fields["first_sequence"] =
        last_sequence < 0 ? -1 : sequence_plus(Sequence{last_sequence}, -std::int64_t{offset_delta}).value;
    fields["last_sequence"] = last_sequence;
    fields["last_offset"] = last_offset;
    fields["offset_delta"] = offset_delta;
  }
  out.entry("producer", fields);
}

Dumped producers(ByteSpan bytes, Printer& out) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  const std::uint32_t crc = in.u32();
  const std::int32_t count = in.i32();
  if (!in.ok()) return damaged(out, 0, "too short for a producer snapshot");
  if (version != 1) return damaged(out, 0, "the version is " + std::to_string(version) + " and not 1");
  while (in.remaining() >= snapshot_entry) tell_producer(in, out);
  if (count < 0 || bytes.size() != snapshot_header + static_cast<std::size_t>(count) * snapshot_entry)
    return damaged(out, in.position(), "the size is not that of " + std::to_string(count) + " entries");
  if (crc != crc32c(bytes.subspan(6))) return damaged(out, 2, "the checksum is wrong");
  return Dumped::sound;
}

}  // namespace

Dumped dump_index(Disk& disk, const std::string& path, FileKind kind, Printer& out) {
  const Zeros zeros = kind == FileKind::transaction_index ? Zeros::are_damage : Zeros::end_it;
  DiskResult<EntryReader> entries = EntryReader::open(disk, path, entry_size(kind), zeros);
  if (!entries) return Dumped::unreadable;
  out.file(path, {});
  const std::int64_t base = offset_in(name_of(path)).value_or(Offset{0}).value;
  bool sound = true;
  std::uint64_t count = 0;
  for (; const auto entry = entries->next(disk); ++count) {
    sound = tell_entry(kind, base, entries->position(), *entry, out) && sound;
  }
  if (kind == FileKind::offset_index && count == 0) out.no_entries();
  if (const auto rest = entries->rest(disk)) {
    out.damage({rest->position, std::nullopt, rest->reason});
    sound = false;
  }
  entries->close(disk);
  return sound ? Dumped::sound : Dumped::damaged;
}

Dumped dump_small(Disk& disk, const std::string& path, FileKind kind, Printer& out) {
  const Result<std::string> text = read_small(disk, path);
  if (!text && text.error().message == "cannot be read") return Dumped::unreadable;
  out.file(path, {});
  if (!text) return damaged(out, 0, text.error().message);
  switch (kind) {
    case FileKind::producer_snapshot: return producers(as_bytes(*text), out);
    case FileKind::epoch_checkpoint: return checkpoint(*text, EpochLines{}, out);
    case FileKind::offset_checkpoint: return checkpoint(*text, OffsetLines{}, out);
    case FileKind::partition_metadata: return partition_metadata(*text, out);
    case FileKind::meta_properties: return properties(*text, "meta_properties", "=", out);
    case FileKind::clean_shutdown: return clean_shutdown(*text, out);
    case FileKind::quorum_state: return object(*text, "quorum_state", out);
    case FileKind::log:
    case FileKind::metadata_snapshot:
    case FileKind::offset_index:
    case FileKind::time_index:
    case FileKind::transaction_index: break;
  }
  return Dumped::unreadable;
}

}  // namespace kafkasim::sim::logtool

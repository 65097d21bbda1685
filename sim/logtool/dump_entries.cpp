#include "sim/logtool/dump_entries.hpp"

#include <charconv>
#include <optional>

#include "core/base/crc32c.hpp"
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
  const auto offset = [&](std::int32_t relative) { return relative > 0 && base > INT64_MAX - relative ? relative : base + relative; };
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

// "epoch offset" or "topic partition offset", after the version and the number of entries.
Dumped checkpoint(std::string_view text, FileKind kind, Printer& out) {
  Lines lines{text};
  const auto version = lines.next();
  if (!version || number(*version) != 0) return damaged(out, lines.begin(), "the version is not 0");
  const auto count_line = lines.next();
  const auto count = count_line ? number(*count_line) : std::nullopt;
  if (!count) return damaged(out, lines.begin(), "the number of entries is missing");
  std::int64_t found = 0;
  for (; const auto line = lines.next(); ++found) {
    const std::size_t last = line->rfind(' ');
    const auto offset = number(last == std::string_view::npos ? std::string_view{} : line->substr(last + 1));
    const std::string_view front = line->substr(0, last == std::string_view::npos ? 0 : last);
    if (kind == FileKind::epoch_checkpoint) {
      const auto epoch = number(front);
      if (!epoch || !offset) return damaged(out, lines.begin(), "not a line of epoch and offset");
      out.entry("epoch", Json{{"epoch", *epoch}, {"start_offset", *offset}});
      continue;
    }
    const std::size_t space = front.rfind(' ');
    const auto partition = number(space == std::string_view::npos ? std::string_view{} : front.substr(space + 1));
    if (!partition || !offset || space == 0)
      return damaged(out, lines.begin(), "not a line of topic, partition and offset");
    out.entry(
        "checkpoint",
        Json{{"topic", bytes_json(as_bytes(front.substr(0, space)))}, {"partition", *partition}, {"offset", *offset}});
  }
  if (found != *count) {
    return damaged(out, text.size(),
                   "has " + std::to_string(found) + " entries and says that it has " + std::to_string(*count));
  }
  return Dumped::sound;
}

// Lines of name and value.
Dumped properties(std::string_view text, std::string_view kind, std::string_view between, Printer& out) {
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

Dumped object(std::string_view text, std::string_view kind, Printer& out) {
  const Json read = Json::parse(text, nullptr, false);
  if (!read.is_object()) return damaged(out, 0, "is not a JSON object");
  out.entry(kind, read);
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
  DiskResult<EntryReader> entries = EntryReader::open(disk, path, entry_size(kind));
  if (!entries) return Dumped::unreadable;
  out.file(path, {});
  const std::int64_t base = offset_in(name_of(path)).value_or(Offset{0}).value;
  bool sound = true;
  while (const auto entry = entries->next(disk)) {
    sound = tell_entry(kind, base, entries->position(), *entry, out) && sound;
  }
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
    case FileKind::epoch_checkpoint:
    case FileKind::offset_checkpoint: return checkpoint(*text, kind, out);
    case FileKind::partition_metadata: return properties(*text, "partition_metadata", ": ", out);
    case FileKind::meta_properties: return properties(*text, "meta_properties", "=", out);
    case FileKind::clean_shutdown: return object(*text, "clean_shutdown", out);
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

#include "sim/logtool/small_files.hpp"

#include "core/log/log_files.hpp"
#include "sim/logtool/dump.hpp"
#include "sim/logtool/files.hpp"

namespace kafkasim::sim::logtool {

namespace {

// Keeps what the small files say, and what is wrong with them.
class Collector final : public Printer {
 public:
  void file(const std::string&, const std::string&) override {}
  void batch(std::uint64_t, const RecordBatch&, bool) override {}
  void record(const RecordBatch&, const Record&, std::int32_t, const std::optional<Json>&) override {}
  void entry(std::string_view, const Json& entry) override { fields.update(entry); }
  void damage(const Damage& found) override {
    if (!first) first = found;
  }
  Json fields = Json::object();
  std::optional<Damage> first;
};

// What else the file must say.
std::optional<std::string> lacking(FileKind kind, const Json& fields, const std::string& text) {
  const auto has_number = [&](const char* name) { return fields.contains(name) && fields[name].is_number_integer(); };
  if (kind == FileKind::partition_metadata) {
    const Result<PartitionMetadata> metadata = parse_partition_metadata(text);
    if (!metadata) return metadata.error().message;
  } else if (kind == FileKind::meta_properties) {
    if (!has_number("node.id") && !has_number("broker.id")) return "has no node.id";
    if (!fields.contains("cluster.id")) return "has no cluster.id";
  } else if (kind == FileKind::clean_shutdown) {
    if (!has_number("version") || !has_number("brokerEpoch")) return "has no version or no brokerEpoch";
  } else if (kind == FileKind::quorum_state) {
    if (!has_number("leaderEpoch") || !has_number("data_version")) return "has no leaderEpoch or no data_version";
  }
  return std::nullopt;
}

}  // namespace

bool verify_small(Disk& disk, const std::string& path, const Report& report) {
  Collector found;
  const FileKind kind = file_kind(name_of(path)).value_or(FileKind::log);
  const Dumped dumped = dump_file(disk, path, {}, ShowRecords::no, found);
  if (dumped == Dumped::unreadable) report({path, std::nullopt, "cannot be read"});
  if (found.first) report({path, found.first->position, found.first->reason});
  if (dumped != Dumped::sound) return false;
  const std::optional<std::string> fault = lacking(kind, found.fields, read_small(disk, path).value_or(std::string{}));
  if (fault) report({path, 0, *fault});
  return !fault;
}

OffsetCheckpoint read_offsets(Disk& disk, const std::string& path) {
  if (!disk.exists(path)) return {};
  const Result<std::string> text = read_small(disk, path);
  const Result<OffsetCheckpoint> offsets = text ? parse_offset_checkpoint(*text) : tl::unexpected(text.error());
  return offsets.value_or(OffsetCheckpoint{});
}

}  // namespace kafkasim::sim::logtool

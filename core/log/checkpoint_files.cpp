#include "core/log/checkpoint_files.hpp"

#include <charconv>
#include <limits>
#include <vector>

namespace kafkasim {

namespace {

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
  return value;
}

// Lines without their ends; a last line without one counts too.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_{text} {}
  [[nodiscard]] std::optional<std::string_view> next() {
    if (text_.empty()) return std::nullopt;
    const std::size_t end = text_.find('\n');
    std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++count_;
    return line;
  }
  [[nodiscard]] std::string place() const { return "line " + std::to_string(count_); }

 private:
  std::string_view text_;
  std::size_t count_{0};
};

std::optional<std::pair<TopicPartition, Offset>> offset_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const std::size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto partition = number<std::int32_t>(line.substr(first + 1, second - first - 1));
  const auto offset = number<std::int64_t>(line.substr(second + 1));
  if (!partition || !offset || *partition < 0 || *offset < 0) return std::nullopt;
  return std::pair{TopicPartition{std::string{line.substr(0, first)}, PartitionIndex{*partition}}, Offset{*offset}};
}

// The number behind "name": in a flat JSON object.
std::optional<std::int64_t> json_number(std::string_view text, std::string_view name) {
  const std::string quoted = '"' + std::string{name} + '"';
  std::size_t at = text.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find_first_not_of(" \t\r\n", at + quoted.size());
  if (at == std::string_view::npos || text[at] != ':') return std::nullopt;
  at = text.find_first_not_of(" \t\r\n", at + 1);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find_first_not_of("-0123456789", at);
  return number<std::int64_t>(text.substr(at, end == std::string_view::npos ? end : end - at));
}

}  // namespace

std::string format_offset_checkpoint(const OffsetCheckpoint& offsets) {
  std::string text = "0\n" + std::to_string(offsets.size()) + "\n";
  for (const auto& [partition, offset] : offsets) {
    text +=
        partition.topic + " " + std::to_string(partition.partition.value) + " " + std::to_string(offset.value) + "\n";
  }
  return text;
}

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
  Lines lines{text};
  const auto version = lines.next();
  if (!version || number<std::int32_t>(*version) != 0) return fail("checkpoint version is not 0", lines.place());
  const auto count_line = lines.next();
  const auto count = count_line ? number<std::uint64_t>(*count_line) : std::nullopt;
  if (!count) return fail("checkpoint has no entry count", lines.place());
  OffsetCheckpoint offsets;
  while (const auto line = lines.next()) {
    auto entry = offset_line(*line);
    if (!entry) return fail("not a line of topic, partition and offset", lines.place());
    offsets.insert(std::move(*entry));
  }
  if (offsets.size() != *count) return fail("checkpoint has another number of entries than it says");
  return offsets;
}

std::string format_partition_metadata(const PartitionMetadata& metadata) {
  return "version: 0\ntopic_id: " + to_string(metadata.topic_id) + "\n";
}

Result<PartitionMetadata> parse_partition_metadata(std::string_view text) {
  constexpr std::string_view version_key = "version: ";
  constexpr std::string_view id_key = "topic_id: ";
  Lines lines{text};
  const auto version = lines.next();
  if (!version || version->substr(0, version_key.size()) != version_key || version->substr(version_key.size()) != "0") {
    return fail("partition metadata version is not 0", lines.place());
  }
  const auto id = lines.next();
  if (!id || id->substr(0, id_key.size()) != id_key) return fail("partition metadata has no topic id", lines.place());
  const Result<Uuid> uuid = parse_uuid(std::string{id->substr(id_key.size())});
  if (!uuid) return fail(uuid.error().message, lines.place());
  if (uuid->is_zero()) return fail("partition metadata has topic id zero", lines.place());
  return PartitionMetadata{*uuid};
}

std::string format_clean_shutdown(const CleanShutdownMarker& marker) {
  return "{\"version\":0,\"brokerEpoch\":" + std::to_string(marker.broker_epoch ? marker.broker_epoch->value : -1)
         + "}";
}

Result<CleanShutdownMarker> parse_clean_shutdown(std::string_view text) {
  if (json_number(text, "version") != 0) return fail("clean shutdown marker version is not 0");
  const auto epoch = json_number(text, "brokerEpoch");
  if (!epoch) return fail("clean shutdown marker has no broker epoch");
  CleanShutdownMarker marker;
  if (*epoch >= 0) marker.broker_epoch = BrokerEpoch{*epoch};
  return marker;
}

std::string format_meta_properties(const MetaProperties& properties) {
  return "cluster.id=" + properties.cluster_id + "\ndirectory.id=" + to_string(properties.directory_id)
         + "\nnode.id=" + std::to_string(properties.node_id.value) + "\nversion=1\n";
}

Result<MetaProperties> parse_meta_properties(std::string_view text) {
  std::map<std::string_view, std::string_view> values;
  Lines lines{text};
  while (const auto line = lines.next()) {
    if (line->empty() || line->front() == '#') continue;
    const std::size_t equals = line->find('=');
    if (equals == std::string_view::npos) return fail("not a line of key=value", lines.place());
    values[line->substr(0, equals)] = line->substr(equals + 1);
  }
  if (values["version"] != "1") return fail("meta.properties version is not 1");
  const auto node = number<std::int32_t>(values["node.id"]);
  if (!node || *node < 0) return fail("meta.properties has no node.id");
  const Result<Uuid> directory = parse_uuid(std::string{values["directory.id"]});
  if (!directory) return fail("meta.properties has no directory.id: " + directory.error().message);
  if (values["cluster.id"].empty()) return fail("meta.properties has no cluster.id");
  return MetaProperties{std::string{values["cluster.id"]}, NodeId{*node}, *directory};
}

DiskResult<std::optional<std::string>> read_text(Disk& disk, std::string_view path) {
  if (!disk.exists(path)) return std::nullopt;
  const auto bytes = read_file(disk, path);
  if (!bytes) return tl::unexpected(bytes.error());
  return std::string{as_text(*bytes)};
}

}  // namespace kafkasim

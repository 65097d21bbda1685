#include "sim/serve/recording.hpp"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "core/base/crc32c.hpp"

namespace kafkasim::sim {

namespace {

using RecordingJson = nlohmann::ordered_json;

constexpr std::string_view magic = "KSREC1\n";
constexpr std::size_t most_block = 256U << 20;   // a frame is at most 100 MiB, a scenario 10 MiB
constexpr std::int64_t last_wall_clock = 9'000'000'000'000;  // ms: the year 2255
constexpr std::uintmax_t most_file = 8ULL << 30;

enum class BlockKind : std::uint8_t { dial = 1, frame = 2, hang_up = 3, entries = 4, end = 5 };

std::string text_of(ByteSpan bytes) { return std::string{as_text(bytes)}; }

std::string head_json(const RecordingHead& head) {
  RecordingJson out;
  out["version"] = head.version;
  out["scenario"] = head.source.text;
  out["file"] = head.file;
  out["folder"] = head.source.folder;
  out["set"] = RecordingJson::array();
  for (const Patch& patch : head.source.patches) out["set"].push_back({patch.pointer, patch.value});
  if (head.seed) out["seed"] = *head.seed;
  if (head.until) out["until_ns"] = head.until->ns;
  if (head.wall_clock) out["wall_clock_ms"] = head.wall_clock->value;
  out["legacy"] = head.legacy;
  out["advertised"] = RecordingJson::array();
  for (const auto& [id, endpoint] : head.advertised)
    out["advertised"].push_back({{"id", id.value}, {"host", endpoint.host}, {"port", endpoint.port}});
  return out.dump(-1, ' ', true, RecordingJson::error_handler_t::replace);
}

// Throws what nlohmann throws on a field that is missing or of another kind.
RecordingHead read_head(const RecordingJson& in) {
  RecordingHead head;
  head.version = in.at("version").get<std::string>();
  head.source.text = in.at("scenario").get<std::string>();
  head.source.folder = in.at("folder").get<std::string>();
  head.file = in.at("file").get<std::string>();
  for (const auto& patch : in.at("set"))
    head.source.patches.push_back({patch.at(0).get<std::string>(), patch.at(1).get<std::string>()});
  if (in.contains("seed")) head.seed = in.at("seed").get<std::uint64_t>();
  if (in.contains("until_ns")) head.until = Duration{in.at("until_ns").get<std::int64_t>()};
  if (in.contains("wall_clock_ms")) head.wall_clock = Timestamp{std::clamp<std::int64_t>(in.at("wall_clock_ms").get<std::int64_t>(), 0, last_wall_clock)};
  head.legacy = in.at("legacy").get<std::vector<std::string>>();
  for (const auto& one : in.at("advertised"))
    head.advertised.emplace_back(NodeId{one.at("id").get<std::int32_t>()},
                                 Endpoint{one.at("host").get<std::string>(), one.at("port").get<std::uint16_t>()});
  return head;
}

Result<RecordingHead> parse_head(ByteSpan payload) {
  const auto shallow = [](int depth, RecordingJson::parse_event_t, RecordingJson&) { return depth <= 8; };
  try {
    const std::string_view text = as_text(payload);
    return read_head(RecordingJson::parse(text.begin(), text.end(), shallow));
  } catch (const RecordingJson::exception&) {
    return fail("its head is none of kafkasim's");
  }
}

Result<RecordedOperation> parse_operation(const SharedBytes& payload) {
  ByteReader in{payload.span()};
  const auto kind = static_cast<BlockKind>(in.i8());
  RecordedOperation operation;
  operation.events = in.u64();
  operation.at = Instant{in.i64()};
  const auto rest = [&] { return payload.slice(in.position(), payload.size() - in.position()); };
  switch (kind) {
    case BlockKind::dial: {
      const GuestId guest = in.u64();
      operation.what = RecordedDial{guest, NodeId{in.i32()}};
      break;
    }
    case BlockKind::frame: {
      const GuestId guest = in.u64();
      if (in.ok()) operation.what = RecordedFrame{guest, rest()};
      break;
    }
    case BlockKind::hang_up: operation.what = RecordedHangUp{in.u64()}; break;
    case BlockKind::entries:
      if (in.ok()) operation.what = RecordedEntries{text_of(rest().span())};
      break;
    case BlockKind::end: operation.what = RecordedEnd{in.u64()}; break;
    default: return fail("an operation of an unknown kind");
  }
  if (!in.ok()) return fail("an operation that is too short");
  return operation;
}

}  // namespace

Result<Scenario> scenario_of(const RecordingHead& head) {
  const Clients clients = head.advertised.empty() ? Clients::of_the_scenario : Clients::real_ones_too;
  Parsed parsed = parse_scenario(head.source.text, head.source.patches, head.source.folder, clients);
  if (!parsed.scenario) {
    const auto error = std::ranges::find(parsed.diagnostics, Severity::error, &Diagnostic::severity);
    return fail("the scenario in it: " + to_line(head.file, *error));
  }
  Scenario scenario = std::move(*parsed.scenario);
  if (head.seed) scenario.seed = *head.seed;
  if (head.until) scenario.duration = std::min(scenario.duration, *head.until);
  for (const std::string& name : head.legacy) scenario.cluster.legacy.push_back(name);
  for (const auto& [id, endpoint] : head.advertised) {
    const auto broker = std::ranges::find(scenario.cluster.brokers, id, &NodeSpec::id);
    if (broker == scenario.cluster.brokers.end()) return fail("it tells of a broker that its scenario has not");
    broker->advertised = endpoint;
  }
  return scenario;
}

const RecordedEnd* Recording::end() const {
  return operations.empty() ? nullptr : std::get_if<RecordedEnd>(&operations.back().what);
}

Result<Recording> parse_recording(const SharedBytes& file) {
  if (!as_text(file.span()).starts_with(magic)) return fail("this is no recording of kafkasim");
  Recording recording;
  bool has_head = false;
  std::size_t at = magic.size();
  while (at < file.size()) {
    ByteReader in{file.span().subspan(at)};
    const std::uint32_t length = in.u32();
    const std::string place = " (at byte " + std::to_string(at) + ")";
    if (in.ok() && length > most_block) return fail("a block is too long" + place);
    const ByteSpan payload = in.take(length);
    const std::uint32_t crc = in.u32();
    if (!in.ok()) {
      recording.broken_off = at;
      break;
    }
    if (crc32c(payload) != crc) return fail("a block is damaged: its checksum does not match" + place);
    if (!has_head) {
      Result<RecordingHead> head = parse_head(payload);
      if (!head) return fail(head.error().message + place);
      recording.head = std::move(*head);
      has_head = true;
    } else {
      if (recording.end()) return fail("something follows the end" + place);
      Result<RecordedOperation> operation = parse_operation(file.slice(at + 4, length));
      if (!operation) return fail(operation.error().message + place);
      recording.operations.push_back(std::move(*operation));
    }
    at += 8 + std::size_t{length};
  }
  if (!has_head) return fail("it breaks off before anything was recorded");
  return recording;
}

bool looks_like_recording(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string begin(magic.size(), '\0');
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return in.gcount() == static_cast<std::streamsize>(magic.size()) && begin == magic;
}

Result<Recording> read_recording(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail("there is no such file");
  if (!std::filesystem::is_regular_file(path, error)) return fail("this is no file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > most_file) return fail("the file is too large, or cannot be read");
  std::ifstream in{path, std::ios::binary};
  std::vector<std::byte> bytes(size);
  // NOLINTNEXTLINE: the one way to read bytes
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in.is_open() || in.bad() || in.gcount() != static_cast<std::streamsize>(size)) return fail("the file cannot be read");
  return parse_recording(SharedBytes{std::move(bytes)});
}

Result<RecordingWriter> RecordingWriter::create(const std::string& path, const RecordingHead& head) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  if (!out) return fail("cannot write " + path);
  out << magic;
  RecordingWriter writer{std::move(out)};
  const std::string json = head_json(head);
  writer.block(as_bytes(json));
  writer.flush();
  if (!writer.ok()) return fail("cannot write " + path);
  return writer;
}

void RecordingWriter::block(ByteSpan payload) {
  ByteWriter frame;
  frame.u32(static_cast<std::uint32_t>(payload.size()));
  frame.bytes(payload);
  frame.u32(crc32c(payload));
  const std::string_view text = as_text(frame.span());
  out_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void RecordingWriter::add(const RecordedOperation& operation) {
  ByteWriter out;
  const auto begin = [&](BlockKind kind) {
    out.i8(static_cast<std::int8_t>(kind));
    out.u64(operation.events);
    out.i64(operation.at.ns);
  };
  if (const auto* dial = std::get_if<RecordedDial>(&operation.what)) {
    begin(BlockKind::dial);
    out.u64(dial->guest);
    out.i32(dial->broker.value);
  } else if (const auto* frame = std::get_if<RecordedFrame>(&operation.what)) {
    begin(BlockKind::frame);
    out.u64(frame->guest);
    out.bytes(frame->frame.span());
  } else if (const auto* hang_up = std::get_if<RecordedHangUp>(&operation.what)) {
    begin(BlockKind::hang_up);
    out.u64(hang_up->guest);
  } else if (const auto* entries = std::get_if<RecordedEntries>(&operation.what)) {
    begin(BlockKind::entries);
    out.bytes(as_bytes(entries->json));
  } else if (const auto* end = std::get_if<RecordedEnd>(&operation.what)) {
    begin(BlockKind::end);
    out.u64(end->hash);
  }
  block(out.span());
}

}  // namespace kafkasim::sim

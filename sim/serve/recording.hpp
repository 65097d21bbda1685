#pragma once
// Recordings (.ksrec): a scenario and all that came to its run from outside, each stamped with its place in the order of
// events, so that it gives the same run again, bit for bit.
//
//   file    "KSREC1\n", then blocks: the head, the operations in order, and if the run came to its end, the end
//   block   length u32, payload, CRC-32C of the payload u32; all in network order
//   head    JSON: {"version", "scenario": TEXT, "file", "folder", "set": [[POINTER, VALUE]...], "seed", "legacy", "until_ns",
//           "advertised": [{id, host, port}], "wall_clock_ms"}
//   others  kind u8, events u64 (executed since time 0), at i64 (ns of the World's clock), then by kind:
//           dial: guest u64, broker i32    frame: guest u64, bytes    hang_up: guest u64    entries: JSON    end: hash u64
//
// Reading trusts nothing: what is wrong is told with its position. A file that breaks off within a block, as after a crash of the
// writer, is read up to there.
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/machine/seam.hpp"
#include "sim/run/guests.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

struct RecordedDial {
  GuestId guest{};
  NodeId broker;
};
struct RecordedFrame {
  GuestId guest{};
  SharedBytes frame;
};
struct RecordedHangUp {
  GuestId guest{};
};
struct RecordedEntries {
  std::string json;  // as parse_entries() takes them
};
struct RecordedEnd {
  std::uint64_t hash{};
};
struct RecordedOperation {
  std::uint64_t events{};
  Instant at;
  std::variant<RecordedDial, RecordedFrame, RecordedHangUp, RecordedEntries, RecordedEnd> what;
};

struct RecordingHead {
  std::string version;  // of kafkasim
  ScenarioSource source;
  std::string file;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> legacy;
  std::vector<std::pair<NodeId, Endpoint>> advertised;
  std::optional<Duration> until;
  std::optional<Timestamp> wall_clock;  // of all nodes at time 0: with real clients, whose clocks are real
};

// The scenario that it tells of, as it is run. Fails if this build does not understand it.
[[nodiscard]] Result<Scenario> scenario_of(const RecordingHead& head);

struct Recording {
  RecordingHead head;
  std::vector<RecordedOperation> operations;
  std::optional<std::uint64_t> broken_off;  // the byte where an unfinished block begins
  [[nodiscard]] const RecordedEnd* end() const;
};
[[nodiscard]] bool looks_like_recording(const std::string& path);
[[nodiscard]] Result<Recording> read_recording(const std::string& path);
[[nodiscard]] Result<Recording> parse_recording(const SharedBytes& file);

class RecordingWriter {
 public:
  [[nodiscard]] static Result<RecordingWriter> create(const std::string& path, const RecordingHead& head);
  void add(const RecordedOperation& operation);
  void flush() { out_.flush(); }
  [[nodiscard]] bool ok() const { return out_.good(); }

 private:
  explicit RecordingWriter(std::ofstream out) : out_{std::move(out)} {}
  void block(ByteSpan payload);
  std::ofstream out_;
};

}  // namespace kafkasim::sim

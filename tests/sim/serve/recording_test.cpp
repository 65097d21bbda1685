#include "sim/serve/recording.hpp"

#include <catch2/catch.hpp>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

RecordingHead small_head() {
  RecordingHead head;
  head.version = "1";
  head.file = "a.json";
  head.source = {R"({"name": "a", "duration": "1s", "cluster": {"brokers": 1}})", {{"/seed", "7"}}, "/tmp"};
  head.seed = 18'446'744'073'709'551'615ULL;
  head.legacy = {"no-leader-epoch"};
  head.advertised = {{NodeId{1}, {"127.0.0.1", 9092}}};
  return head;
}

std::vector<std::byte> written(const std::vector<RecordedOperation>& operations) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/r.ksrec";
  Result<RecordingWriter> writer = RecordingWriter::create(path, small_head());
  REQUIRE(writer.has_value());
  for (const RecordedOperation& operation : operations) writer->add(operation);
  writer->flush();
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return to_vector(as_bytes(text));
}

std::vector<RecordedOperation> one_of_each() {
  return {{1, Instant{10}, RecordedDial{1, NodeId{1}}},
          {2, Instant{20}, RecordedFrame{1, SharedBytes::of("bytes")}},
          {3, Instant{30}, RecordedEntries{R"({"note": "n"})"}},
          {4, Instant{40}, RecordedHangUp{1}},
          {5, Instant{50}, RecordedEnd{0xabcdef}}};
}

}  // namespace

TEST_CASE("what was recorded is read back") {
  const Result<Recording> recording = parse_recording(SharedBytes{written(one_of_each())});
  REQUIRE(recording.has_value());
  CHECK(recording->head.seed == small_head().seed);
  CHECK(recording->head.source.text == small_head().source.text);
  CHECK(recording->head.source.patches[0].value == "7");
  CHECK(recording->head.advertised == small_head().advertised);
  REQUIRE(recording->operations.size() == 5);
  CHECK(std::get<RecordedFrame>(recording->operations[1].what).frame == SharedBytes::of("bytes"));
  CHECK(recording->operations[3].events == 4);
  CHECK(recording->operations[3].at == Instant{40});
  REQUIRE(recording->end());
  CHECK(recording->end()->hash == 0xabcdef);
  CHECK_FALSE(recording->broken_off);
}

TEST_CASE("a recording that breaks off anywhere is read up to its last whole block") {
  const std::vector<std::byte> whole = written(one_of_each());
  std::size_t most = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result<Recording> recording = parse_recording(SharedBytes{std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))});
    if (!recording) continue;
    CHECK(recording->end() == nullptr);
    CHECK(recording->operations.size() >= most);
    most = recording->operations.size();
  }
  CHECK(most == 4);
}

TEST_CASE("a recording with any byte changed is refused or says something else and never crashes") {
  const std::vector<std::byte> whole = written(one_of_each());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<std::byte> changed = whole;
    changed[i] ^= std::byte{0x41};
    if (!parse_recording(SharedBytes{changed})) ++refused;
  }
  CHECK(refused > whole.size() * 9 / 10);  // but for lengths that reach beyond the end: those look broken off
}

TEST_CASE("something behind the end is refused and so is a file of another kind") {
  std::vector<RecordedOperation> operations = one_of_each();
  operations.push_back({6, Instant{60}, RecordedHangUp{1}});
  CHECK(parse_recording(SharedBytes{written(operations)}).error().message.find("follows the end") != std::string::npos);
  CHECK(parse_recording(SharedBytes::of("KSREC2\n")).error().message.find("no recording") != std::string::npos);
  CHECK(parse_recording(SharedBytes::of("KSREC1\n")).error().message.find("breaks off") != std::string::npos);
  CHECK_FALSE(read_recording("/no/such/file").has_value());
  CHECK_FALSE(read_recording("/tmp").has_value());
}

}  // namespace kafkasim::sim

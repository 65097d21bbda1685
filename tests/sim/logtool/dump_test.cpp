#include "sim/logtool/dump.hpp"

#include "sim/logtool/real_files.hpp"
#include "tests/sim/logtool/rig.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("dump tells every batch of a segment with its place and its producer") {
  Rig rig;
  const std::vector<Json> lines = json_of(rig.disk, first_log);
  REQUIRE(lines.size() > 4);
  std::int64_t position = 0;
  std::int64_t offset = 0;
  for (const Json& line : lines) {
    CHECK(line["kind"] == "batch");
    CHECK(line["file"] == first_log);
    CHECK(line["position"] == position);
    CHECK(line["base_offset"] == offset);
    CHECK(line["crc_ok"] == true);
    CHECK(line["codec"] == "none");
    CHECK(line["leader_epoch"] == 0);
    position += line["size"].get<std::int64_t>();
    offset = line["last_offset"].get<std::int64_t>() + 1;
  }
  CHECK(lines[0]["count"] == 3);
  CHECK(lines[0]["producer_id"] == -1);
  CHECK(lines[1]["producer_id"] == 7);
  CHECK(lines[2]["transactional"] == true);
  CHECK(lines[3]["control"] == true);
}

TEST_CASE("dump tells records with their markers when asked") {
  Rig rig;
  const std::vector<Json> lines = json_of(rig.disk, first_log, ShowRecords::yes);
  CHECK(lines[1]["kind"] == "record");
  CHECK(lines[1]["offset"] == 0);
  CHECK(lines[1]["timestamp"] == 1'000'000);
  CHECK(lines[1]["key"] == "k0");
  CHECK(lines[1]["value"] == std::string(40, 'v'));
  CHECK(lines[1]["headers"].empty());
  CHECK_FALSE(lines[1].contains("decoded"));
  const Json& marker = lines[9];
  CHECK(marker["decoded"]["type"] == "ABORT");
  CHECK(marker["decoded"]["data"]["coordinatorEpoch"] == 0);
}

TEST_CASE("a log that was cut at any byte of its last batch gives all before it and says where it ends") {
  const Rig whole;
  const std::size_t size = whole.disk.bytes_of(first_log).size();
  Rig rig;
  const std::vector<Json> sound = json_of(rig.disk, first_log);
  const auto last_size = sound.back()["size"].get<std::size_t>();
  for (std::size_t cut = 1; cut < last_size; ++cut) {
    Rig damaged = whole;
    damaged.cut(first_log, cut);
    const Text text = dumped(damaged.disk, first_log, As::json);
    CHECK(text.outcome == Dumped::damaged);
    const std::vector<Json> lines = lines_of(text.text);
    REQUIRE(lines.size() == sound.size());
    CHECK(lines[lines.size() - 2] == sound[sound.size() - 2]);
    CHECK(lines.back()["kind"] == "damage");
    CHECK(lines.back()["position"] == size - last_size);
    CHECK(lines.back()["offset"] == sound.back()["base_offset"]);
    CHECK_FALSE(lines.back()["reason"].get<std::string>().empty());
  }
}

TEST_CASE("a flipped bit anywhere in a segment is never passed over") {
  const Rig whole;
  const std::size_t size = whole.disk.bytes_of(first_log).size();
  for (std::size_t at = 0; at < size; at += 7) {
    Rig damaged = whole;
    damaged.flip(first_log, at);
    const Text text = dumped(damaged.disk, first_log, As::json, ShowRecords::yes);
    for (const Json& line : lines_of(text.text)) CHECK(line.contains("kind"));
    if (text.outcome == Dumped::damaged) continue;
    // Only the fields that the checksum does not cover: base offset and leader epoch.
    CHECK(text.outcome == Dumped::sound);
    CHECK_FALSE(damaged.verify());
  }
}

TEST_CASE("zeros behind the last batch are told as space that was reserved") {
  Rig rig;
  rig.append(first_log, std::vector<std::byte>(500));
  const Json last = json_of(rig.disk, first_log).back();
  CHECK(last["kind"] == "damage");
  CHECK(last["reason"].get<std::string>().find("500 bytes of zeros") != std::string::npos);
}

TEST_CASE("a batch with a wrong checksum is told like the others and the rest goes on") {
  Rig rig;
  rig.flip(first_log, 80);
  const Text text = dumped(rig.disk, first_log, As::text);
  CHECK(text.outcome == Dumped::damaged);
  CHECK(text.has("isvalid: false"));
  CHECK(text.has("isvalid: true"));
}

TEST_CASE("compressed records are told as they were before") {
  test::MemoryDisk disk;
  BatchBuilder builder{TimestampType::create, Compression{Codec::gzip}};
  builder.append(Timestamp{5}, as_bytes("key"), as_bytes("value"));
  const RecordBatch batch = builder.build();
  ByteWriter out;
  write_batch_header(batch.header, out);
  out.bytes(batch.body.span());
  disk.set_bytes("t-0/00000000000000000000.log", out.take());
  const std::vector<Json> lines = json_of(disk, "t-0/00000000000000000000.log", ShowRecords::yes);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["codec"] == "gzip");
  CHECK(lines[1]["value"] == "value");
}

TEST_CASE("a file that is not there or of no known kind is told apart from a damaged one") {
  Rig rig;
  CHECK(dumped(rig.disk, "orders-0/00000000000000009999.log", As::text).outcome == Dumped::unreadable);
  rig.disk.set_text("orders-0/notes.txt", "hello");
  CHECK(dumped(rig.disk, "orders-0/notes.txt", As::text).outcome == Dumped::unreadable);
}

TEST_CASE("batches that other clients and real brokers made are told with all their records") {
  for (const char* vectors : {"record_batches_v2_none.json", "record_batches_v2_compressed.json"}) {
    const nlohmann::json read = test::read_json(vectors);  // outlives the loop
    for (const auto& vector : read.at("batches")) {
      INFO(vector["source"]);
      test::MemoryDisk disk;
      disk.set_bytes("t-0/00000000000000000000.log", test::from_hex(vector["hex"].get<std::string>()));
      const Text text = dumped(disk, "t-0/00000000000000000000.log", As::json, ShowRecords::yes);
      CHECK(text.outcome == Dumped::sound);
      const std::vector<Json> lines = lines_of(text.text);
      REQUIRE(!lines.empty());
      CHECK(lines[0]["crc_ok"] == true);
      CHECK(lines[0]["count"] == lines.size() - 1);
    }
  }
}

TEST_CASE("a log that is longer than any of Kafka is told up to its last batch and no further") {
  const Rig rig;
  const LogFolder folder{"sparse"};
  folder.write(rig.disk);
  std::filesystem::resize_file(folder.at(first_log), std::uintmax_t{1} << 40);
  RealFiles disk;
  const Text text = dumped(disk, folder.at(first_log), As::json);
  CHECK(text.outcome == Dumped::damaged);
  const std::vector<Json> lines = lines_of(text.text);
  REQUIRE(lines.size() > 2);
  CHECK(lines[lines.size() - 2]["kind"] == "batch");
  CHECK(lines.back()["position"] == 2147483647);
  CHECK_FALSE(lines.back().contains("offset"));
}

TEST_CASE("an empty snapshot of the metadata log is damaged") {
  for (const std::string name : {"m/00000000000000000187-0000000001.checkpoint", "m/bootstrap.checkpoint"}) {
    test::MemoryDisk disk;
    disk.set_text(name, "");
    const std::vector<Json> lines = json_of(disk, name);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0]["position"] == 0);
    CHECK(lines[0]["reason"].get<std::string>().find("is empty") != std::string::npos);
  }
}

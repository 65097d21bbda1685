#include "sim/logtool/printer.hpp"

#include "core/record/control_record.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("text looks like that of kafka-dump-log") {
  Rig rig;
  const Text text = dumped(rig.disk, first_log, As::text, ShowRecords::yes);
  CHECK(text.outcome == Dumped::sound);
  CHECK(text.has("Dumping " + first_log + "\nLog starting offset: 0\n"));
  CHECK(
      text.has("baseOffset: 0 lastOffset: 2 count: 3 baseSequence: -1 lastSequence: -1 producerId: -1 producerEpoch: "
               "-1 partitionLeaderEpoch: 0 isTransactional: false isControl: false deleteHorizonMs: "
               "OptionalLong.empty position: 0 CreateTime: 1000002 size: "));
  CHECK(text.has(
      "| offset: 0 CreateTime: 1000000 keySize: 2 valueSize: 40 sequence: -1 headerKeys: [] key: k0 payload: v"));
  CHECK(text.has("endTxnMarker: ABORT coordinatorEpoch: 0"));
  CHECK(dumped(rig.disk, first_index, As::text).has("offset: "));
  CHECK(dumped(rig.disk, rig.files(".snapshot").back(), As::text).has("producerId: 7 producerEpoch: 0"));
}

TEST_CASE("headers and bytes that are no text come out in JSON") {
  std::ostringstream out;
  const auto printer = json_printer(out);
  printer->file("f", {});
  const std::string value = "\xff";
  const std::vector<RecordHeader> headers{{"h", as_bytes(value)}, {"n", std::nullopt}};
  BatchBuilder builder;
  builder.append(Timestamp{1}, std::nullopt, as_bytes(value), headers);
  const RecordBatch batch = builder.build();
  const auto records = decode_records(batch);
  REQUIRE(records);
  printer->record(batch, (*records)[0], 0, std::nullopt);
  const Json line = Json::parse(out.str());
  CHECK(line["key"].is_null());
  CHECK(line["value"].dump() == R"({"base64":"/w=="})");
  CHECK(line["headers"].dump() == R"([["h",{"base64":"/w=="}],["n",null]])");
}

TEST_CASE("damage is told with its place in both forms") {
  for (const bool json : {false, true}) {
    std::ostringstream out;
    const auto printer = json ? json_printer(out) : text_printer(out);
    printer->damage({17, Offset{4}, "torn"});
    CHECK(out.str().find("17") != std::string::npos);
    CHECK(out.str().find("torn") != std::string::npos);
  }
}

namespace {

void set_batches(test::MemoryDisk& disk, const std::string& path, const std::vector<RecordBatch>& batches) {
  ByteWriter out;
  for (const RecordBatch& batch : batches) {
    write_batch_header(batch.header, out);
    out.bytes(batch.body.span());
  }
  disk.set_bytes(path, out.take());
}

}  // namespace

TEST_CASE("control records are called as kafka-dump-log calls them") {
  test::MemoryDisk disk;
  const std::string path = "__cluster_metadata-0/00000000000000000187-0000000001.checkpoint";
  const std::string no_fields{"\0\0\0", 3};
  const auto batch = [&](ControlType type) { return build_control_batch(type, as_bytes(no_fields), Timestamp{1}); };
  set_batches(disk, path,
              {batch(ControlType::snapshot_footer), batch(ControlType::kraft_version),
               batch(ControlType::leader_change), batch(ControlType{9})});
  const Text text = dumped(disk, path, As::text, ShowRecords::yes);
  CHECK(text.has("Snapshot end offset: 187, epoch: 1\n"));
  CHECK(text.has(" headerKeys: [] SnapshotFooter {\"version\":0}\n"));
  CHECK(text.has(" headerKeys: [] KRaftVersion {"));
  CHECK(text.has(" controlType: LEADER_CHANGE(2)"));
  CHECK(text.has(" controlType: UNKNOWN(9)\n"));
  CHECK(dumped(disk, path, As::json, ShowRecords::yes).has("\"type\":\"SNAPSHOT_FOOTER\""));
}

TEST_CASE("entries of a producer snapshot print as Java does") {
  std::ostringstream out;
  const auto printer = text_printer(out);
  Json fields{{"producer_id", 1}, {"current_txn_first_offset", -1}, {"last_timestamp", 9}};
  printer->entry("producer", fields);
  fields["current_txn_first_offset"] = 385;
  fields["last_offset"] = 7;
  printer->entry("producer", fields);
  CHECK(out.str()
        == "producerId: 1 currentTxnFirstOffset: OptionalLong.empty lastTimestamp: 9\n"
           "producerId: 1 currentTxnFirstOffset: OptionalLong[385] lastTimestamp: 9 lastOffset: 7 timestamp: 9\n");
  Rig rig;
  CHECK(json_of(rig.disk, rig.files(".snapshot").back()).at(0)["current_txn_first_offset"] == -1);
}

TEST_CASE("an empty offset index and bytes behind the last batch are told as kafka-dump-log does") {
  Rig rig;
  rig.disk.set_text(first_index, "");
  CHECK(dumped(rig.disk, first_index, As::text).has(first_index + " is empty.\n"));
  CHECK(dumped(rig.disk, first_index, As::json).text.empty());
  rig.append(first_log, std::vector<std::byte>(5, std::byte{1}));
  CHECK(dumped(rig.disk, first_log, As::text).has("\nFound 5 invalid bytes at the end of 00000000000000000000.log\n"));
  CHECK_FALSE(dumped(rig.disk, first_log, As::json).has("invalid bytes"));
}

TEST_CASE("an absent key is not printed and a value of an unknown type is printed as it is") {
  test::MemoryDisk disk;
  const std::string path = "__consumer_offsets-3/00000000000000000000.log";
  BatchBuilder builder;
  builder.append(Timestamp{1}, std::nullopt, as_bytes("yy"));
  builder.append(Timestamp{1}, as_bytes(std::string_view{"\0Mx", 3}), as_bytes("zz"));
  set_batches(disk, path, {builder.build()});
  const Text text = dumped(disk, path, As::text, ShowRecords::yes);
  CHECK(text.has("headerKeys: [] payload: yy\n"));
  CHECK(text.has(" payload: zz\n"));
  CHECK_FALSE(text.has("key: null"));
  CHECK(json_of(disk, path, ShowRecords::yes).at(1)["decoded"]["key"].is_null());
}

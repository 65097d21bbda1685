#include "sim/logtool/printer.hpp"

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

#include "core/log/checkpoint_files.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

TEST_CASE("an offset checkpoint is version and count and a line a partition") {
  const OffsetCheckpoint offsets{{{"a.b_c", PartitionIndex{12}}, Offset{5'000'000'000}},
                                 {{"a", PartitionIndex{0}}, Offset{0}}};
  const std::string text = format_offset_checkpoint(offsets);
  CHECK(text == "0\n2\na 0 0\na.b_c 12 5000000000\n");
  const auto parsed = parse_offset_checkpoint(text);
  REQUIRE(parsed);
  CHECK(*parsed == offsets);
  CHECK(parse_offset_checkpoint("0\n0\n")->empty());
}

TEST_CASE("an offset checkpoint that is cut or garbled is an error with its line") {
  const std::string text =
      format_offset_checkpoint({{{"orders", PartitionIndex{1}}, Offset{42}}, {{"x", PartitionIndex{1}}, Offset{7}}});
  for (std::size_t size = 0; size + 2 < text.size(); ++size) CHECK_FALSE(parse_offset_checkpoint(text.substr(0, size)));
  const auto bad = parse_offset_checkpoint("0\n1\norders 0 -3\n");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().place == "line 3");
  CHECK_FALSE(parse_offset_checkpoint("1\n0\n"));
  CHECK_FALSE(parse_offset_checkpoint("0\n2\na 0 1\na 0 1\n"));
  CHECK_FALSE(parse_offset_checkpoint("0\n1\na 0 99999999999999999999\n"));
}

TEST_CASE("partition metadata holds the topic id as Kafka prints it") {
  const PartitionMetadata metadata{{0x0123456789abcdefULL, 0xfedcba9876543210ULL}};
  const std::string text = format_partition_metadata(metadata);
  CHECK(text == "version: 0\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA\n");
  CHECK(parse_partition_metadata(text)->topic_id == metadata.topic_id);
  CHECK_FALSE(parse_partition_metadata("version: 1\ntopic_id: ASNFZ4mrze_-3LqYdlQyEA\n"));
  CHECK_FALSE(parse_partition_metadata("version: 0\ntopic_id: short\n"));
  CHECK_FALSE(parse_partition_metadata("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA\n"));
  CHECK_FALSE(parse_partition_metadata(""));
}

TEST_CASE("the clean shutdown marker carries the broker epoch") {
  CHECK(format_clean_shutdown({BrokerEpoch{9}}) == R"({"version":0,"brokerEpoch":9})");
  CHECK(parse_clean_shutdown(R"({"version":0,"brokerEpoch":9})")->broker_epoch == BrokerEpoch{9});
  CHECK(parse_clean_shutdown(R"({ "brokerEpoch" : -1, "version" : 0 })")->broker_epoch == std::nullopt);
  CHECK_FALSE(parse_clean_shutdown(R"({"version":1,"brokerEpoch":9})"));
  CHECK_FALSE(parse_clean_shutdown(R"({"version":0,"brokerEpoch":})"));
  CHECK_FALSE(parse_clean_shutdown(""));
}

TEST_CASE("meta properties name cluster and node and directory") {
  const MetaProperties properties{"MkU3OEVBNTcwNTJENDM2Qg", NodeId{3}, {1, 2}};
  CHECK(*parse_meta_properties(format_meta_properties(properties)) == properties);
  CHECK(
      *parse_meta_properties("#\n# comment\nversion=1\r\nnode.id=3\r\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\ndirectory.id="
                             + to_string(Uuid{1, 2}))
      == properties);
  CHECK_FALSE(parse_meta_properties("version=1\nnode.id=x\ncluster.id=c\ndirectory.id=" + to_string(Uuid{1, 2})));
  CHECK_FALSE(parse_meta_properties("version=0\n"));
  CHECK_FALSE(parse_meta_properties("nonsense"));
}

TEST_CASE("a file that is not there has no text") {
  test::MemoryDisk disk;
  CHECK(*read_text(disk, "nothing") == std::nullopt);
  disk.set_text("something", "abc");
  CHECK(*read_text(disk, "something") == "abc");
}

#include "sim/fault/replica_bytes.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/fault/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const TopicPartition t1{"t", PartitionIndex{1}};

// v0, null, v2 in t-0, each a batch of its own.
const SimDisk& disk() {
  static const Simulation run = [] {
    Simulation made = formed(with_timeline(R"({"at": "100ms", "produce": {"topic": "t", "value": "v0", "partition": 0}},
                                              {"at": "200ms", "produce": {"topic": "t", "partition": 0, "key": "k"}},
                                              {"at": "300ms", "produce": {"topic": "t", "value": "v2", "partition": 0}})",
                                           "1s"));
    while (made.step()) {}
    return made;
  }();
  return run.world().disk(host_of(run, 1));
}

}  // namespace

TEST_CASE("a replica's segments are read as they lie on the disk") {
  const auto segments = stored_segments(disk(), t0);
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].path == "t-0/00000000000000000000.log");
  REQUIRE(segments[0].batches.size() == 3);
  CHECK(segments[0].batches[2].base_offset() == Offset{2});
  CHECK(stored_segments(disk(), {"nothing", PartitionIndex{0}}).empty());
}

TEST_CASE("values come in the order of their offsets and a null value is absent") {
  using Values = std::vector<std::optional<std::string>>;
  CHECK(stored_values(disk(), t0, std::nullopt) == Values{"v0", std::nullopt, "v2"});
  CHECK(stored_values(disk(), t0, Offset{1}) == Values{"v0"});
  CHECK(stored_values(disk(), t0, Offset{0}).empty());
  CHECK(stored_values(disk(), t1, std::nullopt).empty());
}

TEST_CASE("what survives a loss of power is the first records to the byte") {
  const auto segments = stored_segments(disk(), t0);
  const std::uint64_t first = segments[0].batches[0].size_bytes();
  const auto rules = keep_first_records(disk(), t0, 1, TearNext::no);
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].path == segments[0].path);
  CHECK(rules[0].keep == Keep::exactly);
  CHECK(rules[0].length == first);
  CHECK(rules[0].garbage_to == decltype(rules[0].garbage_to){});
  CHECK(keep_first_records(disk(), t0, 0, TearNext::no)[0].length == 0);
  const std::uint64_t whole = first + segments[0].batches[1].size_bytes() + segments[0].batches[2].size_bytes();
  CHECK(keep_first_records(disk(), t0, 99, TearNext::yes)[0].length == whole);
}

TEST_CASE("a torn end is garbage as long as the next batch would have been") {
  const auto segments = stored_segments(disk(), t0);
  const auto rules = keep_first_records(disk(), t0, 1, TearNext::yes);
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].garbage_to == rules[0].length + segments[0].batches[1].size_bytes());
}

TEST_CASE("bits are drawn from the records of a replica and each is another one") {
  Random random{3};
  const auto bits = draw_stored_bits(disk(), t0, 20, random);
  REQUIRE(bits.size() == 20);
  const auto segments = stored_segments(disk(), t0);
  std::uint64_t at = 0;
  std::size_t in_records = 0;
  for (const RecordBatch& batch : segments[0].batches) {
    for (const StoredBit& bit : bits) {
      if (bit.at >= at + batch_header_size && bit.at < at + batch.size_bytes() && bit.first == batch.base_offset())
        ++in_records;
    }
    at += batch.size_bytes();
  }
  CHECK(in_records == 20);
  for (std::size_t i = 1; i < bits.size(); ++i)
    CHECK((bits[i].at > bits[i - 1].at || (bits[i].at == bits[i - 1].at && bits[i].mask > bits[i - 1].mask)));
  CHECK(draw_stored_bits(disk(), t1, 1, random).empty());
  const std::size_t all = draw_stored_bits(disk(), t0, 10'000, random).size();
  CHECK(all == (at - 3 * batch_header_size) * 8);
}

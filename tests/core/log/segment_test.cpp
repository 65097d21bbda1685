#include "core/log/segment.hpp"

#include <catch2/catch.hpp>

#include "tests/core/log/log_rig.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct SegmentRig {
  MemoryDisk disk{};
  LogConfig config{.segment_bytes = 10'000, .index_interval_bytes = 200};
  LogSegment segment;
  explicit SegmentRig(std::int64_t base = 0) : segment{*LogSegment::open(disk, "p-0", Offset{base}, config, now)} {}
  void append(int batches, int records = 2) {
    for (int i = 0; i < batches; ++i) {
      const std::int64_t base = segment.next_offset().value;
      const RecordBatch batch = stored(make_batch({.records = records, .timestamp = 1000 + base}), base, 0);
      REQUIRE(segment.append(disk, {&batch, 1}, config.index_interval_bytes));
    }
  }
  [[nodiscard]] bool rolls(std::uint64_t bytes, std::int64_t largest, std::int64_t last,
                           std::int64_t wall = now.value) const {
    return segment.should_roll(config, bytes, Timestamp{largest}, Offset{last}, Timestamp{wall}, 0);
  }
};

}  // namespace

TEST_CASE("a segment rolls before the append that would make it too large") {
  SegmentRig f;
  CHECK_FALSE(f.rolls(20'000, 1000, 1));
  f.append(1);
  CHECK_FALSE(f.rolls(10'000 - f.segment.size_bytes(), 1000, 5));
  CHECK(f.rolls(10'001 - f.segment.size_bytes(), 1000, 5));
}

TEST_CASE("a segment rolls by the timestamps of its records and not by the clock") {
  SegmentRig f;
  f.config.segment_ms = 500;
  f.append(1, 1);
  CHECK_FALSE(f.rolls(10, 1500, 5, now.value + 100'000));
  CHECK(f.rolls(10, 1501, 5, now.value));
}

TEST_CASE("a segment whose first record has no timestamp rolls by the clock") {
  SegmentRig f;
  f.config.segment_ms = 500;
  const RecordBatch batch = stored(make_batch({.timestamp = -1}), 0, 0);
  REQUIRE(f.segment.append(f.disk, {&batch, 1}, 200));
  CHECK_FALSE(f.rolls(10, 10'000, 5, now.value + 500));
  CHECK(f.rolls(10, 10'000, 5, now.value + 501));
}

TEST_CASE("a segment rolls when an index is full or an offset does not fit") {
  SegmentRig f{100};
  f.append(1);
  CHECK(f.rolls(10, 1000, 100LL + INT32_MAX + 1));
  CHECK_FALSE(f.rolls(10, 1000, 100LL + INT32_MAX));
  MemoryDisk disk;
  LogConfig tiny{.index_interval_bytes = 1, .segment_index_bytes = 24};
  LogSegment segment = *LogSegment::open(disk, "p-0", Offset{0}, tiny, now);
  for (int i = 0; i < 2; ++i) {
    const RecordBatch batch = stored(make_batch({.timestamp = 1000 + i}), i, 0);
    REQUIRE(segment.append(disk, {&batch, 1}, 1));
  }
  CHECK(segment.should_roll(tiny, 10, Timestamp{1000}, Offset{3}, now, 0));
}

TEST_CASE("index entries stand for a batch whenever more than the interval was appended") {
  SegmentRig f;
  f.append(20);
  std::uint64_t position = 0;
  std::uint64_t since = 0;
  std::vector<OffsetPosition> expected;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t size = make_batch({.records = 2}).size_bytes();
    if (since > 200) {
      expected.push_back({Offset{2 * i + 1}, position});
      since = 0;
    }
    since += size;
    position += size;
  }
  REQUIRE(expected.size() > 3);
  REQUIRE(f.segment.offset_index().count() == expected.size());
  CHECK(f.segment.time_index().count() == expected.size());
  for (const OffsetPosition& entry : expected) CHECK(*f.segment.offset_index().lookup(f.disk, entry.offset) == entry);
}

TEST_CASE("a batch is found by any of its offsets and in a gap the one after") {
  SegmentRig f;
  f.append(10);
  const RecordBatch far = stored(make_batch(), 50, 0);
  REQUIRE(f.segment.append(f.disk, {&far, 1}, 200));
  for (std::int64_t offset = 0; offset < 20; ++offset) {
    const auto found = f.segment.find(f.disk, Offset{offset});
    REQUIRE(*found);
    CHECK((*found)->last_offset == Offset{offset | 1});
  }
  CHECK((*f.segment.find(f.disk, Offset{30}))->last_offset == Offset{50});
  CHECK_FALSE((*f.segment.find(f.disk, Offset{51})).has_value());
}

TEST_CASE("truncation at any offset leaves a segment as if the rest had never been") {
  for (int offset = 0; offset <= 60; ++offset) {
    CAPTURE(offset);
    SegmentRig f;
    f.append(30);
    REQUIRE(f.segment.truncate_to(f.disk, Offset{offset}, now));
    SegmentRig g;
    g.append(offset / 2);
    CHECK(f.segment.next_offset() == g.segment.next_offset());
    CHECK(f.disk.bytes_of("p-0/00000000000000000000.index") == g.disk.bytes_of("p-0/00000000000000000000.index"));
    CHECK(f.segment.largest_timestamp() == g.segment.largest_timestamp());
    f.append(10);
    g.append(10);
    for (const std::string& path : g.disk.paths()) CHECK(f.disk.bytes_of(path) == g.disk.bytes_of(path));
  }
}

TEST_CASE("truncation in a gap takes the batch behind it and the gap stays up to there") {
  SegmentRig f;
  f.append(10);
  const std::uint64_t before = f.segment.size_bytes();
  const RecordBatch far = stored(make_batch(), 50, 0);
  REQUIRE(f.segment.append(f.disk, {&far, 1}, 200));
  REQUIRE(f.segment.truncate_to(f.disk, Offset{30}, now));
  CHECK(f.segment.size_bytes() == before);
  CHECK(f.segment.next_offset() == Offset{30});
}

TEST_CASE("a read from below the first batch of a segment begins with that batch") {
  SegmentRig f{40};
  const RecordBatch first = stored(make_batch({.records = 2}), 50, 0);
  REQUIRE(f.segment.append(f.disk, {&first, 1}, 200));
  for (const std::int64_t from : {40, 41, 50, 51}) {
    const auto read = f.segment.read(f.disk, Offset{from}, {1000, f.segment.next_offset(), MinOneBatch::yes});
    REQUIRE(read);
    REQUIRE(read->batches.size() == 1);
    CHECK(read->batches.front().base_offset() == Offset{50});
  }
}

TEST_CASE("a finished segment closes its time index with its largest timestamp") {
  SegmentRig f;
  f.append(1);
  CHECK(f.segment.time_index().count() == 0);
  REQUIRE(f.segment.on_become_inactive(f.disk));
  CHECK(f.segment.time_index().last() == TimestampOffset{Timestamp{1001}, Offset{1}});
}

TEST_CASE("recovery cuts at a wrong checksum and tells of each good batch") {
  SegmentRig f;
  f.append(5);
  std::vector<std::byte> bytes = f.disk.bytes_of("p-0/00000000000000000000.log");
  const std::size_t size = bytes.size() / 5;
  bytes[3 * size + 70] ^= std::byte{1};
  f.disk.set_bytes("p-0/00000000000000000000.log", bytes);
  std::vector<std::int64_t> seen;
  const auto cut =
      f.segment.recover(f.disk, 200, [&](const RecordBatch& batch) {
        seen.push_back(batch.header.base_offset);
        return DiskResult<void>{};
      });
  REQUIRE(cut);
  CHECK(*cut == 2 * size);
  CHECK(seen == std::vector<std::int64_t>{0, 2, 4});
  CHECK(f.segment.next_offset() == Offset{6});
}

TEST_CASE("bytes that changed at rest end a read and do not crash it") {
  SegmentRig f;
  f.append(5);
  std::vector<std::byte> bytes = f.disk.bytes_of("p-0/00000000000000000000.log");
  const std::size_t size = bytes.size() / 5;
  bytes[3 * size + 16] ^= std::byte{0xff};
  f.disk.set_bytes("p-0/00000000000000000000.log", bytes);
  const auto read = f.segment.read(f.disk, Offset{0}, {1 << 20, Offset{100}, MinOneBatch::no});
  REQUIRE(read);
  CHECK(read->batches.size() == 3);
  CHECK(read->damaged);
}

#include "core/log/unified_log.hpp"

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

LogReadResult read(const UnifiedLog& log, const Disk& disk, std::int64_t from, std::uint64_t bytes = 1 << 20) {
  auto result = log.read(Offset{from}, bytes, log.log_end_offset(), MinOneBatch::yes, disk);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("a leader stamps offsets and its epoch on what it appends") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  CHECK(log.log_end_offset() == Offset{0});
  const LogAppendResult first = append(log, disk, make_batch({.records = 3}), 4);
  CHECK(first.error == ErrorCode::none);
  CHECK(first.first == Offset{0});
  CHECK(first.last == Offset{2});
  const LogAppendResult second = append(log, disk, make_batch({.records = 2}), 5);
  CHECK(second.first == Offset{3});
  CHECK(log.log_end_offset() == Offset{5});
  const std::vector<RecordBatch> batches = batches_of(log, disk);
  REQUIRE(batches.size() == 2);
  CHECK(batches[1].base_offset() == Offset{3});
  CHECK(batches[1].leader_epoch() == LeaderEpoch{5});
  CHECK(crc_matches(batches[1]));
  CHECK(first.appended.front() == batches[0]);
}

TEST_CASE("what is read shares its memory with what was appended and keeps its origin") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  const RecordBatch batch = make_batch({.records = 2, .origin = {3, 7}});
  append(log, disk, batch);
  const LogReadResult result = read(log, disk, 0);
  REQUIRE(result.batches.size() == 1);
  CHECK(result.batches[0].body.same_memory(batch.body));
  CHECK(result.batches[0].body.origin() == Origin{3, 7});
}

TEST_CASE("a read begins with the batch that holds the offset and ends below its limit") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {.index_interval_bytes = 100});
  for (int i = 0; i < 50; ++i) append(log, disk, make_batch({.records = 3}));
  const LogReadResult middle = read(log, disk, 76);
  REQUIRE(!middle.batches.empty());
  CHECK(middle.batches.front().base_offset() == Offset{75});
  CHECK(middle.batches.back().last_offset() == Offset{149});
  const auto limited = log.read(Offset{76}, 1 << 20, Offset{84}, MinOneBatch::yes, disk);
  REQUIRE(limited);
  CHECK(limited->batches.size() == 3);
  CHECK(limited->batches.back().last_offset() == Offset{83});
  const auto at_limit = log.read(Offset{84}, 1 << 20, Offset{84}, MinOneBatch::yes, disk);
  REQUIRE(at_limit);
  CHECK(at_limit->error == ErrorCode::none);
  CHECK(at_limit->batches.empty());
}

TEST_CASE("a read gives at most the bytes asked for but one batch if that is asked for too") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  const RecordBatch batch = make_batch({.value = std::string(500, 'x')});
  for (int i = 0; i < 4; ++i) append(log, disk, batch);
  CHECK(read(log, disk, 0, 2 * batch.size_bytes() + 10).batches.size() == 2);
  CHECK(read(log, disk, 0, 10).batches.size() == 1);
  const auto none = log.read(Offset{0}, 10, Offset{4}, MinOneBatch::no, disk);
  REQUIRE(none);
  CHECK(none->batches.empty());
}

TEST_CASE("offsets outside the log are out of range and the log end is not") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {}, {.log_start_offset = Offset{10}});
  append(log, disk, make_batch());
  CHECK(log.log_start_offset() == Offset{10});
  CHECK(read(log, disk, 9).error == ErrorCode::offset_out_of_range);
  CHECK(read(log, disk, 12).error == ErrorCode::offset_out_of_range);
  CHECK(read(log, disk, 11).error == ErrorCode::none);
  CHECK(read(log, disk, 11).batches.empty());
}

TEST_CASE("a follower takes offsets and epochs as the leader gave them") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  const std::vector<RecordBatch> batches{stored(make_batch({.records = 2}), 0, 1), stored(make_batch(), 5, 3)};
  auto result = log.append_as_follower(batches, LeaderEpoch{3}, now, disk);
  REQUIRE(result);
  CHECK(result->error == ErrorCode::none);
  CHECK(log.log_end_offset() == Offset{6});
  CHECK(log.latest_epoch() == LeaderEpoch{3});
  CHECK(log.end_offset_for_epoch(LeaderEpoch{1}) == OffsetAndEpoch{Offset{5}, LeaderEpoch{1}});
  CHECK(batches_of(log, disk) == batches);
  const auto behind = log.append_as_follower({stored(make_batch(), 5, 3)}, LeaderEpoch{3}, now, disk);
  REQUIRE(behind);
  CHECK(behind->error == ErrorCode::offset_out_of_range);
  const auto falling =
      log.append_as_follower({stored(make_batch(), 9, 3), stored(make_batch(), 8, 3)}, LeaderEpoch{3}, now, disk);
  REQUIRE(falling);
  CHECK(falling->error == ErrorCode::invalid_record);
  CHECK(log.log_end_offset() == Offset{6});
}

TEST_CASE("a follower leaves out batches of an epoch above the one it fetches in") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  const auto result = log.append_as_follower(
      {stored(make_batch(), 0, 1), stored(make_batch(), 1, 2), stored(make_batch(), 2, 1)}, LeaderEpoch{1}, now, disk);
  REQUIRE(result);
  CHECK(result->appended.size() == 1);
  CHECK(log.log_end_offset() == Offset{1});
}

TEST_CASE("a follower refuses a batch whose checksum is wrong") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  RecordBatch bad = stored(make_batch(), 0, 1);
  bad.header.crc ^= 1;
  const auto result = log.append_as_follower({bad}, LeaderEpoch{1}, now, disk);
  REQUIRE(result);
  CHECK(result->error == ErrorCode::corrupt_message);
  CHECK(log.log_end_offset() == Offset{0});
}

TEST_CASE("a batch sent twice is appended once and answered with its first offsets") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  append(log, disk, make_batch());
  const RecordBatch batch = make_batch({.records = 3, .producer = producer(7, 0, 0)});
  const LogAppendResult first = append(log, disk, batch);
  append(log, disk, make_batch({.records = 2, .producer = producer(7, 0, 3)}));
  const LogAppendResult again = append(log, disk, batch);
  CHECK(again.duplicate);
  CHECK(again.error == ErrorCode::none);
  CHECK(again.first == first.first);
  CHECK(again.last == first.last);
  CHECK(again.appended.empty());
  CHECK(log.log_end_offset() == Offset{6});
}

TEST_CASE("a segment rolls when it is full and the next begins at the next offset") {
  MemoryDisk disk;
  const RecordBatch batch = make_batch({.value = std::string(100, 'x')});
  UnifiedLog log = open_log(disk, {.segment_bytes = static_cast<std::int64_t>(2 * batch.size_bytes())});
  bool rolled = false;
  for (int i = 0; i < 5; ++i) rolled = append(log, disk, batch).rolled;
  CHECK(rolled);
  CHECK(log.segment_count() == 3);
  CHECK(disk.exists("orders-0/00000000000000000002.log"));
  CHECK(disk.exists("orders-0/00000000000000000004.timeindex"));
  CHECK(disk.exists("orders-0/00000000000000000004.snapshot"));
  CHECK(batches_of(log, disk).size() == 5);
}

TEST_CASE("more bytes than a segment holds are refused from a leader and spread over segments by a follower") {
  MemoryDisk disk;
  const RecordBatch batch = make_batch({.value = std::string(100, 'x')});
  UnifiedLog log = open_log(disk, {.segment_bytes = static_cast<std::int64_t>(batch.size_bytes() + 10)});
  const auto refused = log.append_as_leader({batch, batch}, LeaderEpoch{0}, now, disk, AppendOrigin::coordinator);
  REQUIRE(refused);
  CHECK(refused->error == ErrorCode::record_list_too_large);
  const auto taken = log.append_as_follower({stored(batch, 0, 0), stored(batch, 1, 0)}, LeaderEpoch{0}, now, disk);
  REQUIRE(taken);
  CHECK(log.segment_count() == 2);
}

TEST_CASE("a follower holds offsets further apart than a segment can") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  const auto result = log.append_as_follower({stored(make_batch(), 5, 0), stored(make_batch(), 5'000'000'000, 0)},
                                             LeaderEpoch{0}, now, disk);
  REQUIRE(result);
  CHECK(log.segment_count() == 2);
  CHECK(log.log_end_offset() == Offset{5'000'000'001});
  CHECK(read(log, disk, 6).batches.front().base_offset() == Offset{5'000'000'000});
}

TEST_CASE("the high watermark stays between log start and log end") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {}, {.log_start_offset = Offset{5}});
  append(log, disk, make_batch({.records = 5}));
  CHECK(log.high_watermark() == Offset{5});
  CHECK(log.update_high_watermark(Offset{99}) == Offset{10});
  CHECK(log.update_high_watermark(Offset{1}) == Offset{5});
  CHECK(log.maybe_increment_high_watermark(Offset{7}));
  CHECK_FALSE(log.maybe_increment_high_watermark(Offset{6}));
  CHECK(log.last_stable_offset() == Offset{7});
  CHECK_THROWS_AS(log.maybe_increment_high_watermark(Offset{11}), InternalError);
}

TEST_CASE("a log start that moves takes high watermark and epochs along") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  append(log, disk, make_batch({.records = 5}), 1);
  append(log, disk, make_batch({.records = 5}), 2);
  const auto moved = log.maybe_increment_log_start_offset(Offset{7}, disk);
  REQUIRE(moved);
  CHECK(*moved);
  CHECK(log.log_start_offset() == Offset{7});
  CHECK(log.high_watermark() == Offset{7});
  CHECK(log.epochs().earliest() == EpochEntry{LeaderEpoch{2}, Offset{7}});
  CHECK(read(log, disk, 6).error == ErrorCode::offset_out_of_range);
  CHECK(read(log, disk, 7).batches.size() == 1);
}

TEST_CASE("an offset is found by the timestamp of its record") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {.segment_bytes = 2000, .index_interval_bytes = 100});
  for (int i = 0; i < 60; ++i) append(log, disk, make_batch({.records = 2, .timestamp = 1'000 + 10 * i}));
  REQUIRE(log.segment_count() > 1);
  const auto at = [&](std::int64_t timestamp) {
    auto found = log.offset_for_timestamp(Timestamp{timestamp}, disk);
    REQUIRE(found);
    return *found;
  };
  CHECK(at(0) == TimestampOffset{Timestamp{1'000}, Offset{0}});
  CHECK(at(1'001) == TimestampOffset{Timestamp{1'001}, Offset{1}});
  CHECK(at(1'302) == TimestampOffset{Timestamp{1'310}, Offset{62}});
  CHECK_FALSE(at(1'592).has_value());
  const auto largest = log.offset_of_max_timestamp(disk);
  REQUIRE(largest);
  CHECK(*largest == TimestampOffset{Timestamp{1'591}, Offset{119}});
}

TEST_CASE("a topic with log append time answers with the broker clock and stores it") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {.timestamp_type = TimestampType::append});
  const LogAppendResult result = append(log, disk, make_batch({.timestamp = 5}));
  CHECK(result.log_append_time == now);
  const RecordBatch batch = batches_of(log, disk).front();
  CHECK(batch.timestamp_type() == TimestampType::append);
  CHECK(batch.header.max_timestamp == now.value);
  CHECK(crc_matches(batch));
}

TEST_CASE("a copy of a log and its disk goes its own way") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk);
  append(log, disk, make_batch());
  MemoryDisk other_disk = disk;
  UnifiedLog other = log;
  append(other, other_disk, make_batch({.records = 4}));
  CHECK(log.log_end_offset() == Offset{1});
  CHECK(batches_of(log, disk).size() == 1);
  CHECK(batches_of(other, other_disk).size() == 2);
}

TEST_CASE("every failure of the disk comes back as a disk error") {
  for (std::uint64_t operations = 0; operations < 60; ++operations) {
    MemoryDisk disk;
    disk.operations_left = operations;
    auto opened = UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}},
                                   {.segment_bytes = 200, .index_interval_bytes = 1}, {}, now);
    if (!opened) {
      CHECK(opened.error().kind == DiskErrorKind::io_error);
      continue;
    }
    bool failed = false;
    for (int i = 0; i < 10 && !failed; ++i)
      failed = !opened->log.append_as_leader({make_batch()}, LeaderEpoch{i}, now, disk);
    if (!failed) failed = !opened->log.truncate_to(Offset{3}, now, disk);
    if (!failed) failed = !opened->log.flush(disk);
    CHECK(failed);
  }
  MemoryDisk full;
  UnifiedLog log = open_log(full);
  full.capacity = full.free_bytes() < full.capacity ? full.capacity - full.free_bytes() : 0;
  const auto result = log.append_as_leader({make_batch()}, LeaderEpoch{0}, now, full);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == DiskErrorKind::no_space);
}

TEST_CASE("an append after which flush.messages are not synced syncs them before it returns") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {.flush_messages = 5});
  append(log, disk, make_batch({.records = 3}));
  CHECK(log.recovery_point() == Offset{0});
  append(log, disk, make_batch({.records = 2}));
  CHECK(log.recovery_point() == Offset{5});
  append(log, disk, make_batch({.records = 4}));
  CHECK(log.recovery_point() == Offset{5});
}

// What Kafka's UnifiedLogTest and LogLoaderTest hold beyond the files of the parts: odd appends, odd directories.
#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ErrorCode replicate(UnifiedLog& log, Disk& disk, std::vector<RecordBatch> batches) {
  const auto result = log.append_as_follower(std::move(batches), LeaderEpoch{9}, now, disk);
  REQUIRE(result);
  return result->error;
}

std::vector<Offset> bases_of(const UnifiedLog& log) {
  std::vector<Offset> bases;
  for (const LogSegment& segment : log.segments()) bases.push_back(segment.base_offset());
  return bases;
}

}  // namespace

TEST_CASE("an empty log opens in an empty directory and takes appends") {
  MemoryDisk disk;
  disk.set_text("orders-0/partition.metadata", "version: 0\n");
  UnifiedLog log = open_log(disk, tiny_segments);
  CHECK(log.log_end_offset() == Offset{0});
  CHECK(log.segment_count() == 1);
  CHECK(append(log, disk, make_batch()).first == Offset{0});
  log.close(disk);
  log = open_log(disk, tiny_segments);
  CHECK(log.log_end_offset() == Offset{1});
}

TEST_CASE("a log whose files somebody has removed begins empty") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  for (int i = 0; i < 10; ++i) append(log, disk, make_batch());
  log.close(disk);
  REQUIRE(disk.remove("orders-0"));
  log = open_log(disk, tiny_segments, {.clean = CleanShutdown::yes, .recovery_point = Offset{10}});
  CHECK(log.log_end_offset() == Offset{0});
  CHECK(log.latest_epoch() == std::nullopt);
  CHECK(append(log, disk, make_batch()).first == Offset{0});
}

TEST_CASE("a log whose last segment is empty comes back with it") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  append(log, disk, make_batch({.records = 3}));
  log.close(disk);
  disk.set_text(segment_path("orders-0", Offset{3}, log_suffix), "");
  log = open_log(disk, tiny_segments);
  CHECK(bases_of(log) == std::vector{Offset{0}, Offset{3}});
  CHECK(append(log, disk, make_batch()).first == Offset{3});
  CHECK(bases_of(log) == std::vector{Offset{0}, Offset{3}});
}

TEST_CASE("a roll removes files that stand where the new segment begins") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {.segment_bytes = 100});
  append(log, disk, make_batch());
  for (const std::string_view suffix : {log_suffix, index_suffix, time_index_suffix, transaction_index_suffix})
    disk.set_text(segment_path("orders-0", Offset{1}, suffix), "what a crash has left");
  CHECK(append(log, disk, make_batch()).rolled);
  REQUIRE(bases_of(log) == std::vector{Offset{0}, Offset{1}});
  CHECK(log.segments().back().offset_index().count() == 0);
  CHECK(log.segments().back().time_index().count() == 0);
  CHECK_FALSE(log.segments().back().transaction_index().exists());
  CHECK(log.all_batches(disk)->size() == 2);
}

TEST_CASE("with a jitter segments roll earlier but by no more than the jitter") {
  MemoryDisk disk;
  constexpr std::int64_t hour = 3'600'000;
  constexpr std::int64_t jitter = 1'200'000;
  for (int partition = 0; partition < 20; ++partition) {
    auto opened = UnifiedLog::open(disk, "orders-" + std::to_string(partition), {"orders", PartitionIndex{partition}},
                                   {.segment_ms = hour, .segment_jitter_ms = jitter}, {}, now);
    REQUIRE(opened);
    UnifiedLog& log = opened->log;
    const auto at = [](std::int64_t after) { return make_batch({.timestamp = now.value + after}); };
    append(log, disk, at(0), 0, AppendOrigin::raft_leader);
    append(log, disk, at(hour - jitter), 0, AppendOrigin::raft_leader);
    CHECK(log.segment_count() == 1);
    append(log, disk, at(hour + 1), 0, AppendOrigin::raft_leader);
    CHECK(log.segment_count() == 2);
  }
}

TEST_CASE("the leader of the quorum appends several batches at once") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, {});
  const auto result = log.append_as_leader({make_batch({.records = 2}), make_batch({.records = 3}), make_batch()},
                                           LeaderEpoch{4}, now, disk, AppendOrigin::raft_leader);
  REQUIRE(result);
  CHECK(result->error == ErrorCode::none);
  CHECK(result->first == Offset{0});
  CHECK(result->last == Offset{5});
  CHECK(log.epochs().entries() == std::vector{EpochEntry{LeaderEpoch{4}, Offset{0}}});
}

TEST_CASE("a follower takes no batch below its log end and none out of order") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments, {.log_start_offset = Offset{7}});
  CHECK(replicate(log, disk, {stored(make_batch({.records = 4}), 3, 1)}) == ErrorCode::offset_out_of_range);
  CHECK(replicate(log, disk, {stored(make_batch(), 8, 1), stored(make_batch(), 7, 1)}) == ErrorCode::invalid_record);
  CHECK(log.log_end_offset() == Offset{7});
  CHECK(replicate(log, disk, {stored(make_batch(), 7, 1), stored(make_batch(), 9, 1)}) == ErrorCode::none);
  CHECK(replicate(log, disk, {stored(make_batch(), 9, 1)}) == ErrorCode::offset_out_of_range);
  CHECK(log.log_end_offset() == Offset{10});
}

TEST_CASE("a follower takes a batch above max message bytes that its leader has taken") {
  MemoryDisk disk;
  LogConfig config;
  config.max_message_bytes = 100;
  UnifiedLog log = open_log(disk, config);
  const RecordBatch large = make_batch({.value = std::string(500, 'v')});
  CHECK(append(log, disk, large).error == ErrorCode::message_too_large);
  CHECK(replicate(log, disk, {stored(large, 0, 0)}) == ErrorCode::none);
  CHECK(log.log_end_offset() == Offset{1});
}

TEST_CASE("offsets further apart than a segment can hold survive a crash") {
  MemoryDisk disk;
  constexpr std::int64_t far = std::int64_t{3} << 31;
  UnifiedLog log = open_log(disk, tiny_segments);
  REQUIRE(replicate(log, disk, {stored(make_batch(), 0, 0), stored(make_batch({.records = 2}), far, 0)})
          == ErrorCode::none);
  const Offset recovered = log.recovery_point();
  CHECK(recovered == Offset{far});  // the gap was made durable, so that it is nobody's loss
  disk = disk.after_crash();
  log = open_log(disk, tiny_segments, {.recovery_point = recovered});
  CHECK(log.log_end_offset() == Offset{far + 2});
  CHECK(log.segment_count() == 2);
  CHECK(log.all_batches(disk)->size() == 2);
}

TEST_CASE("a retention pass that comes again finds nothing to do") {
  MemoryDisk disk;
  LogConfig config = tiny_segments;
  config.retention_bytes = 500;
  UnifiedLog log = open_log(disk, config);
  for (int i = 0; i < 30; ++i) append(log, disk, make_batch());
  (void)log.update_high_watermark(log.log_end_offset());
  const auto first = log.delete_old_segments(now, 1000, disk);
  REQUIRE(first);
  REQUIRE_FALSE(first->files.paths.empty());
  const Offset start = log.log_start_offset();
  const auto second = log.delete_old_segments(now, 1000, disk);
  REQUIRE(second);
  CHECK(second->files.paths.empty());
  CHECK(second->runs.empty());
  CHECK(log.log_start_offset() == start);
}

TEST_CASE("truncation of an empty log does nothing") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  const auto cut = log.truncate_to(Offset{0}, now, disk);
  REQUIRE(cut);
  CHECK_FALSE(*cut);
  CHECK(append(log, disk, make_batch()).first == Offset{0});
}

TEST_CASE("a follower has the same files as its leader") {
  MemoryDisk disk;
  MemoryDisk other_disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  UnifiedLog other = open_log(other_disk, tiny_segments);
  for (int i = 0; i < 30; ++i) {
    const LogAppendResult result = append(log, disk, make_batch({.records = 2, .timestamp = now.value + i % 7}));
    REQUIRE(replicate(other, other_disk, result.appended) == ErrorCode::none);
  }
  REQUIRE(log.segment_count() > 2);
  REQUIRE(disk.paths() == other_disk.paths());
  for (const std::string& path : disk.paths()) {
    INFO(path);
    CHECK(disk.bytes_of(path) == other_disk.bytes_of(path));
  }
}

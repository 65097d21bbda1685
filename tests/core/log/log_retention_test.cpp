// What retention takes out of a log, and what is left of it whatever comes in between.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/unified_log.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Timestamp late{10'000'000};
constexpr std::size_t all = 1000;
using trace::DeletionReason;

LogConfig keep_for_ever() {
  LogConfig config;
  config.retention_ms.reset();
  return config;
}

UnifiedLog open_late(Disk& disk, const LogConfig& config, const LogOpenOptions& options = {}) {
  auto opened = UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}}, config, options, late);
  REQUIRE(opened);
  return std::move(opened->log);
}

// A log of segments with five records each, all of one size.
struct Segments {
  MemoryDisk disk{};
  UnifiedLog log;
  std::uint64_t segment_bytes{};
  int epoch{0};

  explicit Segments(int count, LogConfig config = keep_for_ever(), std::int64_t timestamp = 1'000'000)
      : log{open_late(disk, config)} {
    for (int i = 0; i < count; ++i) {
      if (i > 0) roll();
      for (int record = 0; record < 5; ++record) append(timestamp);
    }
    segment_bytes = log.segments().front().size_bytes();
    log.update_high_watermark(log.log_end_offset());
  }
  void append(std::int64_t timestamp) {
    const auto result = log.append_as_leader({make_batch({.timestamp = timestamp})}, LeaderEpoch{epoch}, late, disk,
                                             AppendOrigin::raft_leader);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
  }
  void roll() {  // the next append begins a segment
    LogConfig config = log.config();
    const LogConfig before = config;
    config.segment_bytes = static_cast<std::int64_t>(make_batch().size_bytes());
    log.set_config(config);
    append(1'000'000);
    REQUIRE(log.segments().back().base_offset() == log.log_end_offset().plus(-1));
    REQUIRE(log.truncate_to(log.log_end_offset().plus(-1), late, disk));
    log.set_config(before);
  }
  RetentionResult run(std::size_t most = all, Timestamp at = late) {
    auto result = log.delete_old_segments(at, most, disk);
    REQUIRE(result);
    return std::move(*result);
  }
  void set(const LogConfig& config) { log.set_config(config); }
  [[nodiscard]] std::size_t files_with(std::string_view suffix) const {
    const auto paths = disk.paths();
    return static_cast<std::size_t>(std::ranges::count_if(paths, [&](const auto& p) { return p.ends_with(suffix); }));
  }
};

}  // namespace

TEST_CASE("retention by size deletes the oldest segments while the rest has at least that size") {
  Segments s{4};
  LogConfig config = keep_for_ever();
  config.retention_bytes = static_cast<std::int64_t>(2 * s.segment_bytes);
  s.set(config);
  const RetentionResult result = s.run();
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].reason == DeletionReason::retention_bytes);
  CHECK(result.runs[0].from == Offset{0});
  CHECK(result.runs[0].to == Offset{10});
  CHECK(result.runs[0].segments == 2);
  CHECK(result.runs[0].bytes == 2 * s.segment_bytes);
  CHECK(s.log.segment_count() == 2);
  CHECK(s.log.log_start_offset() == Offset{10});
  CHECK(s.log.log_end_offset() == Offset{20});
  CHECK_FALSE(s.log.has_old_segments(late));
}

TEST_CASE("retention by size deletes nothing where a segment less would be too little") {
  Segments s{3};
  LogConfig config = keep_for_ever();
  config.retention_bytes = static_cast<std::int64_t>(2 * s.segment_bytes + 1);
  s.set(config);
  CHECK(s.run().runs.empty());
  config.retention_bytes = static_cast<std::int64_t>(100 * s.segment_bytes);
  s.set(config);
  CHECK(s.run().runs.empty());
  CHECK(s.log.segment_count() == 3);
}

TEST_CASE("retention by time goes by the largest timestamp of a segment") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 1'000;
  Segments s{2, config, late.value - 2'000};
  s.roll();
  s.append(late.value - 1'000);
  s.log.update_high_watermark(s.log.log_end_offset());
  const RetentionResult result = s.run();
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].reason == DeletionReason::retention_ms);
  CHECK(result.runs[0].to == Offset{10});
  CHECK(s.log.segment_count() == 1);
  CHECK(s.run(all, Timestamp{late.value + 1}).runs.size() == 1);  // more than retention.ms ago, not as much
}

TEST_CASE("a record from the future keeps its segment and all behind it") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 1'000;
  Segments s{1, config, 1};
  s.append(late.value + 100'000);
  s.roll();
  s.append(1);
  s.log.update_high_watermark(s.log.log_end_offset());
  CHECK(s.run().runs.empty());
  CHECK(s.run(all, Timestamp{late.value + 200'000}).runs.size() == 1);
}

TEST_CASE("a segment of records without timestamps is as old as its last append") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 1'000;
  Segments s{2, config, -1'000};  // all before 1970, so that no record counts
  CHECK(s.run(all, Timestamp{late.value + 1'000}).runs.empty());
  CHECK(s.run(all, Timestamp{late.value + 1'001}).runs.size() == 1);
}

TEST_CASE("a log whose every record is too old begins a new segment at its end") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 1'000;
  Segments s{3, config, 1'000};
  const RetentionResult result = s.run();
  REQUIRE(result.runs.size() == 1);
  CHECK(result.runs[0].segments == 3);
  CHECK(s.log.segment_count() == 1);
  CHECK(s.log.log_start_offset() == Offset{15});
  CHECK(s.log.log_end_offset() == Offset{15});
  CHECK(s.log.size_bytes() == 0);
  CHECK(s.run().runs.empty());  // the empty active segment stays
  s.append(late.value);
  CHECK(s.log.log_end_offset() == Offset{16});
}

TEST_CASE("what lies at or above the high watermark is not deleted") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 0;
  Segments s{3, config};
  s.log.update_high_watermark(Offset{9});
  REQUIRE(s.run().runs.size() == 1);
  CHECK(s.log.log_start_offset() == Offset{5});
  s.log.update_high_watermark(Offset{10});
  REQUIRE(s.run().runs.size() == 1);
  CHECK(s.log.log_start_offset() == Offset{10});
  CHECK(s.log.segment_count() == 1);
}

TEST_CASE("segments below the log start are deleted whatever the cleanup policy says") {
  for (const Deletion deletion : {Deletion::on, Deletion::off}) {
    LogConfig config = keep_for_ever();
    config.deletion = deletion;
    config.compaction = deletion == Deletion::on ? Compaction::off : Compaction::on;
    Segments s{3, config};
    REQUIRE(s.log.maybe_increment_log_start_offset(Offset{9}, s.disk));
    const RetentionResult result = s.run();
    REQUIRE(result.runs.size() == 1);
    CHECK(result.runs[0].reason == DeletionReason::log_start_offset);
    CHECK(result.runs[0].to == Offset{5});
    CHECK(s.log.log_start_offset() == Offset{9});
    REQUIRE(s.log.maybe_increment_log_start_offset(Offset{15}, s.disk));
    CHECK(s.run().runs.at(0).to == Offset{10});  // never the active one, also if nothing in it can be read
    CHECK(s.log.segment_count() == 1);
  }
}

TEST_CASE("a topic that is only compacted keeps what is old and what is much") {
  LogConfig config = keep_for_ever();
  config.retention_ms = 1;
  config.retention_bytes = 1;
  config.compaction = Compaction::on;
  config.deletion = Deletion::off;
  Segments s{3, config};
  CHECK_FALSE(s.log.has_old_segments(late));
  CHECK(s.run().runs.empty());
  config.deletion = Deletion::on;  // compact,delete
  s.set(config);
  CHECK(s.run().runs.size() == 2);
}

TEST_CASE("each reason takes what the one before has left and says so") {
  Segments s{6, keep_for_ever(), 1'000};
  s.roll();
  s.append(late.value);
  s.log.update_high_watermark(s.log.log_end_offset());
  REQUIRE(s.log.maybe_increment_log_start_offset(Offset{6}, s.disk));
  LogConfig config = keep_for_ever();
  config.retention_bytes = static_cast<std::int64_t>(4 * s.segment_bytes);
  config.retention_ms = 1'000;
  s.set(config);
  const RetentionResult result = s.run();
  REQUIRE(result.runs.size() == 3);
  CHECK(result.runs[0].reason == DeletionReason::log_start_offset);
  CHECK(result.runs[0].to == Offset{5});
  CHECK(result.runs[1].reason == DeletionReason::retention_bytes);
  CHECK(result.runs[1].to == Offset{10});
  CHECK(result.runs[2].reason == DeletionReason::retention_ms);
  CHECK(result.runs[2].to == Offset{30});
}

TEST_CASE("a pass in slices deletes what one at once does") {
  LogConfig config = keep_for_ever();
  config.retention_bytes = 0;
  Segments s{5, config};
  int slices = 1;
  for (RetentionResult result = s.run(2); result.more; result = s.run(2)) {
    CHECK(result.runs.at(0).segments <= 2);
    ++slices;
  }
  CHECK(slices == 3);
  CHECK(s.log.log_start_offset() == Offset{25});
  CHECK(s.log.segment_count() == 1);
}

TEST_CASE("the files of a deleted segment are renamed and their producer snapshot with them") {
  LogConfig config = keep_for_ever();
  config.retention_bytes = 0;
  Segments s{3, keep_for_ever()};
  REQUIRE(s.disk.exists(segment_path("orders-0", Offset{5}, snapshot_suffix)));
  s.set(config);
  const RetentionResult result = s.run(2);
  CHECK(s.files_with(".log.deleted") == 2);
  CHECK(s.files_with(".index.deleted") == 2);
  CHECK(s.files_with(".timeindex.deleted") == 2);
  CHECK(s.files_with(".snapshot.deleted") == 1);
  CHECK(s.files_with(".log") == 1);
  CHECK(result.files.paths.size() == s.files_with(".deleted"));
  CHECK(result.files.segments.size() == 2);
  for (const std::string& path : result.files.paths) CHECK(s.disk.exists(path));
}

TEST_CASE("epochs that end below the new log start are forgotten and the one that holds it begins there") {
  LogConfig config = keep_for_ever();
  Segments s{1, config};
  s.epoch = 3;
  s.append(1'000'000);
  s.roll();
  s.append(1'000'000);
  s.epoch = 4;
  s.append(1'000'000);
  s.log.update_high_watermark(s.log.log_end_offset());
  config.retention_bytes = static_cast<std::int64_t>(2 * make_batch().size_bytes());
  s.set(config);
  REQUIRE(s.run().runs.size() == 1);
  CHECK(s.log.log_start_offset() == Offset{6});
  CHECK(s.log.epoch_of(Offset{6}) == LeaderEpoch{3});
  CHECK(s.log.epoch_of(Offset{7}) == LeaderEpoch{4});
  CHECK(s.log.epochs().earliest() == EpochEntry{LeaderEpoch{3}, Offset{6}});
  const UnifiedLog again = open_late(s.disk, config);
  CHECK(again.epochs() == s.log.epochs());
}

TEST_CASE("the recovery point does not stay below the log start") {
  LogConfig config = keep_for_ever();
  config.retention_bytes = 0;
  Segments s{3, config};
  REQUIRE(s.log.recovery_point() == Offset{0});
  (void)s.run(2);
  CHECK(s.log.recovery_point() == Offset{10});
}

TEST_CASE("a flush under way of a segment that is deleted does no harm") {
  Segments s{3};
  const auto work = s.log.files_to_flush();
  REQUIRE(work);
  LogConfig config = keep_for_ever();
  config.retention_bytes = 0;
  s.set(config);
  (void)s.run();
  for (const FileId file : work->files) CHECK(s.disk.sync(file));
  CHECK(s.log.recovery_point_reached(*work, s.disk));
  CHECK(s.log.recovery_point() == Offset{15});
}

TEST_CASE("a restart finishes what a pass had begun") {
  LogConfig config = keep_for_ever();
  config.retention_bytes = 0;
  Segments s{3, config};
  (void)s.run(2);
  MemoryDisk after = s.disk.after_crash();
  const UnifiedLog log = open_late(after, config);
  CHECK(log.log_start_offset() == Offset{10});
  CHECK(log.log_end_offset() == Offset{15});
  for (const std::string& path : after.paths()) CHECK_FALSE(path.ends_with(".deleted"));
}

TEST_CASE("whichever disk operation of a pass is the last a sound log comes up") {
  for (std::uint64_t operations = 0;; ++operations) {
    INFO("operations " << operations);
    LogConfig config = keep_for_ever();
    config.retention_bytes = 0;
    Segments s{4, keep_for_ever()};
    REQUIRE(s.log.flush(s.disk));
    const Offset recovery_point = s.log.recovery_point();
    const std::vector<RecordBatch> before = s.log.all_batches(s.disk).value();
    s.set(config);
    s.disk.operations_left = operations;
    const bool finished = s.log.delete_old_segments(late, all, s.disk).has_value();
    Random random{operations};
    for (int loss = 0; loss < 10; ++loss) {
      MemoryDisk after = loss == 0   ? s.disk.after_crash()
                         : loss == 1 ? s.disk.after_power_loss()
                                     : s.disk.after_torn_power_loss(random);
      UnifiedLog log = open_late(after, config, {.recovery_point = recovery_point});
      const std::vector<RecordBatch> left = log.all_batches(after).value();
      // What is left is the end of what there was: a whole, without gaps, that can be appended to.
      REQUIRE(left.size() <= before.size());
      REQUIRE(std::equal(left.rbegin(), left.rend(), before.rbegin()));
      CHECK(log.log_end_offset() >= (left.empty() ? log.log_start_offset() : Offset{20}));
      CHECK(log.append_as_leader({make_batch()}, LeaderEpoch{1}, late, after)->error == ErrorCode::none);
    }
    if (finished) break;
  }
}

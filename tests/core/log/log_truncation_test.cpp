#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const LogConfig log_to_cut{.segment_bytes = 500, .index_interval_bytes = 100};

void append_several(UnifiedLog& log, Disk& disk, int count, int epoch, int records = 2) {
  for (int i = 0; i < count; ++i) {
    const auto result = log.append_as_leader({make_batch({.records = records})}, LeaderEpoch{epoch}, now, disk);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
  }
}

bool truncate(UnifiedLog& log, Disk& disk, std::int64_t to) {
  const auto cut = log.truncate_to(Offset{to}, now, disk);
  REQUIRE(cut);
  return *cut;
}

}  // namespace

TEST_CASE("truncation takes segments and epochs and the high watermark back") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 10, 1);
  append_several(log, disk, 10, 3);
  log.update_high_watermark(Offset{36});
  REQUIRE(log.segment_count() > 3);
  CHECK(truncate(log, disk, 12));
  CHECK(log.log_end_offset() == Offset{12});
  CHECK(log.high_watermark() == Offset{12});
  CHECK(log.latest_epoch() == LeaderEpoch{1});
  for (const std::string& path : disk.paths()) {
    const auto base = offset_of_name(path.substr(9), log_suffix);
    if (base) CHECK(*base <= Offset{12});
  }
  append_several(log, disk, 1, 4);
  CHECK(log.end_offset_for_epoch(LeaderEpoch{3}) == OffsetAndEpoch{Offset{12}, LeaderEpoch{1}});
}

TEST_CASE("truncation inside a batch takes the whole batch") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 2, 1, 5);
  CHECK(truncate(log, disk, 7));
  CHECK(log.log_end_offset() == Offset{5});
}

TEST_CASE("truncation at the log end still takes an epoch that began there") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 2, 1);
  REQUIRE(log.assign_epoch_start(LeaderEpoch{2}, Offset{4}, disk));
  CHECK_FALSE(truncate(log, disk, 9));
  CHECK(log.latest_epoch() == LeaderEpoch{1});
}

TEST_CASE("truncation below the first segment begins the log anew there") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  REQUIRE(log.truncate_fully_and_start_at(Offset{50}, now, disk));
  append_several(log, disk, 2, 1);
  CHECK(truncate(log, disk, 20));
  CHECK(log.log_start_offset() == Offset{20});
  CHECK(log.log_end_offset() == Offset{20});
}

TEST_CASE("a log begun anew has its start and high watermark at its end") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 20, 2);
  REQUIRE(log.truncate_fully_and_start_at(Offset{100}, now, disk));
  CHECK(log.log_start_offset() == Offset{100});
  CHECK(log.high_watermark() == Offset{100});
  CHECK(log.log_end_offset() == Offset{100});
  CHECK(log.size_bytes() == 0);
  CHECK(log.epochs().entries().empty());
  CHECK(list_producer_snapshots(disk, "orders-0")->empty());
  append_several(log, disk, 1, 3);
  CHECK(log.log_end_offset() == Offset{102});
}

TEST_CASE("truncation brings back what the producers had written before") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  for (int i = 0; i < 12; ++i) {
    REQUIRE(log.append_as_leader({make_batch({.producer = producer(7, 0, i)})}, LeaderEpoch{1}, now, disk)->error
            == ErrorCode::none);
  }
  CHECK(truncate(log, disk, 8));
  CHECK(log.producer_state().producers().at(ProducerId{7}).last()->last_sequence == Sequence{7});
  CHECK(log.append_as_leader({make_batch({.producer = producer(7, 0, 9)})}, LeaderEpoch{2}, now, disk)->error
        == ErrorCode::out_of_order_sequence_number);
  CHECK(log.append_as_leader({make_batch({.producer = producer(7, 0, 8)})}, LeaderEpoch{2}, now, disk)->error
        == ErrorCode::none);
  CHECK(truncate(log, disk, 0));
  CHECK(log.producer_state().producers().empty());
}

TEST_CASE("the files of finished segments are to be flushed and the recovery point follows") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 1, 1);
  CHECK_FALSE(log.files_to_flush().has_value());
  append_several(log, disk, 15, 1);
  const auto work = log.files_to_flush();
  REQUIRE(work);
  CHECK(work->up_to == log.segments().back().base_offset());
  CHECK(!work->files.empty());
  for (const FileId file : work->files) REQUIRE(disk.sync(file));
  REQUIRE(log.recovery_point_reached(*work, disk));
  CHECK(log.recovery_point() == work->up_to);
  CHECK_FALSE(log.files_to_flush().has_value());
}

TEST_CASE("a flush that was under way when the log was truncated moves no recovery point") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 16, 1);
  const auto work = log.files_to_flush();
  REQUIRE(work);
  truncate(log, disk, 4);
  append_several(log, disk, 16, 2);
  REQUIRE(log.recovery_point_reached(*work, disk));
  CHECK(log.recovery_point() == Offset{0});
}

TEST_CASE("flush makes all that was appended durable") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 16, 1);
  REQUIRE(log.flush(disk));
  CHECK(log.recovery_point() == log.log_end_offset());
  const std::uint64_t syncs = disk.syncs;
  REQUIRE(log.flush(disk));
  CHECK(disk.syncs == syncs);
  MemoryDisk after = disk.after_power_loss();
  CHECK(open_log(after, log_to_cut).log_end_offset() == log.log_end_offset());
}

TEST_CASE("truncating what was durable lowers the recovery point and is durable itself") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, log_to_cut);
  append_several(log, disk, 16, 1);
  REQUIRE(log.flush(disk));
  CHECK(truncate(log, disk, 6));
  CHECK(log.recovery_point() == Offset{6});
  MemoryDisk after = disk.after_power_loss();
  CHECK(open_log(after, log_to_cut).log_end_offset() == Offset{6});
}

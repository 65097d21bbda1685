#include "core/log/log_loader.hpp"

#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

RecordBatch batch_number(int i) {
  return make_batch({.records = 1 + i % 3,
                     .timestamp = 1'000'000 + 7 * i,
                     .value = "value " + std::to_string(i),
                     .producer = i % 2 == 0 ? std::optional{producer(i % 4, 0, i)} : std::nullopt});
}

void append_numbered(UnifiedLog& log, Disk& disk, int from, int count, int epoch = 1) {
  for (int i = from; i < from + count; ++i) {
    const auto result =
        log.append_as_leader({batch_number(i)}, LeaderEpoch{epoch}, now, disk, AppendOrigin::coordinator);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
  }
}

// What recovery brings up is what a log is that had only ever been given these batches: indexes, epochs and producers
// too.
void check_equals_rebuild(const UnifiedLog& log, const MemoryDisk& disk) {
  MemoryDisk fresh_disk;
  UnifiedLog fresh = start_log(fresh_disk, {.log_start_offset = log.log_start_offset()}).log;
  ProducerState producers;
  producers.clear(log.log_start_offset());
  for (const RecordBatch& batch : batches_of(log, disk)) {
    const auto result = fresh.append_as_follower({batch}, LeaderEpoch{1 << 20}, now, fresh_disk);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
  }
  CHECK(fresh.log_end_offset() == log.log_end_offset());
  CHECK(fresh.epochs() == log.epochs());
  REQUIRE(fresh.producer_state().producers().size() == log.producer_state().producers().size());
  for (const auto& [id, entry] : fresh.producer_state().producers()) {
    const ProducerEntry& other = log.producer_state().producers().at(id);
    CHECK(other.last() == entry.last());
    CHECK(other.epoch() == entry.epoch());
  }
  for (const LogSegment& segment : log.segments()) {
    const std::string path = segment_path("orders-0", segment.base_offset(), index_suffix);
    if (fresh_disk.exists(path)) CHECK(disk.bytes_of(path) == fresh_disk.bytes_of(path));
  }
}

const std::string last_log(const MemoryDisk& disk) {
  std::string last;
  for (const std::string& path : disk.paths()) {
    if (path.ends_with(".log")) last = path;
  }
  return last;
}

}  // namespace

TEST_CASE("a log that was closed cleanly comes back as it was without being scanned") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 30);
  const std::vector<RecordBatch> before = batches_of(log, disk);
  REQUIRE(log.close_cleanly(disk));
  CHECK(disk.open_handles() == 0);
  MemoryDisk after = disk.after_power_loss();
  const UnifiedLog::Opened opened =
      start_log(after, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()});
  CHECK(opened.report.segments_scanned == 0);
  CHECK(opened.report.bytes_cut == 0);
  CHECK(batches_of(opened.log, after) == before);
  CHECK(opened.log.recovery_point() == opened.log.log_end_offset());
  check_equals_rebuild(opened.log, after);
}

TEST_CASE("a process crash loses nothing that was written") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 30);
  MemoryDisk after = disk.after_crash();
  const UnifiedLog::Opened opened = start_log(after);
  CHECK(opened.report.bytes_cut == 0);
  CHECK(opened.report.segments_scanned == opened.log.segment_count());
  CHECK(batches_of(opened.log, after) == batches_of(log, disk));
  check_equals_rebuild(opened.log, after);
}

TEST_CASE("a log cut at any byte of its last batches comes back with the whole batches before") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 20);
  const std::vector<RecordBatch> before = batches_of(log, disk);
  const std::string path = last_log(disk);
  const std::vector<std::byte> whole = disk.bytes_of(path);
  REQUIRE(whole.size() > 150);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    for (const bool garbage : {false, true}) {
      MemoryDisk after = disk.after_crash();
      std::vector<std::byte> bytes = whole;
      bytes.resize(size);
      if (garbage) bytes.resize(whole.size() + 20, std::byte{0x5a});
      after.set_bytes(path, bytes);
      const UnifiedLog::Opened opened = start_log(after);
      const std::vector<RecordBatch> kept = batches_of(opened.log, after);
      REQUIRE(kept.size() <= before.size());
      REQUIRE(std::equal(kept.begin(), kept.end(), before.begin()));
      std::size_t whole_bytes = 0;
      for (const RecordBatch& batch : kept) whole_bytes += batch.size_bytes();
      REQUIRE(opened.log.size_bytes() == whole_bytes);
      if (kept.size() < before.size())
        REQUIRE(whole_bytes + before[kept.size()].size_bytes() > log.size_bytes() - whole.size() + size);
      if (size % 37 == 0) check_equals_rebuild(opened.log, after);
    }
  }
}

TEST_CASE("the first bad batch ends the log and later segments go") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 40);
  REQUIRE(log.segment_count() > 4);
  const LogSegment& damaged = log.segments()[2];
  MemoryDisk after = disk.after_crash();
  const std::string path = segment_path("orders-0", damaged.base_offset(), log_suffix);
  std::vector<std::byte> bytes = after.bytes_of(path);
  bytes[bytes.size() - 3] ^= std::byte{1};
  after.set_bytes(path, bytes);
  const UnifiedLog::Opened opened = start_log(after);
  CHECK(opened.log.segment_count() == 3);
  CHECK(opened.report.segments_removed == log.segment_count() - 3);
  CHECK(opened.log.log_end_offset() < damaged.next_offset());
  CHECK(opened.log.log_end_offset() > damaged.base_offset());
  CHECK_FALSE(after.exists(segment_path("orders-0", log.segments()[3].base_offset(), log_suffix)));
  check_equals_rebuild(opened.log, after);
}

TEST_CASE("segments below the recovery point are not scanned") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 40);
  const auto work = log.files_to_flush();
  REQUIRE(work);
  for (const FileId file : work->files) REQUIRE(disk.sync(file));
  REQUIRE(log.recovery_point_reached(*work, disk));
  MemoryDisk after = disk.after_power_loss();
  const UnifiedLog::Opened opened = start_log(after, {.recovery_point = log.recovery_point()});
  CHECK(opened.report.segments_scanned == 1);
  CHECK(opened.log.log_end_offset() == work->up_to);
  CHECK(opened.log.recovery_point() == work->up_to);
}

TEST_CASE("a missing or damaged index is made anew from the log") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 40);
  REQUIRE(log.close_cleanly(disk));
  for (const std::string_view suffix : {index_suffix, time_index_suffix}) {
    for (std::size_t s = 0; s < log.segment_count(); ++s) {
      const std::string path = segment_path("orders-0", log.segments()[s].base_offset(), suffix);
      const std::vector<std::byte> right = disk.bytes_of(path);
      for (const int damage : {0, 1, 2, 3}) {
        MemoryDisk after = disk.after_crash();
        std::vector<std::byte> bytes = right;
        if (damage == 0) REQUIRE(after.remove(path));
        if (damage == 1) bytes.resize(bytes.size() + 3, std::byte{9});
        if (damage == 2) bytes.assign(24, std::byte{0xff});
        if (damage == 3) bytes.assign(24, std::byte{0x07});
        if (damage != 0) after.set_bytes(path, bytes);
        UnifiedLog::Opened opened =
            start_log(after, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()});
        CHECK(opened.report.segments_scanned == 1);
        CHECK(after.bytes_of(path) == right);
        CHECK(batches_of(opened.log, after).size() == 40);
        append_numbered(opened.log, after, 40, 20);
      }
    }
  }
}

TEST_CASE("an index that lies in the middle does not lead a read astray") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk, {}, {.index_interval_bytes = 100}).log;
  append_numbered(log, disk, 0, 60);
  REQUIRE(log.close_cleanly(disk));
  MemoryDisk after = disk.after_crash();
  const std::string path = segment_path("orders-0", Offset{0}, index_suffix);
  std::vector<std::byte> bytes = after.bytes_of(path);
  REQUIRE(bytes.size() > 64);
  for (std::size_t i = 8; i + 16 < bytes.size(); i += 16) bytes[i + 7] ^= std::byte{0x21};
  after.set_bytes(path, bytes);
  const UnifiedLog::Opened opened = start_log(
      after, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()}, {.index_interval_bytes = 100});
  for (std::int64_t from = 0; from < log.log_end_offset().value; ++from) {
    const auto read = opened.log.read(Offset{from}, 1000, opened.log.log_end_offset(), MinOneBatch::yes, after);
    REQUIRE(read);
    REQUIRE(!read->batches.empty());
    REQUIRE(read->batches.front().base_offset().value <= from);
    REQUIRE(read->batches.front().last_offset().value >= from);
  }
}

TEST_CASE("a missing or damaged epoch checkpoint is made anew from the batches") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 10, 1);
  append_numbered(log, disk, 10, 10, 4);
  append_numbered(log, disk, 20, 10, 5);
  REQUIRE(log.close_cleanly(disk));
  const std::string path = path_of("orders-0", leader_epoch_file);
  for (const char* text : {"", "0\n", "0\n3\n1 0\n", "0\n1\n1 x\n", "7\n0\n", "0\n2\n5 0\n4 9\n", "\xff\xfe"}) {
    MemoryDisk after = disk.after_crash();
    if (*text == 0) {
      REQUIRE(after.remove(path));
    } else {
      after.set_text(path, text);
    }
    const UnifiedLog::Opened opened =
        start_log(after, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()});
    CHECK(opened.report.epochs_rebuilt);
    CHECK(opened.log.epochs() == log.epochs());
    CHECK(after.text_of(path) == disk.text_of(path));
  }
}

TEST_CASE("batches correct an epoch checkpoint that contradicts them") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk, {}, {}).log;
  append_numbered(log, disk, 0, 10, 1);
  const std::string path = path_of("orders-0", leader_epoch_file);
  MemoryDisk after = disk.after_crash();
  after.set_text(path, "0\n2\n1 0\n2 8\n");  // a truncation to 8 of which a power loss left only this
  const UnifiedLog::Opened opened = start_log(after, {}, {});
  CHECK(opened.log.log_end_offset() == log.log_end_offset());
  CHECK(opened.log.epochs().entries() == std::vector{EpochEntry{LeaderEpoch{1}, Offset{0}}});
  CHECK(after.text_of(path) == disk.text_of(path));
}

TEST_CASE("records whose deletion only the checkpoint of epochs has heard of have their epochs again") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 4, 1);
  append_numbered(log, disk, 4, 6, 2);
  REQUIRE(log.close_cleanly(disk));
  const Offset second = log.epochs().entries().at(1).start;
  for (const Offset from : {log.log_end_offset(), second.plus(3)}) {
    const std::string text = "0\n1\n2 " + std::to_string(from.value) + "\n";
    CAPTURE(text);
    for (const std::int64_t start : {0, 2}) {
      MemoryDisk after = disk.after_crash();
      after.set_text(path_of("orders-0", leader_epoch_file), text);
      const UnifiedLog::Opened opened =  // nothing is scanned
          start_log(after, {.clean = CleanShutdown::yes, .recovery_point = log.log_end_offset(), .log_start_offset = Offset{start}});
      CHECK(opened.log.epochs().entries()
            == std::vector{EpochEntry{LeaderEpoch{1}, Offset{start}}, EpochEntry{LeaderEpoch{2}, second}});
    }
  }
}

TEST_CASE("an epoch without batches is forgotten at a restart") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 3, 1);
  REQUIRE(log.assign_epoch_start(LeaderEpoch{2}, log.log_end_offset(), disk));
  MemoryDisk after = disk.after_crash();
  CHECK(start_log(after).log.latest_epoch() == LeaderEpoch{1});
}

TEST_CASE("a damaged producer snapshot is passed over and the state comes from the log") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 40);
  REQUIRE(log.close_cleanly(disk));
  MemoryDisk after = disk.after_crash();
  int damaged = 0;
  for (const std::string& path : disk.paths()) {
    if (!path.ends_with(".snapshot")) continue;
    std::vector<std::byte> bytes = after.bytes_of(path);
    bytes.back() ^= std::byte{1};
    if (++damaged % 2 == 0) bytes.resize(5);
    after.set_bytes(path, bytes);
  }
  REQUIRE(damaged > 3);
  const UnifiedLog::Opened opened =
      start_log(after, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()});
  check_equals_rebuild(opened.log, after);
}

TEST_CASE("after a power loss no snapshot beyond the recovery point is believed") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 8);
  ProducerState lie;
  lie.restore(
      ProducerId{99},
      ProducerEntry{ProducerEntry::Saved{
          .epoch = ProducerEpoch{1}, .last_timestamp = now, .last = ProducedBatch{Sequence{1}, Offset{1}, 0, now}}});
  lie.set_end_offset(log.log_end_offset());
  REQUIRE(write_producer_snapshot(disk, "orders-0", lie, SyncSnapshot::yes));
  MemoryDisk after = disk.after_crash();
  const UnifiedLog::Opened opened = start_log(after);
  CHECK_FALSE(opened.log.producer_state().producers().contains(ProducerId{99}));
  check_equals_rebuild(opened.log, after);
}

TEST_CASE("a log that ends before its checkpointed start begins empty there") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 5);
  MemoryDisk after = disk.after_crash();
  const UnifiedLog::Opened opened = start_log(after, {.log_start_offset = Offset{100}});
  CHECK(opened.log.log_start_offset() == Offset{100});
  CHECK(opened.log.log_end_offset() == Offset{100});
  CHECK(opened.log.segment_count() == 1);
  CHECK(opened.log.epochs().entries().empty());
}

TEST_CASE("segments behind a hole in the unflushed part of a log go unless the topic is compacted") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 40);
  const Offset hole = log.segments()[2].base_offset();
  MemoryDisk after = disk.after_crash();
  REQUIRE(LogSegment::remove_files(after, "orders-0", hole));
  MemoryDisk compacted = after;
  CHECK(start_log(after).log.log_end_offset() == hole);
  LogConfig config = short_segments;
  config.compaction = Compaction::on;
  CHECK(start_log(compacted, {}, config).log.log_end_offset() == log.log_end_offset());
}

TEST_CASE("files on their way out and indexes without a log are removed and others left alone") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 5);
  MemoryDisk after = disk.after_crash();
  after.set_text("orders-0/00000000000000000777.index", "x");
  after.set_text("orders-0/00000000000000000000.log.deleted", "x");
  after.set_text("orders-0/notes.txt", "x");
  after.set_text("orders-0/99999999999999999999.log", "x");
  const UnifiedLog::Opened opened = start_log(after);
  CHECK(opened.log.segment_count() == 1);
  CHECK_FALSE(after.exists("orders-0/00000000000000000777.index"));
  CHECK_FALSE(after.exists("orders-0/00000000000000000000.log.deleted"));
  CHECK(after.exists("orders-0/notes.txt"));
}

TEST_CASE("reads work whatever pieces the disk returns") {
  MemoryDisk disk;
  UnifiedLog log = start_log(disk).log;
  append_numbered(log, disk, 0, 30);
  const std::vector<RecordBatch> before = batches_of(log, disk);
  for (const std::uint64_t piece : {1U, 7U, 61U, 64U}) {
    MemoryDisk after = disk.after_crash();
    after.piece = piece;
    const UnifiedLog::Opened opened = start_log(after);
    CHECK(batches_of(opened.log, after) == before);
    CHECK(opened.report.bytes_cut == 0);
  }
}

// What Kafka's UnifiedLogTest and LogLoaderTest hold of producers when logs are truncated, shortened and opened anew.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

void lead(UnifiedLog& log, Disk& disk, const RecordBatch& batch) {
  const auto result = log.append_as_leader({batch}, LeaderEpoch{0}, now, disk, AppendOrigin::raft_leader);
  REQUIRE(result);
  REQUIRE(result->error == ErrorCode::none);
}

void follow(UnifiedLog& log, Disk& disk, const RecordBatch& batch) {
  const auto result = log.append_as_follower({batch}, LeaderEpoch{9}, now, disk);
  REQUIRE(result);
  REQUIRE(result->error == ErrorCode::none);
}

RecordBatch from(std::int64_t id, std::int32_t sequence, int records = 1) {
  return make_batch({.records = records, .producer = producer(id, 0, sequence)});
}

std::set<std::int64_t> producers_of(const UnifiedLog& log) {
  std::set<std::int64_t> ids;
  for (const auto& [id, entry] : log.producer_state().producers()) ids.insert(id.value);
  return ids;
}

std::vector<Offset> snapshots_of(const MemoryDisk& disk) { return *list_producer_snapshots(disk, "orders-0"); }

}  // namespace

TEST_CASE("a roll takes a snapshot of the producers as they were before the batch that rolls") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  int sequence = 0;
  while (log.segment_count() == 1) lead(log, disk, from(1, sequence++));
  const Offset base = log.segments().back().base_offset();
  CHECK(snapshots_of(disk) == std::vector{base});
  const auto snapshot = load_producer_snapshot(disk, "orders-0", base);
  REQUIRE(snapshot);
  REQUIRE(*snapshot);
  CHECK((*snapshot)->end_offset() == base);
  CHECK((*snapshot)->producers().at(ProducerId{1}).last()->last_sequence == Sequence{sequence - 2});
  CHECK(log.producer_state().producers().at(ProducerId{1}).last()->last_sequence == Sequence{sequence - 1});
  while (log.segment_count() < 4) lead(log, disk, from(1, sequence++));
  REQUIRE(log.flush(disk));
  CHECK(snapshots_of(disk).size() == 3);  // a flush takes none of them away
}

TEST_CASE("producers outlive the segments that told of them until their log is opened anew") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  lead(log, disk, from(1, 0));
  for (int i = 0; log.segment_count() < 3; ++i) lead(log, disk, from(2, i));
  (void)log.update_high_watermark(log.log_end_offset());
  REQUIRE(log.maybe_increment_log_start_offset(log.segments()[1].base_offset(), disk));
  const auto gone = log.delete_old_segments(now, 1, disk);
  REQUIRE(gone);
  REQUIRE(log.segment_count() == 2);
  CHECK(producers_of(log) == std::set<std::int64_t>{1, 2});
  const Offset start = log.log_start_offset();
  log.close(disk);
  disk = disk.after_crash();
  log = open_log(disk, tiny_segments, {.log_start_offset = start});
  CHECK(producers_of(log) == std::set<std::int64_t>{2});
}

TEST_CASE("producers of which all lies below the log start are not loaded") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  lead(log, disk, from(1, 0));
  lead(log, disk, from(2, 0));
  (void)log.update_high_watermark(log.log_end_offset());
  REQUIRE(log.maybe_increment_log_start_offset(Offset{1}, disk));
  CHECK(producers_of(log) == std::set<std::int64_t>{1, 2});
  log.close(disk);
  log = open_log(disk, tiny_segments, {.log_start_offset = Offset{1}});
  CHECK(producers_of(log) == std::set<std::int64_t>{2});
  CHECK(log.producer_state().end_offset() == Offset{2});
}

TEST_CASE("a log begun anew has no producers and no transactions and no snapshots") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  for (int i = 0; i < 12; ++i)
    lead(log, disk, make_batch({.producer = producer(1, 0, i), .transactional = Transactional::yes}));
  (void)log.update_high_watermark(log.log_end_offset());
  CHECK(log.last_stable_offset() == Offset{0});
  REQUIRE_FALSE(snapshots_of(disk).empty());
  REQUIRE(log.truncate_fully_and_start_at(Offset{29}, now, disk));
  CHECK(producers_of(log).empty());
  CHECK(snapshots_of(disk).empty());
  CHECK(log.last_stable_offset() == Offset{29});
  CHECK(log.producer_state().first_unstable_offset() == std::nullopt);
  lead(log, disk, from(1, 0));
  CHECK(log.log_end_offset() == Offset{30});
}

TEST_CASE("truncation without any snapshot reads the producers out of the log") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  for (int i = 0; i < 20; ++i) lead(log, disk, from(1 + i / 10, i % 10));
  REQUIRE(log.segment_count() > 2);
  for (const Offset snapshot : snapshots_of(disk)) REQUIRE(remove_producer_snapshot(disk, "orders-0", snapshot));
  REQUIRE(log.truncate_to(Offset{7}, now, disk));
  CHECK(producers_of(log) == std::set<std::int64_t>{1});
  CHECK(log.producer_state().producers().at(ProducerId{1}).last()->last_sequence == Sequence{6});
}

TEST_CASE("producers of a compacted log are those of its emptied and thinned batches") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  RecordBatch emptied = stored(from(1, 0, 4), 0, 0);
  emptied.body = {};
  emptied.header.records_count = 0;
  emptied.header.base_timestamp = -1;
  emptied.header.batch_length = static_cast<std::int32_t>(batch_header_size - log_overhead);
  emptied.header.crc = batch_crc(emptied.header, emptied.body.span());
  BatchBuilder builder;  // only the last of three records is left
  builder.append(now, as_bytes("k"), as_bytes("v"), {}, 2);
  const RecordBatch thinned = stored(builder.build({}, producer(2, 0, 10)), 6, 0);
  follow(log, disk, emptied);
  follow(log, disk, thinned);
  const auto check = [&] {
    CHECK(log.log_end_offset() == Offset{9});
    const auto& producers = log.producer_state().producers();
    CHECK(producers.at(ProducerId{1}).last()->last_sequence == Sequence{3});
    CHECK(producers.at(ProducerId{1}).last()->last_offset == Offset{3});
    CHECK(producers.at(ProducerId{2}).last()->last_sequence == Sequence{12});
    CHECK(producers.at(ProducerId{2}).last()->last_offset == Offset{8});
  };
  check();
  disk = disk.after_crash();
  log = open_log(disk, tiny_segments);
  check();
}

TEST_CASE("recovery takes markers whose coordinator epochs fall") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  const auto begin = [&](std::int32_t sequence) {
    follow(log, disk,
           stored(make_batch({.producer = producer(1, 0, sequence), .transactional = Transactional::yes}),
                  log.log_end_offset().value, 0));
  };
  const auto end = [&](TransactionOutcome outcome, int coordinator_epoch) {
    follow(log, disk, stored(marker(1, 0, outcome, coordinator_epoch), log.log_end_offset().value, 0));
  };
  begin(0);
  end(TransactionOutcome::abort, 5);
  begin(1);
  end(TransactionOutcome::commit, 3);
  disk = disk.after_crash();
  log = open_log(disk, tiny_segments);
  CHECK(log.log_end_offset() == Offset{4});
  CHECK(log.producer_state().first_undecided_offset() == std::nullopt);
  const auto aborted = log.aborted_transactions(Offset{0}, Offset{4}, disk);
  REQUIRE(aborted);
  CHECK(aborted->transactions == std::vector{AbortedTransaction{ProducerId{1}, Offset{0}, Offset{1}, Offset{2}}});
}

TEST_CASE("a snapshot of a clean stop serves a segment behind it that must be read whole") {
  MemoryDisk disk;
  UnifiedLog log = open_log(disk, tiny_segments);
  for (int i = 0; log.segment_count() < 4; ++i) {
    lead(log, disk, make_batch({.producer = producer(i % 3, 0, i), .transactional = Transactional::yes}));
    if (i % 4 == 3) lead(log, disk, marker(i % 3, 0, TransactionOutcome::abort));
  }
  const ProducerState before = log.producer_state();
  const auto aborted = log.aborted_transactions(Offset{0}, log.log_end_offset(), disk);
  const Offset end = log.log_end_offset();
  const Offset third = log.segments()[2].base_offset();
  REQUIRE(log.close_cleanly(disk));
  REQUIRE(disk.remove(segment_path("orders-0", third, index_suffix)));  // that one must be read, those around it not
  auto opened = UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}}, tiny_segments,
                                 {.clean = CleanShutdown::yes, .recovery_point = end}, now);
  REQUIRE(opened);
  CHECK(opened->report.segments_scanned == 1);
  // A snapshot holds the last batch of each producer only.
  CHECK(opened->log.producer_state().producers().size() == before.producers().size());
  for (const auto& [id, entry] : before.producers()) {
    CAPTURE(id.value);
    REQUIRE(opened->log.producer_state().producers().contains(id));
    const ProducerEntry& loaded = opened->log.producer_state().producers().at(id);
    CHECK(loaded.last() == entry.last());
    CHECK(loaded.epoch() == entry.epoch());
    CHECK(loaded.transaction_start() == entry.transaction_start());
    CHECK(loaded.coordinator_epoch() == entry.coordinator_epoch());
  }
  const auto again = opened->log.aborted_transactions(Offset{0}, end, disk);
  REQUIRE(aborted);
  REQUIRE(again);
  CHECK_FALSE(again->transactions.empty());
  CHECK(again->transactions == aborted->transactions);
}

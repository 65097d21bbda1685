#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a cleaned segment takes the place of several with their indexes and snapshots") {
  CleanerRig rig;
  for (const char* key : {"a", "b", "c"}) {
    rig.idempotent(1, {key, "x"});
    rig.roll();
  }
  std::vector<Offset> old;
  for (const LogSegment& segment : rig.log().segments()) old.push_back(segment.base_offset());
  old.pop_back();
  auto made = LogSegment::open(rig.disk, "t-0", Offset{0}, rig.log().config(), rig.now, cleaned_suffix);
  REQUIRE(made);
  const std::vector<RecordBatch> one{stored(keyed_batch({{"a", "only"}}), 1, 1)};
  REQUIRE(made->append(rig.disk, one, 100));
  REQUIRE(made->sync(rig.disk));
  const std::uint64_t truncations = rig.log().truncations();
  REQUIRE(rig.log().replace_segments(std::move(*made), old, rig.disk));
  CHECK(rig.log().truncations() == truncations);
  CHECK(rig.log().segment_count() == 2);
  CHECK(rig.offsets() == Offsets{1});
  CHECK(rig.files(".log").size() == 2);
  CHECK(rig.files(".index").size() == 2);
  CHECK(rig.files(".timeindex").size() == 2);
  for (const Offset base : old) {
    if (base != Offset{0}) CHECK_FALSE(rig.disk.exists(segment_path("t-0", base, snapshot_suffix)));
  }
  const auto read = rig.log().read(Offset{0}, 1000, rig.log().log_end_offset(), MinOneBatch::yes, rig.disk);
  REQUIRE(read);
  CHECK(read->batches == one);
}

TEST_CASE("what must stay of a producer is its last data batch or else its marker's epoch") {
  CleanerRig rig;
  rig.idempotent(1, {"a", "b"});
  rig.end(2, TransactionOutcome::commit);
  const auto records = rig.log().last_records_of_producers();
  REQUIRE(records.size() == 2);
  CHECK(records.at(ProducerId{1}).data_offset == Offset{1});
  CHECK_FALSE(records.at(ProducerId{2}).data_offset);
  CHECK(records.at(ProducerId{2}).epoch == ProducerEpoch{0});
}

TEST_CASE("a follower whose leader has compacted its log does not lose it in a crash") {
  CleanerRig rig;
  LogConfig tiny = CleanerRig::small();
  tiny.segment_bytes = 200;
  rig.log().set_config(tiny);
  bool flushed = false;
  for (int i = 0; i < 10; ++i) {  // offsets are missing between the batches, so between the segments too
    const auto taken = rig.log().append_as_follower(
        {stored(keyed_batch({{"k" + std::to_string(i), "value"}}), 10 * i, 1)}, LeaderEpoch{1}, rig.now, rig.disk);
    REQUIRE(taken);
    flushed = flushed || taken->gap_flushed;
  }
  CHECK(flushed);
  REQUIRE(rig.log().segment_count() > 2);
  MemoryDisk after = rig.disk.after_crash();
  LogConfig unaware = tiny;
  unaware.compaction = Compaction::off;
  const auto opened = UnifiedLog::open(after, "t-0", {"t", PartitionIndex{0}}, unaware,
                                       {.recovery_point = rig.log().recovery_point()}, rig.now);
  REQUIRE(opened);
  CHECK(opened->log.log_end_offset() == Offset{91});
  CHECK(opened->log.all_batches(after)->size() == 10);
}

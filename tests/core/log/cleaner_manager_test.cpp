#include "core/log/cleaner_manager.hpp"

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const TopicPartition partition{"t", PartitionIndex{0}};

std::optional<LogToClean> dirtiest(CleanerRig& rig, CleanerManager& manager) {
  LogDirectory::Logs logs;
  logs.emplace(cleaned, Cow<UnifiedLog>{rig.log()});
  const auto found = manager.dirtiest(logs, rig.now, rig.disk);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("a log is cleaned from its checkpoint up to its active segment") {
  CleanerRig rig;
  rig.put_all({"a", "b"});
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now) == CleanableOffsets{Offset{0}, Offset{0}});
  rig.roll();
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now) == CleanableOffsets{Offset{0}, Offset{2}});
  CHECK(cleanable_offsets(rig.log(), Offset{1}, rig.now) == CleanableOffsets{Offset{1}, Offset{2}});
}

TEST_CASE("a checkpoint outside of its log is taken for the log start") {
  CleanerRig rig;
  rig.put_all({"a", "b", "c"});
  rig.roll();
  CHECK(cleanable_offsets(rig.log(), Offset{77}, rig.now) == CleanableOffsets{Offset{0}, Offset{3}, true});
  REQUIRE(rig.log().maybe_increment_log_start_offset(Offset{2}, rig.disk));
  CHECK(cleanable_offsets(rig.log(), Offset{1}, rig.now) == CleanableOffsets{Offset{2}, Offset{3}, true});
  CleanerManager manager;
  REQUIRE(manager.cleaned(partition, Offset{1}, {{cleaned, Cow<UnifiedLog>{rig.log()}}}, rig.disk));
  (void)dirtiest(rig, manager);
  CHECK(manager.checkpoint(partition) == Offset{2});
}

TEST_CASE("transactions that are not decided and batches that are not replicated are not cleaned") {
  CleanerRig rig;
  rig.put("a", "v");
  rig.roll();
  rig.transactional(1, {"b"});
  rig.roll();
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable == Offset{2});
  rig.end(1, TransactionOutcome::commit);
  rig.roll();
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable
        == rig.log().segments().back().base_offset());
  (void)rig.log().update_high_watermark(Offset{1});
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable == Offset{1});
}

TEST_CASE("what is not durable is not cleaned") {
  CleanerRig rig;
  rig.put("a", "v");
  rig.roll();
  const Offset durable = rig.log().recovery_point();
  LogConfig tiny = rig.log().config();
  tiny.segment_bytes = 200;
  rig.log().set_config(tiny);
  for (int i = 0; i < 10; ++i) rig.put("b", "v");
  REQUIRE(rig.log().segments().back().base_offset() > durable);
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable == durable);
}

TEST_CASE("a segment with a young record waits for min.compaction.lag.ms") {
  LogConfig config = CleanerRig::small();
  config.min_compaction_lag_ms = 10'000;
  CleanerRig rig{config};
  rig.append(keyed_batch({{"a", "v"}}, rig.now.value - 20'000));
  rig.roll();
  const Offset young = rig.log().log_end_offset().plus(-1);
  rig.append(keyed_batch({{"b", "v"}}, rig.now.value - 5'000));
  rig.roll();
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable == young);
  rig.now = rig.now.plus(6'000);
  CHECK(cleanable_offsets(rig.log(), std::nullopt, rig.now).first_uncleanable
        == rig.log().segments().back().base_offset());
}

TEST_CASE("a log is cleaned when enough of it is dirty") {
  CleanerRig rig;
  CleanerManager manager;
  CHECK_FALSE(dirtiest(rig, manager));  // empty
  for (int i = 0; i < 10; ++i) rig.put("a", "v");
  rig.roll();
  REQUIRE(dirtiest(rig, manager));
  CHECK(dirtiest(rig, manager)->dirty_ratio() == Ratio{1'000'000});
  const LogDirectory::Logs logs{{cleaned, Cow<UnifiedLog>{rig.log()}}};
  REQUIRE(manager.cleaned(partition, rig.log().segments().back().base_offset(), logs, rig.disk));
  CHECK_FALSE(dirtiest(rig, manager));
  rig.put("a", "v");
  rig.roll();
  CHECK_FALSE(dirtiest(rig, manager));  // two records of twelve
  for (int i = 0; i < 30; ++i) rig.put("a", "v");
  rig.roll();
  const auto found = dirtiest(rig, manager);
  REQUIRE(found);
  const std::uint64_t clean = rig.log().segments().front().size_bytes();
  const std::uint64_t dirty = rig.log().size_bytes() - clean - rig.log().segments().back().size_bytes();
  CHECK(found->clean_bytes == clean);
  CHECK(found->dirty_bytes == dirty);
  CHECK(found->dirty_ratio() == Ratio{static_cast<std::int64_t>(dirty * 1'000'000 / (clean + dirty))});
}

TEST_CASE("a little that is older than max.compaction.lag.ms is cleaned all the same") {
  LogConfig config = CleanerRig::small();
  config.max_compaction_lag_ms = 3'600'000;
  CleanerRig rig{config};
  CleanerManager manager;
  for (int i = 0; i < 10; ++i) rig.put("a", "v");
  rig.roll();
  const LogDirectory::Logs logs{{cleaned, Cow<UnifiedLog>{rig.log()}}};
  REQUIRE(manager.cleaned(partition, rig.log().segments().back().base_offset(), logs, rig.disk));
  rig.put("a", "v");
  rig.roll();
  CHECK_FALSE(dirtiest(rig, manager));
  rig.now = rig.now.plus(3'600'000);
  REQUIRE(dirtiest(rig, manager));
  CHECK(dirtiest(rig, manager)->overdue);
}

TEST_CASE("a log that is uncleanable or not compacted is left alone") {
  CleanerRig rig;
  CleanerManager manager;
  rig.put_all({"a", "a"});
  rig.roll();
  REQUIRE(dirtiest(rig, manager));
  manager.mark_uncleanable(partition);
  CHECK_FALSE(dirtiest(rig, manager));
  REQUIRE(manager.removed(partition, rig.disk));
  CHECK(dirtiest(rig, manager));
  LogConfig config = rig.log().config();
  config.compaction = Compaction::off;
  rig.log().set_config(config);
  CHECK_FALSE(dirtiest(rig, manager));
}

TEST_CASE("the cleaner's checkpoint outlives the process and follows truncation and removal") {
  CleanerRig rig;
  CleanerManager manager;
  const LogDirectory::Logs logs{{cleaned, Cow<UnifiedLog>{rig.log()}}};
  REQUIRE(manager.cleaned({"gone", PartitionIndex{0}}, Offset{5}, logs, rig.disk));
  REQUIRE(manager.cleaned(partition, Offset{50}, logs, rig.disk));
  CleanerManager next;
  REQUIRE(next.load(rig.disk));
  CHECK(next.checkpoints() == OffsetCheckpoint{{partition, Offset{50}}});  // a log that is gone is forgotten
  REQUIRE(next.truncated(partition, Offset{60}, rig.disk));
  CHECK(next.checkpoint(partition) == Offset{50});
  REQUIRE(next.truncated(partition, Offset{40}, rig.disk));
  REQUIRE(manager.load(rig.disk));
  CHECK(manager.checkpoint(partition) == Offset{40});
  REQUIRE(manager.removed(partition, rig.disk));
  REQUIRE(next.load(rig.disk));
  CHECK(next.checkpoints().empty());
}

TEST_CASE("of several logs the one with the largest share of dirty bytes is cleaned first") {
  MemoryDisk disk;
  LogDirectory::Logs logs;
  CleanerManager manager;
  for (int i = 0; i < 3; ++i) {
    const TopicPartition name{"t", PartitionIndex{i}};
    auto opened = UnifiedLog::open(disk, to_string(name), name, CleanerRig::small(), {}, Timestamp{1'000'000});
    REQUIRE(opened);
    for (int n = 0; n < 100; ++n) {
      REQUIRE(opened->log.append_as_leader({keyed_batch({{"key", "value"}})}, LeaderEpoch{1}, Timestamp{1'000'000},
                                           disk, AppendOrigin::coordinator));
    }
    REQUIRE(opened->log.segment_count() > 1);
    (void)opened->log.update_high_watermark(opened->log.log_end_offset());
    REQUIRE(opened->log.flush(disk));
    logs.emplace(TopicIdPartition{Uuid{1, 2}, PartitionIndex{i}}, Cow<UnifiedLog>{std::move(opened->log)});
  }
  REQUIRE(manager.cleaned({"t", PartitionIndex{0}}, Offset{10}, logs, disk));
  REQUIRE(manager.cleaned({"t", PartitionIndex{2}}, Offset{20}, logs, disk));
  const auto found = manager.dirtiest(logs, Timestamp{1'000'000}, disk);
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->id.partition == PartitionIndex{1});
}

TEST_CASE("a log whose start or checkpoint lies in its active segment has nothing to clean") {
  CleanerRig rig;
  CleanerManager manager;
  rig.put_all({"a", "a"});
  rig.roll();
  rig.put_all({"a", "a"});
  const Offset active = rig.log().segments().back().base_offset();
  const CleanableOffsets by_checkpoint = cleanable_offsets(rig.log(), active.plus(1), rig.now);
  CHECK(by_checkpoint.first_uncleanable >= by_checkpoint.first_dirty);
  REQUIRE(rig.log().maybe_increment_log_start_offset(active.plus(1), rig.disk));
  const CleanableOffsets by_start = cleanable_offsets(rig.log(), Offset{0}, rig.now);
  CHECK(by_start.first_dirty == active.plus(1));
  CHECK(by_start.first_uncleanable >= by_start.first_dirty);
  CHECK_FALSE(dirtiest(rig, manager));
}

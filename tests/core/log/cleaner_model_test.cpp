// Compaction against a model: whatever is appended, and whenever it is cleaned, the latest value of each key is there,
// at its offset; and whatever is lost with the power, a start finds a sound log.
#include <algorithm>

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// What a reader with read_committed makes of the log: the last value of each key and its offset; no tombstones.
using View = std::map<std::string, std::pair<std::int64_t, std::string>>;

View view_of(const UnifiedLog& log, const Disk& disk) {
  View view;
  const auto aborted = log.aborted_transactions(Offset{0}, log.log_end_offset(), disk);
  REQUIRE(aborted);
  const auto batches = log.all_batches(disk);
  REQUIRE(batches);
  for (const RecordBatch& batch : *batches) {
    REQUIRE(crc_matches(batch));
    if (batch.is_control()) continue;
    const bool is_aborted =
        batch.is_transactional() && std::ranges::any_of(aborted->transactions, [&](const AbortedTransaction& one) {
          return one.producer.value == batch.header.producer_id && one.first <= batch.base_offset()
                 && batch.last_offset() < one.last;
        });
    if (is_aborted) continue;
    const auto records = decode_records(batch);
    REQUIRE(records);
    for (const Record& record : *records) {
      const std::string key{as_text(*record.key)};
      view.erase(key);
      if (record.value) view[key] = {record.offset.value, std::string{as_text(*record.value)}};
    }
  }
  return view;
}

void append_something(CleanerRig& rig, Random& random, int i) {
  const std::string key = "key " + std::to_string(random.below(6));
  const std::uint64_t what = random.below(10);
  if (what < 5) return rig.put(key, "value " + std::to_string(i));
  if (what < 7) return rig.remove(key);
  const auto id = static_cast<std::int64_t>(random.below(3));
  if (what == 7) return rig.idempotent(10 + id, {key, "key 1"});
  rig.transactional(id, {key, "key 2"});
  rig.end(id, what == 8 ? TransactionOutcome::commit : TransactionOutcome::abort);
}

void check_sound(const UnifiedLog& log, const MemoryDisk& disk) {
  Offset next{0};
  const auto batches = log.all_batches(disk);  // outlives the loop
  for (const RecordBatch& batch : *batches) {
    REQUIRE(batch.base_offset() >= next);
    next = batch.next_offset();
    const auto read = log.read(batch.base_offset(), 1, log.log_end_offset(), MinOneBatch::yes, disk);
    REQUIRE(read);
    REQUIRE(read->batches.size() == 1);
    REQUIRE(read->batches.front() == batch);
  }
}

}  // namespace

TEST_CASE("replicas that clean at different times show their readers the same") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    Random random{seed};
    CleanerRig often;
    CleanerRig never;
    if (seed % 2 == 0) often.limits = {24 * 5, 900'000, 300};
    for (int i = 0; i < 120; ++i) {
      Random same = random;
      append_something(often, random, i);
      append_something(never, same, i);
      if (random.below(8) == 0) {
        often.roll();
        never.roll();
      }
      if (random.below(6) == 0) {
        REQUIRE(often.clean() == CleaningPass::Progress::done);
        if (random.below(4) == 0) often.dirty = Offset{0};
      }
      if (random.below(10) == 0) often.now = often.now.plus(CleanerRig::retention / 2);
      if (random.below(12) == 0) often.restart();
    }
    CHECK(often.log().log_end_offset() == never.log().log_end_offset());
    CHECK(view_of(often.log(), often.disk) == view_of(never.log(), never.disk));
    CHECK(often.log().size_bytes() < never.log().size_bytes());
    check_sound(often.log(), often.disk);
  }
}

TEST_CASE("wherever the power fails in a pass nothing that was synced is lost") {
  CleanerRig start;
  Random random{7};
  for (int i = 0; i < 60; ++i) {
    append_something(start, random, i);
    if (i % 12 == 11) start.roll();
  }
  REQUIRE(start.disk.sync_directory(""));
  start.limits.buffer_bytes = 500;
  const View view = view_of(start.log(), start.disk);
  const Offset recovery_point = start.log().recovery_point();
  bool finished = false;
  for (std::uint64_t operations = 1; !finished; ++operations) {
    INFO("after " << operations << " operations");
    CleanerRig rig = start;
    rig.disk.operations_left = operations;
    CleaningPass pass{rig.log(), Offset{0}, rig.log().segments().back().base_offset(), rig.now, rig.limits};
    for (auto slice = pass.step(rig.log(), rig.disk); slice; slice = pass.step(rig.log(), rig.disk)) {
      finished = slice->progress == CleaningPass::Progress::done;
      if (finished) break;
    }
    for (int kind = 0; kind < 6; ++kind) {
      MemoryDisk after = kind == 0   ? rig.disk.after_crash()
                         : kind == 1 ? rig.disk.after_power_loss()
                                     : rig.disk.after_torn_power_loss(random);
      LogConfig unaware = CleanerRig::small();
      unaware.compaction = Compaction::off;  // at start a broker does not know its topics' settings yet
      auto opened = UnifiedLog::open(after, "t-0", {"t", PartitionIndex{0}}, unaware,
                                     {.recovery_point = recovery_point}, rig.now);
      REQUIRE(opened);
      CHECK(opened->log.log_end_offset() == start.log().log_end_offset());
      CHECK(view_of(opened->log, after) == view);
      check_sound(opened->log, after);
      const auto names = after.list("t-0");
      for (const std::string& name : *names) {
        CHECK_FALSE(name.ends_with(cleaned_suffix));
        CHECK_FALSE(name.ends_with(swap_suffix));
      }
    }
    REQUIRE(operations < 1000);
  }
}

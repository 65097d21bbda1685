// Everything at random against a list of batches: appends, elections, truncations, flushes, crashes and power losses of
// every kind.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

RecordBatch any_batch(int i) {
  const auto transactional_id = static_cast<std::int64_t>(10 + i / 5 % 3);
  if (i % 5 == 3)
    return make_batch({.producer = producer(transactional_id, 0, i), .transactional = Transactional::yes});
  if (i % 5 == 4)
    return marker(transactional_id, 0, i % 2 == 0 ? TransactionOutcome::abort : TransactionOutcome::commit);
  return make_batch({.records = 1 + i % 3,
                     .timestamp = 1'000'000 + 7 * i,
                     .value = "value " + std::to_string(i),
                     .producer = i % 2 == 0 ? std::optional{producer(i % 4, 0, i)} : std::nullopt});
}

void check_producers_replayable(const UnifiedLog& log, const Disk& disk) {
  ProducerState replayed;
  std::vector<AbortedTransaction> aborted;
  for (const RecordBatch& batch : batches_of(log, disk)) {
    const auto ended = replayed.update(batch);
    if (!ended) continue;
    if (ended->outcome == TransactionOutcome::abort)
      aborted.push_back({ended->producer, ended->first, ended->last, replayed.last_stable_offset(*ended)});
    replayed.complete(*ended);
  }
  std::vector<AbortedTransaction> indexed;
  for (const LogSegment& segment : log.segments()) {
    const auto found = segment.transaction_index().all(disk);
    REQUIRE(found);
    indexed.insert(indexed.end(), found->transactions.begin(), found->transactions.end());
  }
  REQUIRE(indexed == aborted);
  REQUIRE(log.producer_state().first_undecided_offset() == replayed.first_undecided_offset());
  REQUIRE(replayed.producers().size() == log.producer_state().producers().size());
  for (const auto& [id, entry] : replayed.producers()) {
    const ProducerEntry& other = log.producer_state().producers().at(id);
    REQUIRE(other.last() == entry.last());
    REQUIRE(other.transaction_start() == entry.transaction_start());
  }
}

struct RandomPlay {
  Random random;
  MemoryDisk disk{};
  UnifiedLog log;
  std::vector<RecordBatch> model{};  // all that the log should hold
  std::size_t synced{0};             // that many batches of it must survive a power loss
  Offset checkpoint{};               // the recovery point as last checkpointed
  int epoch{0};

  explicit RandomPlay(std::uint64_t seed) : random{seed}, log{start_log(disk).log} {
    disk.piece = seed % 3 == 0 ? 1 + random.below(200) : 0;
  }

  void append() {
    const auto number = static_cast<int>(random.below(1000));
    const auto result =
        log.append_as_leader({any_batch(number)}, LeaderEpoch{epoch}, now, disk, AppendOrigin::raft_leader);
    REQUIRE(result);
    REQUIRE(result->error == ErrorCode::none);
    model.push_back(result->appended.front());
  }
  void truncate() {
    const std::int64_t end = log.log_end_offset().value;
    const auto anywhere = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(end) + 2));
    const auto near_end = std::max<std::int64_t>(0, end - static_cast<std::int64_t>(random.below(6)));
    const Offset at{random.below(3) == 0 ? anywhere : near_end};
    REQUIRE(log.truncate_to(at, now, disk));
    while (!model.empty() && model.back().last_offset() >= at) model.pop_back();
    synced = std::min(synced, model.size());
    checkpoint = std::min(checkpoint, log.recovery_point());
    check_producers_replayable(log, disk);
  }
  void flush() {
    REQUIRE(log.flush(disk));
    synced = model.size();
    checkpoint = log.recovery_point();
  }
  void flush_rolled() {
    const auto work = log.files_to_flush();
    if (!work) return;
    for (const FileId file : work->files) REQUIRE(disk.sync(file));
    REQUIRE(log.recovery_point_reached(*work, disk));
    checkpoint = log.recovery_point();
    const auto below =
        std::ranges::count_if(model, [&](const RecordBatch& batch) { return batch.last_offset() < work->up_to; });
    synced = std::max(synced, static_cast<std::size_t>(below));
  }
  void restart_cleanly() {
    REQUIRE(log.close_cleanly(disk));
    disk = disk.after_power_loss();
    UnifiedLog::Opened opened = start_log(disk, {.clean = CleanShutdown::yes, .recovery_point = log.recovery_point()});
    REQUIRE(opened.report.segments_scanned == 0);
    log = std::move(opened.log);
    synced = model.size();
    checkpoint = log.recovery_point();
  }
  void crash() {
    disk = disk.after_crash();
    log = start_log(disk, {.recovery_point = checkpoint}).log;
    REQUIRE(batches_of(log, disk) == model);
    check_producers_replayable(log, disk);
  }
  void step() {
    const std::uint64_t what = random.below(100);
    if (what < 60) return append();
    if (what < 68) REQUIRE(log.assign_epoch_start(LeaderEpoch{++epoch}, log.log_end_offset(), disk));
    if (what >= 68 && what < 76) truncate();
    if (what >= 76 && what < 84) flush();
    if (what >= 84 && what < 88) flush_rolled();
    if (what >= 88 && what < 91) restart_cleanly();
    if (what >= 91 && what < 94) crash();
  }
  void check() {
    REQUIRE(log.log_end_offset() == (model.empty() ? Offset{0} : model.back().next_offset()));
    if (model.empty()) return;
    const std::size_t at = random.below(model.size());
    const std::uint64_t bytes = 1 + random.below(500);
    const auto read = log.read(model[at].base_offset(), bytes, log.log_end_offset(), MinOneBatch::yes, disk);
    REQUIRE(read);
    REQUIRE(!read->batches.empty());
    REQUIRE(std::equal(read->batches.begin(), read->batches.end(), model.begin() + static_cast<std::ptrdiff_t>(at)));
  }
};

}  // namespace

TEST_CASE("whatever happens a log is what was written to it") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    RandomPlay play{seed};
    for (int step = 0; step < 120; ++step) {
      play.step();
      play.check();
    }
    REQUIRE(batches_of(play.log, play.disk) == play.model);
  }
}

TEST_CASE("a log holds all that was synced whatever a power loss leaves of the rest") {
  for (std::uint64_t seed = 100; seed <= 160; ++seed) {
    RandomPlay play{seed};
    for (int step = 0; step < 120; ++step) play.step();
    for (int loss = 0; loss < 8; ++loss) {
      INFO("seed " << seed << " loss " << loss);
      MemoryDisk after = loss == 0 ? play.disk.after_power_loss() : play.disk.after_torn_power_loss(play.random);
      UnifiedLog log = start_log(after, {.recovery_point = play.checkpoint}).log;
      const std::vector<RecordBatch> kept = batches_of(log, after);
      REQUIRE(kept.size() >= play.synced);
      REQUIRE(
          std::equal(play.model.begin(), play.model.begin() + static_cast<std::ptrdiff_t>(play.synced), kept.begin()));
      Offset next{0};
      for (const RecordBatch& batch : kept) {
        REQUIRE(crc_matches(batch));
        REQUIRE(batch.base_offset() == next);
        next = batch.next_offset();
        if (batch.leader_epoch().value >= 0) REQUIRE(log.epoch_of(batch.base_offset()) == batch.leader_epoch());
      }
      check_producers_replayable(log, after);
      const auto result = log.append_as_leader({make_batch()}, LeaderEpoch{play.epoch + 1}, now, after);
      REQUIRE(result);
    }
  }
}

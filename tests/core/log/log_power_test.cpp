// The power fails at each disk operation of rolls, flushes, checkpoints and a clean stop: what comes up is a prefix that holds
// all that was synced, and everything beside the log is what the log itself says.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/log/log_directory.hpp"
#include "core/log/log_files.hpp"
#include "tests/core/log/log_rig.hpp"
#include "tests/support/sanitized.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const LogConfig hour_config{.segment_bytes = 500, .index_interval_bytes = 100};

DiskResult<LogDirectory::Opened> try_to_open(Disk& disk) {
  return LogDirectory::open(
      disk, [](const TopicPartition&) { return hour_config; }, now);
}

RecordBatch batch_of_hour(int i) {
  if (i % 5 == 3) return make_batch({.producer = producer(7, 0, i), .transactional = Transactional::yes});
  if (i % 5 == 4) return marker(7, 0, i % 2 == 0 ? TransactionOutcome::abort : TransactionOutcome::commit);
  return make_batch({.records = 1 + i % 3, .timestamp = now.value + i, .producer = producer(i % 2, 0, i)});
}

// A broker's hour, until the disk fails.
struct Hour {
  MemoryDisk disk{};
  std::vector<RecordBatch> written{};  // or at least begun
  std::size_t synced{0};               // that many of them outlive anything
  Offset high_watermark{};             // the highest of which a checkpoint was begun
  bool stopped{false};                 // in order

  bool append(UnifiedLog& log, int count) {
    for (int i = 0; i < count; ++i) {
      const int number = static_cast<int>(written.size());
      RecordBatch expected = batch_of_hour(number);
      expected.header.base_offset = written.empty() ? 0 : written.back().next_offset().value;
      expected.header.partition_leader_epoch = 1 + number / 20;
      written.push_back(expected);
      const auto result = log.append_as_leader({batch_of_hour(number)}, LeaderEpoch{1 + number / 20}, now, disk,
                                               AppendOrigin::raft_leader);
      if (!result) return false;
      REQUIRE(result->appended.front() == expected);
    }
    return true;
  }
  bool flush_finished(UnifiedLog& log) {
    const auto work = log.files_to_flush();
    if (!work) return true;
    for (const FileId file : work->files) {
      if (!disk.sync(file)) return false;
    }
    if (!log.recovery_point_reached(*work, disk)) return false;
    const auto below = [&](const RecordBatch& batch) { return batch.last_offset() < work->up_to; };
    synced = static_cast<std::size_t>(std::ranges::count_if(written, below));
    return true;
  }
  bool checkpoint(LogDirectory& logs, UnifiedLog& log) {
    high_watermark = log.update_high_watermark(log.log_end_offset());
    return logs.write_recovery_points(disk) && logs.write_high_watermarks(disk) && logs.write_log_start_offsets(disk);
  }
  void live() {
    auto opened = try_to_open(disk);
    if (!opened) return;
    LogDirectory& logs = opened->directory;
    const auto created = logs.create(orders, orders_name, hour_config, now, disk);
    if (!created) return;
    UnifiedLog& log = **created;
    for (int round = 0; round < 3; ++round) {
      if (!append(log, 12) || !flush_finished(log) || !append(log, 3) || !checkpoint(logs, log)) return;
    }
    if (!log.flush(disk)) return;
    synced = written.size();
    if (!checkpoint(logs, log) || !append(log, 4)) return;
    stopped = logs.close_cleanly(BrokerEpoch{5}, disk).has_value();
    if (stopped) synced = written.size();
  }
};

void check_says_what_the_log_says(const UnifiedLog& log, const std::vector<RecordBatch>& batches, const MemoryDisk& disk) {
  ProducerState replayed;
  std::vector<AbortedTransaction> aborted;
  for (const RecordBatch& batch : batches) {
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
  REQUIRE(log.producer_state().producers().size() == replayed.producers().size());
  for (const auto& [producer, entry] : replayed.producers()) {
    REQUIRE(log.producer_state().producers().at(producer).last() == entry.last());
    REQUIRE(log.producer_state().producers().at(producer).transaction_start() == entry.transaction_start());
  }
  for (const RecordBatch& batch : batches) {
    REQUIRE(log.epoch_of(batch.base_offset()) == batch.leader_epoch());
    const auto read = log.read(batch.base_offset(), 1, log.log_end_offset(), MinOneBatch::yes, disk);
    REQUIRE(read);
    REQUIRE(read->batches.front() == batch);
  }
}

void check_comes_up(const Hour& hour, MemoryDisk disk) {
  const auto opened = try_to_open(disk);
  REQUIRE(opened);
  const UnifiedLog* log = opened->directory.find(orders);
  if (log == nullptr) {  // its directory was not durable yet
    REQUIRE(hour.synced == 0);
    return;
  }
  const auto kept = log->all_batches(disk);
  REQUIRE(kept);
  REQUIRE(kept->size() >= hour.synced);
  REQUIRE(kept->size() <= hour.written.size());
  REQUIRE(std::equal(kept->begin(), kept->end(), hour.written.begin()));
  REQUIRE(log->high_watermark() <= hour.high_watermark);
  REQUIRE(log->recovery_point() <= log->log_end_offset());
  REQUIRE((!hour.stopped || opened->report.clean == CleanShutdown::yes));
  check_says_what_the_log_says(*log, *kept, disk);
}

}  // namespace

TEST_CASE("wherever the power fails in rolls and flushes and checkpoints nothing that was synced is lost") {
  bool whole = false;
  for (std::uint64_t operations = 0; !whole; operations += sanitized ? 5 : 1) {
    INFO("after " << operations << " operations");
    REQUIRE(operations < 2000);
    Hour hour;
    hour.disk.operations_left = operations;
    hour.live();
    whole = hour.stopped;
    check_comes_up(hour, hour.disk.after_power_loss());
    Random random{operations};
    for (int torn = 0; torn < 3; ++torn) check_comes_up(hour, hour.disk.after_torn_power_loss(random));
    check_comes_up(hour, hour.disk.after_crash());
  }
}

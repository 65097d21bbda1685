// UnifiedLog: producers, transactions, and what readers with read_committed get.
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "core/log/log_files.hpp"
#include "core/log/producer_snapshot.hpp"
#include "core/log/unified_log.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const LogConfig config{
    .segment_bytes = 600, .index_interval_bytes = 1, .require_verification = RequireVerification::no};

struct LogProducersRig {
  MemoryDisk disk{};
  UnifiedLog log{open(disk, {})};
  std::map<std::int64_t, int> sequences{};

  static UnifiedLog open(Disk& disk, const LogOpenOptions& options, const LogConfig& with = config) {
    auto opened = UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}}, with, options, now);
    REQUIRE(opened);
    return std::move(opened->log);
  }
  ErrorCode append(const RecordBatch& batch, AppendOrigin origin = AppendOrigin::client,
                   std::optional<VerificationGuard> guard = std::nullopt) {
    const auto result = log.append_as_leader({batch}, LeaderEpoch{0}, now, disk, origin, guard);
    REQUIRE(result);
    return result->error;
  }
  RecordBatch batch_of(std::int64_t id) {
    return make_batch({.producer = producer(id, 0, sequences[id]++), .transactional = Transactional::yes});
  }
  void write(std::int64_t id) { REQUIRE(append(batch_of(id)) == ErrorCode::none); }
  void end(std::int64_t id, TransactionOutcome outcome) {
    REQUIRE(append(marker(id, 0, outcome), AppendOrigin::coordinator) == ErrorCode::none);
  }
  void plain() { REQUIRE(append(make_batch()) == ErrorCode::none); }
  void replicate() { log.update_high_watermark(log.log_end_offset()); }
  [[nodiscard]] LogReadResult committed(std::int64_t from, std::uint64_t bytes = 1 << 20) const {
    auto read = log.read_committed(Offset{from}, bytes, MinOneBatch::yes, disk);
    REQUIRE(read);
    return *read;
  }
  // Transactions of four producers over several segments: 1 and 3 abort, 2 commits, 4 stays open.
  void mix() {
    for (int round = 0; round < 4; ++round) {
      for (const std::int64_t id : {1, 2, 3}) write(id);
      plain();
      end(1, aborts);
      end(2, commit);
      write(3);
      end(3, aborts);
    }
    write(4);
  }
  [[nodiscard]] std::vector<AbortedTransaction> all_aborted(const UnifiedLog& of, const Disk& on) const {
    std::vector<AbortedTransaction> all;
    for (const LogSegment& segment : of.segments()) {
      const auto found = segment.transaction_index().all(on);
      REQUIRE(found);
      all.insert(all.end(), found->transactions.begin(), found->transactions.end());
    }
    return all;
  }
};

}  // namespace

TEST_CASE("read committed stops at the first transaction that is open") {
  LogProducersRig f;
  f.plain();
  f.write(1);
  f.plain();
  f.replicate();
  CHECK(f.log.high_watermark() == Offset{3});
  CHECK(f.log.last_stable_offset() == Offset{1});
  CHECK(f.committed(0).batches.size() == 1);
  CHECK(f.committed(1).batches.empty());
  f.end(1, commit);
  CHECK(f.log.last_stable_offset() == Offset{1});  // the marker is not replicated
  f.replicate();
  CHECK(f.log.last_stable_offset() == Offset{4});
  const LogReadResult all = f.committed(0);
  CHECK(all.batches.size() == 4);
  CHECK(all.aborted.empty());
}

TEST_CASE("the last stable offset is never above the high watermark nor below the log start") {
  LogProducersRig f;
  f.plain();
  f.write(1);
  f.plain();
  CHECK(f.log.last_stable_offset() == Offset{0});
  f.replicate();
  REQUIRE(f.log.maybe_increment_log_start_offset(Offset{2}, f.disk));
  CHECK(f.log.last_stable_offset() == Offset{2});
}

TEST_CASE("read committed is told of the aborted transactions that reach into what it reads") {
  LogProducersRig f;
  f.write(1);
  f.write(2);
  f.end(1, aborts);
  f.end(2, commit);
  f.plain();
  f.replicate();
  CHECK(f.committed(0).aborted == std::vector{aborted(1, 0, 2, 1)});
  CHECK(f.committed(2).aborted == std::vector{aborted(1, 0, 2, 1)});
  CHECK(f.committed(3).aborted.empty());
}

TEST_CASE("an aborted transaction is found although its marker is in a later segment") {
  LogProducersRig f;
  f.write(1);
  while (f.log.segment_count() < 4) f.plain();
  f.end(1, aborts);
  f.replicate();
  CHECK_FALSE(f.log.segments().front().transaction_index().exists());
  const LogReadResult first = f.committed(0, 10);
  CHECK(first.batches.size() == 1);
  REQUIRE(first.aborted.size() == 1);
  CHECK(first.aborted[0].first == Offset{0});
}

TEST_CASE("a search for aborted transactions ends where no later one can matter") {
  LogProducersRig f;
  f.mix();
  f.replicate();
  const auto near = f.log.aborted_transactions(Offset{0}, Offset{3}, f.disk);
  REQUIRE(near);
  CHECK(near->complete);
  CHECK(near->transactions.size() == 2);
  const auto all = f.log.aborted_transactions(Offset{0}, f.log.log_end_offset(), f.disk);
  CHECK(all->transactions.size() == 8);
  CHECK_FALSE(all->complete);
  CHECK(all->transactions == f.all_aborted(f.log, f.disk));
}

TEST_CASE("a follower builds the same producers and transaction indexes as its leader") {
  LogProducersRig f;
  f.mix();
  MemoryDisk other_disk;
  UnifiedLog other = LogProducersRig::open(other_disk, {});
  const auto batches = f.log.all_batches(f.disk);
  REQUIRE(batches);
  REQUIRE(other.append_as_follower(*batches, LeaderEpoch{0}, now, other_disk)->error == ErrorCode::none);
  CHECK(other.producer_state() == f.log.producer_state());
  CHECK(f.all_aborted(other, other_disk) == f.all_aborted(f.log, f.disk));
}

TEST_CASE("truncation undoes transactions and their ends") {
  LogProducersRig f;
  f.write(1);
  f.end(1, aborts);
  f.write(1);
  f.end(1, aborts);
  f.replicate();
  REQUIRE(f.log.truncate_to(Offset{3}, now, f.disk));
  CHECK(f.all_aborted(f.log, f.disk) == std::vector{aborted(1, 0, 1, 2)});
  CHECK(f.log.producer_state().first_undecided_offset() == Offset{2});
  CHECK(f.log.last_stable_offset() == Offset{2});
  REQUIRE(f.log.truncate_to(Offset{1}, now, f.disk));
  CHECK(f.log.producer_state().first_undecided_offset() == Offset{0});
  CHECK(f.all_aborted(f.log, f.disk).empty());
  REQUIRE(f.log.truncate_fully_and_start_at(Offset{0}, now, f.disk));
  CHECK_FALSE(f.log.producer_state().first_unstable_offset().has_value());
}

TEST_CASE("after a crash transaction indexes and open transactions are rebuilt from the log") {
  LogProducersRig f;
  f.mix();
  const std::vector<AbortedTransaction> before = f.all_aborted(f.log, f.disk);
  for (const bool flushed : {false, true}) {
    if (flushed) REQUIRE(f.log.flush(f.disk));
    f.plain();
    MemoryDisk after = flushed ? f.disk.after_power_loss() : f.disk.after_crash();
    const UnifiedLog again = LogProducersRig::open(after, {.recovery_point = f.log.recovery_point()});
    CHECK(f.all_aborted(again, after) == before);
    CHECK(again.producer_state().first_undecided_offset() == f.log.producer_state().first_undecided_offset());
    CHECK(again.producer_state().producers().size() == 4);
  }
}

TEST_CASE("a recovery from the middle of a segment keeps the aborted transactions in front of it") {
  LogProducersRig f;
  f.write(1);
  REQUIRE(f.log.close_cleanly(f.disk));
  f.log = LogProducersRig::open(f.disk, {.clean = CleanShutdown::yes, .recovery_point = Offset{1}});
  f.end(1, aborts);
  REQUIRE(f.log.flush(f.disk));
  f.plain();
  MemoryDisk after = f.disk.after_crash();
  const UnifiedLog again = LogProducersRig::open(after, {.recovery_point = f.log.recovery_point()});
  CHECK(f.all_aborted(again, after) == std::vector{aborted(1, 0, 1, 2)});
}

TEST_CASE("a transaction index that was damaged or is torn is made anew at the next start") {
  LogProducersRig f;
  f.write(1);
  f.end(1, aborts);
  REQUIRE(f.log.close_cleanly(f.disk));
  const std::string path = "orders-0/00000000000000000000.txnindex";
  for (const std::size_t size : {std::size_t{33}, std::size_t{68}}) {
    MemoryDisk after = f.disk.after_crash();
    std::vector<std::byte> bytes = after.bytes_of(path);
    bytes.resize(size);
    after.set_bytes(path, bytes);
    const UnifiedLog again = LogProducersRig::open(after, {.clean = CleanShutdown::yes, .recovery_point = Offset{2}});
    CHECK(f.all_aborted(again, after) == std::vector{aborted(1, 0, 1, 2)});
  }
}

TEST_CASE("transaction indexes go with their segments and without them") {
  LogProducersRig f;
  f.mix();
  const auto count = [](const MemoryDisk& disk) {
    return std::ranges::count_if(disk.paths(), [](const std::string& path) { return path.ends_with(".txnindex"); });
  };
  CHECK(count(f.disk) > 1);
  REQUIRE(f.log.truncate_to(Offset{1}, now, f.disk));
  CHECK(count(f.disk) <= 1);
  f.log.close(f.disk);
  f.disk.set_text("orders-0/00000000000000000777.txnindex", "orphan");
  (void)LogProducersRig::open(f.disk, {});
  CHECK_FALSE(f.disk.exists("orders-0/00000000000000000777.txnindex"));
}

TEST_CASE("an index entry that cannot be read fails the read and not the log") {
  LogProducersRig f;
  f.write(1);
  f.end(1, aborts);
  f.replicate();
  const std::string path = "orders-0/00000000000000000000.txnindex";
  std::vector<std::byte> bytes = f.disk.bytes_of(path);
  bytes[1] = std::byte{9};
  f.disk.set_bytes(path, bytes);
  CHECK(f.committed(0).error == ErrorCode::unknown_server_error);
  CHECK(f.committed(0).batches.empty());
}

// ---- verification -----------------------------------------------------------------------------------

TEST_CASE("a transactional batch that nobody has verified opens no transaction") {
  LogProducersRig f;
  f.log.set_config({});
  const RecordBatch batch = f.batch_of(1);
  CHECK(f.append(batch) == ErrorCode::invalid_txn_state);
  const auto begin = [&f] {
    return f.log.maybe_start_verification(ProducerId{1}, Sequence{0}, ProducerEpoch{0}, EpochBumps::no, now);
  };
  const auto guard = begin();
  REQUIRE(guard.has_value());
  CHECK(f.append(batch) == ErrorCode::invalid_txn_state);
  CHECK(f.append(batch, AppendOrigin::client, guard) == ErrorCode::none);
  CHECK(f.log.verifications().find(ProducerId{1}) == nullptr);
  CHECK_FALSE(begin().has_value());  // it is open
  f.write(1);
  f.end(1, aborts);
  CHECK(f.append(f.batch_of(1), AppendOrigin::client, guard) == ErrorCode::invalid_txn_state);
}

TEST_CASE("a marker that comes first makes the verification under way worthless") {
  LogProducersRig f;
  f.log.set_config({});
  const auto guard = f.log.maybe_start_verification(ProducerId{1}, Sequence{0}, ProducerEpoch{0}, EpochBumps::no, now);
  f.end(1, aborts);
  CHECK(f.append(f.batch_of(1), AppendOrigin::client, guard) == ErrorCode::invalid_txn_state);
}

TEST_CASE("the marker of a transaction spares the verification of the next one but for tv2-completing-race", "[log]") {
  for (const bool of_old : {false, true}) {
    CAPTURE(of_old);
    LogProducersRig f;
    LogConfig verifying;
    if (of_old) verifying.legacy.bring_back(Legacy::tv2_completing_race);
    f.log.set_config(verifying);
    const auto next = make_batch({.producer = producer(1, 1, 0), .transactional = Transactional::yes});
    const auto guard = f.log.maybe_start_verification(ProducerId{1}, Sequence{0}, ProducerEpoch{1}, EpochBumps::yes, now);
    REQUIRE(f.append(marker(1, 1, commit), AppendOrigin::coordinator) == ErrorCode::none);
    CHECK(f.append(next, AppendOrigin::client, guard) == (of_old ? ErrorCode::invalid_txn_state : ErrorCode::none));
    if (!of_old) CHECK(f.log.verifications().find(ProducerId{1}) == nullptr);  // its transaction is open now
  }
}

TEST_CASE("producers and verifications that are idle for long are forgotten by the log") {
  LogProducersRig f;
  f.log.set_config({.producer_id_expiration_ms = 1'000});
  (void)f.log.maybe_start_verification(ProducerId{1}, Sequence{0}, ProducerEpoch{0}, EpochBumps::no, now);
  REQUIRE(f.append(make_batch({.producer = producer(2, 0, 0)})) == ErrorCode::none);
  f.log.remove_expired_producers(Timestamp{1'000'999});
  CHECK(f.log.producer_state().producers().size() == 1);
  CHECK(f.log.verifications().find(ProducerId{1}) != nullptr);
  f.log.remove_expired_producers(Timestamp{1'001'000});
  CHECK(f.log.producer_state().producers().empty());
  CHECK(f.log.verifications().find(ProducerId{1}) == nullptr);
}

TEST_CASE("verify-aba takes the answer to a question that a marker has made void", "[log]") {
  LogProducersRig f;
  f.log.set_config({.require_verification = RequireVerification::any_answer});
  const auto guard = f.log.maybe_start_verification(ProducerId{1}, Sequence{0}, ProducerEpoch{0}, EpochBumps::no, now);
  f.end(1, aborts);
  CHECK(f.append(f.batch_of(1), AppendOrigin::client, guard) == ErrorCode::none);
  CHECK(f.append(f.batch_of(2)) == ErrorCode::invalid_txn_state);  // nobody was asked
}

TEST_CASE("a producer outlives its records unless producer-state-by-log-retention has it otherwise", "[log]") {
  for (const auto stay : {ProducersStay::by_time, ProducersStay::with_their_records}) {
    LogProducersRig f;
    f.log.set_config({.require_verification = RequireVerification::no, .producers_stay = stay});
    f.write(1);  // its transaction stays open
    REQUIRE(f.append(make_batch({.producer = producer(2, 0, 0)})) == ErrorCode::none);
    f.replicate();
    REQUIRE(f.log.maybe_increment_log_start_offset(Offset{2}, f.disk));
    CHECK(f.log.producer_state().producers().contains(ProducerId{1}));
    CHECK(f.log.producer_state().producers().contains(ProducerId{2}) == (stay == ProducersStay::by_time));
  }
}

TEST_CASE("a log that forgets its producers takes again what it has already", "[log]") {
  LogProducersRig f;
  const RecordBatch once = make_batch({.producer = producer(2, 0, 0)});
  REQUIRE(f.append(once) == ErrorCode::none);
  REQUIRE(f.append(once) == ErrorCode::none);
  CHECK(f.log.log_end_offset() == Offset{1});
  f.log.forget_producers();
  REQUIRE(f.append(once) == ErrorCode::none);
  CHECK(f.log.log_end_offset() == Offset{2});
}

// ---- snapshots --------------------------------------------------------------------------------------

TEST_CASE("truncation removes producer snapshots beyond the new end and those below the log start") {
  LogProducersRig f;
  while (f.log.segment_count() < 6) f.plain();
  f.replicate();
  const Offset second = f.log.segments()[1].base_offset();
  const Offset third = f.log.segments()[2].base_offset();
  const Offset fourth = f.log.segments()[3].base_offset();
  REQUIRE(f.log.maybe_increment_log_start_offset(second, f.disk));
  REQUIRE(f.log.truncate_to(fourth, now, f.disk));
  CHECK(*list_producer_snapshots(f.disk, "orders-0") == std::vector{third, fourth});
}

TEST_CASE("a snapshot is written once for an offset") {
  LogProducersRig f;
  f.plain();
  REQUIRE(f.log.truncate_to(Offset{0}, now, f.disk));
  CHECK(list_producer_snapshots(f.disk, "orders-0")->empty());
  f.plain();
  f.plain();
  REQUIRE(f.log.truncate_to(Offset{1}, now, f.disk));
  CHECK(*list_producer_snapshots(f.disk, "orders-0") == std::vector{Offset{1}});
  REQUIRE(f.log.truncate_fully_and_start_at(Offset{9}, now, f.disk));
  CHECK(list_producer_snapshots(f.disk, "orders-0")->empty());
  f.plain();
  f.plain();
  REQUIRE(f.log.truncate_to(Offset{10}, now, f.disk));
  CHECK(*list_producer_snapshots(f.disk, "orders-0") == std::vector{Offset{10}});
}

TEST_CASE("a follower takes batches of several producers in one append and repeats among them") {
  LogProducersRig f;
  const auto at = [](std::int64_t offset, std::int64_t id, std::int32_t sequence) {
    return stored(make_batch({.producer = producer(id, 0, sequence)}), offset, 0);
  };
  const auto result = f.log.append_as_follower({at(0, 1, 0), at(1, 2, 0), at(2, 1, 1), at(3, 2, 1), at(4, 1, 0), at(5, 2, 1)},
                                               LeaderEpoch{0}, now, f.disk);
  REQUIRE(result);
  CHECK(result->error == ErrorCode::none);
  CHECK_FALSE(result->duplicate);
  CHECK(f.log.log_end_offset() == Offset{6});
  CHECK(f.log.all_batches(f.disk)->size() == 6);
}

TEST_CASE("snapshots of the segments in front of damage stay and those behind it go") {
  LogProducersRig f;
  while (f.log.segment_count() < 5) f.plain();
  std::vector<Offset> bases;
  for (const LogSegment& segment : f.log.segments()) bases.push_back(segment.base_offset());
  REQUIRE(*list_producer_snapshots(f.disk, "orders-0") == std::vector(bases.begin() + 1, bases.end()));
  MemoryDisk after = f.disk.after_crash();
  const std::string path = segment_path("orders-0", bases[3], log_suffix);
  std::vector<std::byte> bytes = after.bytes_of(path);
  bytes.back() ^= std::byte{1};
  after.set_bytes(path, bytes);
  const UnifiedLog again = LogProducersRig::open(after, {.recovery_point = bases[2]});
  const Offset end = again.log_end_offset();
  REQUIRE(end > bases[3]);
  REQUIRE(end < bases[4]);
  CHECK(*list_producer_snapshots(after, "orders-0") == std::vector{bases[1], bases[2], bases[3], end});
}

TEST_CASE("snapshots without a segment are removed at load but for that of the clean stop") {
  LogProducersRig f;
  while (f.log.segment_count() < 3) f.plain();
  f.plain();
  const Offset active = f.log.segments().back().base_offset();
  const Offset end = f.log.log_end_offset();
  REQUIRE(f.log.close_cleanly(f.disk));
  ProducerState stray;
  stray.set_end_offset(Offset{1});
  REQUIRE(write_producer_snapshot(f.disk, "orders-0", stray, SyncSnapshot::yes));
  (void)LogProducersRig::open(f.disk, {.clean = CleanShutdown::yes, .recovery_point = end});
  const auto kept = *list_producer_snapshots(f.disk, "orders-0");
  CHECK(kept.front() > Offset{1});
  CHECK(kept.back() == end);
  CHECK(std::ranges::count(kept, active) == 1);
}

TEST_CASE("only a stray snapshot below the last segment is no use") {
  LogProducersRig f;
  while (f.log.segment_count() < 2) f.plain();
  REQUIRE(f.log.close_cleanly(f.disk));
  const auto snapshots = list_producer_snapshots(f.disk, "orders-0");
  REQUIRE(snapshots);
  for (const Offset snapshot : *snapshots) REQUIRE(remove_producer_snapshot(f.disk, "orders-0", snapshot));
  ProducerState stray;
  stray.set_end_offset(Offset{1});
  REQUIRE(write_producer_snapshot(f.disk, "orders-0", stray, SyncSnapshot::yes));
  f.log = LogProducersRig::open(f.disk, {.clean = CleanShutdown::yes, .recovery_point = f.log.log_end_offset()});
  const auto left = list_producer_snapshots(f.disk, "orders-0");
  REQUIRE(left);
  CHECK(std::ranges::count(*left, Offset{1}) == 0);
}

TEST_CASE("producers that expired before a restart are not brought back by the snapshot") {
  LogProducersRig f;
  REQUIRE(f.append(make_batch({.producer = producer(2, 0, 0)})) == ErrorCode::none);
  REQUIRE(f.append(make_batch({.timestamp = 1'900'000, .producer = producer(3, 0, 0)})) == ErrorCode::none);
  REQUIRE(f.log.close_cleanly(f.disk));
  LogConfig short_lived = config;
  short_lived.producer_id_expiration_ms = 1'000'000;
  auto opened = UnifiedLog::open(f.disk, "orders-0", {"orders", PartitionIndex{0}}, short_lived,
                                 {.clean = CleanShutdown::yes, .recovery_point = Offset{2}}, Timestamp{2'500'000});
  REQUIRE(opened);
  f.log = std::move(opened->log);
  REQUIRE(f.log.producer_state().producers().size() == 1);
  CHECK(f.log.producer_state().producers().begin()->first == ProducerId{3});
  // Of an expired producer the next batch is taken as of one that was never seen.
  CHECK(f.append(make_batch({.producer = producer(2, 0, 1)})) == ErrorCode::none);
}

TEST_CASE("after a crash snapshots are taken at the last two segments and at the end") {
  LogProducersRig f;
  while (f.log.segment_count() < 5) f.plain();
  const Offset fourth = f.log.segments()[3].base_offset();
  const Offset fifth = f.log.segments()[4].base_offset();
  MemoryDisk after = f.disk.after_crash();
  const UnifiedLog again = LogProducersRig::open(after, {});
  CHECK(*list_producer_snapshots(after, "orders-0") == std::vector{fourth, fifth, again.log_end_offset()});
}

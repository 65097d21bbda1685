#include "core/log/cleaning_pass.hpp"

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

using Progress = CleaningPass::Progress;

TEST_CASE("of each key the last record stays at its own offset") {
  CleanerRig rig;
  rig.put_all({"a", "b", "a", "c", "b", "a"});
  rig.roll();
  CHECK(rig.clean() == Progress::done);
  CHECK(rig.keys() == Keys{"c", "b", "a"});
  CHECK(rig.offsets() == Offsets{3, 4, 5});
  CHECK(rig.stats.records_read == 6);
  CHECK(rig.stats.records_kept == 3);
  CHECK(rig.stats.bytes_after < rig.stats.bytes_before);
  rig.restart();
  CHECK(rig.offsets() == Offsets{3, 4, 5});
  CHECK(rig.log().log_end_offset() == Offset{7});
}

TEST_CASE("a batch that loses records keeps its offsets and its epoch and its codec") {
  CleanerRig rig;
  const Codec codec = GENERATE(Codec::none, Codec::gzip, Codec::lz4);
  rig.append(keyed_batch({{"a", "1"}, {"b", "2"}, {"c", "3"}}, 1'000'000, std::nullopt, Transactional::no, codec));
  rig.put("b", "4");
  rig.roll();
  rig.clean();
  REQUIRE(rig.batches().size() == 2);
  const RecordBatch batch = rig.batches().front();
  CHECK(batch.base_offset() == Offset{0});
  CHECK(batch.last_offset() == Offset{2});
  CHECK(batch.leader_epoch() == LeaderEpoch{1});
  CHECK(batch.codec() == codec);
  CHECK(batch.header.records_count == 2);
  CHECK(rig.offsets() == Offsets{0, 2, 3});
}

TEST_CASE("a tombstone goes when its delete horizon has passed and not before") {
  CleanerRig rig;
  rig.put_all({"a", "b"});
  rig.remove("a");
  rig.put("c", "v");
  rig.roll();
  rig.clean();
  CHECK(rig.offsets() == Offsets{1, 2, 3});
  const RecordBatch tombstone = rig.batches()[1];
  REQUIRE(tombstone.has_delete_horizon());
  CHECK(tombstone.header.base_timestamp == rig.now.value + CleanerRig::retention);
  CHECK(decode_records(tombstone)->front().timestamp == Timestamp{1'000'000});
  rig.now = rig.now.plus(CleanerRig::retention - 1);
  rig.dirty = Offset{0};
  rig.clean();
  CHECK(rig.offsets() == Offsets{1, 2, 3});
  rig.now = rig.now.plus(1);
  rig.dirty = Offset{0};
  rig.clean();
  CHECK(rig.offsets() == Offsets{1, 3});
}

TEST_CASE("records without key do not survive compaction") {
  CleanerRig rig;
  REQUIRE(rig.log().append_as_follower({stored(keyed_batch({{std::nullopt, "x"}, {"a", "y"}}), 0, 1)}, LeaderEpoch{1},
                                       rig.now, rig.disk));
  rig.roll();
  rig.clean();
  CHECK(rig.offsets() == Offsets{1});
  CHECK(rig.stats.records_without_key == 1);
}

TEST_CASE("the last batch of a producer stays without records so that a repeat of it is known") {
  CleanerRig rig;
  rig.idempotent(1, {"a", "b"});
  rig.idempotent(2, {"a", "b"});
  rig.put("c", "v");
  rig.roll();
  rig.clean();
  CHECK(rig.offsets() == Offsets{2, 3, 4});
  CHECK(rig.last_offsets() == Offsets{1, 3, 4});
  REQUIRE(rig.batches().front().header.records_count == 0);
  CHECK(rig.batches().front().header.base_timestamp == -1);
  rig.restart();
  const auto again = rig.log().append_as_leader({keyed_batch({{"a", "v"}, {"b", "v"}}, 1'000'000, producer(1, 0, 0))},
                                                LeaderEpoch{1}, rig.now, rig.disk);
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->last == Offset{1});
  // Once it has written more its old batch goes.
  rig.idempotent(1, {"d"});
  rig.roll();
  rig.dirty = Offset{0};
  rig.clean();
  CHECK(rig.last_offsets().front() == 3);
}

TEST_CASE("the last batch of the range stays so that the log does not forget where it ended") {
  CleanerRig rig;
  rig.put_all({"a", "b"});
  REQUIRE(rig.log().append_as_follower({stored(keyed_batch({{std::nullopt, "x"}}), 2, 1)}, LeaderEpoch{1}, rig.now,
                                       rig.disk));
  rig.roll();
  rig.clean();
  CHECK(rig.offsets() == Offsets{0, 1});
  CHECK(rig.last_offsets() == Offsets{0, 1, 2});
}

TEST_CASE("records of an aborted transaction go at once and its marker when nothing of it is left") {
  CleanerRig rig;
  rig.transactional(1, {"a", "b"});        // 0 1
  rig.end(1, TransactionOutcome::abort);   // 2
  rig.transactional(1, {"c"});             // 3
  rig.end(1, TransactionOutcome::commit);  // 4
  rig.put("z", "v");                       // 5
  rig.roll();
  CHECK(rig.aborted() == 1);
  rig.clean();
  CHECK(rig.offsets() == Offsets{2, 3, 4, 5});
  CHECK(rig.aborted() == 1);  // a batch of it was still seen
  rig.dirty = Offset{0};
  rig.clean_until_settled();
  CHECK(rig.offsets() == Offsets{3, 4, 5});
  CHECK(rig.aborted() == 0);
}

TEST_CASE("a commit marker stays as long as records of its transaction") {
  CleanerRig rig;
  rig.transactional(1, {"a"});             // 0
  rig.end(1, TransactionOutcome::commit);  // 1
  rig.transactional(1, {"b"});             // 2
  rig.end(1, TransactionOutcome::commit);  // 3
  rig.put_all({"a", "z"});                 // 4 5
  rig.roll();
  rig.clean();
  CHECK(rig.offsets() == Offsets{1, 2, 3, 4, 5});
  rig.dirty = Offset{0};
  rig.clean_until_settled();
  CHECK(rig.offsets() == Offsets{2, 3, 4, 5});
}

TEST_CASE("an emptied marker is passed over and goes on telling the epoch of its producer") {
  CleanerRig rig;
  rig.end(1, TransactionOutcome::commit);  // 0
  rig.put_all({"a", "b"});                 // 1 2
  rig.roll();
  rig.clean_until_settled();
  CHECK(rig.offsets() == Offsets{1, 2});
  CHECK(rig.last_offsets() == Offsets{0, 1, 2});
  rig.dirty = Offset{0};
  CHECK(rig.clean() == Progress::done);
  CHECK(rig.last_offsets() == Offsets{0, 1, 2});
}

TEST_CASE("a transaction over several segments is one for the cleaner") {
  CleanerRig rig;
  const bool commit = GENERATE(true, false);
  rig.transactional(1, {"a"});                                                  // 0
  rig.roll();                                                                   // 1
  rig.transactional(1, {"b"});                                                  // 2
  rig.roll();                                                                   // 3
  rig.end(1, commit ? TransactionOutcome::commit : TransactionOutcome::abort);  // 4
  rig.put("z", "v");                                                            // 5
  rig.roll();
  rig.clean();
  const Offsets kept = rig.offsets();
  CHECK(std::ranges::count(kept, 0) == (commit ? 1 : 0));
  CHECK(std::ranges::count(kept, 2) == (commit ? 1 : 0));
  CHECK(std::ranges::count(kept, 4) == 1);
}

TEST_CASE("a full map ends the dirty section there and the next pass goes on") {
  CleanerRig rig;
  rig.limits.map_bytes = 3 * OffsetMap::entry_bytes;
  rig.put_all({"a", "b", "c", "d", "a", "b", "c", "d"});
  rig.roll();
  rig.clean();
  CHECK(rig.dirty == Offset{3});
  CHECK(rig.offsets() == Offsets{0, 1, 2, 3, 4, 5, 6, 7});
  for (int i = 0; i < 5; ++i) rig.clean();
  CHECK(rig.dirty == rig.log().segments().back().base_offset());
  CHECK(rig.offsets() == Offsets{4, 5, 6, 7});
}

TEST_CASE("small segments are put together into one") {
  CleanerRig rig;
  for (const char* key : {"a", "b", "a", "c"}) {
    rig.put(key, "v");
    rig.roll();
  }
  REQUIRE(rig.log().segment_count() == 5);
  rig.clean();
  CHECK(rig.log().segment_count() == 2);
  CHECK(rig.files(".log").size() == 2);
  CHECK(rig.files(cleaned_suffix).empty());
  CHECK(rig.files(swap_suffix).empty());
  rig.restart();
  CHECK(rig.log().segment_count() == 2);
}

TEST_CASE("segments are grouped by the bytes of log and indexes and by the range of offsets") {
  const std::vector<CleaningPass::SegmentSize> three{
      {Offset{0}, 100, 16, 24}, {Offset{10}, 100, 16, 24}, {Offset{20}, 100, 16, 24}};
  const auto sizes = [&](std::uint64_t log, std::uint64_t index, std::int64_t end) {
    std::vector<std::size_t> found;
    for (const auto& one : CleaningPass::group(three, log, index, Offset{end})) found.push_back(one.size());
    return found;
  };
  using Sizes = std::vector<std::size_t>;
  CHECK(sizes(1000, 1000, 30) == Sizes{3});
  CHECK(sizes(200, 1000, 30) == Sizes{2, 1});
  CHECK(sizes(1, 1, 30) == Sizes{1, 1, 1});
  CHECK(sizes(1000, 48, 30) == Sizes{2, 1});
  CHECK(sizes(1000, 1000, (std::int64_t{1} << 31)) == Sizes{3});
  CHECK(sizes(1000, 1000, (std::int64_t{1} << 31) + 1) == Sizes{2, 1});
  CHECK(CleaningPass::group({{Offset{0}, 100, 0, 0}, {Offset{10}, 0, 0, 0}}, 1000, 1000, Offset{std::int64_t{1} << 32})
            .size()
        == 1);  // an empty segment says nothing of offsets
}

TEST_CASE("a slice reads one buffer and the log may grow in between") {
  CleanerRig rig;
  rig.limits.buffer_bytes = 100;
  rig.put_all({"a", "b", "a", "c", "b", "a"});
  rig.roll();
  CleaningPass pass{rig.log(), Offset{0}, rig.log().segments().back().base_offset(), rig.now, rig.limits};
  int slices = 0;
  for (auto slice = pass.step(rig.log(), rig.disk); slice->progress != Progress::done;
       slice = pass.step(rig.log(), rig.disk)) {
    REQUIRE(slice->progress == Progress::working);
    CHECK(slice->bytes < 500);
    rig.put("z" + std::to_string(++slices), "v");
    const CleaningPass copy = pass;  // a value
    CHECK(copy.end() == pass.end());
  }
  CHECK(slices > 6);
  CHECK(rig.keys().size() >= 3);
}

TEST_CASE("a pass ends where its log is truncated and leaves nothing behind") {
  CleanerRig rig;
  rig.limits.buffer_bytes = 100;
  rig.put_all({"a", "b", "a", "c", "b", "a"});
  rig.roll();
  CleaningPass pass{rig.log(), Offset{0}, rig.log().segments().back().base_offset(), rig.now, rig.limits};
  while (rig.files(cleaned_suffix).empty()) REQUIRE(pass.step(rig.log(), rig.disk)->progress == Progress::working);
  REQUIRE(rig.log().truncate_to(Offset{4}, rig.now, rig.disk));
  CHECK(pass.step(rig.log(), rig.disk)->progress == Progress::aborted);
  CHECK(rig.files(cleaned_suffix).empty());
}

TEST_CASE("a log that cannot be read is given up with the reason") {
  CleanerRig rig;
  RecordBatch bad = keyed_batch({{"a", "1"}});
  std::vector<std::byte> bytes = to_vector(bad.body.span());
  bytes[0] = std::byte{0x7f};  // the length of the record
  bad.body = SharedBytes{bytes};
  bad.header.crc = batch_crc(bad.header, bad.body.span());
  REQUIRE(rig.log().append_as_follower({stored(bad, 0, 1)}, LeaderEpoch{1}, rig.now, rig.disk));
  rig.roll();
  CHECK(rig.clean() == Progress::unreadable);
  CHECK_FALSE(rig.problem.empty());
  CHECK(rig.files(cleaned_suffix).empty());
}

TEST_CASE("a key with the bytes of a marker's key is a key like any other") {
  CleanerRig rig;
  const std::string like_commit{"\0\0\0\1", 4};
  const std::string like_abort{"\0\0\0\0", 4};
  rig.put(like_commit, "v");
  rig.put(like_abort, "v");
  rig.transactional(1, {"a"});
  rig.end(1, TransactionOutcome::commit);
  rig.transactional(2, {"b"});
  rig.end(2, TransactionOutcome::abort);
  rig.roll();
  CHECK(rig.clean() == Progress::done);
  const std::vector<std::int64_t> offsets = rig.offsets();
  REQUIRE(offsets.size() >= 3);
  CHECK(Offsets{offsets[0], offsets[1], offsets[2]} == Offsets{0, 1, 2});
}

TEST_CASE("the last sequence of a producer stays although its transaction was aborted") {
  CleanerRig rig;
  rig.transactional(1, {"a", "b"});
  rig.end(1, TransactionOutcome::abort);
  rig.roll();
  const auto before = rig.log().producer_state().producers().at(ProducerId{1}).last();
  REQUIRE(before);
  rig.clean();
  CHECK(rig.offsets() == Offsets{2});  // the marker
  rig.restart();
  CHECK(rig.log().producer_state().producers().at(ProducerId{1}).last()->last_sequence == before->last_sequence);
}

// ---- as it was once ---------------------------------------------------------------------------------

namespace {

LogConfig cleaned_as_with(Legacy behaviour) {
  LogConfig config = CleanerRig::small();
  config.legacy.bring_back(behaviour);
  return config;
}

}  // namespace

TEST_CASE("of old the last batch of a producer went when its records did") {
  CleanerRig rig{cleaned_as_with(Legacy::cleaner_drops_last_batch)};
  rig.idempotent(1, {"a", "b"});
  rig.idempotent(2, {"a", "b"});
  rig.put("c", "v");
  rig.roll();
  rig.clean();
  CHECK(rig.last_offsets() == Offsets{3, 4});
}

TEST_CASE("of old each cleaning began the time of a tombstone anew") {
  CleanerRig rig{cleaned_as_with(Legacy::tombstone_horizon_by_mtime)};
  rig.put_all({"a", "b"});
  rig.remove("a");
  rig.roll();
  for (int i = 0; i < 5; ++i) {
    rig.dirty = Offset{0};
    rig.clean();
    CHECK(rig.offsets() == Offsets{1, 2});
    rig.now = rig.now.plus(CleanerRig::retention - 1);
  }
  rig.now = rig.now.plus(1);
  rig.dirty = Offset{0};
  rig.clean();
  CHECK(rig.offsets() == Offsets{1});
}

TEST_CASE("a pass ends at the end of its last segment though offsets are missing there and of old before the gap") {
  for (const std::int64_t end : {9, 2}) {
    CleanerRig rig{end == 9 ? CleanerRig::small() : cleaned_as_with(Legacy::cleaner_gap_loop)};
    rig.put_all({"a", "b"});
    LogConfig one = rig.log().config();
    one.segment_bytes = 1;
    rig.log().set_config(one);
    REQUIRE(rig.log().append_as_follower({stored(keyed_batch({{"c", "v"}}), 9, 1)}, LeaderEpoch{1}, rig.now, rig.disk));
    (void)rig.log().update_high_watermark(rig.log().log_end_offset());
    REQUIRE(rig.log().flush(rig.disk));
    for (int passes = 0; passes < 2; ++passes) {
      CHECK(rig.clean() == Progress::done);
      CHECK(rig.dirty == Offset{end});
    }
  }
}

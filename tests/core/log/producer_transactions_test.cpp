// ProducerState: transactions.
#include <catch2/catch.hpp>

#include "core/log/producer_snapshot.hpp"
#include "core/log/producer_state.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Duration fifteen_minutes = seconds(900);

struct ProducerTransactionsRig {
  ProducerState state{};

  static RecordBatch data(std::int64_t id, int epoch, int sequence, std::int64_t offset, Transactional transactional,
                          std::int64_t timestamp = 1'000'000, int records = 1) {
    return stored(make_batch({.records = records,
                              .timestamp = timestamp,
                              .producer = producer(id, static_cast<std::int16_t>(epoch), sequence),
                              .transactional = transactional}),
                  offset, 0);
  }
  ErrorCode append(const RecordBatch& batch, AppendOrigin origin) {
    const ProducerState::Verdict verdict = state.check({&batch, 1}, origin);
    if (verdict.error != ErrorCode::none) return verdict.error;
    completed = state.update(batch);
    if (completed) state.complete(*completed);
    return ErrorCode::none;
  }
  ErrorCode transactional(std::int64_t id, int epoch, int sequence, std::int64_t offset,
                          std::int64_t timestamp = 1'000'000) {
    return append(data(id, epoch, sequence, offset, Transactional::yes, timestamp), AppendOrigin::client);
  }
  ErrorCode plain(std::int64_t id, int epoch, int sequence, std::int64_t offset) {
    return append(data(id, epoch, sequence, offset, Transactional::no), AppendOrigin::client);
  }
  ErrorCode end(std::int64_t id, int epoch, TransactionOutcome outcome, std::int64_t offset, int coordinator_epoch = 0,
                AppendOrigin origin = AppendOrigin::coordinator) {
    return append(stored(marker(id, static_cast<std::int16_t>(epoch), outcome, coordinator_epoch), offset, 0), origin);
  }
  [[nodiscard]] const ProducerEntry& entry(std::int64_t id = 1) const { return state.producers().at(ProducerId{id}); }
  [[nodiscard]] ProducerState reloaded() const {
    auto decoded = decode_producer_snapshot(encode_producer_snapshot(state), state.end_offset());
    REQUIRE(decoded);
    return std::move(*decoded);
  }

  std::optional<CompletedTransaction> completed{};
};

}  // namespace

TEST_CASE("a marker of an unknown producer leaves its epoch behind so that older ones stay fenced") {
  ProducerTransactionsRig f;
  REQUIRE(f.end(1, 2, commit, 27) == ErrorCode::none);
  CHECK(f.entry().epoch() == ProducerEpoch{2});
  CHECK_FALSE(f.entry().last().has_value());
  CHECK(f.plain(1, 0, 0, 28) == ErrorCode::invalid_producer_epoch);
  CHECK(f.plain(1, 2, 17, 28) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.plain(1, 2, 0, 39) == ErrorCode::none);
  CHECK(f.entry().last()->last_sequence == Sequence{0});
}

TEST_CASE("a marker may raise the epoch and the sequence begins anew then") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 0) == ErrorCode::none);
  REQUIRE(f.transactional(1, 0, 1, 1) == ErrorCode::none);
  REQUIRE(f.end(1, 1, aborts, 2) == ErrorCode::none);
  CHECK(f.entry().epoch() == ProducerEpoch{1});
  CHECK(f.entry().batches().empty());
  CHECK_FALSE(f.entry().transaction_start().has_value());
  CHECK(f.transactional(1, 1, 2, 3) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.transactional(1, 2, 2, 3) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.transactional(1, 1, 0, 3) == ErrorCode::none);
}

TEST_CASE("a transaction begins with its first batch and a marker of its epoch leaves the batches known") {
  ProducerTransactionsRig f;
  REQUIRE(f.plain(1, 0, 0, 9) == ErrorCode::none);
  REQUIRE(f.transactional(1, 0, 1, 16) == ErrorCode::none);
  REQUIRE(f.transactional(1, 0, 2, 26) == ErrorCode::none);
  CHECK(f.entry().transaction_start() == Offset{16});
  REQUIRE(f.end(1, 0, commit, 40, 15) == ErrorCode::none);
  CHECK(f.completed == CompletedTransaction{ProducerId{1}, Offset{16}, Offset{40}, commit});
  CHECK(f.entry().batches().size() == 3);
  CHECK(f.entry().coordinator_epoch() == 15);
  CHECK_FALSE(f.entry().transaction_start().has_value());
  CHECK(f.transactional(1, 0, 3, 41) == ErrorCode::none);
}

TEST_CASE("a batch outside of its open transaction is an invalid transaction state") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 0) == ErrorCode::none);
  CHECK(f.plain(1, 0, 1, 1) == ErrorCode::invalid_txn_state);
  CHECK(f.plain(2, 0, 0, 1) == ErrorCode::none);
}

TEST_CASE("a marker of an old producer epoch is refused") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 5, 0, 99) == ErrorCode::none);
  CHECK(f.end(1, 3, commit, 100) == ErrorCode::invalid_producer_epoch);
  CHECK(f.end(1, 3, commit, 100, 0, AppendOrigin::replication) == ErrorCode::none);
}

TEST_CASE("a marker of an old coordinator is fenced also after a reload") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 5, 0, 99) == ErrorCode::none);
  REQUIRE(f.end(1, 5, commit, 100, 1) == ErrorCode::none);
  CHECK(f.end(1, 5, commit, 101, 1) == ErrorCode::none);
  CHECK(f.end(1, 5, commit, 102, 2) == ErrorCode::none);
  CHECK(f.end(1, 5, commit, 103, 1) == ErrorCode::transaction_coordinator_fenced);
  ProducerTransactionsRig again{.state = f.reloaded()};
  CHECK(again.end(1, 5, commit, 103, 1) == ErrorCode::transaction_coordinator_fenced);
  CHECK(again.end(1, 5, commit, 103, 1, AppendOrigin::replication) == ErrorCode::none);
}

TEST_CASE("a marker that cannot be read is refused and an empty control batch is nothing") {
  ProducerTransactionsRig f;
  RecordBatch odd = stored(build_leader_change_batch(as_bytes("x"), Timestamp{1}), 5, 0);
  odd.header.producer_id = 1;
  odd.header.producer_epoch = 0;
  CHECK(f.append(odd, AppendOrigin::coordinator) == ErrorCode::invalid_record);
  RecordBatch empty = stored(marker(1, 3, commit), 5, 0);
  empty.header.records_count = 0;
  empty.body = SharedBytes{};
  CHECK(f.append(empty, AppendOrigin::replication) == ErrorCode::none);
  CHECK_FALSE(f.entry().transaction_start().has_value());
  CHECK_FALSE(f.entry().epoch().has_value());
  ProducerTransactionsRig open;
  REQUIRE(open.transactional(1, 3, 0, 4) == ErrorCode::none);
  CHECK(open.append(empty, AppendOrigin::replication) == ErrorCode::none);
  CHECK_FALSE(open.completed.has_value());
  CHECK(open.entry().transaction_start() == Offset{4});
}

TEST_CASE("the first unstable offset waits for the marker and then for the high watermark to pass it") {
  ProducerTransactionsRig f;
  CHECK_FALSE(f.state.first_undecided_offset().has_value());
  REQUIRE(f.transactional(1, 5, 0, 99) == ErrorCode::none);
  REQUIRE(f.transactional(2, 5, 0, 105) == ErrorCode::none);
  CHECK(f.state.first_undecided_offset() == Offset{99});
  REQUIRE(f.end(1, 5, commit, 109) == ErrorCode::none);
  CHECK(f.state.first_undecided_offset() == Offset{105});
  CHECK(f.state.first_unstable_offset() == Offset{99});
  f.state.high_watermark_moved(Offset{109});
  CHECK(f.state.first_unstable_offset() == Offset{99});
  f.state.high_watermark_moved(Offset{110});
  CHECK(f.state.first_unstable_offset() == Offset{105});
  REQUIRE(f.end(2, 5, aborts, 112) == ErrorCode::none);
  CHECK_FALSE(f.state.first_undecided_offset().has_value());
  CHECK(f.state.first_unstable_offset() == Offset{105});
  f.state.log_start_moved(Offset{113});
  CHECK_FALSE(f.state.first_unstable_offset().has_value());
}

TEST_CASE("the last stable offset of a completed transaction is the start of the next open one") {
  ProducerTransactionsRig f;
  for (int i = 0; i < 3; ++i) REQUIRE(f.transactional(1 + i, 0, 0, 100 + 10 * i) == ErrorCode::none);
  CHECK(f.state.last_stable_offset({ProducerId{1}, Offset{100}, Offset{130}, commit}) == Offset{110});
  REQUIRE(f.end(1, 0, commit, 130) == ErrorCode::none);
  CHECK(f.state.last_stable_offset({ProducerId{3}, Offset{120}, Offset{140}, commit}) == Offset{110});
  REQUIRE(f.end(3, 0, commit, 140) == ErrorCode::none);
  CHECK(f.state.last_stable_offset({ProducerId{2}, Offset{110}, Offset{150}, commit}) == Offset{151});
  REQUIRE(f.end(2, 0, commit, 150) == ErrorCode::none);
  f.state.high_watermark_moved(Offset{151});
  CHECK_FALSE(f.state.first_unstable_offset().has_value());
}

TEST_CASE("markers without a transaction complete none") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 16) == ErrorCode::none);
  f.state.high_watermark_moved(Offset{17});
  REQUIRE(f.end(1, 0, commit, 21) == ErrorCode::none);
  CHECK(f.completed.has_value());
  REQUIRE(f.end(1, 0, commit, 22) == ErrorCode::none);
  CHECK_FALSE(f.completed.has_value());
  REQUIRE(f.end(1, 0, aborts, 23) == ErrorCode::none);
  CHECK_FALSE(f.completed.has_value());
  REQUIRE(f.transactional(1, 0, 1, 24) == ErrorCode::none);
  REQUIRE(f.end(1, 0, aborts, 28) == ErrorCode::none);
  CHECK(f.completed->first == Offset{24});
  REQUIRE(f.transactional(1, 0, 2, 30) == ErrorCode::none);
  f.state.high_watermark_moved(Offset{32});
  CHECK(f.state.first_unstable_offset() == Offset{30});
}

TEST_CASE("a producer whose transaction is open does not expire and one that was fenced keeps its epoch for a while") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 5, 0, 99) == ErrorCode::none);
  REQUIRE(f.end(2, 5, aborts, 100) == ErrorCode::none);
  f.state.remove_expired(Timestamp{1'000'500}, 1'000);
  CHECK(f.state.producers().size() == 2);
  f.state.remove_expired(Timestamp{1'001'001}, 1'000);
  f.state.remove_expired(Timestamp{9'999'999}, 1'000);
  CHECK(f.state.producers().size() == 1);
  CHECK(f.state.first_undecided_offset() == Offset{99});
}

TEST_CASE("an unfinished transaction comes back from a snapshot and goes on") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 0) == ErrorCode::none);
  REQUIRE(f.transactional(1, 0, 1, 1) == ErrorCode::none);
  ProducerTransactionsRig again{.state = f.reloaded()};
  CHECK(again.entry().batches().size() == 1);
  CHECK(again.entry().transaction_start() == Offset{0});
  CHECK(again.state.first_unstable_offset() == Offset{0});
  CHECK(again.transactional(1, 0, 2, 2) == ErrorCode::none);
  REQUIRE(again.end(1, 0, aborts, 3) == ErrorCode::none);
  CHECK(again.completed->first == Offset{0});
}

TEST_CASE("a finished or empty transaction comes back from a snapshot as finished") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 0) == ErrorCode::none);
  REQUIRE(f.end(1, 0, aborts, 1) == ErrorCode::none);
  REQUIRE(f.end(2, 0, aborts, 2) == ErrorCode::none);
  const ProducerState again = f.reloaded();
  CHECK(again == f.state);
  CHECK_FALSE(again.first_unstable_offset().has_value());
  CHECK(again.producers().at(ProducerId{1}).last()->last_offset == Offset{0});
  CHECK(again.producers().at(ProducerId{2}).last_timestamp() == Timestamp{1'000'000});
}

TEST_CASE("a transaction that has been silent for too long is late until it ends") {
  ProducerTransactionsRig f;
  const std::int64_t late = 1'000'000 + fifteen_minutes.whole_ms() + 300'000 + 1;
  const auto is_late = [&f](std::int64_t now) { return f.state.has_late_transaction(Timestamp{now}, fifteen_minutes); };
  REQUIRE(f.transactional(1, 2, 0, 100) == ErrorCode::none);
  REQUIRE(f.transactional(2, 9, 0, 150, 1'000'500) == ErrorCode::none);
  CHECK_FALSE(is_late(late - 1));
  CHECK(is_late(late));
  CHECK(f.reloaded().has_late_transaction(Timestamp{late}, fifteen_minutes));
  REQUIRE(f.end(1, 2, commit, 200) == ErrorCode::none);
  CHECK_FALSE(is_late(late + 400));
  CHECK(is_late(late + 500));
  REQUIRE(f.end(2, 9, commit, 250) == ErrorCode::none);
  CHECK_FALSE(is_late(late + 500));
}

TEST_CASE("a cleared state has no transaction and none that is late") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 2, 0, 100) == ErrorCode::none);
  f.state.clear(Offset{150});
  CHECK_FALSE(f.state.first_unstable_offset().has_value());
  CHECK_FALSE(f.state.has_late_transaction(Timestamp{1LL << 60}, fifteen_minutes));
  CHECK(f.state.end_offset() == Offset{150});
}

TEST_CASE("a marker is a sign of life of its producer and of old the epoch that it raised was forgotten at once") {
  ProducerTransactionsRig f;
  REQUIRE(f.transactional(1, 0, 0, 9) == ErrorCode::none);
  REQUIRE(f.end(1, 1, aborts, 10) == ErrorCode::none);  // fences
  ProducerState of_old = f.state;
  f.state.remove_expired(Timestamp{1'000'001}, 86'400);
  of_old.remove_expired(Timestamp{1'000'001}, 86'400, ProducerState::SignsOfLife::batches);
  CHECK(f.transactional(1, 0, 1, 11) == ErrorCode::invalid_producer_epoch);
  f.state = of_old;
  CHECK(f.transactional(1, 0, 1, 11) == ErrorCode::none);
}

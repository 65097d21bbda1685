#include "core/log/producer_state.hpp"

#include <catch2/catch.hpp>

#include "tests/support/batches.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct ProducerStateRig {
  ProducerState state{};
  std::int64_t next{0};

  RecordBatch batch(int epoch, int sequence, int records = 1) const {
    return stored(make_batch({.records = records, .producer = producer(7, static_cast<std::int16_t>(epoch), sequence)}),
                  next, 0);
  }
  ProducerState::Verdict check(const RecordBatch& b, AppendOrigin origin = AppendOrigin::client) const {
    return state.check({&b, 1}, origin);
  }
  ErrorCode append(int epoch, int sequence, int records = 1, AppendOrigin origin = AppendOrigin::client) {
    const RecordBatch b = batch(epoch, sequence, records);
    const ProducerState::Verdict verdict = check(b, origin);
    if (verdict.error != ErrorCode::none || verdict.duplicate) return verdict.error;
    (void)state.update(b);
    next += records;
    return ErrorCode::none;
  }
};

}  // namespace

TEST_CASE("an unknown producer may begin with any sequence") {
  ProducerStateRig f;
  CHECK(f.append(3, 17) == ErrorCode::none);
  CHECK(f.append(3, 18) == ErrorCode::none);
}

TEST_CASE("a gap in the sequence is refused") {
  ProducerStateRig f;
  CHECK(f.append(0, 0, 5) == ErrorCode::none);
  CHECK(f.append(0, 6) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.append(0, 4) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.append(0, 5) == ErrorCode::none);
}

TEST_CASE("the last five batches are recognised when they come again and older ones are not") {
  ProducerStateRig f;
  for (int i = 0; i < 7; ++i) REQUIRE(f.append(0, 2 * i, 2) == ErrorCode::none);
  for (int i = 2; i < 7; ++i) {
    const auto verdict = f.check(f.batch(0, 2 * i, 2));
    REQUIRE(verdict.duplicate);
    CHECK(verdict.duplicate->first_offset() == Offset{2 * i});
    CHECK(verdict.duplicate->last_offset == Offset{2 * i + 1});
  }
  CHECK(f.append(0, 2, 2) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.append(0, 12, 1) == ErrorCode::out_of_order_sequence_number);  // the first of a known batch but not all of it
}

TEST_CASE("an epoch below the known one is fenced but a follower takes it") {
  ProducerStateRig f;
  CHECK(f.append(5, 0) == ErrorCode::none);
  CHECK(f.append(4, 1) == ErrorCode::invalid_producer_epoch);
  CHECK(f.append(4, 1, 1, AppendOrigin::coordinator) == ErrorCode::invalid_producer_epoch);
  CHECK(f.append(4, 1, 1, AppendOrigin::replication) == ErrorCode::none);
}

TEST_CASE("a new epoch begins at sequence 0 and forgets the batches of the old one") {
  ProducerStateRig f;
  CHECK(f.append(0, 0) == ErrorCode::none);
  CHECK(f.append(1, 1) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.append(1, 0) == ErrorCode::none);
  CHECK(f.append(0, 0) == ErrorCode::invalid_producer_epoch);
  CHECK(f.state.producers().at(ProducerId{7}).batches().size() == 1);
}

TEST_CASE("after the largest sequence comes 0") {
  ProducerStateRig f;
  CHECK(f.append(0, 2147483646, 2) == ErrorCode::none);
  CHECK(f.append(0, 0) == ErrorCode::none);
  CHECK(f.append(0, 1) == ErrorCode::none);
  CHECK(f.check(f.batch(0, 2147483646, 2)).duplicate.has_value());
  ProducerStateRig across;
  CHECK(across.append(0, 2147483647, 3) == ErrorCode::none);
  CHECK(across.append(0, 2) == ErrorCode::none);
  CHECK(across.check(across.batch(0, 2147483647, 3)).duplicate.has_value());
}

TEST_CASE("followers and coordinators are not held to sequences") {
  ProducerStateRig f;
  CHECK(f.append(0, 0) == ErrorCode::none);
  CHECK(f.append(0, 50, 1, AppendOrigin::replication) == ErrorCode::none);
  CHECK(f.append(0, 90, 1, AppendOrigin::coordinator) == ErrorCode::none);
  ProducerStateRig unknown;
  CHECK(unknown.append(0, 50, 1, AppendOrigin::replication) == ErrorCode::none);
}

TEST_CASE("batches appended together are judged one after the other") {
  ProducerStateRig f;
  const std::vector<RecordBatch> good{f.batch(0, 0, 2), f.batch(0, 2, 1)};
  CHECK(f.state.check(good, AppendOrigin::client).error == ErrorCode::none);
  const std::vector<RecordBatch> gap{f.batch(0, 0, 2), f.batch(0, 3, 1)};
  CHECK(f.state.check(gap, AppendOrigin::client).error == ErrorCode::out_of_order_sequence_number);
}

TEST_CASE("a producer that has been silent for long is forgotten") {
  ProducerStateRig f;
  REQUIRE(f.append(0, 0) == ErrorCode::none);
  f.state.remove_expired(Timestamp{1'000'999}, 1'000);
  CHECK(f.state.producers().size() == 1);
  f.state.remove_expired(Timestamp{1'001'000}, 1'000);
  CHECK(f.state.producers().empty());
  CHECK(f.append(0, 40) == ErrorCode::none);
}

TEST_CASE("batches without a producer only move the end of the state") {
  ProducerState state;
  CHECK_FALSE(state.update(stored(make_batch({.records = 4}), 10, 0)).has_value());
  CHECK(state.producers().empty());
  CHECK(state.end_offset() == Offset{14});
}

TEST_CASE("an append that repeats a known batch or leaves a gap changes nothing") {
  ProducerStateRig f;
  REQUIRE(f.append(0, 0) == ErrorCode::none);
  REQUIRE(f.append(0, 1) == ErrorCode::none);
  const ProducerState before = f.state;
  CHECK(f.check(f.batch(0, 1)).duplicate.has_value());
  CHECK(f.check(f.batch(0, 5)).error == ErrorCode::out_of_order_sequence_number);
  CHECK(f.check(f.batch(0, 2)).error == ErrorCode::none);
  CHECK(f.state == before);
  CHECK(f.append(1, 0) == ErrorCode::none);
  CHECK(f.append(0, 0) == ErrorCode::invalid_producer_epoch);
}

TEST_CASE("after the largest sequence anything but 0 is a gap") {
  ProducerStateRig f;
  REQUIRE(f.append(15, 2147483647, 1, AppendOrigin::replication) == ErrorCode::none);
  CHECK(f.append(15, 1) == ErrorCode::out_of_order_sequence_number);
}

TEST_CASE("a batch whose sequences wrap is known by its first and last") {
  ProducerStateRig f;
  REQUIRE(f.append(15, 2147483637, 21, AppendOrigin::replication) == ErrorCode::none);
  const ProducedBatch last = f.state.producers().at(ProducerId{7}).last().value();
  CHECK(last.first_sequence() == Sequence{2147483637});
  CHECK(last.last_sequence == Sequence{9});
  CHECK(last.first_offset() == Offset{0});
  CHECK(last.last_offset == Offset{20});
}

TEST_CASE("a follower takes a gap in the sequence and goes on from there") {
  ProducerStateRig f;
  REQUIRE(f.append(0, 0) == ErrorCode::none);
  CHECK(f.append(0, 3) == ErrorCode::out_of_order_sequence_number);
  CHECK(f.append(0, 3, 1, AppendOrigin::replication) == ErrorCode::none);
  CHECK(f.append(0, 4) == ErrorCode::none);
}

TEST_CASE("a coordinator writes without sequences") {
  ProducerStateRig f;
  for (int i = 0; i < 2; ++i) CHECK(f.append(0, -1, 1, AppendOrigin::coordinator) == ErrorCode::none);
  CHECK(f.state.producers().at(ProducerId{7}).last()->last_sequence == Sequence{-1});
}

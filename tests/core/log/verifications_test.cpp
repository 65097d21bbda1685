#include "core/log/verifications.hpp"

#include <catch2/catch.hpp>

#include "core/log/producer_state.hpp"
#include "tests/support/batches.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr ProducerId verified{7};

VerificationGuard begin(Verifications& verifications, int sequence, std::int16_t epoch = 0,
                        EpochBumps bumps = EpochBumps::no, std::int64_t now = 1000) {
  return verifications.begin(verified, Sequence{sequence}, ProducerEpoch{epoch}, bumps, Timestamp{now});
}

RecordBatch transactional(int sequence, std::int16_t epoch = 0) {
  return stored(make_batch({.producer = producer(7, epoch, sequence), .transactional = Transactional::yes}), 0, 0);
}

ErrorCode check(const ProducerState& state, const RecordBatch& batch, const Verifying& verifying,
                AppendOrigin origin = AppendOrigin::client) {
  return state.check({&batch, 1}, origin, verifying).error;
}

}  // namespace

TEST_CASE("a verification under way gives the same guard to all who ask until it is cleared") {
  Verifications verifications;
  const VerificationGuard first = begin(verifications, 0);
  CHECK(begin(verifications, 0) == first);
  CHECK(verifications.is_verified(verified, first));
  CHECK_FALSE(verifications.is_verified(verified, std::nullopt));
  verifications.clear(verified);
  CHECK(verifications.find(verified) == nullptr);
  CHECK_FALSE(verifications.is_verified(verified, first));
  CHECK(begin(verifications, 0) != first);
  CHECK_FALSE(verifications.is_verified(verified, first));  // the answer to the question before the last
}

TEST_CASE("the marker of the transaction before leaves the verification of the next one in version 2") {
  for (const auto& [bumps, epoch, stays] : {std::tuple{EpochBumps::yes, 1, true}, {EpochBumps::yes, 0, false}, {EpochBumps::no, 1, false}}) {
    CAPTURE(epoch, stays);
    Verifications verifications;
    const VerificationGuard guard = verifications.begin(verified, Sequence{0}, ProducerEpoch{1}, bumps, Timestamp{0});
    verifications.on_marker(verified, ProducerEpoch{static_cast<std::int16_t>(epoch)});
    CHECK(verifications.is_verified(verified, guard) == stays);
  }
  Verifications nothing;
  nothing.on_marker(verified, ProducerEpoch{1});
  CHECK(nothing.find(verified) == nullptr);
}

TEST_CASE("a verification remembers the lowest sequence of the newest epoch") {
  Verifications verifications;
  const auto seen = [&] {
    const Verification* entry = verifications.find(verified);
    return std::pair{entry->lowest_sequence.value, entry->epoch.value};
  };
  const VerificationGuard guard = begin(verifications, 1, 0);
  CHECK(begin(verifications, 0, 0) == guard);
  CHECK(seen() == std::pair<std::int32_t, std::int16_t>{0, 0});
  (void)begin(verifications, 2, 1);
  CHECK(seen() == std::pair<std::int32_t, std::int16_t>{2, 1});
  (void)begin(verifications, 0, 0);
  CHECK(seen() == std::pair<std::int32_t, std::int16_t>{2, 1});
}

TEST_CASE("while a verification is under way no higher sequence is taken") {
  Verifications verifications;
  const VerificationGuard guard = begin(verifications, 0);
  const ProducerState state;
  for (const auto require : {RequireVerification::yes, RequireVerification::no}) {
    const Verifying verifying{&verifications, guard, require};
    CHECK(check(state, transactional(4), verifying) == ErrorCode::out_of_order_sequence_number);
    CHECK(check(state, transactional(0), verifying) == ErrorCode::none);
  }
}

TEST_CASE("a verification that nobody finishes expires with idle producers") {
  Verifications verifications;
  (void)begin(verifications, 0);
  verifications.remove_expired(Timestamp{1500}, 1000);
  (void)begin(verifications, 0, 0, EpochBumps::no, 1900);  // asking again does not make it younger
  verifications.remove_expired(Timestamp{1999}, 1000);
  CHECK(verifications.find(verified) != nullptr);
  verifications.remove_expired(Timestamp{2000}, 1000);
  CHECK(verifications.find(verified) == nullptr);
}

TEST_CASE("the first batch of a transaction needs the guard of its verification") {
  Verifications verifications;
  const VerificationGuard guard = begin(verifications, 0);
  const ProducerState state;
  const Verifying with{&verifications, guard, RequireVerification::yes};
  const Verifying without{&verifications, std::nullopt, RequireVerification::yes};
  for (const AppendOrigin origin : {AppendOrigin::client, AppendOrigin::coordinator}) {
    CHECK(check(state, transactional(0), without, origin) == ErrorCode::invalid_txn_state);
    CHECK(check(state, transactional(0), with, origin) == ErrorCode::none);
  }
  CHECK(check(state, transactional(0), without, AppendOrigin::replication) == ErrorCode::none);
  CHECK(check(state, marker(7, 0, TransactionOutcome::abort), without, AppendOrigin::coordinator) == ErrorCode::none);
}

TEST_CASE("a transaction that is open needs no verification but one of another epoch does") {
  Verifications verifications;
  ProducerState state;
  (void)state.update(transactional(0));
  const Verifying without{&verifications, std::nullopt, RequireVerification::yes};
  CHECK(check(state, transactional(1), without) == ErrorCode::none);
  CHECK(check(state, transactional(0, 1), without) == ErrorCode::invalid_txn_state);
}

TEST_CASE("a producer whose epoch rises with every transaction begins an unknown one with sequence 0") {
  Verifications verifications;
  const VerificationGuard guard = begin(verifications, 5, 0, EpochBumps::yes);
  const Verifying verifying{&verifications, guard, RequireVerification::yes};
  CHECK(check({}, transactional(5), verifying) == ErrorCode::out_of_order_sequence_number);
  CHECK(check({}, transactional(0), verifying) == ErrorCode::none);
  Verifications older;
  const VerificationGuard its = begin(older, 5);
  CHECK(check({}, transactional(5), {&older, its, RequireVerification::yes}) == ErrorCode::none);
}

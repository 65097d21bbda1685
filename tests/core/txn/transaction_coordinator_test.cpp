#include "core/txn/transaction_coordinator.hpp"

#include <catch2/catch.hpp>

#include "tests/core/txn/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using enum TransactionStatus;

TEST_CASE("a transaction is committed when its end is stored and complete when all markers are written", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  CHECK(rig.add(bank, orders0) == ErrorCode::none);
  CHECK(rig.report().status == ongoing);
  const EndTxnResponse ended = rig.end(bank, true);
  CHECK(ended.error_code == ErrorCode::none);
  CHECK(rig.report().status == prepare_commit);
  const std::optional<Send> markers = rig.take_markers();
  REQUIRE(markers);
  const auto& marker = markers->envelope.message.as<WriteTxnMarkersRequest>().markers.at(0);
  CHECK(marker.transaction_result);
  CHECK(marker.producer_epoch == ended.producer_epoch);  // with version 2 it fences what comes late
  CHECK(marker.coordinator_epoch == 3);
  CHECK(marker.topics.at(0).name == "orders");
  rig.reply_markers(*markers, ErrorCode::none);
  CHECK(rig.report().status == complete_commit);
}

TEST_CASE("the next coordinator writes the markers of a transaction whose end was stored", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  REQUIRE(rig.end(bank, false).error_code == ErrorCode::none);
  const std::optional<Send> old = rig.take_markers();
  rig.resign();
  CHECK(rig.coordinator.report().empty());
  rig.elect(4);
  rig.reply_markers(*old, ErrorCode::none);  // what the coordinator before had asked for says nothing about the new one's
  CHECK(rig.report().status == prepare_abort);
  const std::optional<Send> markers = rig.take_markers();
  REQUIRE(markers);
  CHECK(markers->envelope.message.as<WriteTxnMarkersRequest>().markers.at(0).coordinator_epoch == 4);
  rig.reply_markers(*markers, ErrorCode::none);
  CHECK(rig.report().status == complete_abort);
}

TEST_CASE("who resigns answers NOT_COORDINATOR to all that waits and to all that comes", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  rig.hold = true;
  const int waiting = rig.send_add(bank, orders0);
  CHECK_FALSE(rig.answered(waiting));
  rig.resign();
  CHECK(rig.told_of(waiting) == ErrorCode::not_coordinator);
  CHECK(rig.add(bank, orders0) == ErrorCode::not_coordinator);
  rig.complete_held(ErrorCode::none);  // too late: nothing happens
  CHECK(rig.coordinator.report().empty());
}

TEST_CASE("a change that cannot be stored leaves the transaction as it was", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  rig.appends = ErrorCode::not_enough_replicas;
  CHECK(rig.add(bank, orders0) == ErrorCode::coordinator_not_available);
  CHECK(rig.report().status == empty);
  rig.appends = ErrorCode::none;
  CHECK(rig.add(bank, orders0) == ErrorCode::none);
}

TEST_CASE("a completion that cannot be stored is tried again", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  REQUIRE(rig.end(bank, true).error_code == ErrorCode::none);
  rig.appends = ErrorCode::request_timed_out;
  rig.write_markers();
  CHECK(rig.report().status == prepare_commit);
  rig.appends = ErrorCode::none;
  rig.pass(seconds(1));
  CHECK(rig.report().status == complete_commit);
}

TEST_CASE("a transaction that takes too long is aborted and its producer fenced", "[txn]") {
  TransactionHarness rig;
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  rig.pass(seconds(55));
  CHECK(rig.report().status == ongoing);
  rig.pass(seconds(20));
  CHECK(rig.report().status == prepare_abort);
  CHECK(rig.report().epoch == ProducerEpoch{2});
  rig.write_markers();
  CHECK(rig.report().status == complete_abort);
  CHECK(rig.end(bank, true).error_code == ErrorCode::producer_fenced);
  CHECK(rig.add(bank, orders0) == ErrorCode::producer_fenced);
}

TEST_CASE("of old a transaction that took too long was aborted and its producer could go on", "[txn]") {
  LegacyBehaviours legacy;
  legacy.bring_back(Legacy::txn_timeout_no_epoch_bump);
  TransactionHarness rig{TransactionVersion::v2, {}, legacy};
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  rig.pass(seconds(75));
  rig.write_markers();
  CHECK(rig.report().status == complete_abort);
  CHECK(rig.add(bank, orders0) == ErrorCode::none);
}

TEST_CASE("an id that was not used for transactional.id.expiration.ms is forgotten with a tombstone", "[txn]") {
  NodeConfig config;
  config.transactional_id_expiration = seconds(100);
  config.transaction_remove_expired_interval = seconds(30);
  TransactionHarness rig{TransactionVersion::v2, config};
  (void)rig.init();
  rig.pass(seconds(80));
  CHECK(rig.coordinator.report().size() == 1);
  rig.pass(seconds(50));
  CHECK(rig.coordinator.report().empty());
  CHECK(read_transaction_log(rig.log).transactions.empty());
  CHECK(rig.init().producer_id == ProducerId{1001});
}

TEST_CASE("errors of the log are told as what a client may do about them", "[txn]") {
  CHECK(transaction_store_error(ErrorCode::not_enough_replicas) == ErrorCode::coordinator_not_available);
  CHECK(transaction_store_error(ErrorCode::not_leader_or_follower) == ErrorCode::not_coordinator);
  CHECK(transaction_store_error(ErrorCode::message_too_large) == ErrorCode::unknown_server_error);
  CHECK(transaction_store_error(ErrorCode::none) == ErrorCode::none);
}

TEST_CASE("fences that cannot be stored raise the epoch once and of old until none was left", "[txn]") {
  for (const bool of_old : {false, true}) {
    LegacyBehaviours legacy;
    if (of_old) legacy.bring_back(Legacy::init_pid_epoch_inflation);
    TransactionHarness rig{TransactionVersion::v1, {}, legacy};
    const InitProducerIdResponse bank = rig.init();
    REQUIRE(rig.add(bank, orders0, 3) == ErrorCode::none);
    rig.appends = ErrorCode::not_enough_replicas;
    ErrorCode told = ErrorCode::none;
    for (int attempts = 0; attempts < 40'000; ++attempts) {
      told = rig.init().error_code;
      if (told != ErrorCode::coordinator_not_available) break;
    }
    CHECK(told == (of_old ? ErrorCode::unknown_server_error : ErrorCode::coordinator_not_available));
    CHECK(rig.report().epoch == ProducerEpoch{static_cast<std::int16_t>(of_old ? INT16_MAX : 1)});
    rig.appends = ErrorCode::none;
    rig.init();
    rig.write_markers();
    CHECK((rig.init().error_code == ErrorCode::none) != of_old);
  }
}

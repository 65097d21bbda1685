#include "sim/check/transaction_ledger.hpp"

#include <catch2/catch.hpp>

#include "core/base/java_hash.hpp"
#include "core/model/topic_name.hpp"
#include "tests/sim/check/transaction_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;
using enum TransactionStatus;

TEST_CASE("a record is open until a marker of its producer says how it ended", "[check]") {
  BankTale tale;
  tale.init(0);
  tale.began(4);
  tale.sent(0);
  tale.decided(ongoing, 0);
  tale.written(0, 0);
  const auto fate = [&tale] { return tale.history().transactions().run_at(name, Offset{0})->fate; };
  CHECK(fate() == TransactionLedger::Fate::open);
  CHECK(tale.history().transactions().open().at(name).contains(7));
  CHECK(tale.history().transactions().transaction_of(name, Origin{0, 0})->number == 4);
  CHECK(tale.history().transactions().is_known(7, name));
  tale.decided(prepare_commit, 1);
  tale.marked(TransactionOutcome::commit, 1);
  CHECK(fate() == TransactionLedger::Fate::committed);
  CHECK(tale.history().transactions().open().empty());
  CHECK(tale.history().transactions().run_at(name, Offset{1}) == nullptr);
}

TEST_CASE("a record belongs to the transaction in which its producer sent it", "[check]") {
  BankTale tale;
  const auto number_of = [&tale](std::int64_t send) {
    const auto found = tale.history().transactions().transaction_of(name, Origin{0, send});
    return found ? found->number : -1;
  };
  tale.sent(0);
  CHECK(number_of(0) == -1);
  tale.began(4);
  tale.sent(1);
  tale.sent(2);
  tale.ended(4, trace::TransactionFate::committed);
  tale.began(5);
  tale.sent(3);
  CHECK(number_of(0) == -1);
  CHECK(number_of(1) == 4);
  CHECK(number_of(2) == 4);
  CHECK(number_of(3) == 5);
}

namespace {

const TopicIdPartition transactions_home{Uuid{5, 5}, PartitionIndex{0}};

// The controller makes the broker the coordinator of all transactions.
void coordinate(BankTale& tale, std::int32_t broker, std::int32_t epoch) {
  REQUIRE(java_bucket("bank", 1) == 0);
  trace::PartitionChanged led;
  led.metadata_offset = 2'000 + epoch;
  led.partition = transactions_home;
  led.leader = NodeId{broker};
  led.leader_epoch = LeaderEpoch{epoch};
  led.partition_epoch = PartitionEpoch{2'000 + epoch};
  led.replicas = led.isr = {NodeId{1}, NodeId{2}};
  tale.tell(0, led);
}
void load_transactions(BankTale& tale, std::int32_t broker) { tale.tell(broker - 1, trace::TransactionsLoaded{PartitionIndex{0}, 1}); }

}  // namespace

TEST_CASE("what a former coordinator tells of a transaction that another has taken over changes nothing", "[check]") {
  BankTale tale;
  tale.tell(0, trace::TopicCreated{2, transaction_state_topic, transactions_home.topic_id});
  coordinate(tale, 1, 3);
  load_transactions(tale, 1);
  tale.init(4);
  tale.decided(ongoing, 4);  // by broker 1, at host 0
  CHECK(tale.history().transactions().is_known(7, name));
  tale.tell(1, trace::TransactionChanged{"bank", ProducerId{7}, ProducerEpoch{3}, complete_commit, {}, {}});
  CHECK(tale.history().transactions().is_known(7, name));
  tale.decided(complete_commit, 4, false);
  CHECK_FALSE(tale.history().transactions().is_known(7, name));
}

TEST_CASE("what a former coordinator has stored counts until its successor has read the partition", "[check]") {
  BankTale tale;
  tale.tell(0, trace::TopicCreated{2, transaction_state_topic, transactions_home.topic_id});
  coordinate(tale, 1, 3);
  load_transactions(tale, 1);
  tale.init(4);
  tale.decided(ongoing, 4);
  coordinate(tale, 2, 4);  // elected, but it has not read what broker 1 stores
  const auto is_known = [&tale] { return tale.history().transactions().is_known(7, name); };
  SECTION("before") {
    tale.decided(complete_commit, 4, false);
    CHECK_FALSE(is_known());
  }
  SECTION("before, in the epoch of another time that it coordinated") {
    load_transactions(tale, 2);
    coordinate(tale, 1, 5);
    load_transactions(tale, 1);
    coordinate(tale, 2, 6);
    tale.decided(complete_commit, 4, false);
    CHECK_FALSE(is_known());
  }
  SECTION("after") {
    load_transactions(tale, 2);
    tale.decided(complete_commit, 4, false);
    CHECK(is_known());
  }
  SECTION("after, whatever a former coordinator loads") {
    load_transactions(tale, 2);
    load_transactions(tale, 1);
    tale.decided(complete_commit, 4, false);
    CHECK(is_known());
  }
}

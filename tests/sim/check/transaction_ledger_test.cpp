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

TEST_CASE("what a former coordinator tells of a transaction that another has taken over changes nothing", "[check]") {
  BankTale tale;
  const TopicIdPartition home{Uuid{5, 5}, PartitionIndex{0}};
  tale.tell(0, trace::TopicCreated{2, transaction_state_topic, home.topic_id});
  trace::PartitionChanged led;
  led.metadata_offset = 2000;
  led.partition = home;
  led.leader = NodeId{1};
  led.leader_epoch = LeaderEpoch{3};
  led.partition_epoch = PartitionEpoch{2000};
  led.replicas = led.isr = {NodeId{1}, NodeId{2}};
  tale.tell(0, led);
  REQUIRE(java_bucket("bank", 1) == 0);
  tale.init(4);
  tale.decided(ongoing, 4);  // by broker 1, at host 0
  CHECK(tale.history().transactions().is_known(7, name));
  tale.tell(1, trace::TransactionChanged{"bank", ProducerId{7}, ProducerEpoch{3}, complete_commit, {}, {}});
  CHECK(tale.history().transactions().is_known(7, name));
  tale.decided(complete_commit, 4, false);
  CHECK_FALSE(tale.history().transactions().is_known(7, name));
}

#include "core/txn/transaction_verifier.hpp"

#include <catch2/catch.hpp>

#include "tests/core/txn/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Mode = TransactionVerifier::Mode;

namespace {

struct VerifierRig {
  MetadataImage image = image_with_orders();
  TransactionVerifier verifier{NodeId{1}, NodeConfig{}};
  Instant now{seconds(100).ns};
  Random random{7};
  MemoryDisk disk;
  std::vector<Send> sent;
  std::vector<TransactionVerifier::Answer> answers;

  VerifierRig() { verifier.start(Started{StartKind::first, HostId{1}, 1}); }

  template <class Call>
  void step(const Call& call) {
    Effects out;
    Env env{now, Timestamp{1}, random, disk, out};
    call(env);
    for (const auto& answer : verifier.take_answers()) answers.push_back(answer);
    for (const Effect& effect : out.take()) {
      if (const auto* connect = std::get_if<Connect>(&effect)) input(Connected{connect->connection});
      if (const auto* one = std::get_if<Send>(&effect)) sent.push_back(*one);
    }
  }
  void input(const Input& in) {
    step([&](Env& env) { verifier.step(in, image, env); });
  }
  std::uint64_t ask(const std::string& id, Mode mode, std::set<TopicPartition> partitions = {orders0}) {
    std::uint64_t number = 0;
    step([&](Env& env) { number = verifier.ask({id, ProducerId{7}, ProducerEpoch{0}, mode, std::move(partitions)}, image, env); });
    return number;
  }
  void reply(const Send& to, ErrorCode error) {
    AddPartitionsToTxnResponse response;
    for (const auto& asked : to.envelope.message.as<AddPartitionsToTxnRequest>().transactions) {
      auto& told = response.results_by_transaction.emplace_back();
      told.transactional_id = asked.transactional_id;
      for (const auto& topic : asked.topics) {
        auto& results = told.topic_results.emplace_back();
        results.name = topic.name;
        for (const PartitionIndex index : topic.partitions) results.results_by_partition.push_back({index, error});
      }
    }
    input(Received{to.connection, {to.envelope.correlation_id, to.envelope.version, {}, Message::of(std::move(response))}});
  }
};

}  // namespace

TEST_CASE("the coordinator of a transaction is asked and its answer handed on", "[txn]") {
  VerifierRig rig;
  const std::uint64_t id = rig.ask(billing, Mode::verify);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].envelope.message.as<AddPartitionsToTxnRequest>().transactions.at(0).verify_only);
  rig.reply(rig.sent[0], ErrorCode::transaction_abortable);
  REQUIRE(rig.answers.size() == 1);
  CHECK(rig.answers[0].id == id);
  CHECK(rig.answers[0].errors.at(orders0) == ErrorCode::transaction_abortable);
}

TEST_CASE("questions that come while one is unanswered go together in the next request and of an id only one", "[txn]") {
  VerifierRig rig;
  rig.ask("a", Mode::verify);
  rig.ask("b", Mode::verify);
  rig.ask("b", Mode::verify, {orders1});
  rig.ask("c", Mode::add);
  REQUIRE(rig.sent.size() == 1);
  rig.reply(rig.sent[0], ErrorCode::none);
  REQUIRE(rig.sent.size() == 2);
  const auto& together = rig.sent[1].envelope.message.as<AddPartitionsToTxnRequest>().transactions;
  REQUIRE(together.size() == 2);
  CHECK(together[0].transactional_id == "b");
  CHECK(together[1].transactional_id == "c");
  CHECK_FALSE(together[1].verify_only);
  rig.reply(rig.sent[1], ErrorCode::none);
  CHECK(rig.sent.size() == 3);
}

TEST_CASE("adding is tried again for a while when the transaction before is nearly over and verifying is not", "[txn]") {
  VerifierRig rig;
  rig.ask(billing, Mode::verify);
  rig.reply(rig.sent[0], ErrorCode::concurrent_transactions);
  CHECK(rig.answers.size() == 1);
  rig.ask(billing, Mode::add);
  for (int i = 1; rig.answers.size() == 1; ++i) {
    REQUIRE(rig.sent.size() == static_cast<std::size_t>(i) + 1);
    rig.reply(rig.sent.back(), ErrorCode::concurrent_transactions);
    if (!rig.verifier.next_deadline()) break;
    rig.now = std::max(rig.now, *rig.verifier.next_deadline());
    rig.input(Woken{});
  }
  CHECK(rig.answers.size() == 2);
  CHECK(rig.sent.size() == 7);  // each 20 ms for 100 ms
}

TEST_CASE("without a coordinator the answer is COORDINATOR_NOT_AVAILABLE and without an answer NETWORK_EXCEPTION", "[txn]") {
  VerifierRig rig;
  rig.ask(billing, Mode::verify);
  rig.input(Disconnected{rig.sent[0].connection, DisconnectReason::reset});
  CHECK(rig.answers.at(0).errors.at(orders0) == ErrorCode::network_exception);
  rig.image.topic_ids.erase("__transaction_state");
  rig.ask(billing, Mode::verify);
  CHECK(rig.answers.at(1).errors.at(orders0) == ErrorCode::coordinator_not_available);
}

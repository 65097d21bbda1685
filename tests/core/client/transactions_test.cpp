#include "core/client/transactions.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/client/producer.hpp"
#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/end_txn.hpp"
#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// A coordinator as simple as possible: every request is answered by the next error that the test has put there.
struct TransactionRig {
  explicit TransactionRig(std::int16_t level = 2) : bench{Producer{identity(), config()}}, level_{level} {
    cluster.add_topic("orders", 2);
    bench.start();
    run_for(seconds(1));
  }
  static ProducerConfig config() {
    ProducerConfig config;
    config.transactional_id = "billing";
    config.linger = Duration{};
    return config;
  }
  void step(TransactionStep step) {
    bench.with_env([&](Env& env) { bench.machine.transact(step, env); });
  }
  void send(const std::string& value, std::int32_t partition = 0) {
    ProducerRecord record;
    record.topic = "orders";
    record.value = value;
    record.partition = PartitionIndex{partition};
    bench.with_env([&](Env& env) { bench.machine.send(std::move(record), env); });
  }
  void run_for(Duration time) {
    bench.run_until(bench.now + time, [&] {
      while (!bench.requests.empty()) {
        const Sent sent = bench.requests.front();
        bench.requests.pop_front();
        if (const std::optional<Message> told = answer(sent)) bench.answer(sent, *told);
      }
    });
  }
  ErrorCode next(ApiKey api) {
    auto& queue = cluster.errors[api];
    if (queue.empty()) return ErrorCode::none;
    const ErrorCode error = queue.front();
    queue.pop_front();
    return error;
  }
  std::optional<Message> answer(const Sent& sent) {
    const Message& m = sent.envelope.message;
    asked.push_back(m.api());
    versions[m.api()] = sent.envelope.version;
    if (m.get_if<ApiVersionsRequest>()) {
      ApiVersionsResponse told;
      if (level_ > 0) told.finalized_features.push_back({"transaction.version", level_, level_});
      return Message::of(told);
    }
    if (const auto* find = m.get_if<FindCoordinatorRequest>()) {
      FindCoordinatorResponse told;
      const Endpoint at = endpoint_of(2);
      told.coordinators.push_back({find->coordinator_keys.front(), NodeId{2}, at.host, at.port, next(m.api())});
      return Message::of(told);
    }
    if (const auto* init = m.get_if<InitProducerIdRequest>()) {
      const ErrorCode error = next(m.api());
      if (error != ErrorCode::none) return Message::of(InitProducerIdResponse{.error_code = error});
      epoch = init->producer_epoch ? init->producer_epoch->value + 1 : epoch;
      return Message::of(InitProducerIdResponse{.producer_id = ProducerId{7}, .producer_epoch = ProducerEpoch{static_cast<std::int16_t>(epoch)}});
    }
    if (const auto* add = m.get_if<AddPartitionsToTxnRequest>()) {
      AddPartitionsToTxnResponse told;
      auto& own = told.results_by_transaction.emplace_back();
      const ErrorCode error = next(m.api());
      for (const auto& topic : add->transactions.front().topics) {
        auto& results = own.topic_results.emplace_back();
        results.name = topic.name;
        for (const PartitionIndex p : topic.partitions) results.results_by_partition.push_back({p, error});
      }
      return Message::of(told);
    }
    if (m.get_if<AddOffsetsToTxnRequest>()) return Message::of(AddOffsetsToTxnResponse{.error_code = next(m.api())});
    if (const auto* commit = m.get_if<TxnOffsetCommitRequest>()) {
      TxnOffsetCommitResponse told;
      for (const auto& topic : commit->topics) {
        auto& results = told.topics.emplace_back();
        results.name = topic.name;
        for (const auto& p : topic.partitions) results.partitions.push_back({p.partition_index, next(m.api())});
      }
      return Message::of(told);
    }
    if (const auto* end = m.get_if<EndTxnRequest>()) {
      const ErrorCode error = next(m.api());
      if (error != ErrorCode::none) return Message::of(EndTxnResponse{.error_code = error});
      ends.push_back(end->committed);
      EndTxnResponse told;
      if (level_ >= 2) {
        told.producer_id = ProducerId{7};
        told.producer_epoch = ProducerEpoch{static_cast<std::int16_t>(++epoch)};
      }
      return Message::of(told);
    }
    if (const auto* produce = m.get_if<ProduceRequest>(); produce && sent.envelope.version < 13) {
      ProduceRequest by_id = *produce;  // the model knows topics by their id
      for (auto& topic : by_id.topic_data) topic.topic_id = cluster.topics.at(topic.name).id;
      Sent again = sent;
      again.envelope.message = Message::of(by_id);
      std::optional<Message> told = cluster.handle(again);
      auto answered = told->as<ProduceResponse>();
      for (auto& topic : answered.responses) {
        topic.name = "orders";
        topic.topic_id = Uuid{};
      }
      return Message::of(answered);
    }
    return cluster.handle(sent);
  }
  [[nodiscard]] TransactionState state() const { return bench.machine.transactions()->state(); }
  [[nodiscard]] std::vector<trace::TransactionEnded> ended() const { return bench.template noted<trace::TransactionEnded>(); }
  [[nodiscard]] int count(ApiKey api) const { return static_cast<int>(std::ranges::count(asked, api)); }

  ModelCluster cluster;
  Bench<Producer> bench;
  std::vector<ApiKey> asked;
  std::map<ApiKey, std::int16_t> versions;
  std::vector<bool> ends;
  std::int32_t epoch{0};
  std::int16_t level_;
};

}  // namespace

TEST_CASE("a transactional producer asks who coordinates it and for its id before anything else") {
  TransactionRig rig;
  CHECK(rig.state() == TransactionState::ready);
  CHECK(rig.count(ApiKey::init_producer_id) == 1);
  CHECK(rig.count(ApiKey::find_coordinator) == 1);
}

TEST_CASE("a commit waits until all records of the transaction are written") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("a", 0);
  rig.send("b", 1);
  rig.step(TransactionStep::commit);
  CHECK_FALSE(rig.bench.machine.can_accept());
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.can_accept());
  CHECK(rig.ends == std::vector{true});
  CHECK(rig.cluster.at("orders", 0).log.at(0).is_transactional());
  CHECK(rig.count(ApiKey::add_partitions_to_txn) == 0);  // version 2: Produce does it
  CHECK(rig.versions[ApiKey::produce] == 13);
  REQUIRE(rig.ended().size() == 1);
  CHECK(rig.ended()[0].fate == trace::TransactionFate::committed);
}

TEST_CASE("before version 2 the producer adds partitions itself and speaks the versions before") {
  TransactionRig rig{1};
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.ends == std::vector{true});
  CHECK(rig.count(ApiKey::add_partitions_to_txn) == 1);
  CHECK(rig.versions[ApiKey::add_partitions_to_txn] == 3);
  CHECK(rig.versions[ApiKey::produce] == 11);
  CHECK(rig.versions[ApiKey::end_txn] == 4);
}

TEST_CASE("a transaction without records ends without asking anybody") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.count(ApiKey::end_txn) == 0);
  CHECK(rig.ended().size() == 1);
  CHECK(rig.state() == TransactionState::ready);
}

TEST_CASE("with version 2 the next transaction goes on under the epoch that EndTxn told and from sequence 0") {
  TransactionRig rig;
  for (int i = 0; i < 2; ++i) {
    rig.step(TransactionStep::begin);
    rig.send("a");
    rig.step(TransactionStep::commit);
    rig.run_for(seconds(1));
  }
  const auto& log = rig.cluster.at("orders", 0).log;
  REQUIRE(log.size() == 2);
  CHECK(log[1].header.producer_epoch == log[0].header.producer_epoch + 1);
  CHECK(log[1].header.base_sequence == 0);
}

TEST_CASE("an abort gives up what was not sent and tells the coordinator") {
  TransactionRig rig{1};
  rig.cluster.errors[ApiKey::add_partitions_to_txn] = {ErrorCode::concurrent_transactions};
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.step(TransactionStep::abort);
  rig.run_for(seconds(1));
  CHECK(rig.cluster.at("orders", 0).log.empty());
  CHECK(rig.bench.template noted<trace::RecordsFailed>().size() == 1);
  REQUIRE(rig.ended().size() == 1);
  CHECK(rig.ended()[0].fate == trace::TransactionFate::aborted);
}

TEST_CASE("what the coordinator is busy with is asked again and a coordinator that has moved is looked up again") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.run_for(milliseconds(100));
  rig.cluster.errors[ApiKey::end_txn] = {ErrorCode::concurrent_transactions, ErrorCode::not_coordinator};
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(2));
  CHECK(rig.ends == std::vector{true});
  CHECK(rig.count(ApiKey::end_txn) == 3);
  CHECK(rig.count(ApiKey::find_coordinator) == 2);
}

TEST_CASE("a transaction in which a batch failed can only be aborted") {
  TransactionRig rig;
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::invalid_record};
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.run_for(milliseconds(100));
  CHECK(rig.bench.machine.must_abort());
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.ends == std::vector{false});
  CHECK(rig.state() == TransactionState::ready);
}

TEST_CASE("before version 2 an aborted transaction whose batch failed is followed by a new epoch") {
  TransactionRig rig{1};
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::invalid_record};
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.run_for(milliseconds(200));
  rig.step(TransactionStep::abort);
  rig.run_for(seconds(1));
  CHECK(rig.count(ApiKey::init_producer_id) == 2);
  CHECK(rig.state() == TransactionState::ready);
  rig.step(TransactionStep::begin);
  rig.send("b");
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.cluster.at("orders", 0).log.at(0).header.producer_epoch == 1);
}

TEST_CASE("a producer that is fenced has failed for good") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.run_for(milliseconds(100));
  rig.cluster.errors[ApiKey::end_txn] = {ErrorCode::producer_fenced};
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.failed());
  REQUIRE(rig.ended().size() == 1);
  CHECK(rig.ended()[0].fate == trace::TransactionFate::unknown);  // a commit was asked for
  rig.step(TransactionStep::begin);
  rig.run_for(seconds(1));
  CHECK(rig.ends.empty());
}

TEST_CASE("offsets are part of the transaction and sent before it is committed") {
  for (const std::int16_t level : {std::int16_t{1}, std::int16_t{2}}) {
    TransactionRig rig{level};
    rig.step(TransactionStep::begin);
    rig.bench.with_env([&](Env& env) {
      rig.bench.machine.send_offsets({"readers", std::nullopt, "", {{{"orders", PartitionIndex{0}}, Offset{4}}}}, env);
    });
    rig.step(TransactionStep::commit);
    rig.run_for(seconds(1));
    CHECK(rig.ends == std::vector{true});
    CHECK(rig.count(ApiKey::txn_offset_commit) == 1);
    CHECK(rig.count(ApiKey::add_offsets_to_txn) == (level == 1 ? 1 : 0));
    CHECK(rig.versions[ApiKey::txn_offset_commit] == (level == 1 ? 4 : 5));
  }
}

TEST_CASE("a member of an old generation cannot commit its offsets and the transaction must be aborted") {
  TransactionRig rig;
  rig.cluster.errors[ApiKey::txn_offset_commit] = {ErrorCode::illegal_generation};
  rig.step(TransactionStep::begin);
  rig.bench.with_env([&](Env& env) {
    rig.bench.machine.send_offsets({"readers", Generation{1}, "m", {{{"orders", PartitionIndex{0}}, Offset{4}}}}, env);
  });
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.must_abort());
  CHECK(rig.bench.machine.transactions()->last_error() == ErrorCode::illegal_generation);
}

TEST_CASE("steps and records are taken in their order and what stands outside a transaction is refused") {
  TransactionRig rig;
  rig.send("outside");
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.step(TransactionStep::commit);
  rig.step(TransactionStep::begin);
  rig.send("b");
  rig.step(TransactionStep::abort);
  rig.run_for(seconds(2));
  CHECK(rig.ends == std::vector{true, false});
  CHECK(rig.ended().size() == 2);
}

TEST_CASE("a producer that is closed within a transaction aborts it first") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("a");
  rig.run_for(milliseconds(100));
  rig.bench.step(StopRequested{});
  rig.run_for(seconds(1));
  CHECK(rig.ends == std::vector{false});
}

TEST_CASE("a transaction that lacks a record because it was too large is aborted although a commit is asked for", "[txn]") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("fits");
  rig.run_for(milliseconds(100));  // the topic is known now
  rig.send(std::string(2 << 20, 'x'));
  CHECK(rig.bench.machine.must_abort());
  CHECK(rig.bench.machine.failures() == 1);
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.transactions()->commits() == 0);
  rig.step(TransactionStep::begin);
  rig.send("again");
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.transactions()->commits() == 1);
}

TEST_CASE("a producer that is abandoned closes its connections and does nothing more", "[txn]") {
  TransactionRig rig;
  REQUIRE_FALSE(rig.bench.open.empty());
  const ConnectionId one = rig.bench.open.begin()->first;
  CHECK(rig.bench.machine.owns(one));
  rig.bench.with_env([&](Env& env) { rig.bench.machine.abandon(env); });
  CHECK(rig.bench.open.empty());
  CHECK_FALSE(rig.bench.machine.next_deadline().has_value());
}

namespace {
enum class Then : std::uint8_t { again, aborts, fails };
struct Told {  // by an answer to that request
  ApiKey api;
  ErrorCode error;
  Then then;
};
constexpr std::array told_to_producers{
    Told{ApiKey::add_partitions_to_txn, ErrorCode::concurrent_transactions, Then::again},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::coordinator_load_in_progress, Then::again},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::coordinator_not_available, Then::again},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::not_coordinator, Then::again},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::unknown_topic_or_partition, Then::again},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::transaction_abortable, Then::aborts},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::producer_fenced, Then::fails},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::invalid_producer_epoch, Then::fails},
    Told{ApiKey::add_partitions_to_txn, ErrorCode::invalid_txn_state, Then::fails},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::concurrent_transactions, Then::again},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::not_coordinator, Then::again},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::transaction_abortable, Then::aborts},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::producer_fenced, Then::fails},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::invalid_producer_epoch, Then::fails},
    Told{ApiKey::add_offsets_to_txn, ErrorCode::invalid_txn_state, Then::fails},
    Told{ApiKey::txn_offset_commit, ErrorCode::coordinator_load_in_progress, Then::again},
    Told{ApiKey::txn_offset_commit, ErrorCode::not_coordinator, Then::again},
    Told{ApiKey::txn_offset_commit, ErrorCode::unknown_topic_or_partition, Then::again},
    Told{ApiKey::txn_offset_commit, ErrorCode::unknown_member_id, Then::aborts},
    Told{ApiKey::txn_offset_commit, ErrorCode::fenced_instance_id, Then::aborts},
    Told{ApiKey::txn_offset_commit, ErrorCode::transaction_abortable, Then::aborts},
    Told{ApiKey::txn_offset_commit, ErrorCode::producer_fenced, Then::fails},
    Told{ApiKey::txn_offset_commit, ErrorCode::invalid_producer_epoch, Then::fails},
    Told{ApiKey::end_txn, ErrorCode::concurrent_transactions, Then::again},
    Told{ApiKey::end_txn, ErrorCode::coordinator_load_in_progress, Then::again},
    Told{ApiKey::end_txn, ErrorCode::not_coordinator, Then::again},
    Told{ApiKey::end_txn, ErrorCode::transaction_abortable, Then::aborts},
    Told{ApiKey::end_txn, ErrorCode::producer_fenced, Then::fails},
    Told{ApiKey::end_txn, ErrorCode::invalid_producer_epoch, Then::fails},
    Told{ApiKey::end_txn, ErrorCode::invalid_txn_state, Then::fails},
};
}  // namespace

TEST_CASE("what a coordinator answers makes a producer come again or abort or fail", "[txn]") {
  for (const Told& told : told_to_producers) {
    CAPTURE(api_name(told.api), error_name(told.error));
    TransactionRig rig{1};
    rig.cluster.errors[told.api] = {told.error};
    rig.step(TransactionStep::begin);
    rig.send("a");
    rig.bench.with_env([&](Env& env) {
      rig.bench.machine.send_offsets({"readers", Generation{1}, "member-1", {{{"orders", PartitionIndex{1}}, Offset{4}}}}, env);
    });
    rig.step(TransactionStep::commit);
    rig.run_for(seconds(3));
    CHECK(rig.bench.machine.failed() == (told.then == Then::fails));
    CHECK_FALSE(rig.bench.machine.must_abort());  // it has
    REQUIRE(rig.ended().size() == 1);
    const bool committed = rig.ended().front().fate == trace::TransactionFate::committed;
    CHECK(committed == (told.then == Then::again));
    if (told.then == Then::aborts) CHECK(rig.ended().front().fate == trace::TransactionFate::aborted);
  }
}

TEST_CASE("a commit that fails under way becomes an abort and the next transaction begins", "[txn]") {
  TransactionRig rig;
  rig.step(TransactionStep::begin);
  rig.send("first");
  rig.run_for(milliseconds(100));  // the topic is known now
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::message_too_large};
  rig.send("refused by the broker");
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.failures() == 1);
  CHECK(rig.bench.machine.transactions()->state() == TransactionState::ready);
  CHECK(rig.bench.machine.transactions()->commits() == 0);
  REQUIRE(rig.ends == std::vector{false});
  rig.step(TransactionStep::begin);
  rig.send("again");
  rig.step(TransactionStep::commit);
  rig.run_for(seconds(1));
  CHECK(rig.bench.machine.transactions()->commits() == 1);
}

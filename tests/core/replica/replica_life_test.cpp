// Requests and replicas while metadata change, as Kafka's ReplicaManagerTest has it.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// Broker 1 leads orders-0 with broker 2, whose fetches are the test's own.
struct Leads : Cluster {
  explicit Leads(int size = 2, NodeConfig settings = {}) : Cluster{size, std::move(settings)} {
    for (std::int32_t id = 2; id <= size; ++id) cut.insert({id, 1});
    add_topic({1, 2});
  }
  FetchResponse::Partition fetch_as_2(std::int64_t offset, std::optional<int> last_epoch = std::nullopt, std::optional<int> current = std::nullopt) {
    FetchRequest request = follower_fetch(2, offset);
    if (last_epoch) request.topics[0].partitions[0].last_fetched_epoch = LeaderEpoch{*last_epoch};
    if (current) request.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{*current};
    return *fetched(ask(1, request));
  }
  void take_away(std::vector<NodeId> replicas) {  // broker 1 is none of them
    PartitionRegistration& partition = registration();
    partition.replicas = partition.isr = std::move(replicas);
    partition.leader = partition.replicas.front();
    partition.leader_epoch = partition.leader_epoch.next();
    partition.partition_epoch = partition.partition_epoch.next();
    publish({1});
  }
  void delete_topic() {
    image.topics.erase(orders_id);
    image.topic_ids.erase("orders");
    publish({1});
  }
};

FetchRequest committed_fetch(std::int64_t offset, Duration max_wait = {}, std::int32_t min_bytes = 1) {
  FetchRequest request = Cluster::fetch_request(offset, max_wait, min_bytes);
  request.isolation_level = IsolationLevel::read_committed;
  return request;
}

RecordBatch in_transaction(std::int32_t sequence) {
  return make_batch({.producer = producer(234, 5, sequence), .transactional = Transactional::yes});
}

NodeConfig unverified() {
  NodeConfig config;
  config.transaction_partition_verification_enable = false;
  return config;
}

}  // namespace

TEST_CASE("an append that is refused for its sequence tells where the log begins", "[replica]") {
  Leads c;
  for (const int sequence : {0, 1, 2}) (void)c.produce(1, make_batch({.producer = producer(234, 5, sequence)}), 1);
  const int request = c.produce(1, make_batch({.producer = producer(234, 5, 13)}), 1);
  REQUIRE(c.produced(request));
  CHECK(c.produced(request)->error_code == ErrorCode::out_of_order_sequence_number);
  CHECK(c.produced(request)->log_start_offset == Offset{0});
  const int elsewhere = c.produce(2, make_batch(), 1);
  CHECK(c.produced(elsewhere)->error_code == ErrorCode::not_leader_or_follower);
  CHECK(c.produced(elsewhere)->log_start_offset != Offset{0});
}

TEST_CASE("a fetch that cannot be served tells nothing about the follower", "[replica]") {
  Leads c;
  c.elect(1, {1, 2}, {1});  // epoch 1
  for (int i = 0; i < 5; ++i) (void)c.produce(1, "a", 1);
  const auto known = [&c] { return c.at(1).partition(orders)->leader()->remote.at(NodeId{2}).log_end; };
  REQUIRE(c.fetch_as_2(0).error_code == ErrorCode::none);
  CHECK(known() == Offset{0});
  CHECK(c.fetch_as_2(3, std::nullopt, 0).error_code == ErrorCode::fenced_leader_epoch);
  CHECK(known() == Offset{0});
  CHECK(c.fetch_as_2(3, 0).diverging_epoch.has_value());
  CHECK(known() == Offset{0});
  CHECK(c.fetch_as_2(6).error_code == ErrorCode::offset_out_of_range);
  CHECK(known() == Offset{0});
}

TEST_CASE("an answer tells the high watermark as it was before the fetch moved it", "[replica]") {
  Leads c;
  (void)c.produce(1, "a", 1);
  const FetchResponse::Partition told = c.fetch_as_2(1);
  CHECK(told.high_watermark == Offset{0});
  CHECK(c.high_watermark(1) == 1);
}

TEST_CASE("a follower of one of two partitions gets the one and is told to try again for the other", "[replica]") {
  Leads c{3};
  const Uuid bills_id{9, 9};
  c.add_topic({1, 3}, {}, "bills", bills_id);
  (void)c.produce(1, "a", 1);
  (void)c.produce(1, make_batch(), 1, seconds(30), {bills_id, PartitionIndex{0}});
  FetchRequest request = c.follower_fetch(2, 1);
  request.topics.push_back(request.topics[0]);
  request.topics[1].topic_id = bills_id;
  const auto* response = c.answer_to<FetchResponse>(c.ask(1, request));
  REQUIRE(response);
  REQUIRE(response->responses.size() == 2);
  CHECK(response->responses[0].partitions[0].error_code == ErrorCode::none);
  CHECK(response->responses[1].partitions[0].error_code == ErrorCode::unknown_leader_epoch);
  CHECK(c.high_watermark(1) == 1);
  CHECK(c.report(1, {bills_id, PartitionIndex{0}}).high_watermark == Offset{0});
}

TEST_CASE("a reader of what is committed waits for the end of the transaction to be replicated", "[replica]") {
  Leads c{2, unverified()};
  for (const int sequence : {0, 1, 2}) (void)c.produce(1, in_transaction(sequence), 1);
  (void)c.fetch_as_2(3);
  const auto* empty = c.fetched(c.ask(1, committed_fetch(0)));
  CHECK(empty->records.batches.empty());
  CHECK(empty->last_stable_offset == Offset{0});
  CHECK(empty->aborted_transactions.has_value());
  const int waits = c.ask(1, committed_fetch(0, seconds(1), 1'000));
  CHECK_FALSE(c.fetched(waits));
  c.run(seconds(1));
  REQUIRE(c.fetched(waits));
  CHECK(c.fetched(waits)->records.batches.empty());
  c.call(1, [](ReplicaManager& manager, Env& env) {
    manager.append_internal(orders, marker(234, 5, TransactionOutcome::commit), 1, env);
  });
  CHECK(c.fetched(c.ask(1, committed_fetch(0)))->records.batches.empty());
  (void)c.fetch_as_2(4);
  const auto* all = c.fetched(c.ask(1, committed_fetch(0)));
  CHECK(all->last_stable_offset == Offset{4});
  CHECK(all->records.batches.size() == 4);
  CHECK(all->aborted_transactions->empty());
}

TEST_CASE("an answer that comes after a wait names the transactions that were aborted meanwhile", "[replica]") {
  Leads c{2, unverified()};
  for (const int sequence : {0, 1, 2}) (void)c.produce(1, in_transaction(sequence), 1);
  const int waits = c.ask(1, committed_fetch(0, seconds(1), 10'000));
  c.call(1, [](ReplicaManager& manager, Env& env) {
    manager.append_internal(orders, marker(234, 5, TransactionOutcome::abort), 1, env);
  });
  (void)c.fetch_as_2(4);
  CHECK_FALSE(c.fetched(waits));
  c.run(seconds(1));
  REQUIRE(c.fetched(waits));
  CHECK(c.fetched(waits)->last_stable_offset == Offset{4});
  CHECK(c.fetched(waits)->records.batches.size() == 4);
  REQUIRE(c.fetched(waits)->aborted_transactions->size() == 1);
  CHECK(c.fetched(waits)->aborted_transactions->front().producer_id == ProducerId{234});
  CHECK(c.fetched(waits)->aborted_transactions->front().first_offset == Offset{0});
}

TEST_CASE("a follower that waits for records is not answered because the high watermark has moved", "[replica]") {
  Leads c{3};
  c.registration().replicas = c.registration().isr = Cluster::nodes({1, 2, 3});
  c.elect(1, {1, 2, 3}, {1});
  const int produced = c.produce(1, "a");
  (void)c.fetch_as_2(1);
  const int waits = c.ask(1, c.follower_fetch(2, 1, seconds(1)));
  (void)c.ask(1, c.follower_fetch(3, 1));
  CHECK(c.outcome(produced) == ErrorCode::none);
  CHECK(c.high_watermark(1) == 1);
  CHECK_FALSE(c.fetched(waits));
  c.run(seconds(1));
  REQUIRE(c.fetched(waits));
  CHECK(c.fetched(waits)->high_watermark == Offset{1});
}

TEST_CASE("a consumer that waits hears at once that its leader has become a follower", "[replica]") {
  Leads c;
  FetchRequest old = Cluster::fetch_request(0, seconds(10));
  old.topics[0].topic = "orders";
  const int old_client = c.ask(1, old, 10);
  FetchRequest request = Cluster::fetch_request(0, seconds(10));
  request.topics[0].partitions[0].current_leader_epoch = c.registration().leader_epoch;
  const int new_client = c.ask(1, request);
  CHECK_FALSE(c.fetched(old_client));
  CHECK_FALSE(c.fetched(new_client));
  c.elect(2, {1, 2}, {1});
  REQUIRE(c.fetched(old_client));
  REQUIRE(c.fetched(new_client));
  CHECK(c.fetched(old_client)->error_code == ErrorCode::not_leader_or_follower);
  CHECK(c.fetched(new_client)->error_code == ErrorCode::fenced_leader_epoch);
}

TEST_CASE("requests that wait are answered when their replica is taken away or its topic deleted", "[replica]") {
  for (const bool deleted : {false, true}) {
    Leads c;
    FetchRequest request = Cluster::fetch_request(0, seconds(10));
    const int fetch = c.ask(1, request);
    const int produce = c.produce(1, "a");
    CHECK_FALSE(c.fetched(fetch));
    CHECK_FALSE(c.outcome(produce));
    if (deleted) {
      c.delete_topic();
    } else {
      c.take_away(Cluster::nodes({2}));
    }
    const ErrorCode expected = deleted ? ErrorCode::unknown_topic_or_partition : ErrorCode::not_leader_or_follower;
    CHECK(c.outcome(produce) == expected);
    REQUIRE(c.fetched(fetch));
    CHECK(c.fetched(fetch)->error_code == (deleted ? ErrorCode::unknown_topic_id : expected));
    CHECK_FALSE(c.at(1).report(orders));
  }
}

TEST_CASE("a follower of which the replica is taken away or the topic deleted fetches no more", "[replica]") {
  for (const bool deleted : {false, true}) {
    Cluster c{2};
    c.add_topic({1, 2});
    c.carry();
    if (deleted) {
      c.image.topics.erase(orders_id);
      c.image.topic_ids.erase("orders");
    } else {
      c.registration().replicas = c.registration().isr = Cluster::nodes({1});
      c.registration().partition_epoch = c.registration().partition_epoch.next();
    }
    c.publish({2});
    CHECK_FALSE(c.at(2).report(orders));
    c.network.clear();
    c.run(seconds(2));
    CHECK(c.network.empty());
    CHECK(c.brokers.at(2).manager->log(orders) == nullptr);
  }
}

TEST_CASE("a follower whose partition has no leader goes on fetching when there is one", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a", 1);
  c.elect(std::nullopt, {1}, {2});
  CHECK_FALSE(c.report(2).leader);
  c.network.clear();
  c.elect(1, {1});
  c.run(seconds(2));
  CHECK(c.log_end(2) == 1);
}

TEST_CASE("a leader in shutdown that nobody can replace leads no more and keeps its log", "[replica]") {
  Leads c;
  c.elect(1, {1}, {1});
  (void)c.produce(1, "a", 1);
  c.elect(std::nullopt, {1}, {1});
  CHECK(c.report(1).role == ReportedRole::follower);
  CHECK_FALSE(c.report(1).leader);
  CHECK(c.log_end(1) == 1);
  CHECK(c.outcome(c.produce(1, "b", 1)) == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a follower begins in a new epoch at the end that its log has then", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a", 1);
  c.run(milliseconds(10));
  REQUIRE(c.log_end(2) == 1);
  c.cut = {{1, 2}, {2, 1}};
  c.network.clear();
  c.elect(1, {1, 2});
  c.cut.clear();
  (void)c.produce(1, "b", 1);
  c.run(seconds(31));
  CHECK(values(c.batches(2)) == Values{"a", "b"});
  CHECK(c.notes<trace::LogTruncated>(2).empty());
}

TEST_CASE("metadata that change only the ISR let a follower fetch on as it did", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.carry();
  const std::size_t before = c.notes<trace::BecameFollower>(2).size();
  c.registration().isr = Cluster::nodes({1, 2});
  c.registration().partition_epoch = c.registration().partition_epoch.next();
  c.network.clear();  // what broker 2 fetches is under way, at the leader
  c.publish({2});
  CHECK(c.network.empty());
  CHECK(c.notes<trace::BecameFollower>(2).size() == before);
}

TEST_CASE("the high watermarks are written when a broker stops in order", "[replica]") {
  Leads c;
  (void)c.produce(1, "a", 1);
  (void)c.fetch_as_2(1);
  c.call(1, [](ReplicaManager& manager, Env& env) { manager.shutdown(env); });
  c.boot(1);
  CHECK(c.at(1).log(orders)->high_watermark() == Offset{1});
}

TEST_CASE("a consumer that another replica should serve is told so without a wait", "[replica]") {
  NodeConfig config;
  config.replica_selector_class = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
  Leads c{2, config};
  c.image.brokers[NodeId{1}].rack = "a";
  c.image.brokers[NodeId{2}].rack = "b";
  c.publish({1});
  (void)c.fetch_as_2(0);
  FetchRequest request = Cluster::fetch_request(0, seconds(5));
  request.rack_id = "b";
  const int told = c.ask(1, request);
  REQUIRE(c.fetched(told));
  CHECK(c.fetched(told)->preferred_read_replica == NodeId{2});
}

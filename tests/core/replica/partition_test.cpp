// A partition through its life, as Kafka's PartitionTest has it: epochs, offsets, the ISR and the assignment.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// Broker 1 leads and nobody fetches but the test.
struct Alone : Cluster {
  explicit Alone(int size, std::vector<std::int32_t> replicas, NodeConfig settings = {}) : Cluster{size, std::move(settings)} {
    for (std::int32_t id = 2; id <= size; ++id) cut.insert({id, 1});
    add_topic(std::move(replicas));
  }
  void lead_in(int epoch) {
    while (registration().leader_epoch < LeaderEpoch{epoch}) {
      PartitionRegistration& partition = registration();
      partition.leader_epoch = partition.leader_epoch.next();
      partition.partition_epoch = partition.partition_epoch.next();
    }
    publish({1});
  }
  void write(int records) { (void)produce(1, make_batch({.records = records}), 1); }
  FetchResponse::Partition read(int last_fetched_epoch, std::int64_t offset) {
    FetchRequest request = follower_fetch(2, offset);
    request.topics[0].partitions[0].last_fetched_epoch = LeaderEpoch{last_fetched_epoch};
    return *fetched(ask(1, request));
  }
  ErrorCode fetch_as(std::int32_t follower, std::int64_t offset) { return fetched(ask(1, follower_fetch(follower, offset)))->error_code; }
  void delete_before(std::int64_t offset) {
    DeleteRecordsRequest request;
    request.topics.push_back({.name = "orders", .partitions = {{.partition_index = PartitionIndex{0}, .offset = Offset{offset}}}});
    (void)ask(1, request);
  }
  ListOffsetsResponse::Partition list(Timestamp at, IsolationLevel isolation) {
    ListOffsetsRequest request;
    request.isolation_level = isolation;
    request.topics.push_back({.name = "orders", .partitions = {{.partition_index = PartitionIndex{0}, .timestamp = at}}});
    return answer_to<ListOffsetsResponse>(ask(1, request))->topics[0].partitions[0];
  }
};

using Diverging = FetchResponse::EpochEndOffset;

}  // namespace

TEST_CASE("a leader finds where the log of a follower parts from its own for any epoch and offset", "[replica]") {
  Alone c{2, {1, 2}};
  const std::vector<std::pair<int, std::vector<int>>> written{{0, {2}}, {3, {3, 3}}, {4, {5}}, {7, {1}}, {9, {3}}};
  for (const auto& [epoch, batches] : written) {
    c.lead_in(epoch);
    for (const int records : batches) c.write(records);
  }
  c.lead_in(10);
  REQUIRE(c.log_end(1) == 17);
  CHECK(c.read(2, 5).diverging_epoch == Diverging{LeaderEpoch{0}, Offset{2}});
  CHECK(c.read(0, 4).diverging_epoch == Diverging{LeaderEpoch{0}, Offset{2}});
  CHECK(c.read(6, 6).diverging_epoch == Diverging{LeaderEpoch{4}, Offset{13}});
  CHECK(c.read(5, 9).diverging_epoch == Diverging{LeaderEpoch{4}, Offset{13}});
  CHECK(c.read(10, 18).diverging_epoch == Diverging{LeaderEpoch{10}, Offset{17}});
  for (const auto& [epoch, offset] : std::vector<std::pair<int, int>>{{0, 2}, {7, 14}, {9, 17}, {10, 17}}) {
    CHECK_FALSE(c.read(epoch, offset).diverging_epoch);
    CHECK(c.read(epoch, offset).error_code == ErrorCode::none);
  }
  CHECK(c.read(11, 5).error_code == ErrorCode::offset_out_of_range);
  // Both have all by now, and the log begins later.
  (void)c.read(10, 17);
  REQUIRE(c.high_watermark(1) == 17);
  c.delete_before(5);
  CHECK(c.read(2, 8).diverging_epoch == Diverging{LeaderEpoch{2}, Offset{5}});
  CHECK_FALSE(c.read(0, 5).diverging_epoch);
  CHECK_FALSE(c.read(3, 5).diverging_epoch);
  CHECK(c.read(0, 0).error_code == ErrorCode::offset_out_of_range);
  c.delete_before(10);
  CHECK(c.read(5, 6).error_code == ErrorCode::offset_out_of_range);
  CHECK(c.read(3, 6).error_code == ErrorCode::offset_out_of_range);
}

TEST_CASE("a follower compares the leader epoch of who reads from it as its leader does", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.elect(1, {1, 2, 3});  // epoch 1
  const auto as_consumer = [&c](std::optional<int> epoch, std::int16_t version) {
    FetchRequest request = Cluster::fetch_request(0);
    request.topics[0].topic = "orders";
    if (epoch) request.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{*epoch};
    return c.fetched(c.ask(2, request, version))->error_code;
  };
  for (const std::int16_t version : {std::int16_t{10}, std::int16_t{11}}) {  // from 11 on it may read from a follower
    const ErrorCode served = version < 11 ? ErrorCode::not_leader_or_follower : ErrorCode::none;
    CHECK(as_consumer(std::nullopt, version) == served);
    CHECK(as_consumer(1, version) == served);
    CHECK(as_consumer(0, version) == ErrorCode::fenced_leader_epoch);
    CHECK(as_consumer(2, version) == ErrorCode::unknown_leader_epoch);
  }
  FetchRequest another = c.follower_fetch(3, 0);
  for (const auto& [epoch, error] : std::vector<std::pair<int, ErrorCode>>{
           {0, ErrorCode::fenced_leader_epoch}, {1, ErrorCode::not_leader_or_follower}, {2, ErrorCode::unknown_leader_epoch}}) {
    another.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{epoch};
    CHECK(c.fetched(c.ask(2, another))->error_code == error);
  }
}

TEST_CASE("the latest offset for a reader of what is committed is the last stable one", "[replica]") {
  NodeConfig config;
  config.transaction_partition_verification_enable = false;
  Alone c{2, {1, 2}, config};
  (void)c.produce(1, make_batch({.records = 3, .producer = producer(2, 0, 0), .transactional = Transactional::yes}), 1);
  const auto latest = [&c](IsolationLevel isolation) { return c.list(ListOffsetsRequest::latest_timestamp, isolation).offset; };
  CHECK(latest(IsolationLevel::read_uncommitted) == Offset{0});
  CHECK(latest(IsolationLevel::read_committed) == Offset{0});
  REQUIRE(c.fetch_as(2, 3) == ErrorCode::none);
  CHECK(latest(IsolationLevel::read_uncommitted) == Offset{3});
  CHECK(latest(IsolationLevel::read_committed) == Offset{0});
  for (const IsolationLevel any : {IsolationLevel::read_uncommitted, IsolationLevel::read_committed}) {
    CHECK(c.list(ListOffsetsRequest::earliest_timestamp, any).offset == Offset{0});
    CHECK(c.list(ListOffsetsRequest::earliest_local_timestamp, any).offset == Offset{0});
  }
}

TEST_CASE("after a change of leader no time is looked up beyond the high watermark until it has reached the epoch", "[replica]") {
  Alone c{3, {1, 2, 3}};
  for (const std::int64_t at : {10, 11}) (void)c.produce(1, make_batch({.timestamp = at}), 1);
  REQUIRE(c.fetch_as(2, 2) == ErrorCode::none);
  REQUIRE(c.fetch_as(3, 2) == ErrorCode::none);
  for (const std::int64_t at : {15, 20, 21}) (void)c.produce(1, make_batch({.timestamp = at}), 1);
  REQUIRE(c.high_watermark(1) == 2);
  const auto list = [&c](Timestamp at) { return c.list(at, IsolationLevel::read_uncommitted); };
  CHECK(list(ListOffsetsRequest::latest_timestamp).offset == Offset{2});
  CHECK(list(Timestamp{30}).offset == std::nullopt);
  CHECK(list(Timestamp{30}).error_code == ErrorCode::none);
  c.elect(2, {1, 2, 3}, {1});
  c.elect(1, {1, 2, 3}, {1});
  CHECK(list(ListOffsetsRequest::latest_timestamp).error_code == ErrorCode::offset_not_available);
  CHECK(list(ListOffsetsRequest::earliest_timestamp).offset == Offset{0});
  CHECK(list(Timestamp{11}).offset == Offset{1});
  CHECK(list(Timestamp{11}).timestamp == Timestamp{11});
  CHECK(list(Timestamp{100}).error_code == ErrorCode::offset_not_available);
  REQUIRE(c.fetch_as(2, 5) == ErrorCode::none);
  REQUIRE(c.fetch_as(3, 5) == ErrorCode::none);
  CHECK(list(ListOffsetsRequest::latest_timestamp).offset == Offset{5});
  CHECK(list(Timestamp{100}).error_code == ErrorCode::none);
}

TEST_CASE("a follower of the same leader takes up a newer epoch and does nothing about the same again", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  const auto changes = [&c] { return c.notes<trace::BecameFollower>(2).size(); };
  const std::size_t before = changes();
  c.elect(1, {1, 2});
  c.elect(1, {1, 2}, {1});
  c.elect(1, {1, 2});  // broker 2 has missed one
  CHECK(changes() == before + 2);
  c.publish({2});
  CHECK(changes() == before + 2);
  (void)c.produce(1, "a");
  c.run(seconds(1));
  CHECK(c.log_end(2) == 1);
}

TEST_CASE("a high watermark goes past a replica that the ISR lost only if that may not come back", "[replica]") {
  for (const std::string state : {"fenced", "leaving", "there"}) {
    INFO(state);
    Alone c{2, {1, 2}};
    c.write(10);
    REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
    REQUIRE(c.high_watermark(1) == 10);
    BrokerImage& follower = c.image.brokers.at(NodeId{2});
    follower.fenced = state == "fenced";
    follower.in_controlled_shutdown = state == "leaving";
    c.write(10);
    c.registration().isr = Cluster::nodes({1});  // in the same leader epoch
    c.registration().partition_epoch = c.registration().partition_epoch.next();
    c.publish({1});
    CHECK(c.report(1).maximal_isr == Cluster::nodes({1}));
    CHECK(c.high_watermark(1) == (state == "there" ? 10 : 20));
  }
}

TEST_CASE("a replica that its broker's shutdown keeps out of the ISR joins when that is over", "[replica]") {
  for (const bool fenced : {true, false}) {
    Alone c{2, {1, 2}};
    c.elect(1, {1}, {1});
    c.write(10);
    REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
    CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2}));
    c.refuse_isr(1, ErrorCode::ineligible_replica);
    CHECK(c.report(1).maximal_isr == Cluster::nodes({1}));
    BrokerImage& follower = c.image.brokers.at(NodeId{2});
    (fenced ? follower.fenced : follower.in_controlled_shutdown) = true;
    c.publish({1});
    REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
    CHECK(c.report(1).maximal_isr == Cluster::nodes({1}));
    CHECK(c.brokers.at(1).asked.empty());
    (fenced ? follower.fenced : follower.in_controlled_shutdown) = false;
    c.publish({1});
    REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
    CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2}));
    c.accept_isr(1);
    CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
  }
}

TEST_CASE("metadata that say the same ISR again end a change that is under way and the next waits for the answer", "[replica]") {
  Alone c{2, {1, 2}};
  c.write(10);
  c.run(seconds(46));
  REQUIRE(c.brokers.at(1).asked.size() == 1);  // to shrink
  c.registration().partition_epoch = c.registration().partition_epoch.next();
  c.publish({1});
  CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
  CHECK(c.high_watermark(1) == 0);
  c.run(seconds(46));
  CHECK(c.brokers.at(1).asked.size() == 1);  // not another one while that has no answer
  c.refuse_isr(1, ErrorCode::invalid_update_version);
  c.run(seconds(16));
  CHECK(c.brokers.at(1).asked.size() == 1);
}

TEST_CASE("an ISR that is to shrink counts whole until the controller has agreed whatever it answers before", "[replica]") {
  Alone c{3, {1, 2, 3}};
  c.write(10);
  c.run(seconds(20));
  REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
  c.run(seconds(25));
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  const auto& members = c.brokers.at(1).asked[0].topics[0].partitions[0].new_isr_with_epochs;
  REQUIRE(members.size() == 2);
  for (const auto& member : members) CHECK(member.broker_epoch == c.image.brokers.at(member.broker_id).epoch);
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2, 3}));
  CHECK(c.high_watermark(1) == 0);
  SECTION("an error of the network") { c.refuse_isr(1, ErrorCode::network_exception); }
  SECTION("an answer") {
    c.accept_isr(1);
    CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
    CHECK(c.high_watermark(1) == 10);
    return;
  }
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2, 3}));
  CHECK(c.high_watermark(1) == 0);
  c.accept_isr(1);
  CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
  CHECK(c.high_watermark(1) == 10);
}

TEST_CASE("a replica that has all stays in the ISR however long it is since it asked", "[replica]") {
  Alone c{2, {1, 2}};
  c.write(10);
  REQUIRE(c.fetch_as(2, 10) == ErrorCode::none);
  c.run(seconds(120));
  CHECK(c.brokers.at(1).asked.empty());
  CHECK(c.report(1).isr == Cluster::nodes({1, 2}));
}

TEST_CASE("a leader serves who is a replica while a reassignment goes on and when it is over", "[replica]") {
  Alone c{4, {1, 2, 3}};
  CHECK(c.fetch_as(4, 0) == ErrorCode::unknown_leader_epoch);
  PartitionRegistration& partition = c.registration();
  partition.replicas = Cluster::nodes({1, 2, 3, 4});
  partition.partition_epoch = partition.partition_epoch.next();
  c.publish({1});
  CHECK(c.fetch_as(4, 0) == ErrorCode::none);
  CHECK(c.fetch_as(2, 0) == ErrorCode::none);
  partition.replicas = Cluster::nodes({1, 3, 4});
  partition.isr = Cluster::nodes({1, 3, 4});
  partition.leader_epoch = partition.leader_epoch.next();
  partition.partition_epoch = partition.partition_epoch.next();
  c.publish({1});
  CHECK(c.fetch_as(2, 0) == ErrorCode::unknown_leader_epoch);
  CHECK(c.fetch_as(4, 0) == ErrorCode::none);
  CHECK(c.report(1).isr == Cluster::nodes({1, 3, 4}));
}

TEST_CASE("what a leader knows of its followers lasts while its epoch does", "[replica]") {
  Alone c{2, {1, 2}};
  c.elect(1, {1}, {1});
  c.write(2);
  REQUIRE(c.fetch_as(2, 1) == ErrorCode::none);
  const auto end_of_2 = [&c] { return c.at(1).partition(orders)->leader()->remote.at(NodeId{2}).log_end; };
  const auto epoch_start = [&c] { return c.at(1).partition(orders)->leader()->epoch_start; };
  CHECK(end_of_2() == Offset{1});
  c.registration().partition_epoch = c.registration().partition_epoch.next();  // the same epoch of the leader
  c.publish({1});
  CHECK(end_of_2() == Offset{1});
  CHECK(epoch_start() == Offset{0});
  c.elect(2, {1, 2}, {1});
  CHECK(c.at(1).partition(orders)->leader() == nullptr);
  c.elect(1, {1, 2}, {1});
  CHECK(end_of_2() == std::nullopt);
  CHECK(epoch_start() == Offset{2});
}

TEST_CASE("a follower too passes over metadata that are older than what it knows", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.elect(2, {1, 2, 3});
  PartitionRegistration& partition = c.registration();
  const PartitionRegistration newest = partition;
  partition.leader = NodeId{1};
  partition.leader_epoch = LeaderEpoch{0};
  partition.partition_epoch = PartitionEpoch{0};
  c.publish({3});
  CHECK(c.report(3).leader == NodeId{2});
  CHECK(c.report(3).leader_epoch == newest.leader_epoch);
}

// Fetch, by consumers and by followers whose requests the test makes up.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a consumer reads up to the high watermark and a follower up to the log end", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a");
  c.carry();
  c.cut = {{2, 1}};
  (void)c.produce(1, "b");
  const int consumer = c.ask(1, Cluster::fetch_request(0));
  REQUIRE(c.fetched(consumer));
  CHECK(c.fetched(consumer)->records.batches.size() == 1);
  CHECK(c.fetched(consumer)->high_watermark == Offset{1});
  const int follower = c.ask(1, c.follower_fetch(2, 0));
  CHECK(c.fetched(follower)->records.batches.size() == 2);
  const auto notes = c.notes<trace::FetchAnswered>(1);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].to == Offset{1});
  CHECK(notes[0].limit == Offset{1});
  CHECK(notes[0].size_bytes == c.fetched(consumer)->records.size_bytes());
}

TEST_CASE("a fetch outside of the log is out of range but between high watermark and log end it is empty",
          "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  (void)c.produce(1, "a", 1);
  CHECK(c.fetched(c.ask(1, Cluster::fetch_request(5)))->error_code == ErrorCode::offset_out_of_range);
  const auto* between = c.fetched(c.ask(1, Cluster::fetch_request(1)));
  CHECK(between->error_code == ErrorCode::none);
  CHECK(between->records.batches.empty());
}

TEST_CASE("a fetch with another leader epoch is fenced or told to wait", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.elect(1, {1, 2});  // epoch 1
  for (const auto& [epoch, error] : std::vector<std::pair<int, ErrorCode>>{
           {0, ErrorCode::fenced_leader_epoch}, {1, ErrorCode::none}, {2, ErrorCode::unknown_leader_epoch}}) {
    FetchRequest request = Cluster::fetch_request(0);
    request.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{epoch};
    CHECK(c.fetched(c.ask(1, request))->error_code == error);
  }
}

TEST_CASE("a follower may fetch only from the leader but a consumer also from a follower", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.carry();
  CHECK(c.fetched(c.ask(2, c.follower_fetch(3, 0)))->error_code == ErrorCode::not_leader_or_follower);
  CHECK(c.fetched(c.ask(2, Cluster::fetch_request(0)))->error_code == ErrorCode::none);
  FetchRequest old = Cluster::fetch_request(0);
  old.topics[0].topic = "orders";
  CHECK(c.fetched(c.ask(2, old, 10))->error_code == ErrorCode::not_leader_or_follower);  // before KIP-392
}

TEST_CASE("a leader sends a consumer to the follower in its rack where replicas are selected by rack", "[replica]") {
  NodeConfig config;
  config.replica_selector_class = "org.apache.kafka.common.replica.RackAwareReplicaSelector";
  for (const bool selects : {true, false}) {
    Cluster c{2, selects ? config : NodeConfig{}};
    c.image.brokers[NodeId{1}].rack = "a";
    c.image.brokers[NodeId{2}].rack = "b";
    c.add_topic({1, 2});
    c.carry();
    (void)c.produce(1, "a");
    c.carry();
    FetchRequest request = Cluster::fetch_request(0);
    request.rack_id = "b";
    const auto* told = c.fetched(c.ask(1, request));
    REQUIRE(told);
    CHECK(told->preferred_read_replica == (selects ? std::optional{NodeId{2}} : std::nullopt));
    CHECK(told->records.batches.empty() == selects);
    CHECK(told->high_watermark == Offset{1});
    request.rack_id = "a";
    CHECK_FALSE(c.fetched(c.ask(1, request))->preferred_read_replica);
    request.rack_id = "b";
    CHECK_FALSE(c.fetched(c.ask(2, request))->preferred_read_replica);  // a follower names nobody
    CHECK_FALSE(c.fetched(c.ask(1, c.follower_fetch(2, 0)))->preferred_read_replica);
  }
}

TEST_CASE("a fetch of a broker that is no replica is told to try again", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2});
  CHECK(c.fetched(c.ask(1, c.follower_fetch(3, 0)))->error_code == ErrorCode::unknown_leader_epoch);
}

TEST_CASE("a fetch of a follower process that has been replaced is refused", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  FetchRequest stale = c.follower_fetch(2, 0);
  stale.replica_state.replica_epoch = BrokerEpoch{1};
  CHECK(c.fetched(c.ask(1, stale))->error_code == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a follower whose last epoch ended earlier at the leader is told where and gets no records", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  (void)c.produce(1, "a", 1);
  c.elect(1, {1, 2});  // epoch 1 starts at 1
  (void)c.produce(1, "b", 1);
  FetchRequest request = c.follower_fetch(2, 2);
  request.topics[0].partitions[0].last_fetched_epoch = LeaderEpoch{0};
  const auto* told = c.fetched(c.ask(1, request));
  CHECK(told->diverging_epoch == FetchResponse::EpochEndOffset{LeaderEpoch{0}, Offset{1}});
  CHECK(told->records.batches.empty());
  CHECK(c.high_watermark(1) == 0);  // its offset is not taken for replicated
  request.topics[0].partitions[0].last_fetched_epoch = LeaderEpoch{7};
  CHECK(c.fetched(c.ask(1, request))->error_code == ErrorCode::offset_out_of_range);
}

TEST_CASE("a fetch with nothing new waits and is answered by the next append", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  const int follower = c.ask(1, c.follower_fetch(2, 0, milliseconds(500)));
  CHECK_FALSE(c.fetched(follower));
  (void)c.produce(1, "a");
  REQUIRE(c.fetched(follower));
  CHECK(c.fetched(follower)->records.batches.size() == 1);
}

TEST_CASE("a fetch that waits is answered empty when its time is over", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  const int request = c.ask(1, Cluster::fetch_request(0, milliseconds(500)));
  c.run(milliseconds(499));
  CHECK_FALSE(c.fetched(request));
  c.run(milliseconds(1));
  REQUIRE(c.fetched(request));
  CHECK(c.fetched(request)->records.batches.empty());
  CHECK(c.fetched(request)->error_code == ErrorCode::none);
}

TEST_CASE("a consumer that waits is answered when the high watermark moves and not by the append", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  const int consumer = c.ask(1, Cluster::fetch_request(0, seconds(60)));
  c.cut = {{2, 1}};
  (void)c.produce(1, "a");
  CHECK_FALSE(c.fetched(consumer));
  c.cut.clear();
  c.carry();
  REQUIRE(c.fetched(consumer));
  CHECK(c.fetched(consumer)->records.batches.size() == 1);
}

TEST_CASE("a consumer that waits for more bytes is answered when they are there", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  const auto size = static_cast<std::int32_t>(make_batch({.value = "a"}).size_bytes());
  const int request = c.ask(1, Cluster::fetch_request(0, seconds(60), 3 * size));
  (void)c.produce(1, "a");
  (void)c.produce(1, "a");
  CHECK_FALSE(c.fetched(request));
  (void)c.produce(1, "a");
  REQUIRE(c.fetched(request));
  CHECK(c.fetched(request)->records.batches.size() == 3);
}

TEST_CASE("a fetch that waits is answered with an error when leadership is lost", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  const int follower = c.ask(1, c.follower_fetch(2, 0, seconds(60)));
  c.elect(2, {2}, {1});
  REQUIRE(c.fetched(follower));
  CHECK(c.fetched(follower)->error_code == ErrorCode::fenced_leader_epoch);
  CHECK(c.fetched(follower)->current_leader == LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{1}});
}

TEST_CASE("a fetch keeps to its maximum but gives at least one batch", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  for (int i = 0; i < 3; ++i) (void)c.produce(1, "a");
  FetchRequest request = Cluster::fetch_request(0);
  request.max_bytes = static_cast<std::int32_t>(2 * make_batch({.value = "a"}).size_bytes());
  CHECK(c.fetched(c.ask(1, request))->records.batches.size() == 2);
  request.max_bytes = 1;
  CHECK(c.fetched(c.ask(1, request))->records.batches.size() == 1);
  request.topics[0].partitions.push_back(request.topics[0].partitions[0]);
  const auto* both = c.answer_to<FetchResponse>(c.ask(1, request));
  CHECK(both->responses[0].partitions[1].records.batches.empty());  // only one batch in all goes over the maximum
}

TEST_CASE("a fetch of an unknown topic or partition is told so at once", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  FetchRequest request = Cluster::fetch_request(0, seconds(60));
  request.topics[0].topic_id = Uuid{1, 99};
  CHECK(c.fetched(c.ask(1, request))->error_code == ErrorCode::unknown_topic_id);
  request.topics[0].topic = "nothing";
  CHECK(c.fetched(c.ask(1, request, 12))->error_code == ErrorCode::unknown_topic_or_partition);
}

// ---- throttles (KIP-73) ----------------------------------------------------------------------------------

namespace {

// Broker 1 leads orders-0, 2 is in sync, 3 is not; it allows ten bytes a second to throttled replicas.
struct Throttling : Cluster {
  explicit Throttling(const std::string& throttled) : Cluster{3} {
    add_topic({1, 2, 3}, {{"leader.replication.throttled.replicas", throttled}});
    cut = {{2, 1}, {3, 1}};
    elect(1, {1, 2});
    NodeConfig settings;
    settings.leader_throttled_rate = 10;
    call(1, [&](ReplicaManager& manager, Env&) { manager.set_dynamic_config(settings); });
    (void)produce(1, "a", 1);
  }
  std::size_t given_to(std::int32_t follower, std::int64_t offset) {
    const auto* answer = fetched(ask(1, follower_fetch(follower, offset)));
    REQUIRE(answer);
    CHECK(answer->error_code == ErrorCode::none);
    return answer->records.batches.size();
  }
};

}  // namespace

TEST_CASE("a leader gives a throttled follower that is out of sync no records while its quota is exceeded", "[replica]") {
  Throttling c{"0:1"};
  CHECK(c.given_to(3, 0) == 1);  // what passes is counted afterwards
  CHECK(c.given_to(3, 0) == 0);
  CHECK(c.given_to(2, 0) == 1);  // who is in sync stays so
  c.now = c.now + seconds(60);
  CHECK(c.given_to(3, 0) == 1);
}

TEST_CASE("a leader throttles only the replicas that its topic names", "[replica]") {
  const std::string throttled = GENERATE("*", "0:2", "1:1", "");
  Throttling c{throttled};
  CHECK(c.given_to(3, 0) == 1);
  CHECK(c.given_to(3, 0) == (throttled == "*" ? 0U : 1U));
  c.image.topics.at(orders_id).edit().configs.clear();  // the throttle is lifted
  c.publish({1});
  CHECK(c.given_to(3, 0) == 1);
}

TEST_CASE("records that a throttled follower may not have do not end its wait", "[replica]") {
  Throttling c{"0:1"};
  CHECK(c.given_to(3, 0) == 1);
  const int waiting = c.ask(1, c.follower_fetch(3, 0, milliseconds(500)));
  CHECK_FALSE(c.fetched(waiting));
  (void)c.produce(1, "b", 1);
  CHECK_FALSE(c.fetched(waiting));
  c.run(milliseconds(500));
  REQUIRE(c.fetched(waiting));
  CHECK(c.fetched(waiting)->records.batches.empty());
  const int consumer = c.ask(1, Cluster::fetch_request(0));
  CHECK(c.fetched(consumer)->error_code == ErrorCode::none);
}

TEST_CASE("a leader counts what followers in sync fetch of throttled partitions", "[replica]") {
  Throttling c{"0:1"};
  CHECK(c.given_to(2, 0) == 1);
  CHECK(c.given_to(3, 0) == 0);
}

TEST_CASE("a follower that copies more of a throttled partition than it may waits with the rest", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {{"follower.replication.throttled.replicas", "0:2"}});
  c.carry();
  c.elect(1, {1});
  c.kill(2);
  for (int i = 0; i < 20; ++i) (void)c.produce(1, make_batch({.value = std::string(500'000, 'x')}), 1);
  c.boot(2);
  NodeConfig settings;
  settings.follower_throttled_rate = 1'000'000;
  c.call(2, [&](ReplicaManager& manager, Env&) { manager.set_dynamic_config(settings); });
  c.publish({2});
  c.run(milliseconds(100));
  CHECK(c.log_end(2) > 0);
  CHECK(c.log_end(2) < 5);
  c.run(seconds(5));
  CHECK(c.log_end(2) < 20);
  c.run(seconds(15));
  CHECK(c.log_end(2) == 20);
}

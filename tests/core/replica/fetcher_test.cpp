#include "core/replica/fetcher.hpp"

#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// A follower's fetchers alone; the test is its leader, broker 2.
struct Fetchers {
  NodeConfig config;
  ReplicaFetchers fetchers;
  ReplicationQuota quota{11, 1};
  MemoryDisk disk;
  Random random{1};
  Instant now{seconds(10).ns};
  BrokerMap brokers;
  std::optional<Send> sent;
  ConnectionId connection;

  explicit Fetchers(std::optional<Legacy> old = {}) : fetchers{NodeId{1}, config, 0x72, with(old)} {
    fetchers.start(Started{StartKind::first, HostId{1}, 1});
    brokers[NodeId{2}].endpoint = {"b2", 2};
  }
  static LegacyBehaviours with(std::optional<Legacy> old) {
    LegacyBehaviours legacy;
    if (old) legacy.bring_back(*old);
    return legacy;
  }
  template <class F>
  void with_env(F&& f) {
    Effects out;
    Env env{now, Timestamp{0}, random, disk, out};
    f(env);
    for (const Effect& effect : out.list()) {
      if (const auto* connect = std::get_if<Connect>(&effect)) connection = connect->connection;
      if (const auto* send = std::get_if<Send>(&effect)) sent = *send;
    }
  }
  void send() {
    sent.reset();
    with_env([&](Env& env) {
      fetchers.send_requests({BrokerEpoch{5}, brokers, [](const TopicIdPartition&) { return Offset{0}; }, quota}, env);
    });
  }
  std::vector<FetcherEvent> step(const Input& in) {
    std::vector<FetcherEvent> events;
    with_env([&](Env& env) { events = fetchers.step(in, env); });
    return events;
  }
  template <class Response>
  std::vector<FetcherEvent> answer(Response response) {
    return step(
        Received{sent->connection,
                 {sent->envelope.correlation_id, sent->envelope.version, {}, Message::of(std::move(response))}});
  }
  [[nodiscard]] const FetchRequest& request() const { return sent->envelope.message.as<FetchRequest>(); }
  void follow(int partition, std::int64_t offset, int epoch = 3) {
    fetchers.follow({orders_id, PartitionIndex{partition}}, "orders", NodeId{2},
                    {Offset{offset}, LeaderEpoch{epoch}, LeaderEpoch{epoch}});
  }
  void connect() {
    send();
    (void)step(Connected{connection});
  }
  static FetchResponse response(int partition, ErrorCode error = ErrorCode::none) {
    return response(std::vector{partition}, error);
  }
  static FetchResponse response(const std::vector<int>& partitions, ErrorCode error = ErrorCode::none) {
    FetchResponse r;
    r.responses.push_back({.topic_id = orders_id});
    for (const int partition : partitions)
      r.responses.back().partitions.push_back({.partition_index = PartitionIndex{partition}, .error_code = error});
    return r;
  }
  void open_session() {  // of partitions 0 and 1
    follow(0, 5);
    follow(1, 7);
    connect();
    FetchResponse all = response({0, 1});
    all.session_id = 123;
    (void)answer(all);
  }
};

const TopicIdPartition orders_1{orders_id, PartitionIndex{1}};

}  // namespace

TEST_CASE("a fetcher begins with a full request for all partitions that asks for a session", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.follow(1, 7);
  f.connect();
  const FetchRequest& request = f.request();
  CHECK(request.session_id == 0);
  CHECK(request.session_epoch == 0);
  CHECK(request.replica_state.replica_id == NodeId{1});
  CHECK(request.replica_state.replica_epoch == BrokerEpoch{5});
  CHECK(request.max_wait == milliseconds(500));
  REQUIRE(request.topics.size() == 1);
  REQUIRE(request.topics[0].partitions.size() == 2);
  CHECK(request.topics[0].partitions[1].fetch_offset == Offset{7});
  CHECK(request.topics[0].partitions[1].current_leader_epoch == LeaderEpoch{3});
  CHECK(request.topics[0].partitions[1].last_fetched_epoch == LeaderEpoch{3});
  f.send();
  CHECK_FALSE(f.sent);  // one at a time
}

TEST_CASE("an answer for a partition that has moved since the fetch is ignored", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.connect();
  SECTION("the position is another") {
    f.fetchers.advance(orders, Offset{3}, LeaderEpoch{2}, ReplicaFetchers::Got::nothing);
  }
  SECTION("it is not followed any more") { f.fetchers.unfollow(orders); }
  CHECK(f.answer(Fetchers::response(0)).empty());
}

TEST_CASE("an answer that names a partition twice counts once", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.connect();
  FetchResponse twice = Fetchers::response(0);
  twice.responses.push_back(twice.responses.front());
  CHECK(f.answer(twice).size() == 1);
}

TEST_CASE("a fetcher that loses its leader waits for the backoff before it fetches again", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.connect();
  CHECK(f.step(Disconnected{f.connection, DisconnectReason::reset}).empty());
  f.send();
  CHECK_FALSE(f.sent);
  CHECK(f.fetchers.next_deadline() == f.now + milliseconds(1'000));
  f.now = f.now + milliseconds(1'000);
  (void)f.step(Woken{});
  f.connect();
  REQUIRE(f.sent);
  CHECK(f.request().topics[0].partitions[0].fetch_offset == Offset{5});
}

TEST_CASE("a partition that backs off is left out of fetches while others go on", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.follow(1, 7);
  f.connect();
  (void)f.answer(Fetchers::response({0, 1}, ErrorCode::not_leader_or_follower));
  f.fetchers.back_off(orders, f.now);
  f.send();
  REQUIRE(f.request().topics[0].partitions.size() == 1);
  CHECK(f.request().topics[0].partitions[0].partition == orders_1.partition);
}

TEST_CASE("a follower that is fenced in its present epoch stops until it hears of a new one", "[replica]") {
  Fetchers f;
  f.follow(0, 5, 3);
  f.fetchers.fenced(orders, LeaderEpoch{2}, f.now);  // by now it knows better: it tries again
  CHECK(f.fetchers.position(orders));
  f.fetchers.fenced(orders, LeaderEpoch{3}, f.now);
  CHECK_FALSE(f.fetchers.position(orders));
}

TEST_CASE("a partition that is out of range asks for the end of the log of its leader before anything is fetched",
          "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.connect();
  REQUIRE(f.answer(Fetchers::response(0, ErrorCode::offset_out_of_range)).size() == 1);
  f.fetchers.ask_leader_offset(orders, LogEndKind::end);
  f.send();
  const auto& ask = f.sent->envelope.message.as<ListOffsetsRequest>();
  CHECK(ask.replica_id == NodeId{1});
  CHECK(ask.topics[0].partitions[0].timestamp == ListOffsetsRequest::latest_timestamp);
  ListOffsetsResponse told;
  told.topics.push_back({.name = "orders"});
  told.topics.back().partitions.push_back({.partition_index = PartitionIndex{0}, .offset = Offset{2}});
  const auto events = f.answer(told);
  REQUIRE(events.size() == 1);
  const auto& event = std::get<LeaderOffset>(events[0]);
  CHECK(event.which == LogEndKind::end);
  CHECK(event.offset == Offset{2});
}

TEST_CASE("a partition that got data stands behind the others in the next fetch", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.follow(1, 7);
  f.connect();
  (void)f.answer(Fetchers::response({0, 1}));
  f.fetchers.advance(orders, Offset{6}, LeaderEpoch{3}, ReplicaFetchers::Got::data);
  f.send();
  CHECK(f.request().topics[0].partitions[0].partition == orders_1.partition);
  CHECK(f.request().topics[0].partitions[1].fetch_offset == Offset{6});
}

TEST_CASE("in a session a fetcher names only partitions that have moved", "[replica]") {
  Fetchers f;
  f.open_session();
  f.fetchers.advance(orders, Offset{5}, LeaderEpoch{3}, ReplicaFetchers::Got::nothing);
  f.fetchers.advance(orders_1, Offset{9}, LeaderEpoch{3}, ReplicaFetchers::Got::data);
  f.send();
  CHECK(f.request().session_id == 123);
  CHECK(f.request().session_epoch == 1);
  REQUIRE(f.request().topics.size() == 1);
  REQUIRE(f.request().topics[0].partitions.size() == 1);
  CHECK(f.request().topics[0].partitions[0].fetch_offset == Offset{9});
}

TEST_CASE("in a session a partition that backs off is forgotten and comes back when its time is over", "[replica]") {
  Fetchers f;
  f.open_session();
  f.fetchers.back_off(orders_1, f.now);
  f.send();
  REQUIRE(f.request().forgotten_topics_data.size() == 1);
  CHECK(f.request().forgotten_topics_data[0].partitions == std::vector{orders_1.partition});
  FetchResponse nothing;
  nothing.session_id = 123;
  f.now = f.now + milliseconds(1'000);
  CHECK(f.answer(nothing).empty());
  f.send();
  CHECK(f.request().forgotten_topics_data.empty());
  REQUIRE(f.request().topics.size() == 1);
  CHECK(f.request().topics[0].partitions[0].partition == orders_1.partition);
}

TEST_CASE("a fetcher whose session is lost asks for all again at once", "[replica]") {
  Fetchers f;
  f.open_session();
  f.send();
  FetchResponse lost;
  lost.error_code = ErrorCode::fetch_session_id_not_found;
  CHECK(f.answer(lost).empty());
  f.send();
  REQUIRE(f.sent);
  CHECK(f.request().session_epoch == 0);
  CHECK(f.request().topics[0].partitions.size() == 2);
}

TEST_CASE("a fetcher whose topic ids the leader does not know waits for the backoff", "[replica]") {
  Fetchers f;
  f.open_session();
  f.send();
  FetchResponse unknown;
  unknown.error_code = ErrorCode::fetch_session_topic_id_error;
  CHECK(f.answer(unknown).empty());
  f.send();
  CHECK_FALSE(f.sent);
}

TEST_CASE("a follower tells its leader of its own log start when that has moved", "[replica]") {
  Fetchers f;
  f.open_session();
  f.fetchers.log_start_moved(orders);
  f.sent.reset();
  f.with_env([&](Env& env) {
    f.fetchers.send_requests({BrokerEpoch{5}, f.brokers, [](const TopicIdPartition&) { return Offset{3}; }, f.quota}, env);
  });
  REQUIRE(f.request().topics.size() == 1);
  CHECK(f.request().topics[0].partitions[0].log_start_offset == Offset{3});
}

TEST_CASE("the connection to a leader without partitions is closed", "[replica]") {
  Fetchers f;
  f.follow(0, 5);
  f.connect();
  f.fetchers.unfollow(orders);
  Effects out;
  Env env{f.now, Timestamp{0}, f.random, f.disk, out};
  f.fetchers.send_requests({BrokerEpoch{5}, f.brokers, {}, f.quota}, env);
  REQUIRE(out.list().size() == 1);
  CHECK(std::holds_alternative<Close>(out.list()[0]));
}

TEST_CASE("a follower leaves a throttled partition that is behind out of its fetches while the quota is exceeded", "[replica]") {
  Fetchers f;
  f.quota.set_rate(100);
  f.quota.throttle(orders_id, {.all = false, .partitions = {PartitionIndex{0}}});
  f.quota.record(1'000, f.now);
  f.follow(0, 5);
  f.follow(1, 7);
  f.connect();
  REQUIRE(f.request().topics.size() == 1);
  REQUIRE(f.request().topics[0].partitions.size() == 1);  // the other one goes on
  CHECK(f.request().topics[0].partitions[0].partition == PartitionIndex{1});
  FetchResponse opened = Fetchers::response(1);
  opened.session_id = 123;
  (void)f.answer(opened);
  f.now = f.now + seconds(12);  // the burst is over the window's edge
  f.send();
  REQUIRE(f.request().topics.size() == 1);
  CHECK(f.request().topics[0].partitions[0].partition == PartitionIndex{0});
}

TEST_CASE("a follower that has reached the high watermark of its leader is not throttled", "[replica]") {
  Fetchers f;
  f.open_session();
  f.quota.set_rate(100);
  f.quota.throttle(orders_id, {.all = true, .partitions = {}});
  f.quota.record(10'000, f.now);
  f.fetchers.tell_lag(orders, ReplicaFetchers::Lag::none);
  f.fetchers.tell_lag(orders_1, ReplicaFetchers::Lag::some);
  f.send();
  CHECK(f.request().topics.empty());
  REQUIRE(f.request().forgotten_topics_data.size() == 1);
  CHECK(f.request().forgotten_topics_data[0].partitions == std::vector{PartitionIndex{1}});
}

TEST_CASE("a follower whose partitions are all throttled looks again after the backoff", "[replica]") {
  Fetchers f;
  f.quota.set_rate(100);
  f.quota.throttle(orders_id, {.all = true, .partitions = {}});
  f.quota.record(10'000, f.now);
  f.follow(0, 5);
  f.send();
  CHECK_FALSE(f.sent);
  CHECK(f.fetchers.next_deadline() == f.now + f.config.replica_fetch_backoff);
  f.quota.throttle(orders_id, {});
  f.now = f.now + f.config.replica_fetch_backoff;
  (void)f.step(Woken{});
  f.connect();
  REQUIRE(f.sent);
  CHECK(f.request().topics.size() == 1);
}

TEST_CASE("removed-partition-truncates obeys an answer about a partition that is followed elsewhere", "[replica]") {
  for (const bool old : {false, true}) {
    Fetchers f{old ? std::optional{Legacy::removed_partition_truncates} : std::nullopt};
    f.open_session();
    f.send();
    f.fetchers.unfollow(orders);
    FetchResponse late = Fetchers::response(0);
    late.session_id = 123;
    late.responses[0].partitions[0].diverging_epoch = FetchResponse::EpochEndOffset{LeaderEpoch{2}, Offset{3}};
    CHECK(f.answer(late).size() == (old ? 1U : 0U));
  }
}

TEST_CASE("stale-fetch-answer takes an answer to a fetch of an earlier leader epoch at the same offset", "[replica]") {
  for (const bool old : {false, true}) {
    Fetchers f{old ? std::optional{Legacy::stale_fetch_answer} : std::nullopt};
    f.open_session();
    f.send();
    f.follow(0, 5, 4);  // it has led itself meanwhile
    FetchResponse late = Fetchers::response(0);
    late.session_id = 123;
    CHECK(f.answer(late).size() == (old ? 1U : 0U));
    f.send();
    REQUIRE(f.sent);
    CHECK(f.request().topics[0].partitions[0].current_leader_epoch == LeaderEpoch{4});
  }
}

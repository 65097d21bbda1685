// Fetch sessions at a leader (KIP-227): what is told, and that its picture of followers is the one that full requests
// would give.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct Fetcher {  // one that the test makes up, in a session with broker 1
  Cluster& c;
  FetchRequest request;
  std::int32_t session{0};
  std::int32_t epoch{0};
  int last{0};

  // Names the partition if an offset is given.
  const FetchResponse* fetch(std::optional<std::int64_t> offset = std::nullopt, Duration max_wait = {}) {
    FetchRequest now = request;
    now.max_wait = max_wait;
    now.session_id = session;
    now.session_epoch = epoch;
    if (offset) {
      now.topics[0].partitions[0].fetch_offset = Offset{*offset};
    } else {
      now.topics.clear();
    }
    last = c.ask(1, now);
    return settle();
  }
  const FetchResponse* settle() {
    const auto* response = c.answer_to<FetchResponse>(last);
    if (response == nullptr) return nullptr;
    session = response->session_id;
    ++epoch;
    return response;
  }
};

Fetcher consumer(Cluster& c) { return {c, Cluster::fetch_request(0)}; }
Fetcher follower(Cluster& c, int id) { return {c, c.follower_fetch(id, 0)}; }

}  // namespace

TEST_CASE("an answer in a session holds only what is news", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  Fetcher reader = consumer(c);
  const auto* full = reader.fetch(0);
  REQUIRE(full->session_id != 0);
  CHECK(full->responses[0].partitions[0].records.batches.size() == 1);
  CHECK(reader.fetch(1)->responses.empty());
  CHECK(reader.fetch()->responses.empty());
  (void)c.produce(1, "b");
  const auto* news = reader.fetch();
  REQUIRE(news->responses.size() == 1);
  CHECK(news->responses[0].partitions[0].high_watermark == Offset{2});
  CHECK(news->responses[0].partitions[0].records.batches.size() == 1);
}

TEST_CASE("a request that waits in a session is answered by a partition that it does not name", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  Fetcher reader = consumer(c);
  (void)reader.fetch(0);
  CHECK(reader.fetch(std::nullopt, seconds(10)) == nullptr);
  (void)c.produce(1, "a");
  const auto* told = reader.settle();
  REQUIRE(told != nullptr);
  CHECK(told->responses[0].partitions[0].records.batches.size() == 1);
}

TEST_CASE("an error in a session is told each time and the partition is told of again when it has gone", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  Fetcher reader = follower(c, 2);
  (void)reader.fetch(0);
  CHECK(reader.fetch()->responses.empty());
  c.elect(2, {1, 2});
  CHECK(reader.fetch()->responses[0].partitions[0].error_code == ErrorCode::fenced_leader_epoch);
  CHECK(reader.fetch()->responses[0].partitions[0].error_code == ErrorCode::fenced_leader_epoch);
  c.elect(1, {1, 2});
  reader.request.topics[0].partitions[0].current_leader_epoch = LeaderEpoch{2};
  const auto* told = reader.fetch(0);
  REQUIRE(told->responses.size() == 1);
  CHECK(told->responses[0].partitions[0].error_code == ErrorCode::none);
}

TEST_CASE("a follower that has all stays in the ISR by requests that do not name the partition", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.cut = {{1, 2}, {2, 1}};  // the test fetches for broker 2
  Fetcher f = follower(c, 2);
  (void)f.fetch(0);
  for (int i = 0; i < 8; ++i) {
    c.run(seconds(10));
    (void)f.fetch();
  }
  // What it was told just before the append counts: it has 30 s from its last request on.
  (void)c.produce(1, "a");
  c.run(seconds(25));
  CHECK(c.brokers.at(1).asked.empty());
  c.run(seconds(25));
  CHECK(c.brokers.at(1).asked.size() == 1);
}

TEST_CASE("a follower whose requests stop leaves the ISR though its session is there", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.cut = {{1, 2}, {2, 1}};
  Fetcher f = follower(c, 2);
  (void)f.fetch(0);
  (void)f.fetch();
  c.run(seconds(20));
  (void)c.produce(1, "a");
  c.run(seconds(26));  // 46 s after its last request, the only moment at which it had all
  CHECK(c.brokers.at(1).asked.size() == 1);
}

TEST_CASE("a quiet partition is refused as soon as another process of the follower is registered", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.cut = {{1, 2}, {2, 1}};
  Fetcher f = follower(c, 2);
  (void)f.fetch(0);
  CHECK(f.fetch()->responses.empty());
  c.image.brokers.at(NodeId{2}).epoch = BrokerEpoch{900};
  c.publish({1});
  CHECK(f.fetch()->responses[0].partitions[0].error_code == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a log start that moves is told in the session", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  Fetcher reader = consumer(c);
  (void)reader.fetch(1);
  CHECK(reader.fetch()->responses.empty());
  DeleteRecordsRequest request;
  request.topics.push_back({.name = "orders"});
  request.topics[0].partitions.push_back({.partition_index = PartitionIndex{0}, .offset = Offset{1}});
  (void)c.ask(1, request);
  CHECK(reader.fetch()->responses[0].partitions[0].log_start_offset == Offset{1});
}

TEST_CASE("brokers replicate in sessions and their followers keep up", "[replica]") {
  Cluster c{3};
  c.add_topic({1, 2, 3});
  c.carry();
  for (int i = 0; i < 20; ++i) {
    const int asked = c.produce(1, "a");
    c.run(milliseconds(600));
    CHECK(c.outcome(asked) == ErrorCode::none);
  }
  CHECK(c.log_end(2) == 20);
  CHECK(c.high_watermark(3) == 20);
  CHECK(c.at(1).fetch_sessions().size() == 2);
  c.run(seconds(100));
  CHECK(c.brokers.at(1).asked.empty());  // nobody leaves
}

// Replicas as follower: what is taken from a leader and what is not. The test answers as the leader.
#include "core/replica/replicas.hpp"
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

// Broker 2 follows broker 1 and has one record.
struct Follower {
  MemoryDisk disk;
  Random random{1};
  Effects out;
  Env env{Instant{seconds(10).ns}, Timestamp{1'000'000}, random, disk, out};
  MetadataImage image;
  Replicas replicas{NodeId{2}, NodeConfig{}, std::uint64_t{1} << 56};

  Follower() {
    replicas.open(env);
    TopicImage topic;
    topic.name = "orders";
    topic.id = orders_id;
    topic.partitions.resize(1);
    topic.partitions[0].replicas = Cluster::nodes({1, 2});
    topic.partitions[0].isr = Cluster::nodes({1, 2});
    topic.partitions[0].leader = NodeId{1};
    topic.partitions[0].leader_epoch = LeaderEpoch{3};
    image.topics[orders_id] = Cow{topic};
    const auto assignments = replicas.apply(image, {orders}, env);
    REQUIRE(assignments.size() == 1);
    CHECK(assignments[0].from == NodeId{1});
    CHECK(take({stored(make_batch(), 0, 3)}, 1) == Replicas::FetchEffect::data);
    (void)out.take();
  }
  Replicas::FetchEffect take(std::vector<RecordBatch> batches, std::int64_t high_watermark, std::int64_t log_start = 0,
                             int requested_epoch = 3) {
    FetchResponse::Partition data;
    data.records.batches = std::move(batches);
    data.high_watermark = Offset{high_watermark};
    data.log_start_offset = Offset{log_start};
    return replicas.append_fetched(orders, LeaderEpoch{requested_epoch}, data, env);
  }
  [[nodiscard]] const UnifiedLog& log() const { return *replicas.log(orders); }
};

}  // namespace

TEST_CASE("the high watermark of a follower is the one of its leader but at most its own log end", "[replica]") {
  Follower f;
  CHECK(f.log().high_watermark() == Offset{1});
  CHECK(f.take({stored(make_batch(), 1, 3)}, 50) == Replicas::FetchEffect::data);
  CHECK(f.log().high_watermark() == Offset{2});
}

TEST_CASE("the high watermark of a follower falls where a new leader knows less", "[replica]") {
  Follower f;
  CHECK(f.take({}, 0) == Replicas::FetchEffect::nothing);
  CHECK(f.log().high_watermark() == Offset{0});
}

TEST_CASE("batches of an epoch above the one of the fetch are not appended", "[replica]") {
  // KAFKA-18723: the leader may have been deposed and re-elected between the request and the answer.
  Follower f;
  CHECK(f.take({stored(make_batch(), 1, 3), stored(make_batch(), 2, 4)}, 1) == Replicas::FetchEffect::data);
  CHECK(f.log().log_end_offset() == Offset{2});
}

TEST_CASE("damaged batches are not appended and are fetched again later", "[replica]") {
  Follower f;
  RecordBatch bad = stored(make_batch(), 1, 3);
  bad.header.crc ^= 1;
  CHECK(f.take({bad}, 1) == Replicas::FetchEffect::corrupt);
  CHECK(f.log().log_end_offset() == Offset{1});
  FetchResponse::Partition garbage;
  garbage.records.damage = Error{"garbage", "0"};
  CHECK(f.replicas.append_fetched(orders, LeaderEpoch{3}, garbage, f.env) == Replicas::FetchEffect::corrupt);
}

TEST_CASE("batches below the log end are a fault that stops the partition", "[replica]") {
  Follower f;
  CHECK(f.take({stored(make_batch(), 0, 3)}, 1) == Replicas::FetchEffect::failed);
  CHECK(f.log().log_end_offset() == Offset{1});
}

TEST_CASE("the log start of a follower follows the one of its leader", "[replica]") {
  Follower f;
  (void)f.take({stored(make_batch({.records = 4}), 1, 3)}, 5, 3);
  CHECK(f.log().log_start_offset() == Offset{3});
}

TEST_CASE("an empty log takes a first batch that begins before the log start of its leader", "[replica]") {
  Follower f;
  f.replicas.restart_at(orders, Offset{10}, f.env);
  REQUIRE(f.log().log_end_offset() == Offset{10});
  CHECK(f.take({stored(make_batch({.records = 6}), 7, 3)}, 13, 10) == Replicas::FetchEffect::data);
  CHECK(f.log().log_end_offset() == Offset{13});
  CHECK(f.log().log_start_offset() == Offset{10});
}

TEST_CASE("a truncation below the high watermark takes it along and is noted", "[replica]") {
  Follower f;
  (void)f.take({stored(make_batch(), 1, 3), stored(make_batch(), 2, 3)}, 3);
  (void)f.out.take();
  FetchResponse::Partition answer;
  answer.high_watermark = Offset{3};
  answer.diverging_epoch = FetchResponse::EpochEndOffset{LeaderEpoch{3}, Offset{1}};
  f.replicas.truncate_on_divergence(orders, answer, f.env);
  CHECK(f.log().log_end_offset() == Offset{1});
  CHECK(f.log().high_watermark() == Offset{1});
  std::vector<trace::LogTruncated> cuts;
  for (const Effect& effect : f.out.list()) {
    const auto* note = std::get_if<Note>(&effect);
    if (const auto* cut = note ? note->event.get_if<trace::LogTruncated>() : nullptr) cuts.push_back(*cut);
  }
  REQUIRE(cuts.size() == 1);
  CHECK(cuts[0].from == Offset{3});
  CHECK(cuts[0].to == Offset{1});
}

TEST_CASE("after a truncation the recovery points are written", "[replica]") {
  Follower f;
  (void)f.take({stored(make_batch(), 1, 3)}, 1);
  f.replicas.checkpoint_if_due(f.env);
  CHECK_FALSE(f.disk.exists("recovery-point-offset-checkpoint"));
  f.replicas.truncate_to(orders, Offset{1}, f.env);
  f.replicas.checkpoint_if_due(f.env);
  CHECK(f.disk.exists("recovery-point-offset-checkpoint"));
}

TEST_CASE("what a reader sees of open and aborted transactions follows from its isolation level", "[replica]") {
  Follower f;
  const auto of = [](std::int64_t id, int sequence) {
    return make_batch({.producer = producer(id, 0, sequence), .transactional = Transactional::yes});
  };
  REQUIRE(
      f.take({stored(of(7, 0), 1, 3), stored(marker(7, 0, TransactionOutcome::abort), 2, 3), stored(of(8, 0), 3, 3)}, 4)
      == Replicas::FetchEffect::data);
  const auto read = [&f](IsolationLevel isolation) {
    FetchRequest::Partition want;
    want.fetch_offset = Offset{0};
    return f.replicas.read({.id = orders,
                            .want = want,
                            .replica = {},
                            .served_by = ServedBy::any_replica,
                            .max_bytes = 1 << 20,
                            .isolation = isolation},
                           Replicas::FollowerState::keep, f.env);
  };
  const PartitionRead committed = read(IsolationLevel::read_committed);
  CHECK(committed.limit == Offset{3});
  CHECK(committed.last_stable_offset == Offset{3});
  CHECK(committed.high_watermark == Offset{4});
  CHECK(committed.batches.size() == 3);
  REQUIRE(committed.aborted.size() == 1);
  CHECK(committed.aborted[0].producer == ProducerId{7});
  CHECK(committed.aborted[0].first == Offset{1});
  const PartitionRead uncommitted = read(IsolationLevel::read_uncommitted);
  CHECK(uncommitted.limit == Offset{4});
  CHECK(uncommitted.last_stable_offset == Offset{3});
  CHECK(uncommitted.batches.size() == 4);
  CHECK(uncommitted.aborted.empty());
}

TEST_CASE("a follower takes a transactional batch that it could not verify", "[replica]") {
  Follower f;
  CHECK(f.take({stored(make_batch({.producer = producer(7, 0, 0), .transactional = Transactional::yes}), 1, 3)}, 1)
        == Replicas::FetchEffect::data);
  CHECK(f.log().producer_state().has_open_transaction(ProducerId{7}, ProducerEpoch{0}));
}

#include "core/client/accumulator.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/client/producer.hpp"
#include "tests/core/client/model_cluster.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ProduceCommand sized_record(std::size_t size) {
  ProduceCommand r;
  r.topic = "orders";
  r.value = std::string(size, 'x');
  return r;
}

}  // namespace

TEST_CASE("a batch is closed when the next record does not fit and a larger record gets a batch of its own") {
  ProducerConfig config;
  config.batch_size = 200;
  Accumulator accumulator{config, 4};
  CHECK(accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{})->new_batch);
  CHECK_FALSE(accumulator.append(orders0, sized_record(50), Timestamp{1}, Instant{})->new_batch);
  const auto third = accumulator.append(orders0, sized_record(500), Timestamp{1}, Instant{});
  CHECK(third->new_batch);
  CHECK(third->batch_full);
  CHECK(third->origin == Origin{4, 2});
  CHECK(accumulator.last_batch(orders0) == StickyPartitioner::LastBatch::full);
}

TEST_CASE("each batch reserves batch size bytes of buffer memory until it has an outcome") {
  ProducerConfig config;
  config.batch_size = 100;
  config.buffer_memory = 300;
  Accumulator accumulator{config, 0};
  CHECK(accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{}));
  CHECK(accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{}));
  CHECK_FALSE(accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{}));
  CHECK(accumulator.take_all().size() == 2);
  CHECK(accumulator.idle());
  CHECK(accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{}));
}

TEST_CASE("a batch that is split goes out in order under its own numbers") {
  ProducerConfig config;
  config.batch_size = 200;
  config.buffer_memory = 300;
  Accumulator accumulator{config, 4};
  PartitionQueue& queue = accumulator.queues()[orders0].edit();
  ProducerBatch large;
  large.number = 1000;
  large.origin = Origin{4, 7};
  large.created = Instant{} + seconds(3);
  large.producer = ProducerIdAndEpoch{ProducerId{9}, ProducerEpoch{2}};
  large.base_sequence = Sequence{INT32_MAX - 1};
  large.sent = true;
  for (int i = 0; i < 5; ++i) large.builder.append(Timestamp{i}, std::nullopt, as_bytes(std::string(60, 'x')));
  large.count = 5;
  large.built = large.builder.build(large.origin);
  queue.in_flight.push_back(large);
  (void)accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{});

  accumulator.split(orders0, 1000);
  CHECK(queue.in_flight.empty());
  REQUIRE(queue.waiting.size() == 4);  // two records of 60 bytes fit into 200
  const std::array<std::int32_t, 4> counts{2, 2, 1, 1};
  const std::array<std::int32_t, 3> sequences{INT32_MAX - 1, 0, 2};
  for (std::size_t i = 0; i < 4; ++i) CHECK(queue.waiting[i].count == counts[i]);
  for (std::size_t i = 0; i < 3; ++i) {
    const ProducerBatch& part = queue.waiting[i];
    CHECK(part.origin == Origin{4, 7 + 2 * static_cast<std::int64_t>(i)});
    CHECK(part.producer == large.producer);
    CHECK(part.base_sequence == Sequence{sequences[i]});
    CHECK(part.closed);
    CHECK(part.created == large.created);
    CHECK((part.attempts == 0 && !part.sent));
  }
}

TEST_CASE("a copy of an accumulator shares its queues until one of them is written") {
  Accumulator accumulator{ProducerConfig{}, 0};
  (void)accumulator.append(orders0, sized_record(60), Timestamp{1}, Instant{});
  Accumulator copy = accumulator;
  CHECK(copy.queues().at(orders0).shares_with(accumulator.queues().at(orders0)));
  (void)copy.append(orders0, sized_record(60), Timestamp{1}, Instant{});
  CHECK(accumulator.queues().at(orders0)->next_send == 1);
}

// ---- adaptive partitioning (KIP-794) ----------------------------------------------------------------

namespace {

// A producer without keys, three partitions on three brokers, of which broker 1 answers no Produce any more.
struct SlowBrokerRig {
  explicit SlowBrokerRig(ProducerConfig config) : bench{Producer{identity(), small_batches(std::move(config))}} {
    cluster.add_topic("orders", 3);
    bench.start();
    cluster.serve(bench);
    for (std::int32_t p = 0; p < 3; ++p) send(PartitionIndex{p});  // from here on queues count
    cluster.run_for(bench, milliseconds(50));
  }
  static ProducerConfig small_batches(ProducerConfig config) {
    config.batch_size = 100;
    config.max_in_flight = 2;  // with one, what waits behind it would not count as ready
    return config;
  }
  void send(std::optional<PartitionIndex> partition = {}, std::optional<std::string> key = {}) {
    ProduceCommand record = sized_record(60);
    record.partition = partition;
    record.key = std::move(key);
    bench.with_env([&](Env& env) { bench.machine.send(record, env); });
  }
  void serve_others() {
    std::deque<Sent> kept;
    while (!bench.requests.empty()) {
      const Sent sent = bench.requests.front();
      bench.requests.pop_front();
      if (sent.envelope.message.api() == ApiKey::produce && node_of(sent.to) == 1) {
        kept.push_back(sent);
      } else if (const std::optional<Message> answer = cluster.handle(sent)) {
        bench.answer(sent, *answer);
      }
    }
    bench.requests = kept;
  }
  // How many of so many records, one a millisecond, go to the partition of the slow broker.
  int to_slow(int records, std::optional<std::string> key = {}) {
    const std::size_t before = bench.noted<trace::RecordSent>().size();
    for (int i = 0; i < records; ++i) {
      send({}, key);
      bench.run_until(bench.now + milliseconds(1), [&] { serve_others(); });
    }
    const auto sent = bench.noted<trace::RecordSent>();
    return static_cast<int>(std::count_if(sent.begin() + static_cast<std::ptrdiff_t>(before), sent.end(),
                                          [](const trace::RecordSent& one) { return one.partition == orders0; }));
  }
  ModelCluster cluster;
  Bench<Producer> bench;
};

}  // namespace

TEST_CASE("records without key go less often to a broker whose queue is long") {
  ProducerConfig even;
  even.partitioner_adaptive_partitioning_enable = false;
  const int evenly = SlowBrokerRig{even}.to_slow(600);
  const int adaptively = SlowBrokerRig{ProducerConfig{}}.to_slow(600);
  CHECK((evenly > 150 && evenly < 250));
  CHECK(adaptively < evenly / 4);
}

TEST_CASE("queues count only when each partition of the topic has had a batch") {
  ProducerConfig config;
  SlowBrokerRig rig{config};
  rig.cluster.add_topic("wide", 40);
  ProduceCommand record = sized_record(60);
  record.topic = "wide";
  record.partition = PartitionIndex{0};
  for (int i = 0; i < 30; ++i) {  // a long queue: the broker of that partition does not answer
    rig.bench.with_env([&](Env& env) { rig.bench.machine.send(record, env); });
    rig.bench.run_until(rig.bench.now + milliseconds(1), [&] { rig.serve_others(); });
  }
  record.partition.reset();
  std::set<TopicPartition> used;
  for (int i = 0; i < 400; ++i) {
    rig.bench.with_env([&](Env& env) { rig.bench.machine.send(record, env); });
    rig.bench.run_until(rig.bench.now + milliseconds(1), [&] { rig.serve_others(); });
  }
  for (const trace::RecordSent& sent : rig.bench.noted<trace::RecordSent>()) {
    if (sent.partition.topic == "wide") used.insert(sent.partition);
  }
  CHECK(used.size() == 40);
}

TEST_CASE("a partition is left out while its broker has taken nothing for partitioner availability timeout") {
  ProducerConfig config;
  config.partitioner_availability_timeout = milliseconds(100);
  SlowBrokerRig rig{config};
  for (int i = 0; i < 20; ++i) rig.send(PartitionIndex{0});
  (void)rig.to_slow(200);
  CHECK(rig.to_slow(300) == 0);
  rig.cluster.serve(rig.bench);  // it answers again, and takes what was waiting
  CHECK(rig.to_slow(300) > 0);
}

TEST_CASE("with partitioner ignore keys a key does not decide where a record goes") {
  ProducerConfig config;
  CHECK(SlowBrokerRig{config}.to_slow(100, "k") % 100 == 0);
  config.partitioner_ignore_keys = true;
  config.partitioner_adaptive_partitioning_enable = false;
  const int some = SlowBrokerRig{config}.to_slow(100, "k");
  CHECK((some > 10 && some < 60));
}

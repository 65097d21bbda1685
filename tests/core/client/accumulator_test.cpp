#include "core/client/accumulator.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

const TopicPartition orders0{"orders", PartitionIndex{0}};

ProduceCommand record(std::size_t size) {
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
  CHECK(accumulator.append(orders0, record(60), Timestamp{1}, Instant{})->new_batch);
  CHECK_FALSE(accumulator.append(orders0, record(50), Timestamp{1}, Instant{})->new_batch);
  const auto third = accumulator.append(orders0, record(500), Timestamp{1}, Instant{});
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
  CHECK(accumulator.append(orders0, record(60), Timestamp{1}, Instant{}));
  CHECK(accumulator.append(orders0, record(60), Timestamp{1}, Instant{}));
  CHECK_FALSE(accumulator.append(orders0, record(60), Timestamp{1}, Instant{}));
  CHECK(accumulator.take_all().size() == 2);
  CHECK(accumulator.idle());
  CHECK(accumulator.append(orders0, record(60), Timestamp{1}, Instant{}));
}

TEST_CASE("a copy of an accumulator shares its queues until one of them is written") {
  Accumulator accumulator{ProducerConfig{}, 0};
  (void)accumulator.append(orders0, record(60), Timestamp{1}, Instant{});
  Accumulator copy = accumulator;
  CHECK(copy.queues().at(orders0).shares_with(accumulator.queues().at(orders0)));
  (void)copy.append(orders0, record(60), Timestamp{1}, Instant{});
  CHECK(accumulator.queues().at(orders0)->next_send == 1);
}

#include "core/client/accumulator.hpp"

#include <array>

#include <catch2/catch.hpp>

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

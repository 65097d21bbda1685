#include "core/client/producer_batch.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("batches with a sequence number are listed in order of producer and number wherever they are") {
  const auto numbered = [](std::int16_t epoch, std::int32_t sequence) {
    ProducerBatch batch;
    batch.count = 1;
    batch.producer = ProducerIdAndEpoch{ProducerId{1}, ProducerEpoch{epoch}};
    batch.base_sequence = Sequence{sequence};
    return batch;
  };
  PartitionQueue queue;
  CHECK_FALSE(queue.has_numbered());
  queue.waiting.push_back(numbered(0, 7));
  queue.waiting.emplace_back();
  queue.in_flight.push_back(numbered(1, 0));
  queue.in_flight.push_back(numbered(0, 5));
  CHECK(queue.has_numbered());
  const auto all = queue.numbered();
  REQUIRE(all.size() == 3);
  CHECK(all[0]->base_sequence == Sequence{5});
  CHECK(all[1]->base_sequence == Sequence{7});
  CHECK(all[2]->base_sequence == Sequence{0});
}

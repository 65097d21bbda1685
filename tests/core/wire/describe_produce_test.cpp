#include <catch2/catch.hpp>

#include "core/message/init_producer_id.hpp"
#include "core/message/produce.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("Produce comes through the wire in every version as its projection") {
  check_message<ProduceRequest>([](auto& m) {
    for (auto& topic : m.topic_data) topic.name.clear();
  });
  check_message<ProduceResponse>([](auto& m) {
    for (auto& topic : m.responses) topic.name.clear();
  });
}

TEST_CASE("InitProducerId comes through the wire in every version as its projection") {
  check_message<InitProducerIdRequest>();
  check_message<InitProducerIdResponse>();
}

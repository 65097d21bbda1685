#include <catch2/catch.hpp>

#include "core/message/fetch.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("Fetch comes through the wire in every version as its projection") {
  check_message<FetchRequest>([](auto& m) {
    for (auto& topic : m.topics) topic.topic.clear();
    for (auto& topic : m.forgotten_topics_data) topic.topic.clear();
  });
  check_message<FetchResponse>([](auto& m) {
    for (auto& topic : m.responses) topic.topic.clear();
  });
}

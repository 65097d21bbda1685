#include "sim/scenario/scenario.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("several producers of one entry are numbered from 1") {
  ProducerSpec producer;
  producer.id = "shop";
  CHECK(producer_client_id(producer, 1) == "shop");
  producer.count = 2;
  CHECK(producer_client_id(producer, 2) == "shop/2");
}

TEST_CASE("a topic is found by its name") {
  Scenario scenario;
  scenario.topics.emplace_back().name = "orders";
  CHECK(find_topic(scenario, "orders") == &scenario.topics[0]);
  CHECK(find_topic(scenario, "order") == nullptr);
}

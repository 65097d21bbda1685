#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("The inspector tells why a replica is not in the ISR and goes to where that began") {
  const TopicPartition orders_0{"orders", PartitionIndex{0}};
  Stage stage{draw_inspector};
  stage.go(seconds(4));
  stage.app->choose(ChosenPartition{orders_0});
  stage.settle();
  REQUIRE(stage.wrote("under-replicated"));
  REQUIRE(stage.shows("why.isr.1"));
  stage.click("why.isr.1");
  REQUIRE(stage.shows("why.isr.1.0"));
  REQUIRE(stage.blemishes().empty());
  stage.click("why.isr.1.0");
  REQUIRE(stage.app->now() < seconds(4));
  REQUIRE(stage.app->now() >= seconds(2));
}

TEST_CASE("Of a record the inspector knows where it is and who has read it and what it says and its life") {
  const TopicPartition orders_0{"orders", PartitionIndex{0}};
  Stage stage{draw_inspector, 330, 900};
  stage.go(seconds(7));
  stage.app->choose(ChosenRecord{orders_0, NodeId{2}, Offset{3}});
  stage.settle();
  REQUIRE(stage.wrote("orders-0 @ 3"));
  REQUIRE(stage.wrote("committed"));
  REQUIRE(stage.wrote("broker 3: yes"));
  REQUIRE(stage.wrote("analytics: read"));
  REQUIRE(stage.wrote("key"));
  REQUIRE(stage.blemishes().empty());
  stage.click("record.follow");
  REQUIRE(stage.wrote("Its life so far"));
  REQUIRE(stage.wrote("held now by broker 1, 2, 3"));
  REQUIRE(stage.blemishes().empty());
}

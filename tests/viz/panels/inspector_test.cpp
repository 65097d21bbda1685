#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("With nothing chosen the inspector tells of the cluster and undoes faults in force") {
  Stage stage{draw_inspector};
  stage.go(seconds(3));
  REQUIRE(stage.wrote("broker 1: down"));
  REQUIRE(stage.wrote("crash 1"));
  REQUIRE(stage.wrote("orders-0: in sync 2, 3 of 1, 2, 3"));
  REQUIRE(stage.blemishes().empty());
  stage.click("undo.crash");
  REQUIRE(stage.acts().size() == 1);
  REQUIRE(stage.app->frame().faults.empty());
}

TEST_CASE("The inspector can be read at every size of display") {
  const TopicPartition orders_0{"orders", PartitionIndex{0}};
  struct Size {
    int width;
    int height;
    float scale;
  };
  for (const Size size : {Size{310, 540, 1}, Size{400, 800, 1.25F}, Size{980, 1700, 3}}) {
    Stage stage{draw_inspector, size.width, size.height, size.scale};
    stage.go(seconds(4));
    for (const Chosen& thing : {Chosen{}, Chosen{ChosenNode{stage.app->frame().node(NodeId{1})->host}}, Chosen{ChosenPartition{orders_0}},
                                Chosen{ChosenRecord{orders_0, NodeId{2}, Offset{5}}}, Chosen{ChosenGroup{"analytics"}}}) {
      stage.app->choose(thing);
      stage.settle();
      INFO(size.width << " " << thing.index());
      REQUIRE(stage.blemishes() == std::vector<std::string>{});
    }
  }
}

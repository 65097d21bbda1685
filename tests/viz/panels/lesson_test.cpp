#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/lesson.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A lesson tells the step that holds now and points at what it speaks of") {
  Stage stage{draw_lesson};
  stage.go(milliseconds(1200));
  REQUIRE(stage.wrote("Step 1 of 2"));
  REQUIRE(stage.wrote("Broker 1 leads orders-0."));
  REQUIRE(stage.app->spotlight == "node.broker 1");
  REQUIRE(stage.blemishes().empty());
  stage.click("lesson.next");
  REQUIRE(stage.app->now() == seconds(2));
  REQUIRE(stage.wrote("It dies."));
  REQUIRE(stage.app->spotlight == "strip.orders-0");
  stage.click("lesson.previous");
  REQUIRE(stage.app->now() == seconds(1));
}

TEST_CASE("The answer to a question comes from a run and only after a guess") {
  Stage stage{draw_lesson};
  stage.go(seconds(2));
  REQUIRE_FALSE(stage.shows("lesson.reveal"));
  REQUIRE_FALSE(stage.wrote("A leader is chosen"));
  stage.click("lesson.choice.0");
  stage.click("lesson.reveal");
  for (int i = 0; i < 3000 && !stage.app->lesson.revealed[0]; ++i) stage.settle();
  stage.settle();
  REQUIRE(stage.app->lesson.proved[0] == std::vector<bool>{false, true});
  REQUIRE(stage.wrote("Not so."));
  REQUIRE(stage.wrote("A leader is chosen"));
  REQUIRE(stage.wrote("0 of 1 right"));
  REQUIRE(stage.blemishes().empty());
  stage.click("lesson.choice.1");
  REQUIRE(stage.app->lesson.guesses[0] == 0U);
  stage.click("lesson.restart");
  REQUIRE_FALSE(stage.app->lesson.revealed[0]);
}

TEST_CASE("Without a lesson the panel tells what the scenario is about and what happened lately") {
  std::string scenario = small_cluster;
  const std::size_t lesson = scenario.find("\"lesson\"");
  scenario = scenario.substr(0, scenario.rfind(',', lesson)) + "}";
  Stage stage{draw_lesson, 330, 1000, 1, scenario};
  stage.go(seconds(3));
  REQUIRE(stage.wrote("What happens here"));
  REQUIRE(stage.wrote("Three brokers hold a topic."));
  REQUIRE(stage.wrote("Lately"));
  REQUIRE(stage.blemishes().empty());
  stage.click("lesson.browse");
  REQUIRE(stage.app->popups.browser);
}

TEST_CASE("What a step looks at is found by the name that the lesson uses") {
  const std::unique_ptr<App> app = open_app();
  app->want(SeekTo{seconds(2)});
  (void)app->advance(0, 0);
  const sim::Frame& frame = app->frame();
  REQUIRE(probe_of(frame, "broker 2") == "node.broker 2");
  REQUIRE(probe_of(frame, "orders-1") == "strip.orders-1");
  REQUIRE(probe_of(frame, "orders") == "strip.orders-0");
  REQUIRE(probe_of(frame, "analytics") == "group.analytics");
  REQUIRE(probe_of(frame, "shop") == "node.shop/1");
  REQUIRE(probe_of(frame, "controller") == "node.controller 3000");
  REQUIRE(probe_of(frame, "a") == "rack.a");
  REQUIRE(probe_of(frame, "nobody").empty());
}

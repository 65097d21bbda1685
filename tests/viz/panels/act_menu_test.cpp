#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A press in the menu of a broker crashes it in a branch of its own") {
  bool open = true;
  Stage stage{[&open](Ui& ui, App& app, const Area&) {
                if (open) ImGui::OpenPopup("menu");
                open = false;
                if (!ImGui::BeginPopup("menu")) return;
                act_menu(ui, app, ChosenNode{app.frame().node(NodeId{2})->host});
                ImGui::EndPopup();
              },
              700, 600};
  stage.go(seconds(1));
  REQUIRE(stage.wrote("Broker 2"));
  REQUIRE(stage.blemishes().empty());
  stage.click("menu.crash");
  REQUIRE(stage.acts().size() == 1);
  REQUIRE(stage.acts()[0].text == "crash broker 2");
  REQUIRE(stage.app->branch() == 1);
  REQUIRE(stage.app->frame().node(NodeId{2})->state == sim::NodeState::down);
  REQUIRE_FALSE(stage.shows("menu.crash"));
  open = true;
  stage.settle();
  REQUIRE(stage.shows("menu.start"));
  REQUIRE_FALSE(stage.shows("menu.crash"));
}

TEST_CASE("Rarer faults stand in menus within the menu") {
  bool open = true;
  Stage stage{[&open](Ui& ui, App& app, const Area&) {
                if (open) ImGui::OpenPopup("menu");
                open = false;
                if (!ImGui::BeginPopup("menu")) return;
                act_menu(ui, app, ChosenNode{app.frame().node(NodeId{2})->host});
                ImGui::EndPopup();
              },
              900, 600};
  stage.go(seconds(1));
  REQUIRE_FALSE(stage.shows("menu.slow-disk"));
  stage.click("menu.disk");
  REQUIRE(stage.shows("menu.slow-disk"));
  REQUIRE(stage.blemishes().empty());
  stage.click("menu.slow-disk");
  REQUIRE(stage.acts().size() == 1);
  REQUIRE_FALSE(stage.app->frame().node(NodeId{2})->ailments.empty());
}

#include <catch2/catch.hpp>

#include <set>

#include "tests/viz/panels/stage.hpp"
#include "viz/app/commands.hpp"
#include "viz/panels/state.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

namespace {

Stage keyboard() {
  return Stage{[](Ui&, App& app, const Area&) { handle_keys(app); }, 200, 200};
}

void press(Stage& stage, int key, bool ctrl = false, bool shift = false) {
  stage.head.press(key, ctrl, shift);
  stage.settle();
}

constexpr int escape = 256, tab = 258, right = 262, home = 268, end = 269, f2 = 291;

}  // namespace

TEST_CASE("Each command has a name of its own and no two answer to the same keys") {
  std::set<std::string_view> ids;
  std::set<std::string_view> keys;
  for (const AppCommand& one : commands()) {
    INFO(one.id);
    REQUIRE(ids.insert(one.id).second);
    REQUIRE(one.run != nullptr);
    REQUIRE_FALSE(one.title.empty());
    if (!one.keys.empty()) REQUIRE(keys.insert(one.keys).second);
  }
  REQUIRE(command("play") != nullptr);
  REQUIRE(command("no such thing") == nullptr);
}

TEST_CASE("Keys move through time") {
  Stage stage = keyboard();
  stage.settle();
  press(stage, right);
  REQUIRE(stage.app->now() == milliseconds(80));
  press(stage, end);
  REQUIRE(stage.app->now() == seconds(8));
  press(stage, home);
  REQUIRE(stage.app->now() == Duration{});
  const std::uint64_t before = stage.app->run().events();
  press(stage, '.');
  REQUIRE(stage.app->run().events() == before + 1);
  press(stage, ',');
  REQUIRE(stage.app->run().events() == before);
  press(stage, ' ');
  REQUIRE(stage.app->playing());
  press(stage, ' ');
  REQUIRE_FALSE(stage.app->playing());
  stage.head.type(']');
  stage.settle();
  REQUIRE(stage.app->speed() == 2.0);
  stage.head.type("[");
  stage.settle();
  REQUIRE(stage.app->speed() == 1.0);
}

TEST_CASE("K crashes the leader of the first partition and starts it again") {
  Stage stage = keyboard();
  stage.go(seconds(1));
  press(stage, 'K');
  REQUIRE(stage.acts().size() == 1);
  REQUIRE(stage.app->frame().node(NodeId{1})->state == sim::NodeState::down);
  stage.head.type('1');
  stage.settle();
  REQUIRE(std::get<ChosenNode>(stage.app->chosen()).host == stage.app->frame().node(NodeId{1})->host);
  press(stage, 'K');
  REQUIRE(stage.acts().size() == 2);
  REQUIRE(stage.app->frame().node(NodeId{1})->state != sim::NodeState::down);
}

TEST_CASE("P and X act on what is chosen and are undone by the same key while H heals the rest and U takes back") {
  Stage stage = keyboard();
  stage.go(seconds(1));
  stage.head.type('2');
  stage.settle();
  press(stage, 'P');
  REQUIRE(stage.app->frame().node(NodeId{2})->state == sim::NodeState::paused);
  press(stage, 'P');
  REQUIRE(stage.app->frame().node(NodeId{2})->state == sim::NodeState::running);
  press(stage, 'X');
  REQUIRE_FALSE(stage.app->frame().links.empty());
  press(stage, 'X');
  REQUIRE(stage.app->frame().links.empty());
  press(stage, 'X');
  press(stage, 'K');
  REQUIRE(stage.app->frame().faults.size() == 2);
  press(stage, 'H');
  REQUIRE(stage.app->frame().faults.empty());
  const std::size_t done = stage.acts().size();
  press(stage, 'U');
  REQUIRE(stage.acts().size() == done - 1);
}

TEST_CASE("F forks and Tab goes to another branch and C sets two side by side") {
  Stage stage = keyboard();
  stage.go(seconds(1));
  press(stage, tab);
  REQUIRE(stage.app->branch() == 0);
  press(stage, 'F');
  REQUIRE(stage.app->branch() == 1);
  press(stage, tab);
  REQUIRE(stage.app->branch() == 0);
  press(stage, 'C');
  REQUIRE(stage.app->compared() == 1U);
  REQUIRE(stage.app->look.preset == Preset::compare);
  press(stage, 'C');
  REQUIRE_FALSE(stage.app->compared());
}

TEST_CASE("Keys open and close what lies above and choose how it looks") {
  Stage stage = keyboard();
  stage.settle();
  stage.head.type('?');
  stage.settle();
  REQUIRE(stage.app->popups.help);
  press(stage, escape);
  REQUIRE_FALSE(stage.app->popups.help);
  press(stage, 'P', true, true);
  REQUIRE(stage.app->popups.palette);
  press(stage, escape);
  press(stage, 'S', true);
  REQUIRE(stage.app->popups.save);
  press(stage, escape);
  press(stage, f2);
  REQUIRE(stage.app->look.preset == Preset::inspect);
  press(stage, '=', true);
  REQUIRE(stage.app->look.type > 1.05F);
  press(stage, '-', true);
  REQUIRE(stage.app->look.type == Approx(1.0F));
  stage.head.type('/');
  stage.settle();
  REQUIRE(stage.app->look.side == SideTab::events);
  press(stage, 'B');
  REQUIRE(state_of(*stage.app).bookmarks.size() == 1);
  press(stage, 'B');
  REQUIRE(state_of(*stage.app).bookmarks.empty());
  press(stage, 'Q');
  REQUIRE(stage.app->closing());
}

TEST_CASE("While a text is typed its letters are no commands") {
  Stage stage{[](Ui&, App& app, const Area&) {
                handle_keys(app);
                char buffer[16] = "";
                ImGui::Begin("w");
                ImGui::SetKeyboardFocusHere();
                ImGui::InputText("t", buffer, sizeof buffer);
                ImGui::End();
              },
              200, 200};
  stage.settle();
  stage.settle();
  press(stage, 'Q');
  stage.head.type('?');
  stage.settle();
  REQUIRE_FALSE(stage.app->closing());
  REQUIRE_FALSE(stage.app->popups.help);
}

TEST_CASE("Speeds go by one two five") {
  REQUIRE(next_speed(1, 1) == 2.0);
  REQUIRE(next_speed(2, 1) == 5.0);
  REQUIRE(next_speed(0.01, -1) == 0.01);
  REQUIRE(next_speed(1000, 1) == 1000.0);
  REQUIRE(next_speed(3, -1) == 2.0);
}

#include <catch2/catch.hpp>

#include "tests/support/source_dir.hpp"
#include "tests/viz/panels/stage.hpp"
#include "viz/panels/browser.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

namespace {

std::string scenario_path(const std::string& name) { return kafkasim::test::source_dir() + "/scenarios/" + name + ".json"; }

}  // namespace

TEST_CASE("The browser shows titles and first sentences and opens what is pressed") {
  Stage stage{draw_browser, 1280, 720};
  std::string opened;
  stage.app->library = {scenario_path("unclean-election"), scenario_path("leader-crash")};
  stage.app->opener = [&opened](const std::string& path) -> Result<TapeSource> {
    opened = path;
    return source_of(small_cluster);
  };
  stage.app->popups.browser = true;
  stage.settle();
  REQUIRE(stage.wrote("The leader of a partition crashes"));
  REQUIRE(stage.wrote("An election of whoever is left"));
  REQUIRE(stage.wrote("Three brokers in three availability zones"));
  REQUIRE_FALSE(stage.wrote("After ten seconds"));
  REQUIRE(stage.blemishes().empty());
  stage.click("browser.leader-crash");
  REQUIRE(opened == scenario_path("leader-crash"));
  REQUIRE_FALSE(stage.app->popups.browser);
}

TEST_CASE("A search leaves the scenarios that have all its words") {
  const ScenarioCard card = read_card(scenario_path("leader-crash"));
  REQUIRE(card.stem == "leader-crash");
  REQUIRE(card.title == "The leader of a partition crashes");
  REQUIRE(matches(card, "CRASH leader"));
  REQUIRE(matches(card, ""));
  REQUIRE_FALSE(matches(card, "leader transaction"));
  REQUIRE(read_card("/nowhere/at-all.json").stem == "at-all");
}

TEST_CASE("A first sentence ends at its full stop and not within an abbreviation") {
  REQUIRE(first_sentence("One. Two.") == "One.");
  REQUIRE(first_sentence("Some, e.g. these, are. Others not.") == "Some, e.g. these, are.");
  REQUIRE(first_sentence("version 1.2 of it") == "version 1.2 of it");
}

#include "viz/app/app.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.hpp"
#include "tests/viz/app/small_app.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::testing;

TEST_CASE("a window begins at time 0 with a picture of the formed cluster") {
  const auto app = small_app();
  CHECK(app->now() == Duration{});
  CHECK(app->frame().scenario == "small");
  CHECK(app->frame().partitions.size() == 2);
  CHECK_FALSE(app->playing());
}

TEST_CASE("playing goes on in real time by the speed that was chosen and stops at the end") {
  const auto app = small_app();
  app->want(TogglePlay{});
  app->want(SetSpeed{2});
  (void)app->advance(0, 0);
  REQUIRE(app->playing());
  bool in_step = false;  // a picture does not wait for a machine that is busy: it goes on as far as it comes
  for (int i = 0; i < 10 && !in_step; ++i) {
    const Duration before = app->now();
    (void)app->advance(0.05, 0);
    CHECK((app->now() - before) <= milliseconds(100));
    in_step = (app->now() - before) == milliseconds(100);
  }
  CHECK(in_step);
  app->want(SetSpeed{1'000'000});
  (void)app->advance(0, 0);
  CHECK(app->speed() == 1000);
  for (int i = 0; i < 2000 && app->playing(); ++i) (void)app->advance(0.1, 0);
  CHECK_FALSE(app->playing());
  CHECK(app->now() == seconds(6));
  app->want(TogglePlay{});
  (void)app->advance(0, 0);
  CHECK(app->now() == Duration{});
}

TEST_CASE("stepping shows one event after the other in both directions") {
  const auto app = small_app();
  at(*app, milliseconds(2100));
  const std::uint64_t events = app->frame().events;
  app->want(StepBy{1});
  app->want(StepBy{1});
  (void)app->advance(0, 0);
  CHECK(app->frame().events == events + 2);
  app->want(StepBy{-1});
  (void)app->advance(0, 0);
  CHECK(app->frame().events == events + 1);
}

TEST_CASE("the next event of interest after the load began is the crash and the one before it lies in the past") {
  const auto app = small_app();
  (void)app->advance(0, 100);
  at(*app, milliseconds(1990));
  app->want(StepStory{1});
  (void)app->advance(0, 0);
  CHECK(app->now() == seconds(2));
  app->want(StepStory{-1});
  (void)app->advance(0, 0);
  CHECK(app->now() < seconds(2));
}

TEST_CASE("what is done by hand is in the picture at once and can be taken back") {
  const auto app = small_app();
  at(*app, milliseconds(1500));
  app->want(ActBy{R"({"crash": 3})", "crash broker 3"});
  (void)app->advance(0, 0);
  CHECK(app->branch() == 1);
  CHECK(app->frame().node(NodeId{3})->state == sim::NodeState::down);
  REQUIRE(app->notices().size() == 1);
  CHECK(app->notices().front().text.find("branch B begins here") != std::string::npos);
  app->want(UndoAct{});
  (void)app->advance(0, 0);
  CHECK(app->branch() == 0);
  CHECK(app->frame().node(NodeId{3})->state == sim::NodeState::running);
}

TEST_CASE("an act that cannot be is told and changes nothing") {
  const auto app = small_app();
  at(*app, milliseconds(1500));
  app->want(ActBy{R"({"crash": 99})", "crash broker 99"});
  (void)app->advance(0, 0);
  CHECK(app->branch() == 0);
  REQUIRE(app->notices().size() == 1);
  CHECK(app->notices().front().error);
  for (int i = 0; i < 100; ++i) (void)app->advance(0.1, 0);
  CHECK(app->notices().empty());
}

TEST_CASE("two branches are seen side by side at the same moment") {
  const auto app = small_app();
  at(*app, milliseconds(1500));
  app->want(ActBy{R"({"crash": 3})", "crash broker 3"});
  app->want(CompareWith{std::size_t{0}});
  (void)app->advance(0, 0);
  at(*app, milliseconds(1800));
  REQUIRE(app->other_frame());
  CHECK(app->compared() == std::size_t{0});
  CHECK(app->other_frame()->at == app->frame().at);
  CHECK(app->other_frame()->node(NodeId{3})->state == sim::NodeState::running);
  CHECK(app->frame().node(NodeId{3})->state == sim::NodeState::down);
  app->want(CompareWith{});
  (void)app->advance(0, 0);
  CHECK_FALSE(app->other_frame());
}

TEST_CASE("a world that was stepped with a window open has the trace hash of the headless run") {
  const auto app = small_app();
  app->want(TogglePlay{});
  app->want(SetSpeed{1000});
  for (int i = 0; i < 2000 && app->now() < seconds(6); ++i) (void)app->advance(0.1, 0.001);
  (void)app->advance(0, 100);
  sim::Parsed parsed = sim::parse_scenario(small_scenario);
  REQUIRE(parsed.scenario);
  sim::Simulation headless{std::make_shared<const sim::Scenario>(*parsed.scenario), sim::WireMode::fast};
  REQUIRE(headless.form());
  while (headless.step()) {
  }
  CHECK(app->frame().trace_hash == headless.world().trace_hash());
  REQUIRE(app->tape().verdict(0));
  CHECK(app->tape().verdict(0)->world().trace_hash() == headless.world().trace_hash());
}

TEST_CASE("a branch saved from the window runs headless to the same trace hash") {
  const kafkasim::test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/saved.json";
  const auto app = small_app();
  at(*app, milliseconds(1500));
  app->want(ActBy{R"({"pause": 1})", "pause broker 1"});
  (void)app->advance(0, 0);
  at(*app, milliseconds(2500));
  app->want(ActBy{R"({"undo": "by hand 1"})", "resume broker 1"});
  app->want(SaveScenario{path});
  (void)app->advance(0, 0);
  (void)app->advance(0, 100);
  const sim::Parsed saved = sim::load_scenario(path);
  REQUIRE(saved.scenario);
  sim::Simulation headless{std::make_shared<const sim::Scenario>(*saved.scenario), sim::WireMode::fast};
  REQUIRE(headless.form());
  while (headless.step()) {
  }
  REQUIRE(app->tape().verdict(app->branch()));
  CHECK(app->tape().verdict(app->branch())->world().trace_hash() == headless.world().trace_hash());
  app->want(SaveScenario{"/dev/null/saved.json"});
  (void)app->advance(0, 0);
  CHECK(app->notices().back().error);
}

TEST_CASE("another file takes the place of the run and a bad one leaves it") {
  const auto app = small_app();
  app->opener = [](const std::string& path) -> Result<TapeSource> {
    if (path != "other") return fail("there is no such file");
    std::string text = small_scenario;
    text.replace(text.find("small"), 5, "other");
    return small_source(text);
  };
  at(*app, milliseconds(500));
  app->want(OpenFile{"nothing"});
  (void)app->advance(0, 0);
  CHECK(app->frame().scenario == "small");
  CHECK(app->notices().back().error);
  app->want(OpenFile{"other"});
  (void)app->advance(0, 0);
  CHECK(app->frame().scenario == "other");
  CHECK(app->now() == Duration{});
}

TEST_CASE("choosing a message shows its causal past in the space-time diagram") {
  const auto app = small_app();
  at(*app, milliseconds(1700));
  const auto flights = app->space_time().flights;
  REQUIRE_FALSE(flights.empty());
  const auto arrived = std::ranges::find_if(flights, [](const sim::Flight& flight) { return flight.arrived.has_value(); });
  REQUIRE(arrived != flights.end());
  app->choose(ChosenMessage{arrived->message});
  const auto& cone = app->space_time().flights;
  CHECK(std::ranges::any_of(cone, [](const sim::Flight& flight) { return flight.in_cone; }));
  CHECK_FALSE(std::ranges::all_of(cone, [](const sim::Flight& flight) { return flight.in_cone; }));
}

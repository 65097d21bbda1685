#include "sim/scenario/chaos.hpp"
#include "sim/scenario/json_tree.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const std::string three = R"("chaos": {"from": "5s", "to": "45s", "most_down": 1, "faults": [
  {"crash": "any broker", "every": "8s", "for": "1s..6s"}, {"partition": ["any broker"], "every": "15s", "for": "2s..5s"},
  {"traffic": {"producer": "shop", "times": 3}, "every": "10s", "for": "1s..2s"}]}})";

Scenario seeded(const std::string& text, std::uint64_t seed) {
  Scenario s = good(text);
  s.seed = seed;
  return s;
}

std::vector<std::int64_t> moments(const DrawnChaos& drawn, std::size_t family) {
  std::vector<std::int64_t> out;
  for (const DrawnFault& fault : drawn.faults) {
    if (fault.family == family) out.push_back(fault.at.whole_ms());
  }
  return out;
}

Operation any_operation(const std::string& members) {
  return good(world + R"("timeline": [{"at": "1s", )" + members + "}]}").timeline.at(0).operation;
}

}  // namespace

TEST_CASE("each family of chaos is off for half of the seeds and never are all") {
  const Scenario s = good(world + three);
  std::vector<int> on(3, 0);
  std::set<std::vector<bool>> seen;
  for (std::uint64_t seed = 1; seed <= 700; ++seed) {
    Scenario one = s;
    one.seed = seed;
    const DrawnChaos drawn = draw_chaos(one);
    seen.insert(drawn.on);
    for (std::size_t i = 0; i < 3; ++i) {
      on[i] += drawn.on[i] ? 1 : 0;
      if (!drawn.on[i]) CHECK(moments(drawn, i).empty());
    }
  }
  CHECK(seen.size() == 7);  // of 8: all off is left out, so that each is on in 4 of 7
  for (const int count : on) CHECK(std::abs(count - 400) < 60);
}

TEST_CASE("a fault of chaos comes at fixed periods and lasts as its range says with both ends") {
  const std::string text = world + R"("chaos": {"from": "5s", "to": "45s", "faults": [{"pause": 3000, "every": "8s", "for": "1ms..3ms"}]}})";
  std::set<std::int64_t> lasts;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const DrawnChaos drawn = draw_chaos(seeded(text, seed));
    CHECK(moments(drawn, 0) == std::vector<std::int64_t>{5000, 13000, 21000, 29000, 37000, 45000});
    for (const DrawnFault& fault : drawn.faults) lasts.insert(fault.lasts->ns);
  }
  CHECK(lasts == std::set<std::int64_t>{1'000'000, 2'000'000, 3'000'000});
}

TEST_CASE("no more brokers than allowed are down or cut off at once") {
  for (const std::int64_t most : {0, 1, 2}) {
    std::int64_t peak = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Scenario s = seeded(world + three, seed);
      s.chaos->most_down = static_cast<std::int32_t>(most);
      const DrawnChaos drawn = draw_chaos(s);
      for (const DrawnFault& fault : drawn.faults) {
        std::int64_t down = 0;
        for (const DrawnFault& other : drawn.faults) {
          if (other.family != 2 && other.at <= fault.at && fault.at <= other.at + *other.lasts) ++down;
        }
        peak = std::max(peak, down);
      }
    }
    CHECK(peak == most);
  }
}

TEST_CASE("what the timeline takes down counts too") {
  const std::string own = R"("timeline": [{"at": "20s", "crash": 2, "for": "10s"}], )";
  const std::string text = R"("chaos": {"faults": [{"crash": 1, "every": "4s", "for": "3s"}, {"stop": 1, "every": "1h"}]}})";
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    for (const std::int64_t at : moments(draw_chaos(seeded(world + own + text, seed)), 0)) CHECK((at < 17'000 || at > 30'000));
  }
}

TEST_CASE("how many brokers an operation takes follows from whom it means") {
  const Scenario s = good(world.substr(0, world.rfind(',')) + "}");
  const std::map<std::string, std::int64_t> cases{
      {R"("crash": 1)", 1}, {R"("crash": "any broker")", 1}, {R"("crash": "all brokers")", 3}, {R"("crash": "any controller")", 0},
      {R"x("power_off": "rack(a)")x", 1}, {R"x("pause": "leader(orders-0)")x", 1}, {R"x("stop": "followers(orders-0)")x", 2},
      {R"("crash": 3000)", 0}, {R"("pause": "shop")", 0}, {R"x("crash": "coordinator(analytics)")x", 1}, {R"("restart": "any broker")", 1},
      {R"("start": "all brokers")", 0}, {R"("partition": ["any broker"])", 1}, {R"("partition": [1, 2])", 1},
      {R"("partition": [[1], [2, 3]])", 1}, {R"("partition": [["all brokers"], ["controller"]])", 3},
      {R"("partition": ["controller"])", 0}, {R"("traffic": {"producer": "shop", "times": 2})", 0}};
  for (const auto& [members, brokers] : cases) {
    CAPTURE(members);
    CHECK(brokers_taken(any_operation(members), s) == brokers);
  }
}

TEST_CASE("controllers that are brokers too count where chaos takes them down and others do not") {
  const std::string text = world.substr(0, world.rfind(',')) + "}";
  const Scenario separate = good(text);
  const Scenario combined = good(text, {{"/cluster/controllers", "0"}});
  const Scenario of_many = good(text, {{"/cluster/controllers", "0"}, {"/cluster/brokers", "5"}, {"/cluster/racks", R"(["a", "b", "c", "a", "b"])"}});
  const std::map<std::string, std::int64_t> cases{{R"("crash": "controller")", 1},
                                                  {R"("power_off": "any controller")", 1},
                                                  {R"("crash": "all controllers")", 3},
                                                  {R"("partition": ["controller"])", 1}};
  for (const auto& [members, brokers] : cases) {
    CAPTURE(members);
    CHECK(brokers_taken(any_operation(members), separate) == 0);
    CHECK(brokers_taken(any_operation(members), combined) == brokers);
    CHECK(brokers_taken(any_operation(members), of_many) == brokers);
  }
  CHECK(brokers_taken(any_operation(R"("crash": "all brokers")"), of_many) == 5);
}

TEST_CASE("a family that is added changes no other but through the brokers that it takes") {
  const std::string one = R"({"pause": 3000, "every": "8s", "for": "1s..6s"})";
  const Scenario alone = seeded(world + R"("chaos": {"faults": [)" + one + "]}}", 5);
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    Scenario both = seeded(world + R"("chaos": {"faults": [)" + one + R"(, {"crash": 1, "every": "5s", "for": "1s..2s"}]}})", seed);
    Scenario first = alone;
    first.seed = seed;
    const DrawnChaos drawn = draw_chaos(both);
    if (!drawn.on[0]) continue;
    std::vector<DrawnFault> mine;
    std::ranges::copy_if(drawn.faults, std::back_inserter(mine), [](const DrawnFault& f) { return f.family == 0; });
    CHECK(mine == draw_chaos(first).faults);
  }
}

TEST_CASE("the drawn faults in data and in the file are the same timeline") {
  const std::string text = world + R"("timeline": [{"at": "50s", "note": "own"}], )" + three;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Scenario s = seeded(text, seed);
    const Scenario data = with_chaos_drawn(s);
    const JsonDocument document = read_json(text);
    write_drawn_chaos(*document.root, draw_chaos(s));
    const Scenario file = good(write_json(*document.root));
    CHECK_FALSE(data.chaos);
    CHECK_FALSE(file.chaos);
    REQUIRE(data.timeline.size() == file.timeline.size());
    CHECK(data.timeline.size() > 1);
    for (std::size_t i = 0; i < data.timeline.size(); ++i) {
      CHECK(data.timeline[i].trigger.at == file.timeline[i].trigger.at);
      CHECK(data.timeline[i].undo_after == file.timeline[i].undo_after);
      CHECK(describe(data.timeline[i].operation) == describe(file.timeline[i].operation));
    }
  }
}

#pragma once
// Small clusters for the tests of runs: formed in a moment, with Kafka's timers made short.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim::testing {

inline std::shared_ptr<const Scenario> scenario(std::string_view text, const std::vector<Patch>& patches = {}) {
  Parsed parsed = parse_scenario(text, patches);
  std::string all;
  for (const Diagnostic& d : parsed.diagnostics) all += to_line("f", d) + "\n";
  INFO(all);
  REQUIRE(parsed.scenario.has_value());
  return std::make_shared<const Scenario>(std::move(*parsed.scenario));
}

// One controller and as many brokers; `rest` is further members of the scenario, each with a comma behind it.
inline std::string small(int brokers, std::string_view duration, std::string_view rest) {
  return R"({"name": "small", "seed": 5, )" + std::string{rest} + R"("duration": ")" + std::string{duration}
         + R"(", "cluster": {"brokers": )" + std::to_string(brokers)
         + R"(, "controllers": 1, "profile": "fast", "config": {"offsets.topic.num.partitions": 1, "group.initial.rebalance.delay.ms": 0}}})";
}

// One broker alone holds t-0; ten records are acknowledged by 1 s.
inline std::string alone(const std::string& more = "") {
  return small(
      1, "2s",
      R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s"}], )" + more);
}

inline Simulation formed(const std::shared_ptr<const Scenario>& s, WireMode mode = WireMode::fast) {
  Simulation run{s, mode};
  REQUIRE(run.form().has_value());
  return run;
}

// All events up to and including that moment.
inline void run_until(Simulation& run, Duration at) {
  for (;;) {
    const auto next = run.world().next_event_at();
    if (!next || *next > run.origin() + at || !run.step()) return;
  }
}

inline Simulation run_to_end(const std::shared_ptr<const Scenario>& s) {
  Simulation run = formed(s);
  while (run.step()) {}
  run.finish();
  return run;
}

inline std::vector<StoryLine> lines_of(const Story& story, std::string_view kind) {
  std::vector<StoryLine> found;
  for (std::size_t i = 0; i < story.lines().size(); ++i) {
    if (story.lines()[i].kind == kind) found.push_back(story.lines()[i]);
  }
  return found;
}

}  // namespace kafkasim::sim::testing

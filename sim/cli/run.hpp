#pragma once
// The options of `kafkasim run`, as data. What a run does with them: run_scenarios.hpp.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/cli/cli.hpp"
#include "sim/cli/scenario_options.hpp"
#include "sim/kernel/wire_mode.hpp"
#include "sim/report/follow.hpp"

namespace kafkasim::sim {

struct RunOptions : ScenarioOptions {
  std::vector<std::string> files;
  std::optional<Duration> until;  // lowers the duration
  WireMode wire{};
  std::optional<std::string> report;    // file
  std::optional<std::string> timeline;  // file
  std::optional<std::string> junit;     // file
  std::optional<std::string> html;      // file
  std::optional<std::string> perfetto;  // file
  std::optional<std::string> record;    // file
  std::optional<FollowRequest> follow;  // the life of this record
  bool check_determinism{};
  bool quiet{};
  bool strict{};  // excused findings fail the run too
};

void add_run(CLI::App& app, int& code, std::function<int(const RunOptions&)> action);

}  // namespace kafkasim::sim

#pragma once
// The options of `kafkasim run`, as data. What a run does with them: run_scenarios.hpp.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/cli/cli.hpp"
#include "sim/kernel/wire_mode.hpp"
#include "sim/report/follow.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

struct RunOptions {
  std::vector<std::string> files;
  std::optional<std::uint64_t> seed;  // instead of the scenario's
  std::optional<Duration> until;      // lowers the duration
  std::vector<Patch> patches;         // --set, in the order given
  std::vector<std::string> legacy;    // beside those of the scenario
  WireMode wire{};
  std::optional<std::string> report;    // file
  std::optional<std::string> timeline;  // file
  std::optional<std::string> junit;     // file
  std::optional<std::string> html;      // file
  std::optional<std::string> perfetto;  // file
  std::optional<FollowRequest> follow;  // the life of this record
  bool check_determinism{};
  bool quiet{};
  bool strict{};  // excused findings fail the run too
};

// The options of the contract that this release does not have are refused by name.
void add_run(CLI::App& app, int& code, std::function<int(const RunOptions&)> action);

}  // namespace kafkasim::sim

#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "sim/cli/cli.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/scenario_options.hpp"
#include "sim/cli/stopwatch.hpp"
#include "sim/explore/ranks.hpp"
#include "sim/explore/sweep_report.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

struct SweepOptions : ScenarioOptions {
  std::vector<std::string> files;
  std::string seeds;
  std::string shard{"1/1"};
  std::string time_limit;
  std::size_t jobs{0};  // as many as there are cores
  std::string failures{"failures"};
  std::optional<std::string> report;
  std::optional<std::string> junit;
};

class ProgressLine {  // on a terminal; nothing elsewhere
 public:
  explicit ProgressLine(const Terminal& terminal) : err_{terminal.err}, shown_{terminal.err_colour == Colour::on} {}
  void show(const SweepProgress& progress) {
    if (!shown_ || progress.wall_ms - last_ms_ < 200) return;
    last_ms_ = progress.wall_ms;
    err_ << "\r\033[K" << progress_text(progress) << std::flush;
  }
  void clear() {
    if (shown_) err_ << "\r\033[K" << std::flush;
  }

 private:
  std::ostream& err_;
  bool shown_;
  std::int64_t last_ms_{-1000};
};

std::size_t cores() {
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : static_cast<std::size_t>(online);
}

template <class T>
bool take(const Result<T>& from, T& to, const Terminal& terminal, const char* option) {
  if (!from) {
    terminal.err << "kafkasim: " << option << ": " << from.error().message << '\n';
    return false;
  }
  to = *from;
  return true;
}

// Behaviours that were asked for stand in the files of failures as well: those are to fail by themselves.
void bring_back(const std::vector<std::string>& legacy, SweptScenario& swept) {
  if (legacy.empty()) return;
  auto changed = std::make_shared<Scenario>(*swept.scenario);
  std::vector<std::string>& all = changed->cluster.legacy;
  all.insert(all.end(), legacy.begin(), legacy.end());
  swept.patches.push_back({"/cluster/legacy", fmt::format("[\"{}\"]", fmt::join(all, "\", \""))});
  swept.scenario = std::move(changed);
}

bool read_scenarios(const SweepOptions& options, SweepPlan& plan, const Terminal& terminal) {
  const std::optional<std::vector<PlannedRun>> runs = planned_runs(options.files, options, terminal);
  if (!runs) return false;
  for (const PlannedRun& run : *runs) {
    SweptScenario& swept = plan.scenarios.emplace_back(SweptScenario{run.file, run.scenario, run.variant, options.patches});
    swept.patches.insert(swept.patches.end(), run.variant_patches.begin(), run.variant_patches.end());
    bring_back(options.legacy, swept);
  }
  return true;
}

// Rank r of R takes every R-th seed of the shard's.
Shard share(const Shard& shard, const Ranks& ranks) {
  return {shard.number + ranks.rank() * shard.count, shard.count * ranks.count()};
}

int verdict(const Tally& tally, const SweepFacts& facts) {
  int code = exit_code::held;
  for (const Failure& failure : tally.failures)
    code = std::max(code, failure.breach.kind == BreachKind::internal_error ? exit_code::our_fault : exit_code::failed);
  return facts.interrupted && code != exit_code::our_fault ? exit_code::interrupted : code;
}

// What all ranks have found; at rank 0. Absent: something went wrong, and has been told.
std::optional<Tally> joined(const Ranks& ranks, const Tally& mine, const Terminal& terminal) {
  Tally all;
  for (const std::string& part : ranks.gather(to_bytes(mine))) {
    Tally one;
    if (!take(tally_from(part), one, terminal, "a rank")) return std::nullopt;
    all.add(one);
  }
  all.sort();
  return all;
}

int run_sweep(const SweepOptions& options, const Terminal& terminal) {
  if (Ranks::missing()) {
    terminal.err << "kafkasim: built without MPI (libopenmpi-dev): share the seeds out by --shard instead of mpirun\n";
    return exit_code::bad_input;
  }
  SweepPlan plan;
  Duration limit;
  if (!take(parse_seeds(options.seeds), plan.seeds, terminal, "--seeds")
      || !take(parse_shard(options.shard), plan.shard, terminal, "--shard")
      || (!options.time_limit.empty() && !take(parse_time_limit(options.time_limit), limit, terminal, "--time-limit"))
      || !read_scenarios(options, plan, terminal))
    return exit_code::bad_input;
  Outputs outputs{options.files};
  outputs.add("--report", options.report);
  outputs.add("--junit", options.junit);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  const Ranks ranks;
  plan.shard = share(plan.shard, ranks);
  plan.jobs = options.jobs > 0 ? options.jobs : ranks.alone() ? cores() : 1;
  plan.failures = options.failures;
  const Stopwatch watch;
  const Interrupt interrupt;
  ProgressLine line{terminal};
  const std::uint64_t all = Seeds{plan.seeds, plan.shard, plan.scenarios.size()}.count();
  SweepWatch events;
  events.failed = [&](const Failure& failure) {
    line.clear();
    terminal.err << failure_line(failure, plan.scenarios) << '\n';
  };
  events.tick = [&](const Tally& so_far) {
    if (interrupt.noticed()) return GoOn::drop_everything;
    line.show({so_far.all_runs(), all * plan.scenarios.size(), so_far.failures.size(), watch.ms(), limit.whole_ms()});
    return limit.ns > 0 && watch.ms() >= limit.whole_ms() ? GoOn::no_more_jobs : GoOn::yes;
  };
  Result<Tally> mine = sweep(plan, events);
  line.clear();
  if (!mine) terminal.err << "kafkasim: " << mine.error().message << '\n';
  const std::optional<Tally> found = joined(ranks, mine ? *mine : Tally{}, terminal);
  if (!mine || !found) return exit_code::bad_input;
  const SweepFacts facts{watch.ms(), interrupt.noticed()};
  if (ranks.rank() == 0) {
    terminal.out << sweep_text(*found, plan, facts);
    bool written = !options.report || write_file(*options.report, sweep_json(*found, plan, facts), terminal);
    if (options.junit) written = write_file(*options.junit, sweep_junit(*found, plan, facts), terminal) && written;
    if (!written) return exit_code::bad_input;
  }
  return ranks.rank() == 0 ? verdict(*found, facts) : exit_code::held;  // one rank answers for all
}

}  // namespace

void add_sweep(CLI::App& app, const Terminal& terminal, int& code) {
  auto options = std::make_shared<SweepOptions>();
  CLI::App* command = app.add_subcommand("sweep", "run scenarios with many seeds, on all cores; save each run that fails");
  command->add_option("SCENARIO", options->files, "scenario files")->required();
  add_change_options(*command, options);
  command->add_option("--seeds", options->seeds, "the seeds, both ends included")->required()->type_name("A..B");
  command->add_option("--jobs", options->jobs, "processes at work at once; left out: a core each")
      ->type_name("J")
      ->check(CLI::Range(1, 1024));
  command->add_option("--time-limit", options->time_limit, "begin no run after that time: 90s, 10m")->type_name("T");
  command->add_option("--shard", options->shard, "every N-th seed only, from the I-th on, I from 1 to N")->type_name("I/N");
  command->add_option("--failures", options->failures, "the folder for scenario files of runs that failed (failures)")
      ->type_name("DIR");
  command->add_option("--report", options->report, "write what was found as JSON")->type_name("F.json");
  command->add_option("--junit", options->junit, "write what was found as JUnit's XML")->type_name("F.xml");
  command->footer(
      "Example:\n  kafkasim sweep scenarios/chaos-crashes.json --seeds 1..1000 --failures found --report sweep.json\n"
      "  kafkasim run found/chaos-crashes-seed-17.json       # one that failed, again\n"
      "  mpirun -n 64 kafkasim sweep scenarios/chaos-crashes.json --seeds 1..1000000");
  command->callback([options, &terminal, &code] { code = run_sweep(*options, terminal); });
}

}  // namespace kafkasim::sim

#include "sim/explore/shrink.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "sim/cli/cli.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/scenario_options.hpp"
#include "sim/explore/failing.hpp"
#include "sim/scenario/parse.hpp"
#include "sim/scenario/units.hpp"
#include "sim/explore/shrink_recording.hpp"

namespace kafkasim::sim {

namespace {

struct ShrinkOptions {
  std::string file;
  std::string seed;
  std::string variant;
  std::string output;
  std::string time_limit;
  std::uint64_t most_runs{200};
};

bool take_seed(const std::string& text, Scenario& scenario, const Terminal& terminal) {
  if (text.empty()) return true;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, scenario.seed);
  if (error == std::errc{} && at == end) return true;
  terminal.err << "kafkasim: --seed: a seed is a whole number from 0 to 2^64 - 1, not " << quote(text) << '\n';
  return false;
}

int run_shrink_recording(const ShrinkOptions& options, const Terminal& terminal) {
  const Result<Recording> recording = read_recording(options.file);
  const Interrupt interrupt;
  Result<ShrunkRecording> shrunk = fail(recording ? "" : recording.error().message);
  if (recording) shrunk = shrink_recording(*recording, options.output, {options.most_runs, [&] { return interrupt.noticed(); }});
  if (!shrunk) {
    terminal.err << "kafkasim: " << options.file << ": " << shrunk.error().message << '\n';
    return exit_code::bad_input;
  }
  terminal.out << fmt::format("{}: {}\n{} runs, {} of {} operations{}: {}\n", shrunk->invariant, shrunk->detail, shrunk->runs,
                              shrunk->operations, shrunk->of,
                              shrunk->complete ? "" : ", a limit was met: there may be a smaller one", options.output);
  return interrupt.noticed() ? exit_code::interrupted : exit_code::held;
}

int run_shrink(const ShrinkOptions& options, const Terminal& terminal) {
  Outputs outputs{{options.file}};
  outputs.add("--output", options.output);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  if (looks_like_recording(options.file)) return run_shrink_recording(options, terminal);
  Parsed parsed = load_scenario(options.file);
  print_diagnostics(terminal, options.file, parsed.diagnostics);
  if (!parsed.scenario || !take_seed(options.seed, *parsed.scenario, terminal)) return exit_code::bad_input;
  const Result<Duration> limit = options.time_limit.empty() ? Duration{} : parse_time_limit(options.time_limit);
  if (!limit) {
    terminal.err << "kafkasim: --time-limit: " << limit.error().message << '\n';
    return exit_code::bad_input;
  }
  std::string text = file_text(options.file);
  if (!options.variant.empty()) {  // a scenario of its own from here on
    if (!known_variant(options.variant, options.file, *parsed.scenario, terminal)) return exit_code::bad_input;
    const Variant variant = *find_variant(*parsed.scenario, options.variant);
    const std::uint64_t seed = options.seed.empty() ? variant.scenario->seed : parsed.scenario->seed;
    text = patched_text(text, patches_of(variant)).value_or(text);
    parsed.scenario = *variant.scenario;
    parsed.scenario->seed = seed;
  }
  const Interrupt interrupt;
  const auto begin = std::chrono::steady_clock::now();
  const auto late = [&] { return limit->ns > 0 && std::chrono::steady_clock::now() - begin >= std::chrono::nanoseconds{limit->ns}; };
  const bool shown = terminal.err_colour == Colour::on;
  ShrinkWatch watch;
  watch.tick = [&](const std::string& step, std::uint64_t runs) {
    if (shown) terminal.err << fmt::format("\r\033[K{}: {} of {} runs", step, runs, options.most_runs) << std::flush;
  };
  const Result<Shrunk> shrunk =
      shrink(text, *parsed.scenario, {options.most_runs, [&] { return interrupt.noticed() || late(); }}, watch);
  if (shown) terminal.err << "\r\033[K" << std::flush;
  if (!shrunk) {
    terminal.err << "kafkasim: " << shrunk.error().message << '\n';
    return interrupt.noticed() ? exit_code::interrupted : exit_code::bad_input;
  }
  if (!write_file(options.output, shrunk->text, terminal)) return exit_code::bad_input;
  terminal.out << fmt::format("{}: {}\n{} runs, {} bytes of {}{}: {}\n", what_broke(shrunk->breach), shrunk->breach.detail,
                              shrunk->runs, shrunk->text.size(), text.size(),
                              shrunk->complete ? "" : ", a limit was met: there may be a smaller one", options.output);
  return interrupt.noticed() ? exit_code::interrupted : exit_code::held;
}

}  // namespace

void add_shrink(CLI::App& app, const Terminal& terminal, int& code) {
  auto options = std::make_shared<ShrinkOptions>();
  CLI::App* command = app.add_subcommand("shrink", "find the smallest scenario or recording that still breaks the same invariant");
  command->add_option("SCENARIO", options->file, "a scenario file, or a recording")->required();
  command->add_option("--seed", options->seed, "the seed that fails; left out: the scenario's own")->type_name("N");
  command->add_option("--variant", options->variant, "of a scenario with variants, that one; left out: the scenario as it stands")->type_name("NAME");
  command->add_option("-o,--output", options->output, "where to write it")->required()->type_name("MIN");
  command->add_option("--runs", options->most_runs, "how many runs it may take (200)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--time-limit", options->time_limit, "how long it may take: 90s, 10m")->type_name("T");
  command->footer(
      "Example:\n  kafkasim shrink scenarios/chaos-crashes.json --seed 17 -o min.json\n"
      "  kafkasim run min.json        # fails by itself until the fault is mended");
  command->callback([options, &terminal, &code] { code = run_shrink(*options, terminal); });
}

}  // namespace kafkasim::sim

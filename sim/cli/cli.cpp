#include "sim/cli/cli.hpp"

#include <algorithm>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/base/check.hpp"
#include "sim/cli/run_scenarios.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

void add_version(CLI::App& app) {
  app.set_version_flag("--version", "kafkasim " KAFKASIM_VERSION);
  for (CLI::App* subcommand : app.get_subcommands([](CLI::App*) { return true; })) add_version(*subcommand);
}

// CLI11 would only say that a subcommand is required.
bool is_subcommand(const CLI::App& app, const std::string& name, const Terminal& terminal) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(subcommand->get_name());
  if (std::ranges::find(names, name) != names.end()) return true;
  terminal.err << "kafkasim: there is no subcommand " << quote(name) << suggestion(name, {names.begin(), names.end()}) << '\n';
  return false;
}

int parse_and_run(const std::vector<std::string>& arguments, const Terminal& terminal, Viewer viewer) {
  CLI::App app{"kafkasim: a deterministic simulator of Kafka clusters", "kafkasim"};
  app.require_subcommand(1);
  app.footer("Example:\n  kafkasim run scenarios/leader-crash.json");
  int code = exit_code::held;
  add_run(app, code, [&terminal](const RunOptions& options) { return run_scenarios(options, terminal); });
  add_sweep(app, terminal, code);
  add_shrink(app, terminal, code);
  add_check(app, terminal, code);
  add_learn(app, terminal, code);
  add_list(app, terminal, code);
  add_log(app, terminal, code);
  add_serve(app, terminal, code);
  add_replay(app, terminal, code);
  add_view(app, terminal, code, viewer);
  add_version(app);
  if (!arguments.empty() && !arguments[0].starts_with('-') && !is_subcommand(app, arguments[0], terminal)) return exit_code::bad_input;
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};  // as CLI11 wants them
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, terminal.out, terminal.err) == 0 ? exit_code::held : exit_code::bad_input;
  }
  return code;
}

}  // namespace

int run_cli(const std::vector<std::string>& arguments, const Terminal& terminal, Viewer viewer) {
  try {
    const int code = parse_and_run(arguments, terminal, viewer);
    if (terminal.out.flush()) return code;
    terminal.err << "kafkasim: standard output cannot be written\n";  // a full disk, a pipe that nobody reads
    return std::max(code, exit_code::bad_input);
  } catch (const std::exception& error) {
    terminal.err << "kafkasim: internal error: " << error.what() << '\n';
    return exit_code::our_fault;
  }
}

}  // namespace kafkasim::sim

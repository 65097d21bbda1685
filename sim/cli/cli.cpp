#include "sim/cli/cli.hpp"

#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/base/check.hpp"
#include "sim/cli/run_scenarios.hpp"

namespace kafkasim::sim {

namespace {

void add_version(CLI::App& app) {
  app.set_version_flag("--version", "kafkasim " KAFKASIM_VERSION);
  for (CLI::App* subcommand : app.get_subcommands([](CLI::App*) { return true; })) add_version(*subcommand);
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
    return parse_and_run(arguments, terminal, viewer);
  } catch (const std::exception& error) {
    terminal.err << "kafkasim: internal error: " << error.what() << '\n';
    return exit_code::our_fault;
  }
}

}  // namespace kafkasim::sim

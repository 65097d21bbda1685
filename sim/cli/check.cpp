#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "sim/cli/cli.hpp"
#include "sim/cli/diagnose.hpp"

namespace kafkasim::sim {

void add_check(CLI::App& app, const Terminal& terminal, int& code) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("check", "validate scenario files, run nothing");
  command->add_option("SCENARIO", *files, "scenario files")->required();
  command->footer("Example:\n  kafkasim check scenarios/leader-crash.json my-own.json");
  command->callback([files, &terminal, &code] {
    for (const std::string& file : *files) {
      const Parsed parsed = load_scenario(file);
      print_diagnostics(terminal, file, parsed.diagnostics);
      if (parsed.scenario) {
        terminal.out << file << ": " << tinted(terminal.out_colour, Tint::green, "ok") << '\n';
      } else {
        code = exit_code::bad_input;
      }
    }
  });
}

}  // namespace kafkasim::sim

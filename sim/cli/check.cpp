#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "sim/cli/cli.hpp"
#include "sim/cli/course.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

// What lies beside scenarios, so that `check scenarios/*.json` tells what it should: their schema, and the order of the lessons.
std::optional<std::string> other_than_scenario(const std::string& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return std::nullopt;  // what comes from a pipe comes once
  const Result<std::string> text = read_scenario_file(file);
  if (!text) return std::nullopt;
  const JsonDocument document = read_json(*text);
  if (!document.faults.empty() || !document.root || document.root->find("cluster") != nullptr) return std::nullopt;
  const JsonValue* schema = document.root->find("$schema");
  if (schema != nullptr && schema->is(JsonKind::string) && schema->text.find("json-schema.org/") != std::string::npos)
    return "no scenario, a JSON Schema";
  if (document.root->find("chapters") != nullptr && parse_course(*text, "")) return "no scenario, a course";
  return std::nullopt;
}

}  // namespace

void add_check(CLI::App& app, const Terminal& terminal, int& code) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("check", "validate scenario files, run nothing");
  command->add_option("SCENARIO", *files, "scenario files")->required();
  command->footer("Example:\n  kafkasim check scenarios/leader-crash.json my-own.json");
  command->callback([files, &terminal, &code] {
    for (const std::string& file : *files) {
      if (const std::optional<std::string> other = other_than_scenario(file)) {
        terminal.out << file << ": " << *other << '\n';
        continue;
      }
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

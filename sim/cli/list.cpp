#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <ostream>
#include <variant>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/model/legacy.hpp"
#include "sim/check/invariant.hpp"
#include "sim/check/probes.hpp"
#include "sim/cli/cli.hpp"
#include "sim/cli/course.hpp"
#include "sim/cli/scenario_folder.hpp"
#include "sim/scenario/keys.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

struct Field {
  std::string_view name;
  std::variant<std::string, bool, std::size_t> value;
};
using Row = std::vector<Field>;  // the first two fields are what the plain list shows

Row row(std::string_view name, std::string_view meaning) {
  return Row{{"name", std::string{name}}, {"meaning", std::string{meaning}}};
}

std::vector<Row> scenario_rows() {
  std::vector<Row> rows;
  for (const std::string& file : library_scenarios()) {
    const Parsed parsed = load_scenario(file);
    if (!parsed.scenario) continue;
    Row fields = row(parsed.scenario->name, parsed.scenario->title);
    fields[1].name = "title";
    fields.push_back({"file", file});
    fields.push_back({"question", parsed.scenario->question});
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::vector<Row> lesson_rows() {
  std::vector<Row> rows;
  const Result<std::vector<CourseLesson>> course = load_course();
  if (!course) return rows;
  for (const CourseLesson& lesson : *course) {
    const Parsed parsed = load_scenario(lesson.file);
    Row fields = row(lesson.name, parsed.scenario ? parsed.scenario->title : "");
    fields[1].name = "title";
    fields.push_back({"chapter", lesson.chapter});
    fields.push_back({"file", lesson.file});
    const std::size_t questions = parsed.scenario && parsed.scenario->lesson ? parsed.scenario->lesson->quiz.size() : 0;
    fields.push_back({"questions", questions});
    rows.push_back(std::move(fields));
  }
  return rows;
}

// For scenarios/README.md.
void print_markdown(std::ostream& out) {
  out << "| question | scenario |\n| --- | --- |\n";
  for (const std::string& file : library_scenarios()) {
    const Parsed parsed = load_scenario(file);
    if (!parsed.scenario) continue;
    const std::string name = std::filesystem::path{file}.filename().string();
    out << "| " << parsed.scenario->question << " | [`" << name << "`](" << name << ")"
        << (parsed.scenario->lesson ? ", with a lesson" : "") << " |\n";
  }
}

std::vector<Row> fault_rows() {
  std::vector<Row> rows;
  for (const OperationInfo& operation : operation_table()) {
    Row fields = row(operation.name, operation.meaning);
    fields.push_back({"argument", std::string{operation.argument}});
    fields.push_back({"can_be_undone", operation.undoable == Undoable::yes});
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::string_view unit_name(MetricUnit unit) {
  switch (unit) {
    case MetricUnit::count: return "count";
    case MetricUnit::duration: return "duration";
    case MetricUnit::size: return "size";
    case MetricUnit::node: return "node";
    case MetricUnit::text: break;
  }
  return "text";
}

std::vector<Row> metric_rows() {
  std::vector<Row> rows;
  for (const MetricInfo& metric : metric_table()) {
    Row fields = row(metric.name, metric.meaning);
    fields.push_back({"unit", std::string{unit_name(metric.unit)}});
    fields.push_back({"needs_of", metric.total == MetricTotal::needs_subject});
    fields.push_back({"on", metric.on});
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::vector<Row> invariant_rows() {
  std::vector<Row> rows;
  for (const std::string_view id : invariant_ids()) {
    const auto checked = std::ranges::find(invariant_table(), id, &InvariantInfo::id);
    rows.push_back(row(id, checked == invariant_table().end() ? "not checked in this release" : checked->promise));
  }
  return rows;
}

std::vector<Row> legacy_rows() {
  std::vector<Row> rows;
  for (const LegacyInfo& legacy : legacy_table()) {
    Row fields = row(legacy.name, std::string{legacy.ticket} + ": " + std::string{legacy.was});
    fields.push_back({"ticket", std::string{legacy.ticket}});
    fields.push_back({"breaks", std::string{legacy.breaks}});
    rows.push_back(std::move(fields));
  }
  return rows;
}

std::vector<Row> probe_rows() {
  std::vector<Row> rows;
  for (const ProbeInfo& probe : probe_table()) rows.push_back(row(probe.name, probe.meaning));
  return rows;
}

std::string json_string(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte >= 0x20) {
      out += c;
    } else {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  return out + "\"";
}

void print_json(std::ostream& out, const std::vector<Row>& rows) {
  out << '[';
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out << (i == 0 ? "\n  {" : ",\n  {");
    std::string_view comma;
    for (const Field& field : rows[i]) {
      out << comma << json_string(field.name) << ": ";
      comma = ", ";
      if (const bool* truth = std::get_if<bool>(&field.value)) {
        out << (*truth ? "true" : "false");
      } else if (const std::size_t* count = std::get_if<std::size_t>(&field.value)) {
        out << *count;
      } else {
        out << json_string(std::get<std::string>(field.value));
      }
    }
    out << '}';
  }
  out << (rows.empty() ? "]\n" : "\n]\n");
}

void print_plain(std::ostream& out, const std::vector<Row>& rows) {
  const auto name = [](const Row& r) -> const std::string& { return std::get<std::string>(r[0].value); };
  std::size_t width = 0;
  for (const Row& r : rows) width = std::max(width, name(r).size());
  for (const Row& r : rows) {
    const std::string& meaning = std::get<std::string>(r[1].value);
    out << name(r);
    if (!meaning.empty()) out << std::string(width + 2 - name(r).size(), ' ') << meaning;
    out << '\n';
  }
}

struct Table {
  std::string_view name;
  std::vector<Row> (*rows)();
};
constexpr std::array tables{Table{"scenarios", scenario_rows}, Table{"faults", fault_rows},
                            Table{"metrics", metric_rows},     Table{"invariants", invariant_rows},
                            Table{"probes", probe_rows},       Table{"legacy", legacy_rows},
                            Table{"lessons", lesson_rows}};

struct ListOptions {
  std::string what;
  bool json{};
  bool markdown{};
};

}  // namespace

void add_list(CLI::App& app, const Terminal& terminal, int& code) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      app.add_subcommand("list", "what there is: scenarios, faults, metrics, invariants, probes, legacy, lessons");
  std::vector<std::string> names;
  for (const Table& table : tables) names.emplace_back(table.name);
  command->add_option("WHAT", options->what, "scenarios, faults, metrics, invariants, probes, legacy or lessons")
      ->required()
      ->check(CLI::IsMember(names));
  command->add_flag("--json", options->json, "as a JSON list of objects");
  command->add_flag("--markdown", options->markdown, "scenarios only: as a table by question, for a README");
  command->footer("Example:\n  kafkasim list metrics --json");
  command->callback([options, &terminal, &code] {
    code = exit_code::held;
    if ((options->what == "scenarios" || options->what == "lessons") && library_folder().empty()) {
      terminal.err << "kafkasim: there is no folder of scenarios, neither here nor beside the program\n";
      code = exit_code::bad_input;
      return;
    }
    if (options->markdown && options->what == "scenarios") {
      print_markdown(terminal.out);
      return;
    }
    if (options->markdown) {
      terminal.err << "kafkasim: --markdown is for 'list scenarios'\n";
      code = exit_code::bad_input;
      return;
    }
    for (const Table& table : tables) {
      if (table.name != options->what) continue;
      const std::vector<Row> rows = table.rows();
      if (options->json) {
        print_json(terminal.out, rows);
      } else {
        print_plain(terminal.out, rows);
      }
    }
  });
}

}  // namespace kafkasim::sim

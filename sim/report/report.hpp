#pragma once
// Reports: what a run has come to, as JSON for machines (--report), as text for people, and the timeline as
// NDJSON. All of it follows from the run alone, byte for byte, but wall_ms, version and host.
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/terminal.hpp"
#include "sim/run/simulation.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

enum class Outcome : std::uint8_t { pass, fail, interrupted };
[[nodiscard]] std::string_view outcome_name(Outcome outcome);

enum class Strict : std::uint8_t { no, yes };  // yes: excused findings fail the run too

struct RunFacts {  // what is not in the run itself
  std::string file;
  Outcome outcome{};
  std::int64_t wall_us{};
  std::string variant{};  // empty: the file has none
  Strict strict{};
  std::vector<Patch> patches{};  // that were made to the file
};

[[nodiscard]] Outcome outcome_of(const Simulation& run, Strict strict);

[[nodiscard]] std::string report_json(const Simulation& run, const RunFacts& facts);
enum class Several : std::uint8_t { no, yes };  // runs of one command
[[nodiscard]] std::string run_name(const std::string& scenario, const std::string& variant);  // "leader-crash (acks=1)"
// Of several runs {"runs": [...]}, even where an interrupt has left one report of them.
[[nodiscard]] std::string reports_json(const std::vector<std::string>& reports, Several runs);
// From that line on; each says of which run it is if that has a name here.
[[nodiscard]] std::string timeline_ndjson(const Story& story, std::size_t from = 0, const std::string& of_run = "");

// Durations in milliseconds with microseconds behind the point: describe() is for scenario files, exact to the nanosecond.
[[nodiscard]] std::string value_text(MetricUnit unit, const MetricValue& value);
[[nodiscard]] std::string seconds_text(Duration d);  // "31.877"

void print_header(const Simulation& run, const RunFacts& facts, const Terminal& terminal);
void print_line(const StoryLine& line, const Terminal& terminal);
// "1 violation of Kafka's promises": what it has come to, without the word PASS or FAIL.
[[nodiscard]] std::string verdict_sentence(const Simulation& run, const RunFacts& facts);
// `investigation`: how the first findings came about (investigation.hpp).
void print_verdict(const Simulation& run, const RunFacts& facts, const std::vector<std::string>& investigation,
                   const Terminal& terminal);
// ---- variants side by side, a column each (variants.cpp) ------------------------------------------------------------
using TableCells = std::vector<std::pair<std::string, std::string>>;  // row, value
struct VariantColumn {
  std::string name;
  TableCells metrics;
  TableCells expectations;  // "held", "NOT HELD", "not checked"
};
[[nodiscard]] VariantColumn variant_column(const Simulation& run, const RunFacts& facts);
// Of the metrics those rows only that differ, or matter always; what was expected in any of them.
struct VariantTable {
  struct Row {
    std::string name;
    std::vector<std::string> values;  // one a column; "-" where it has none
  };
  std::vector<std::string> columns;
  std::vector<Row> metrics;
  std::vector<Row> expectations;
};
[[nodiscard]] VariantTable variant_table(const std::vector<VariantColumn>& columns);
void print_variants(const VariantTable& table, const Terminal& terminal);  // names of rows are cut so that lines stay below 80 columns

}  // namespace kafkasim::sim

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
// {"runs": [...]}
[[nodiscard]] std::string reports_json(const std::vector<std::string>& reports);
[[nodiscard]] std::string timeline_ndjson(const Story& story, std::size_t from = 0);  // from that line on

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
// The metrics of several variants side by side, a column each, those rows only that differ, or matter always.
void print_variants(const std::vector<std::string>& names, const std::vector<std::vector<std::pair<std::string, std::string>>>& columns,
                    const Terminal& terminal);
// What stands in such a column.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> variant_column(const Simulation& run, const RunFacts& facts);

}  // namespace kafkasim::sim

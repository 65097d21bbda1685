#pragma once
// Reports: what a run has come to, as JSON for machines (--report), as text for people, and the timeline as
// NDJSON. All of it follows from the run alone, byte for byte, but wall_ms, version and host.
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/terminal.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

enum class Outcome : std::uint8_t { pass, fail, interrupted };
[[nodiscard]] std::string_view outcome_name(Outcome outcome);

enum class Strict : std::uint8_t { no, yes };  // yes: excused findings fail the run too

struct RunFacts {  // what is not in the run itself
  std::string file;
  Outcome outcome{};
  std::int64_t wall_us{};
};

[[nodiscard]] Outcome outcome_of(const Simulation& run, Strict strict);

[[nodiscard]] std::string report_json(const Simulation& run, const RunFacts& facts);
// {"runs": [...]}
[[nodiscard]] std::string reports_json(const std::vector<std::string>& reports);
[[nodiscard]] std::string timeline_ndjson(const Story& story);

void print_header(const Simulation& run, const RunFacts& facts, const Terminal& terminal);
void print_line(const StoryLine& line, const Terminal& terminal);
void print_verdict(const Simulation& run, const RunFacts& facts, const Terminal& terminal);

}  // namespace kafkasim::sim

#pragma once
// The report for people who were not there: one HTML file that needs nothing else, for the screen and for paper. Verdict,
// findings with their evidence, expectations, plots over time with the faults marked, the timeline.
#include <string>
#include <vector>

#include "sim/report/report.hpp"
#include "sim/run/series.hpp"

namespace kafkasim::sim {

[[nodiscard]] std::string html_section(const Simulation& run, const RunFacts& facts, const Series& series,
                                       const std::vector<std::string>& investigation);
// The table of a scenario's variants; stands above their sections.
[[nodiscard]] std::string html_variants(const std::string& title, const VariantTable& table);
[[nodiscard]] std::string html_page(const std::vector<std::string>& sections);

}  // namespace kafkasim::sim

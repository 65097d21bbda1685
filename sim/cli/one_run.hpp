#pragma once
// One run of one scenario as `kafkasim run` makes it: told as it goes, and all that its options ask for.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/interrupt.hpp"
#include "sim/cli/run.hpp"
#include "sim/report/junit.hpp"

namespace kafkasim::sim {

struct OneRun {
  int code{};
  std::string report;    // JSON; empty if the cluster did not form
  std::string timeline;  // NDJSON
  std::string html;      // a section
  JUnitSuite junit;
  VariantColumn column;  // for the table of variants
};

[[nodiscard]] int code_of(Outcome outcome);

// `several`: it is one of them, and what it prints and its lines of the timeline say which.
// An interrupt ends the run at its next event; what it asks for is told as far as it came.
[[nodiscard]] OneRun run_one(const WhichRun& which, Scenario scenario, Several several, const RunOptions& options,
                             const Interrupt& interrupt, const Terminal& terminal);

}  // namespace kafkasim::sim

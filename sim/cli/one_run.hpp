#pragma once
// One run of one scenario as `kafkasim run` makes it: told as it goes, and all that its options ask for.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/run.hpp"
#include "sim/report/junit.hpp"

namespace kafkasim::sim {

struct WhichRun {
  std::string file;
  std::string variant;  // empty: the file has none
};
struct OneRun {
  int code{};
  std::string report;    // JSON; empty if the cluster did not form
  std::string timeline;  // NDJSON
  std::string html;      // a section
  JUnitSuite junit;
  std::vector<std::pair<std::string, std::string>> column;  // for the table of variants
};

[[nodiscard]] OneRun run_one(const WhichRun& which, Scenario scenario, const RunOptions& options, const Terminal& terminal);

// SIGINT while this lives ends a run at its next event; reports are written as far as it came.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  [[nodiscard]] static bool interrupted();

 private:
  void (*before_)(int);
};

}  // namespace kafkasim::sim

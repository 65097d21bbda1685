#include "sim/check/not_converged.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void NotConverged::on(const Observation& o, const ConvergenceJudged& judged, const History&, Findings& findings) {
  ++evaluations;
  if (!judged.unrecoverable.empty()) return;
  for (const Unmet& missing : judged.unmet) {
    findings.add({std::string{id},
                  o.at,
                  missing.subject,
                  fmt::format("{} ms after the core was healed {}", judged.budget.whole_ms(), missing.what),
                  {},
                  missing.excuse});
  }
}

}  // namespace kafkasim::sim

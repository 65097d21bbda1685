#pragma once
// The files that commands leave of a run that is over.
#include <optional>
#include <string>

#include "sim/cli/terminal.hpp"
#include "sim/report/report.hpp"

namespace kafkasim::sim {

class Outputs;

struct VerdictFiles {  // of one run
  std::optional<std::string> report;
  std::optional<std::string> timeline;
  std::optional<std::string> junit;
  void add_to(Outputs& outputs) const;
};
// False if one could not be written.
[[nodiscard]] bool write_verdict(const VerdictFiles& files, const Simulation& run, const RunFacts& facts, const Terminal& terminal);

}  // namespace kafkasim::sim

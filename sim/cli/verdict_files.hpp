#pragma once
// The files that commands leave of a run that is over.
#include <optional>
#include <string>

#include "sim/cli/terminal.hpp"
#include "sim/report/report.hpp"

namespace kafkasim::sim {

// False if it could not be written: said on the terminal.
[[nodiscard]] bool write_file(const std::string& path, const std::string& content, const Terminal& terminal);

struct VerdictFiles {  // of one run
  std::optional<std::string> report;
  std::optional<std::string> timeline;
  std::optional<std::string> junit;
};
// False if one could not be written.
[[nodiscard]] bool write_verdict(const VerdictFiles& files, const Simulation& run, const RunFacts& facts, const Terminal& terminal);

}  // namespace kafkasim::sim

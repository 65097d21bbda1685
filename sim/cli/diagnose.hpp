#pragma once
// How every subcommand that reads scenarios tells what is wrong with them: a line a fault on `err`.
#include <string_view>
#include <vector>

#include "sim/cli/terminal.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

void print_diagnostics(const Terminal& terminal, std::string_view file, const std::vector<Diagnostic>& diagnostics);

}  // namespace kafkasim::sim

#include "sim/cli/diagnose.hpp"

#include <ostream>

namespace kafkasim::sim {

void print_diagnostics(const Terminal& terminal, std::string_view file, const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    const Tint tint = diagnostic.severity == Severity::error ? Tint::red : Tint::yellow;
    terminal.err << tinted(terminal.err_colour, tint, to_line(file, diagnostic)) << '\n';
  }
}

}  // namespace kafkasim::sim

#pragma once
// The command line: which subcommands there are, and what the process ends with.
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/terminal.hpp"

namespace CLI {
class App;
}
namespace kafkasim::viz {
struct ViewOptions;
}

namespace kafkasim::sim {

// Shows what `kafkasim view` asks for: viz::view, where it was built.
using Viewer = int (*)(const viz::ViewOptions& options, std::ostream& out, std::ostream& err);

namespace exit_code {
inline constexpr int held = 0;       // all expectations held
inline constexpr int failed = 1;     // an expectation or invariant failed
inline constexpr int bad_input = 2;  // bad usage, bad scenario, unreadable file
inline constexpr int our_fault = 3;  // an internal error, or a run that differed from its repetition
inline constexpr int interrupted = 130;
}  // namespace exit_code

// `arguments` without the program's name. Never throws.
[[nodiscard]] int run_cli(const std::vector<std::string>& arguments, const Terminal& terminal, Viewer viewer = nullptr);

// Each adds its subcommand to the app; when that is called, it leaves the process's exit code in `code`. Both must
// outlive parsing.
void add_check(CLI::App& app, const Terminal& terminal, int& code);
void add_learn(CLI::App& app, const Terminal& terminal, int& code);
void add_list(CLI::App& app, const Terminal& terminal, int& code);
void add_shrink(CLI::App& app, const Terminal& terminal, int& code);
void add_sweep(CLI::App& app, const Terminal& terminal, int& code);
void add_log(CLI::App& app, const Terminal& terminal, int& code);
void add_serve(CLI::App& app, const Terminal& terminal, int& code);
void add_replay(CLI::App& app, const Terminal& terminal, int& code);
void add_view(CLI::App& app, const Terminal& terminal, int& code, Viewer viewer);

}  // namespace kafkasim::sim

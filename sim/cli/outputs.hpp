#pragma once
// The files that a command writes: tried before anything runs, for a run that took an hour is not to end with "cannot be written".
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/cli/terminal.hpp"

namespace kafkasim::sim {

class Outputs {
 public:
  explicit Outputs(std::vector<std::string> inputs) : inputs_{std::move(inputs)} {}
  void add(std::string_view option, const std::optional<std::string>& path);  // absent: that is not asked for
  // Each can be written, and none is one of the inputs or goes where another goes. False: said on the terminal. What was there
  // before is left as it was.
  [[nodiscard]] bool are_sound(const Terminal& terminal) const;

 private:
  std::vector<std::string> inputs_;
  std::vector<std::pair<std::string_view, std::string>> outputs_;  // option, path
};

// False if it could not be written: said on the terminal.
[[nodiscard]] bool write_file(const std::string& path, const std::string& content, const Terminal& terminal);

}  // namespace kafkasim::sim

#pragma once
// An option whose value is read by a function of ours, which answers what is wrong with it.
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace kafkasim::sim {

template <class Options>
void add_parsed(CLI::App& command, const std::shared_ptr<Options>& options, const std::string& name, const std::string& help,
                const std::string& type, std::string (*take)(Options&, const std::string&)) {
  command
      .add_option_function<std::vector<std::string>>(
          name,
          [options, name, take](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              const std::string wrong = take(*options, value);
              if (!wrong.empty()) throw CLI::ValidationError(name, wrong);
            }
          },
          help)
      ->option_text(type)  // else '...' would stand behind it
      ->allow_extra_args(false);
}

}  // namespace kafkasim::sim

#pragma once
// Tells the story of a run on the terminal as it comes.
#include <cstddef>
#include <ostream>

#include "sim/report/report.hpp"

namespace kafkasim::sim {

class StoryTeller {
 public:
  StoryTeller(const Terminal& terminal, bool quiet) : terminal_{terminal}, quiet_{quiet} {}
  void look(const Simulation& run) {
    if (quiet_ || told_ == run.story().lines().size()) return;
    for (; told_ < run.story().lines().size(); ++told_) print_line(run.story().lines()[told_], terminal_);
    terminal_.out << std::flush;
  }

 private:
  const Terminal& terminal_;
  bool quiet_;
  std::size_t told_{0};
};

}  // namespace kafkasim::sim

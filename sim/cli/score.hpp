#pragma once
// What a learner has reached, kept in a file on request: {"lessons": {"leader-crash": {"right": 2, "of": 3}}}.
#include <cstddef>
#include <map>
#include <string>

#include "core/base/result.hpp"
#include "sim/cli/terminal.hpp"

namespace kafkasim::sim {

struct LessonScore {
  std::size_t right{};
  std::size_t of{};
  friend bool operator==(const LessonScore&, const LessonScore&) = default;
};
using Scores = std::map<std::string, LessonScore>;  // by the name of the lesson

// A file that is not there is empty. Fails on one that is no such file: it is not overwritten.
[[nodiscard]] Result<Scores> read_scores(const std::string& path);
[[nodiscard]] bool write_scores(const std::string& path, const Scores& scores, const Terminal& terminal);  // false: told why

}  // namespace kafkasim::sim

#pragma once
// What decides the questions of a lesson: runs. One of the scenario as it stands, one of each variant that a proof names; the proofs stand
// among what the run expects, and its results tell which of them hold.
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct LessonRun {
  std::string variant;  // empty: the scenario as it stands
  std::shared_ptr<const Scenario> scenario;
};
// Without an epilogue, and with no other expectations than the proofs of these questions.
[[nodiscard]] std::vector<LessonRun> runs_of(const Scenario& scenario, std::span<const QuizQuestion> questions);

using ProofResults = std::map<std::string, ExpectationResult>;  // by the pointer of the proof
void collect(const Simulation& finished, ProofResults& results);

// The one choice whose proof held; absent if it was none, or several.
[[nodiscard]] std::optional<std::size_t> proved_choice(const QuizQuestion& question, const ProofResults& results);

}  // namespace kafkasim::sim

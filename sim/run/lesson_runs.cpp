#include "sim/run/lesson_runs.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

LessonRun run_of(const Scenario& base, const std::string& variant, std::span<const QuizQuestion> questions) {
  const Variant* named = find_variant(base, variant);
  Scenario scenario = named != nullptr && named->scenario ? *named->scenario : base;
  scenario.expect.clear();
  scenario.epilogue = Epilogue::leave_out;
  scenario.lesson.reset();
  scenario.variants.clear();
  for (const QuizQuestion& question : questions) {
    for (const Proof& proof : question.proofs) {
      if (proof.variant == variant) scenario.expect.push_back(proof.expects);
    }
  }
  return {variant, std::make_shared<const Scenario>(std::move(scenario))};
}

}  // namespace

std::vector<LessonRun> runs_of(const Scenario& scenario, std::span<const QuizQuestion> questions) {
  std::vector<std::string> named;
  for (const QuizQuestion& question : questions) {
    for (const Proof& proof : question.proofs) {
      if (std::ranges::find(named, proof.variant) == named.end()) named.push_back(proof.variant);
    }
  }
  std::vector<LessonRun> runs;
  for (const std::string& variant : named) runs.push_back(run_of(scenario, variant, questions));
  return runs;
}

void collect(const Simulation& finished, ProofResults& results) {
  for (const ExpectationResult& result : finished.expectations()) results[result.pointer] = result;
}

std::optional<std::size_t> proved_choice(const QuizQuestion& question, const ProofResults& results) {
  std::optional<std::size_t> proved;
  for (std::size_t i = 0; i < question.proofs.size(); ++i) {
    const auto result = results.find(question.proofs[i].expects.pointer);
    if (result == results.end() || !result->second.held) continue;
    if (proved) return std::nullopt;
    proved = i;
  }
  return proved;
}

}  // namespace kafkasim::sim

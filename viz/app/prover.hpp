#pragma once
// Prover: whether the choices of a question hold, by running the scenario, and each variant that a proof names, to its end with the proofs as
// expectations. In slices, so that a window stays alive meanwhile.
//
//   Prover prover;  prover.start(scenario, question);
//   while (prover.go_on(8.0)) {}          // 8 ms a frame, say
//   prover.results();                     // one for each proof
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/lesson_runs.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::viz {

class Prover {
 public:
  // A question without proofs is done at once, with no results.
  void start(const sim::Scenario& scenario, const sim::QuizQuestion& question);
  // Runs on for about that long (at least an event); true while there is more to do. Forming the cluster is one slice.
  bool go_on(double budget_ms);

  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] double progress() const;  // 0..1, by virtual time; all runs are taken for as long
  [[nodiscard]] const std::vector<bool>& results() const { return results_; }  // which proofs held; empty until it is done
  [[nodiscard]] const std::string& failure() const { return failure_; }        // why there are none: the cluster did not form

 private:
  void begin_next();
  void finish_one();

  sim::QuizQuestion question_;
  std::vector<sim::LessonRun> runs_;
  std::size_t done_{0};  // of those
  std::optional<sim::Simulation> run_;
  sim::ProofResults proved_;
  std::vector<bool> results_;
  std::string failure_;
  bool formed_{false};
  bool busy_{false};
};

}  // namespace kafkasim::viz

#include "viz/app/prover.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace kafkasim::viz {

void Prover::start(sim::Scenario scenario, const sim::QuizQuestion& question) {
  *this = {};
  if (question.proofs.empty()) return;
  scenario.expect = question.proofs;
  scenario.epilogue = sim::Epilogue::leave_out;
  scenario.lesson.reset();
  scenario_ = std::make_shared<const sim::Scenario>(std::move(scenario));
  run_.emplace(scenario_, sim::WireMode::fast);
  busy_ = true;
}

bool Prover::go_on(double budget_ms) {
  if (!busy_) return false;
  const auto begun = std::chrono::steady_clock::now();
  const std::chrono::duration<double, std::milli> budget{budget_ms};
  if (!formed_) {
    if (const Result<void> formed = run_->form(); !formed) {
      failure_ = formed.error().message;
      busy_ = false;
      run_.reset();
      return false;
    }
    formed_ = true;
  }
  constexpr int at_once = 256;  // the clock is asked now and then
  do {
    for (int i = 0; i < at_once; ++i) {
      if (run_->step()) continue;
      run_->finish();
      for (const sim::ExpectationResult& one : run_->expectations()) results_.push_back(one.held);
      busy_ = false;
      run_.reset();
      return false;
    }
  } while (std::chrono::steady_clock::now() - begun < budget);
  return true;
}

double Prover::progress() const {
  if (!run_ || !formed_ || scenario_->duration.ns <= 0) return busy_ ? 0.0 : 1.0;
  return std::clamp(static_cast<double>(run_->now().ns) / static_cast<double>(scenario_->duration.ns), 0.0, 1.0);
}

}  // namespace kafkasim::viz

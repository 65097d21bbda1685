#include "viz/app/prover.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace kafkasim::viz {

void Prover::start(const sim::Scenario& scenario, const sim::QuizQuestion& question) {
  *this = {};
  if (question.proofs.empty()) return;
  question_ = question;
  runs_ = sim::runs_of(scenario, {&question_, 1});
  begin_next();
}

void Prover::begin_next() {
  formed_ = false;
  run_.reset();
  busy_ = done_ < runs_.size();
  if (busy_) run_.emplace(runs_[done_].scenario, sim::WireMode::fast);
}

void Prover::finish_one() {
  run_->finish();
  sim::collect(*run_, proved_);
  ++done_;
  begin_next();
  if (busy_) return;
  for (const sim::Proof& proof : question_.proofs) results_.push_back(proved_.at(proof.expects.pointer).held);
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
      finish_one();
      return busy_;
    }
  } while (std::chrono::steady_clock::now() - begun < budget);
  return true;
}

double Prover::progress() const {
  if (!busy_) return 1.0;
  const std::int64_t whole = runs_[done_].scenario->duration.ns;
  const double of_this = formed_ && whole > 0 ? std::clamp(static_cast<double>(run_->now().ns) / static_cast<double>(whole), 0.0, 1.0) : 0.0;
  return (static_cast<double>(done_) + of_this) / static_cast<double>(runs_.size());
}

}  // namespace kafkasim::viz

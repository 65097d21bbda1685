#pragma once
// Checks: every invariant of this release, and the history that they share. A value that goes with the World it
// watches:
//   Checks checks{subjects};  for (const Observation& o : world.observations()) checks.observe(o);
#include <cstdint>
#include <map>
#include <string_view>

#include "core/base/cow.hpp"
#include "sim/check/committed_log.hpp"
#include "sim/check/history.hpp"
#include "sim/check/invariant.hpp"
#include "sim/check/not_converged.hpp"

namespace kafkasim::sim {

class Checks {
 public:
  explicit Checks(Subjects subjects);
  enum class Asked : std::uint8_t { all_invariants, none };  // none: only the history is kept
  void observe(const Observation& o, Asked asked = Asked::all_invariants);
  void set_subjects(Subjects subjects) { history_.set_subjects(std::move(subjects)); }
  History& edit_history() { return history_; }

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] const Findings& findings() const { return findings_; }
  [[nodiscard]] Findings& edit_findings() { return findings_; }
  // What the epilogue, on a copy of the run, has come to; and back: its findings and how often was looked.
  void judge(const Observation& o, const ConvergenceJudged& judged);
  void adopt(const Checks& epilogue);
  // How often each invariant has been looked at.
  [[nodiscard]] std::map<std::string_view, std::uint64_t> evaluations() const;
  // What every leader's high watermark has revealed of a partition, in order.
  [[nodiscard]] const CommittedLog* committed(const TopicIdPartition& partition) const;

 private:
  struct All;  // the invariants, with their memory
  void ask(const Observation& o);
  void tell_commits(const Observation& o, const trace::HighWatermarkMoved& moved);

  History history_;
  Findings findings_;
  Cow<All> all_;
};

}  // namespace kafkasim::sim

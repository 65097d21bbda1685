#pragma once
// recovery-complete (S-REC): what a restart finds is the log as it was before, whole after a crash or an orderly end, and
// after a power loss all of it that had been synced: a prefix, whose batches are those that were written. Not looked at
// after bits were flipped at rest, or an I/O error.
#include <set>

#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class RecoveryComplete {
 public:
  static constexpr std::string_view id = "recovery-complete";
  static constexpr std::string_view promise =
      "a restart finds the log as it was: all after a crash, all that was synced after a power loss";
  void on(const Observation& o, const trace::LogLoaded& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::LogDirectoryFailed& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessReady& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  std::set<HostId> failed_;  // may have written what was never told
};

}  // namespace kafkasim::sim

#include "sim/check/zombie_not_fenced.hpp"

namespace kafkasim::sim {

void ZombieNotFenced::on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings) {
  ++evaluations;
  for (const auto& problem : history.transactions().problems()) {
    if (problem.kind != TransactionLedger::ProblemKind::zombie) continue;
    findings.add({std::string{id}, o.at, problem.subject, problem.detail, {}, n.partition.excuse()});
  }
}


}  // namespace kafkasim::sim

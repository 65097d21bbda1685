#include "sim/check/transaction_torn.hpp"

namespace kafkasim::sim {

void TransactionTorn::on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings) {
  ++evaluations;
  for (const auto& problem : history.transactions().problems()) {
    if (problem.kind != TransactionLedger::ProblemKind::torn) continue;
    findings.add({std::string{id}, o.at, problem.subject, problem.detail, {}, n.partition.excuse()});
  }
}

void TransactionTorn::on(const Observation& o, const trace::TransactionEnded&, const History& history, Findings& findings) {
  ++evaluations;
  for (const auto& problem : history.transactions().problems())
    findings.add({std::string{id}, o.at, problem.subject, problem.detail, {}, {}});
}

}  // namespace kafkasim::sim

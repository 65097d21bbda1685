#pragma once
// transaction-torn (T-ATOM): the records of one transaction are all committed or all aborted, in all partitions, and so as its producer was
// told, where it was told.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class TransactionTorn {
 public:
  static constexpr std::string_view id = "transaction-torn";
  static constexpr std::string_view promise = "of a transaction all records are committed or none, as its producer was told";
  void on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings);
  void on(const Observation& o, const trace::TransactionEnded& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim

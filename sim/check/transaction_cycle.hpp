#pragma once
// transaction-cycle (T-CYC): no two committed transactions have read from each other, directly or by others (Adya's and Elle's G1c, from
// reads alone: Kafka does not isolate writes, and that transactions write between each other's records is normal). What a process with
// isolation.level=read_committed was given since its last transaction belongs to the next one that it commits.
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/cow.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class TransactionCycle {
 public:
  static constexpr std::string_view id = "transaction-cycle";
  static constexpr std::string_view promise = "no two committed transactions have read from each other";
  using Name = TransactionLedger::Name;
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::TransactionEnded& e, const History& history, Findings& findings);
  void on(const Observation& o, const ProcessStarted& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  // From a transaction to those that have read from it.
  using Readers = std::map<Name, std::vector<Name>>;
  [[nodiscard]] static std::optional<std::vector<Name>> cycle_through(const Name& name, const Readers& readers);
  Cow<Readers> readers_;
  std::map<HostId, std::set<Name>> has_read_;  // since its last transaction: whose records
};

}  // namespace kafkasim::sim

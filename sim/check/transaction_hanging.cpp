#include "sim/check/transaction_hanging.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void TransactionHanging::look(const Observation& o, const History& history, Findings& findings) {
  next_look_ = o.at + seconds(1);
  const TransactionLedger& ledger = history.transactions();
  if (ledger.open().empty()) {
    unknown_since_.clear();
    return;
  }
  ++evaluations;
  const Subjects& subjects = history.subjects();
  const std::optional<Instant> quiet = history.vitals().quiet_since();
  for (const auto& [partition, producers] : ledger.open()) {
    for (const auto& [producer, since] : producers) {
      const std::pair key{partition, producer};
      if (reported_.contains(key)) continue;
      if (ledger.is_known(producer, partition)) {
        unknown_since_.erase(key);
      } else {
        unknown_since_.try_emplace(key, o.at);
      }
      const auto unknown = unknown_since_.find(key);
      const bool orphan = unknown != unknown_since_.end() && o.at - unknown->second > unknown_for;
      const Duration most = subjects.longest_transaction + sweep + subjects.settling;
      const bool late = quiet && o.at > std::max(*quiet, since.at) + most;
      if (!orphan && !late) continue;
      reported_.insert(key);
      const PartitionHistory* known = history.partition(partition);
      const std::string_view why = orphan ? "its coordinator knows of none there" : "its time is long over";
      findings.add({std::string{id},
                    o.at,
                    to_string(partition),
                    fmt::format("the transaction of producer {} that begins at offset {} is open, and {}", producer,
                                since.first.value, why),
                    {},
                    known ? known->excuse() : std::nullopt});
    }
  }
}

}  // namespace kafkasim::sim

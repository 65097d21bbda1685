#include "sim/check/precommitted_read.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void PrecommittedRead::on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings) {
  const ClientFacts* client = history.subjects().client_at(o.host);
  if (client == nullptr || !client->reads_committed) return;
  ++evaluations;
  for (const auto& record : e.records) {
    const auto* run = history.transactions().run_at(e.partition, record.offset);
    if (run == nullptr || run->fate != TransactionLedger::Fate::open) continue;
    const PartitionHistory* partition = history.partition(e.partition);
    findings.add({std::string{id},
                  o.at,
                  to_string(e.partition),
                  fmt::format("offset {} is given to {}, and its transaction is still open", record.offset.value, client->name),
                  {},
                  partition ? partition->excuse() : std::nullopt});
    return;
  }
}

}  // namespace kafkasim::sim

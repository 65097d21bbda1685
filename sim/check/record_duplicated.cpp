#include "sim/check/record_duplicated.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

// The first copy was deleted before the leader got its log, by copying it or by replaying it from its start: it never heard of that
// batch, and Kafka takes whatever a producer that it does not know begins with (KIP-360).
bool never_had(const PartitionHistory& partition, const StoredBatch& first) {
  const ReplicaHistory* leader = partition.leader ? partition.replica(*partition.leader) : nullptr;
  return leader && first.last < leader->log_start && leader->log.at(first.base) == nullptr;
}

}  // namespace

void RecordDuplicated::on(const Observation& o, const NewlyCommitted& committed, const History& history,
                          Findings& findings) {
  evaluations += committed.news.committed;
  for (const CommittedLog::Repeated& pair : committed.news.repeated) {
    const ClientFacts& client = history.subjects().client(pair.again.origin);
    if (!client.idempotent) continue;
    if (pair.first.producer_id != pair.again.producer_id || pair.first.producer_epoch != pair.again.producer_epoch)
      continue;
    findings.add({std::string{id},
                  o.at,
                  to_string(committed.partition.name),
                  fmt::format("send {} of {} stands at offset {} and again at offset {}", pair.again.origin.first_send,
                              client.name, pair.first.base.value, pair.again.base.value),
                  {fmt::format("producer id {}, epoch {}", pair.again.producer_id, pair.again.producer_epoch)},
                  never_had(committed.partition, pair.first) ? std::optional{Excuse::unknown_producer} : std::nullopt});
  }
}

}  // namespace kafkasim::sim

#include "sim/check/order_broken.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

// The producer's first batch in the log did not begin its sequence: nobody there knew of the ones before.
bool came_unknown(const BatchChain& log, const StoredBatch& batch) {
  for (std::size_t i = 0; i < log.size() && log[i].base <= batch.base; ++i) {
    if (log[i].producer_id == batch.producer_id && log[i].producer_epoch == batch.producer_epoch)
      return log[i].base_sequence > 0;
  }
  return false;
}

}  // namespace

void OrderBroken::on(const Observation& o, const NewlyCommitted& committed, const History& history,
                     Findings& findings) {
  evaluations += committed.news.committed;
  for (const CommittedLog::Overtaken& pair : committed.news.overtaken) {
    const ClientFacts& client = history.subjects().client(pair.earlier.origin);
    if (!client.ordered) continue;
    findings.add({std::string{id},
                  o.at,
                  to_string(committed.partition.name),
                  fmt::format("send {} of {} stands at offset {}, behind its send {} at offset {}",
                              pair.earlier.origin.first_send, client.name, pair.earlier.base.value,
                              pair.later.origin.first_send, pair.later.base.value),
                  {},
                  came_unknown(committed.log.batches(), pair.later) ? std::optional{Excuse::unknown_producer}
                                                                                     : std::nullopt});
  }
}

}  // namespace kafkasim::sim

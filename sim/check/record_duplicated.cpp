#include "sim/check/record_duplicated.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

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
                  {}});
  }
}

}  // namespace kafkasim::sim

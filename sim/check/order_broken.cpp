#include "sim/check/order_broken.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

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
                  {}});
  }
}

}  // namespace kafkasim::sim

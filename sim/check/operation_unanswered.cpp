#include "sim/check/operation_unanswered.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void OperationUnanswered::on(const Observation& o, const trace::RecordSent&, const History& history, Findings&) {
  const ClientFacts* client = history.subjects().client_at(o.host);
  if (!client || !client->delivery_timeout) return;
  ++evaluations;
  const Instant due = o.at + *client->delivery_timeout + slack;
  if (!next_due_ || due < *next_due_) next_due_ = due;
}

void OperationUnanswered::look(const Observation& o, const History& history, Findings& findings) {
  next_due_.reset();
  for (const auto& [key, sends] : history.vitals().waiting()) {
    const ClientFacts* client = history.subjects().client_at(key.first);
    if (sends.empty() || !client || !client->delivery_timeout) continue;
    std::int64_t& reported = reported_[key];
    if (sends.rbegin()->first < reported) reported = 0;  // another life of the client: it counts from 0 again
    const Duration allowed = *client->delivery_timeout + slack;
    std::int64_t overdue = 0;
    const auto from = sends.lower_bound(reported);
    for (auto it = from; it != sends.end(); ++it) {
      const Instant due = it->second + allowed;
      if (due >= o.at || history.vitals().process(key.first).paused) {
        const Instant again = std::max(due, o.at);
        next_due_ = next_due_ ? std::min(*next_due_, again) : again;
        break;
      }
      ++overdue;
      reported = it->first + 1;
    }
    if (overdue == 0) continue;
    findings.add(
        {std::string{id},
         o.at,
         to_string(key.second),
         fmt::format("{} of {} has no answer to {} sends, the first number {}, {} ms after it took that", client->name,
                     to_string(key.second), overdue, from->first, (o.at - from->second).whole_ms()),
         {fmt::format("delivery.timeout.ms={}", client->delivery_timeout->whole_ms())},
         {}});
  }
}

}  // namespace kafkasim::sim

#include "sim/check/aborted_read.hpp"

#include <fmt/format.h>

#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

namespace {

void report(const Observation& o, const TopicPartition& partition, const Origin& record, const History& history,
            Findings& findings) {
  findings.add({std::string{AbortedRead::id},
                o.at,
                to_string(partition),
                fmt::format("send {} of {} is read, and its producer was told that it is surely not written",
                            record.first_send, history.subjects().client(record).name),
                {},
                {}});
}

}  // namespace

void AbortedRead::on(const Observation& o, const trace::RecordsFailed& e, const History& history, Findings& findings) {
  if (!e.surely_not_written || !e.origin.known()) return;
  ++evaluations;
  Sends& sends = sends_[{e.partition, e.origin.client}].edit();
  const std::int64_t past = e.origin.first_send + e.count;
  sends.failed.add(e.origin.first_send, past);
  const auto read = sends.read.first_within(e.origin.first_send, past);
  if (read) report(o, e.partition, {e.origin.client, *read}, history, findings);
}

void AbortedRead::on(const Observation& o, const trace::RecordsDelivered& e, const History& history,
                     Findings& findings) {
  ++evaluations;
  const ClientFacts* client = history.subjects().client_at(o.host);
  if (client != nullptr && client->reads_committed) {
    for (const auto& record : e.records) {
      const auto* run = history.transactions().run_at(e.partition, record.offset);
      if (run == nullptr || run->fate != TransactionLedger::Fate::aborted) continue;
      const PartitionHistory* partition = history.partition(e.partition);
      findings.add({std::string{id},
                    o.at,
                    to_string(e.partition),
                    fmt::format("offset {} of an aborted transaction is given to {}", record.offset.value, client->name),
                    {},
                    partition ? partition->excuse() : std::nullopt});
      break;
    }
  }
  for (const DeliveredRun& run : runs_of(e)) {
    if (!run.origin.known()) continue;
    const std::int64_t first = run.origin.first_send;
    Sends& sends = sends_[{e.partition, run.origin.client}].edit();
    sends.read.add(first, first + run.count);
    const auto failed = sends.failed.first_within(first, first + run.count);
    if (failed) report(o, e.partition, {run.origin.client, *failed}, history, findings);
  }
}

}  // namespace kafkasim::sim

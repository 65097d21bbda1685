#include "sim/check/offset_inconsistent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

bool OffsetInconsistent::Records::continues(const Records& other) const {
  return origin.client == other.origin.client && origin.first_send - base == other.origin.first_send - other.base;
}

void OffsetInconsistent::compare(const PartitionHistory& partition, const Records& now, const Seen& seen,
                                 const History& history, Findings& findings) {
  ++evaluations;
  const auto known = partitions_.find(partition.id);
  if (known == partitions_.end()) return;
  for (const ToldBy by : {ToldBy::promise, ToldBy::acks_one}) {
    const Told& told = known->second->told[static_cast<std::size_t>(by)];
    auto it = told.upper_bound(now.base);
    if (it != told.begin()) --it;
    for (; it != told.end() && it->first < now.past; ++it) {
      const Records& before = it->second;
      if (before.past <= now.base || before.continues(now)) continue;
      const std::int64_t offset = std::max(before.base, now.base);
      const auto spoken = [&](const Records& r) {
        return fmt::format("send {} of {}", r.origin.first_send + (offset - r.base),
                           history.subjects().client(r.origin).name);
      };
      findings.add({std::string{id},
                    seen.at,
                    to_string(partition.name),
                    fmt::format("offset {} holds {} {}, after it was told to hold {}", offset, spoken(now), seen.how,
                                spoken(before)),
                    {},
                    by == ToldBy::acks_one ? std::optional{Excuse::acks} : partition.excuse()});
      return;
    }
  }
}

void OffsetInconsistent::remember(const PartitionHistory& partition, Records now, ToldBy by) {
  Cow<OfPartition>& mine = partitions_[partition.id];
  const Told& told = mine->told[static_cast<std::size_t>(by)];
  if (auto known = told.upper_bound(now.base); known != told.begin()) {
    const Records& before = (--known)->second;
    if (before.past >= now.past && before.continues(now)) return;  // nothing new
  }
  Told& edited = mine.edit().told[static_cast<std::size_t>(by)];
  auto it = edited.upper_bound(now.base);
  if (it != edited.begin()) --it;
  while (it != edited.end() && it->first <= now.past) {
    const Records before = it->second;
    if (before.past < now.base) {
      ++it;
      continue;
    }
    if (!before.continues(now)) {
      if (before.past == now.base || before.base == now.past) {  // a neighbour of another sender
        ++it;
        continue;
      }
      it = edited.erase(it);  // replaced by what is there now; what stands beside it stays
      if (before.base < now.base) edited[before.base] = {before.base, now.base, before.origin};
      if (before.past > now.past) {
        const Origin rest{before.origin.client, before.origin.first_send + (now.past - before.base)};
        edited[now.past] = {now.past, before.past, rest};
      }
      continue;
    }
    if (before.base < now.base) now = {before.base, now.past, before.origin};
    now.past = std::max(now.past, before.past);
    it = edited.erase(it);
  }
  edited[now.base] = now;
}

void OffsetInconsistent::on(const Observation& o, const trace::RecordsAcked& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition || !e.base || !e.origin.known()) return;
  const Records now{e.base->value, e.base->value + e.count, e.origin};
  compare(*partition, now, {"by an acknowledgement", o.at}, history, findings);
  remember(*partition, now, e.acks == -1 ? ToldBy::promise : ToldBy::acks_one);
}

void OffsetInconsistent::on(const Observation& o, const trace::RecordsDelivered& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition) return;
  for (const DeliveredRun& run : runs_of(e)) {
    if (!run.origin.known()) continue;
    const Records now{run.base.value, run.past().value, run.origin};
    compare(*partition, now, {"in a poll", o.at}, history, findings);
    remember(*partition, now, ToldBy::promise);
  }
}

void OffsetInconsistent::on(const Observation& o, const NewlyCommitted& committed, const History& history,
                            Findings& findings) {
  const BatchChain& log = committed.log.batches();
  for (std::size_t i = log.size() - std::min(log.size(), committed.news.committed); i < log.size(); ++i) {
    const StoredBatch& batch = log[i];
    if (!batch.origin.known()) continue;
    const Records now{batch.base.value, batch.last.next().value, batch.origin};
    compare(committed.partition, now, {"in the log", o.at}, history, findings);
  }
}

}  // namespace kafkasim::sim

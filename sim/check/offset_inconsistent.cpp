#include "sim/check/offset_inconsistent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

bool OffsetInconsistent::Records::continues(const Records& other) const {
  return origin.client == other.origin.client && origin.first_send - base == other.origin.first_send - other.base;
}

std::size_t OffsetInconsistent::first_after(const Told& told, std::int64_t base) {
  std::size_t past = told.size();  // begins after `base`, as do all from here on
  for (std::size_t stride = 1; past > 0; stride *= 2) {
    const std::size_t probe = past > stride ? past - stride : 0;
    if (told[probe].base <= base) {
      const auto from = told.begin() + static_cast<std::ptrdiff_t>(probe);
      const auto to = told.begin() + static_cast<std::ptrdiff_t>(past);
      return static_cast<std::size_t>(std::ranges::upper_bound(from, to, base, {}, &Records::base) - told.begin());
    }
    past = probe;
  }
  return 0;
}

void OffsetInconsistent::compare(const PartitionHistory& partition, const Records& now, const Seen& seen,
                                 const History& history, Findings& findings) {
  ++evaluations;
  const auto known = partitions_.find(partition.id);
  if (known == partitions_.end()) return;
  for (const ToldBy by : {ToldBy::promise, ToldBy::acks_one}) {
    const Told& told = known->second->told[static_cast<std::size_t>(by)];
    const std::size_t after = first_after(told, now.base);
    for (std::size_t i = after - std::min<std::size_t>(after, 1); i < told.size() && told[i].base < now.past; ++i) {
      const Records& before = told[i];
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
  if (const std::size_t after = first_after(told, now.base); after > 0) {
    const Records& before = told[after - 1];
    if (before.past >= now.past && before.continues(now)) return;  // nothing new
  }
  Told& edited = mine.edit().told[static_cast<std::size_t>(by)];
  const std::size_t after = first_after(edited, now.base);
  auto it = edited.begin() + static_cast<std::ptrdiff_t>(after - std::min<std::size_t>(after, 1));
  while (it != edited.end() && it->base <= now.past) {
    const Records before = *it;
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
      if (before.base < now.base) it = edited.insert(it, {before.base, now.base, before.origin}) + 1;
      if (before.past > now.past) {
        const Origin rest{before.origin.client, before.origin.first_send + (now.past - before.base)};
        it = edited.insert(it, {now.past, before.past, rest}) + 1;
      }
      continue;
    }
    if (before.base < now.base) now = {before.base, now.past, before.origin};
    now.past = std::max(now.past, before.past);
    it = edited.erase(it);
  }
  edited.insert(edited.begin() + static_cast<std::ptrdiff_t>(first_after(edited, now.base)), now);
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

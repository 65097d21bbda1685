#include "sim/check/offset_inconsistent.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/read_positions.hpp"

namespace kafkasim::sim {

bool OffsetInconsistent::Records::continues(const Records& other) const {
  return origin.client == other.origin.client && origin.first_send - base == other.origin.first_send - other.base;
}

std::size_t OffsetInconsistent::Told::first_after(std::int64_t base) const {
  std::size_t past = size();  // begins after `base`, as do all from here on
  for (std::size_t stride = 1; past > 0; stride *= 2) {
    const std::size_t probe = past > stride ? past - stride : 0;
    if ((*this)[probe].base <= base) {
      std::size_t from = probe;  // begins not after `base`
      while (past - from > 1) {
        const std::size_t middle = from + (past - from) / 2;
        ((*this)[middle].base <= base ? from : past) = middle;
      }
      return past;
    }
    past = probe;
  }
  return 0;
}

void OffsetInconsistent::Told::unsettle(std::size_t from) {
  if (from >= settled_.size()) return;
  std::vector<Records> rows;
  rows.reserve(settled_.size() - from + recent_.size());
  for (std::size_t i = from; i < settled_.size(); ++i) rows.push_back(settled_[i]);
  rows.insert(rows.end(), recent_.begin(), recent_.end());
  settled_.truncate(from);
  recent_ = std::move(rows);
}

void OffsetInconsistent::Told::settle() {
  constexpr std::size_t most_recent = 256;
  if (recent_.size() < 2 * most_recent) return;
  const std::size_t settling = recent_.size() - most_recent;
  for (std::size_t i = 0; i < settling; ++i) settled_.push_back(recent_[i]);
  recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(settling));
}

void OffsetInconsistent::compare(const PartitionHistory& partition, const Records& now, ToldBy now_by, const Seen& seen,
                                 const History& history, Findings& findings) {
  ++evaluations;
  const auto known = partitions_.find(partition.id);
  if (known == partitions_.end()) return;
  for (const ToldBy by : {ToldBy::promise, ToldBy::acks_one}) {
    const Told& told = known->second->told[static_cast<std::size_t>(by)];
    const std::size_t after = told.first_after(now.base);
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
                    by == ToldBy::acks_one || now_by == ToldBy::acks_one ? std::optional{Excuse::acks} : partition.excuse()});
      return;
    }
  }
}

void OffsetInconsistent::remember(const PartitionHistory& partition, Records now, ToldBy by) {
  Cow<OfPartition>& mine = partitions_[partition.id];
  const Told& told = mine->told[static_cast<std::size_t>(by)];
  if (const std::size_t after = told.first_after(now.base); after > 0) {
    const Records& before = told[after - 1];
    if (before.past >= now.past && before.continues(now)) return;  // nothing new
  }
  mine.edit().told[static_cast<std::size_t>(by)].remember(now);
}

void OffsetInconsistent::Told::remember(Records now) {
  const std::size_t after = first_after(now.base);
  const std::size_t first = after - std::min<std::size_t>(after, 1);  // that may touch it
  unsettle(first);
  auto it = recent_.begin() + static_cast<std::ptrdiff_t>(first - settled_.size());
  while (it != recent_.end() && it->base <= now.past) {
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
      it = recent_.erase(it);  // replaced by what is there now; what stands beside it stays
      if (before.base < now.base) it = recent_.insert(it, {before.base, now.base, before.origin}) + 1;
      if (before.past > now.past) {
        const Origin rest{before.origin.client, before.origin.first_send + (now.past - before.base)};
        it = recent_.insert(it, {now.past, before.past, rest}) + 1;
      }
      continue;
    }
    if (before.base < now.base) now = {before.base, now.past, before.origin};
    now.past = std::max(now.past, before.past);
    it = recent_.erase(it);
  }
  const auto place = std::ranges::upper_bound(recent_, now.base, {}, &Records::base);
  recent_.insert(place, now);
  settle();
}

void OffsetInconsistent::on(const Observation& o, const trace::RecordsAcked& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition || !e.base || !e.origin.known()) return;
  const Records now{e.base->value, e.base->value + e.count, e.origin};
  const ToldBy by = e.acks == -1 ? ToldBy::promise : ToldBy::acks_one;
  compare(*partition, now, by, {"by an acknowledgement", o.at}, history, findings);
  remember(*partition, now, by);
}

void OffsetInconsistent::on(const Observation& o, const trace::RecordsDelivered& e, const History& history,
                            Findings& findings) {
  const PartitionHistory* partition = history.partition(e.partition);
  if (!partition) return;
  for (const DeliveredRun& run : runs_of(e)) {
    if (!run.origin.known()) continue;
    const Records now{run.base.value, run.past().value, run.origin};
    compare(*partition, now, ToldBy::promise, {"in a poll", o.at}, history, findings);
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
    compare(committed.partition, now, ToldBy::promise, {"in the log", o.at}, history, findings);
  }
}

}  // namespace kafkasim::sim

#include "sim/check/committed_log.hpp"

#include <algorithm>

#include "core/client/client_identity.hpp"

namespace kafkasim::sim {

void CommittedLog::take(const StoredBatch& batch, News& news) {
  batches_.append(batch);
  ++news.committed;
  if (!batch.origin.known()) return;
  const auto [sends, is_new] = clients_.try_emplace(batch.origin.client);
  const std::int64_t first = batch.origin.first_send;
  const std::int64_t past = first + batch.count();
  const std::int64_t overlap = sends->second.committed.add(first, past);
  sends->second.repeated += overlap;
  if (overlap > 0) {
    for (std::size_t i = batches_.size() - 1; i-- > 0;) {
      const StoredBatch& earlier = batches_[i];
      const bool same_client = earlier.origin.client == batch.origin.client;
      if (same_client && earlier.origin.first_send < past && earlier.origin.first_send + earlier.count() > first) {
        news.repeated.push_back({earlier, batches_[batches_.size() - 1]});
        break;
      }
    }
  } else if (!is_new && first < sends->second.latest.origin.first_send) {
    news.overtaken.push_back({sends->second.latest, batch});
  }
  if (is_new || first > sends->second.latest.origin.first_send) sends->second.latest = batch;
}

std::int64_t CommittedLog::duplicated(std::optional<std::int32_t> client) const {
  std::int64_t sum = 0;
  for (const auto& [ordinal, sends] : clients_) {
    if (!client || original_ordinal(ordinal) == *client) sum += sends.repeated;
  }
  return sum;
}

CommittedLog::News CommittedLog::extend(const BatchChain& leader, Offset to) {
  News news;
  for (std::size_t i = leader.index_at(end_); i < leader.size() && leader[i].last < to; ++i) {
    if (leader[i].base < end_) continue;
    take(leader[i], news);
    end_ = leader[i].last.next();
  }
  return news;
}

std::optional<Offset> CommittedLog::first_missing(const BatchChain& log, Offset from) const {
  return from >= end_ ? std::nullopt : BatchChain::first_difference(batches_, log, from, end_);
}

bool CommittedLog::align(const BatchChain& leader, Offset from) {
  const std::optional<Offset> missing = first_missing(leader, from);
  if (!missing) return false;
  const std::size_t first_cut = batches_.index_at(*missing);
  const Offset cut_at = first_cut < batches_.size() ? std::min(*missing, batches_[first_cut].base) : *missing;
  batches_.truncate_to(*missing);
  end_ = batches_.end().value_or(cut_at);  // where a batch begins: what the leader has instead is taken whole
  rebuild();
  return true;
}

void CommittedLog::rebuild() {
  const BatchChain kept = batches_;
  batches_.clear();
  clients_.clear();
  News ignored;
  for (std::size_t i = 0; i < kept.size(); ++i) take(kept[i], ignored);
}

}  // namespace kafkasim::sim

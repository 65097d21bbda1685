#include "core/replica/fetch_session.hpp"

#include "core/base/check.hpp"

namespace kafkasim {

Naming naming_of(std::int16_t version) {
  constexpr std::int16_t fetch_by_topic_id = 13;
  return version >= fetch_by_topic_id ? Naming::by_id : Naming::by_name;
}

const FetchSession::Entry* FetchSession::find(const FetchKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

const FetchKey* FetchSession::quiet_key(const TopicIdPartition& id) const {
  const auto found = quiet_.find(id);
  return found == quiet_.end() ? nullptr : &found->second;
}

// ---- requests --------------------------------------------------------------------------------------------

void FetchSession::add(const FetchKey& key, const FetchRequest::Partition& want) {
  const auto [entry, is_new] = entries_.try_emplace(key);
  entry->second.want = want;
  if (!is_new) return wake(key);
  entry->second.order = ++last_order_;
  active_.emplace(last_order_, key);
}

std::vector<TopicIdPartition> FetchSession::update(const FetchRequest& request, std::int16_t version) {
  std::vector<TopicIdPartition> woken;
  const AskedAs as{request.replica_state, request.isolation_level, version};
  if (asked_as_ != as) woken = wake_all();
  asked_as_ = as;
  const auto note_quiet = [&](const FetchKey& key) {
    const Entry* entry = find(key);
    if (entry != nullptr && entry->quiet_as) woken.push_back(*entry->quiet_as);
  };
  for (const FetchRequest::Topic& topic : request.topics) {
    for (const FetchRequest::Partition& partition : topic.partitions) {
      const FetchKey key = key_of(topic, partition.partition, naming_);
      note_quiet(key);
      add(key, partition);
    }
  }
  for (const FetchRequest::ForgottenTopic& topic : request.forgotten_topics_data) {
    for (const PartitionIndex partition : topic.partitions) {
      const FetchKey key = key_of(topic, partition, naming_);
      note_quiet(key);
      wake(key);
      const auto entry = entries_.find(key);
      if (entry == entries_.end()) continue;
      active_.erase(entry->second.order);
      entries_.erase(entry);
    }
  }
  return woken;
}

// ---- answers ---------------------------------------------------------------------------------------------

bool FetchSession::has_news(const FetchKey& key, const FetchResponse::Partition& answer) const {
  const Entry& entry = entries_.at(key);
  return !answer.records.batches.empty() || entry.high_watermark != answer.high_watermark
         || entry.log_start != answer.log_start_offset || answer.preferred_read_replica
         || answer.error_code != ErrorCode::none || answer.diverging_epoch;
}

void FetchSession::told(const FetchKey& key, const FetchResponse::Partition& answer) {
  Entry& entry = entries_.at(key);
  entry.high_watermark = answer.high_watermark;
  entry.log_start = answer.log_start_offset;
  // So that it is told again once the error has gone.
  if (answer.error_code != ErrorCode::none) entry.high_watermark.reset();
  if (answer.records.batches.empty() || entry.quiet_as) return;
  active_.erase(entry.order);
  entry.order = ++last_order_;
  active_.emplace(entry.order, key);
}

// ---- quiet and active ------------------------------------------------------------------------------------

void FetchSession::hush(const FetchKey& key, const TopicIdPartition& id) {
  Entry& entry = entries_.at(key);
  KAFKASIM_CHECK(!entry.quiet_as);
  if (!quiet_.emplace(id, key).second) return;  // the same under another name: one of them stays active
  entry.quiet_as = id;
  active_.erase(entry.order);
}

void FetchSession::wake(const FetchKey& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || !entry->second.quiet_as) return;
  quiet_.erase(*entry->second.quiet_as);
  entry->second.quiet_as.reset();
  active_.emplace(entry->second.order, key);
}

std::vector<TopicIdPartition> FetchSession::wake_all() {
  std::vector<TopicIdPartition> woken;
  for (const auto& [id, key] : quiet_) {
    woken.push_back(id);
    Entry& entry = entries_.at(key);
    entry.quiet_as.reset();
    active_.emplace(entry.order, key);
  }
  quiet_.clear();
  return woken;
}

}  // namespace kafkasim

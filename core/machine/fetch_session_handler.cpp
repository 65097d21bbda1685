#include "core/machine/fetch_session_handler.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace kafkasim {

void FetchSessionHandler::want(const TopicIdPartition& id, const std::string& topic,
                               const FetchRequest::Partition& partition, std::uint64_t order) {
  changes_.insert_or_assign(id, Asked{topic, partition, order});
}

void FetchSessionHandler::drop(const TopicIdPartition& id) {
  if (session_.contains(id)) {
    changes_.insert_or_assign(id, std::nullopt);
  } else {
    changes_.erase(id);
  }
}

bool FetchSessionHandler::build(FetchRequest& request) {
  const bool full = next_.is_full();
  std::vector<std::pair<std::uint64_t, TopicIdPartition>> named;
  for (auto& [id, change] : changes_) {
    if (!change) {
      if (session_.erase(id) == 0 || full) continue;
      if (request.forgotten_topics_data.empty() || request.forgotten_topics_data.back().topic_id != id.topic_id)
        request.forgotten_topics_data.push_back({.topic_id = id.topic_id});
      request.forgotten_topics_data.back().partitions.push_back(id.partition);
      continue;
    }
    const auto known = session_.find(id);
    if (!full && (known == session_.end() || known->second.partition != change->partition))
      named.emplace_back(change->order, id);
    session_.insert_or_assign(id, std::move(*change));
  }
  changes_.clear();
  if (session_.empty() && request.forgotten_topics_data.empty()) return false;
  if (full) {
    for (const auto& [id, asked] : session_) named.emplace_back(asked.order, id);
  }
  std::ranges::sort(named);
  for (const auto& [order, id] : named) {
    const Asked& asked = session_.at(id);
    if (request.topics.empty() || request.topics.back().topic_id != id.topic_id)
      request.topics.push_back({.topic = asked.topic, .topic_id = id.topic_id});
    request.topics.back().partitions.push_back(asked.partition);
  }
  request.session_id = next_.session;
  request.session_epoch = next_.epoch;
  return true;
}

bool FetchSessionHandler::build_close(FetchRequest& request) {
  if (next_.session == FetchMetadata::no_session) return false;
  request.session_id = next_.session;
  request.session_epoch = FetchMetadata::final_epoch;
  next_ = {};
  session_.clear();
  changes_.clear();
  return true;
}

bool FetchSessionHandler::was_asked_for(const FetchResponse& response, bool for_all) const {
  std::set<TopicIdPartition> told;
  for (const FetchResponse::Topic& topic : response.responses) {
    for (const FetchResponse::Partition& partition : topic.partitions) {
      const TopicIdPartition id{topic.topic_id, partition.partition_index};
      if (!session_.contains(id)) return false;
      if (for_all) told.insert(id);
    }
  }
  return !for_all || told.size() == session_.size();
}

bool FetchSessionHandler::handle(const FetchResponse& response) {
  if (response.error_code != ErrorCode::none) {
    if (response.error_code == ErrorCode::fetch_session_id_not_found) next_ = {};
    handle_failure();
    return false;
  }
  if (!was_asked_for(response, next_.is_full())) {
    if (next_.is_full()) next_ = {};
    handle_failure();
    return false;
  }
  if (response.session_id == FetchMetadata::no_session) {
    next_ = {};
  } else if (next_.is_full()) {
    next_ = {response.session_id, FetchMetadata::next_epoch(FetchMetadata::initial_epoch)};
  } else {
    next_.epoch = FetchMetadata::next_epoch(next_.epoch);
  }
  return true;
}

const FetchSessionHandler::Asked* FetchSessionHandler::asked(const TopicIdPartition& id) const {
  const auto found = session_.find(id);
  return found == session_.end() ? nullptr : &found->second;
}

}  // namespace kafkasim

#include "core/client/position_validator.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim {

void PositionValidator::pump(Fetcher::Parts parts, Env& env) {
  if (fatal_) return;
  follow_leaders(parts);
  ask_leaders(parts, env);
}

void PositionValidator::follow_leaders(Fetcher::Parts parts) {
  for (const auto& [tp, owned] : parts.subscription.owned()) {
    if (owned->state != PositionState::fetching && owned->state != PositionState::validating) continue;
    const PartitionView view = parts.cluster.partition(tp);
    if (!view.leader || (owned->leader == view.leader && owned->leader_epoch == view.leader_epoch)) continue;
    OwnedPartition& changed = *parts.subscription.edit(tp);
    changed.leader = view.leader;
    changed.leader_epoch = view.leader_epoch;
    changed.preferred.reset();
    const bool can_be_checked = checks_ && changed.offset_epoch && view.leader_epoch;
    changed.state = can_be_checked ? PositionState::validating : PositionState::fetching;
    if (can_be_checked) changed.next_try = Instant{};
  }
}

bool PositionValidator::is_asked(const TopicPartition& tp) const {
  return std::ranges::any_of(requests_, [&tp](const auto& request) {
    return std::ranges::find(request.second, tp, &Asked::tp) != request.second.end();
  });
}

void PositionValidator::ask_leaders(Fetcher::Parts parts, Env& env) {
  std::map<NodeId, OffsetForLeaderEpochRequest> requests;
  std::map<NodeId, std::vector<Asked>> asked;
  for (const auto& [tp, owned] : parts.subscription.owned()) {
    if (owned->state != PositionState::validating || owned->next_try > env.now || is_asked(tp)) continue;
    if (!parts.cluster.endpoint(*owned->leader)) {
      parts.cluster.request_update();
      continue;
    }
    OffsetForLeaderEpochRequest& request = requests[*owned->leader];
    if (request.topics.empty() || request.topics.back().topic != tp.topic) request.topics.push_back({tp.topic, {}});
    request.topics.back().partitions.push_back({tp.partition, owned->leader_epoch, *owned->offset_epoch});
    asked[*owned->leader].push_back({tp, owned->position, *owned->offset_epoch, *owned->leader_epoch});
  }
  for (auto& [node, request] : requests) {
    const Endpoint endpoint = *parts.cluster.endpoint(node);
    const auto id = parts.channel.send(broker_peer(node), endpoint, Message::of(std::move(request)), env);
    requests_.emplace(id, std::move(asked[node]));
  }
}

bool PositionValidator::take(const Completion& done, Fetcher::Parts parts, Env& env) {
  const auto request = requests_.extract(done.id);
  if (request.empty()) return false;
  const auto* answer = done.response ? done.response->get_if<OffsetForLeaderEpochResponse>() : nullptr;
  for (const Asked& asked : request.mapped()) {
    const OffsetForLeaderEpochResponse::Partition* told = nullptr;
    if (answer) {
      for (const auto& topic : answer->topics) {
        if (topic.topic != asked.tp.topic) continue;
        const auto found = std::ranges::find(topic.partitions, asked.tp.partition,
                                             &OffsetForLeaderEpochResponse::Partition::partition);
        if (found != topic.partitions.end()) told = &*found;
      }
    }
    if (told) {
      on_answer(asked, *told, parts, env);
    } else {
      ask_again(asked, parts, env);
    }
  }
  return true;
}

void PositionValidator::ask_again(const Asked& asked, Fetcher::Parts parts, Env& env) {
  parts.cluster.request_update();
  parts.subscription.back_off(asked.tp, env.now + backoff_.after(0, env.random), asked.leader_epoch);
}

void PositionValidator::on_answer(const Asked& asked, const OffsetForLeaderEpochResponse::Partition& got,
                                  Fetcher::Parts parts, Env& env) {
  if (got.error_code != ErrorCode::none) {
    env.out.note(trace::ClientSawError{ApiKey::offset_for_leader_epoch, got.error_code});
    return ask_again(asked, parts, env);
  }
  OwnedPartition* owned = parts.subscription.edit(asked.tp);
  const bool same = owned && owned->state == PositionState::validating && owned->position == asked.position
                    && owned->offset_epoch == asked.epoch && owned->leader_epoch == asked.leader_epoch;
  if (!same) return;  // another assignment, or yet another leader
  const std::string where = fmt::format("{} was truncated before offset {}, read in epoch {}", to_string(asked.tp),
                                        asked.position.value, asked.epoch.value);
  if (!got.end_offset || !got.leader_epoch) {
    if (resets_) return parts.subscription.want_reset(asked.tp);
    fatal_ = "log truncation: " + where + ", and auto.offset.reset is none";
  } else if (*got.end_offset < asked.position) {
    if (!resets_) {
      fatal_ = fmt::format("log truncation: {}: it diverges at offset {}, and auto.offset.reset is none", where,
                           got.end_offset->value);
      return;
    }
    owned->state = PositionState::fetching;
    owned->position = *got.end_offset;
    owned->offset_epoch = got.leader_epoch;
    env.out.note(trace::PositionReset{asked.tp, *got.end_offset, "log truncation: the epoch ends here"});
  } else {
    owned->state = PositionState::fetching;
  }
}

}  // namespace kafkasim

// What other members answered (KafkaRaftClient.handle*Response). An answer to a request from before the last change of
// role is ignored: peers_ has forgotten it.
#include <algorithm>
#include <utility>

#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {

void RaftNode::on_completion(const Completion& done, Env& env) {
  const NodeId peer{done.peer};
  const auto known = peers_.find(peer);
  if (failed_ || known == peers_.end() || known->second.in_flight != done.id) return;
  known->second.in_flight.reset();
  const Handled handled = done.response ? on_answer(peer, *done.response, env) : Handled::no;
  if (handled == Handled::no) peers_[peer].backoff_until = env.now + options_.config.quorum_retry_backoff;
}

RaftNode::Handled RaftNode::on_answer(NodeId from, const Message& response, Env& env) {
  const auto learn_of = [this](const auto& endpoints) {
    for (const auto& node : endpoints) learn_endpoint(node.node_id, node.host, node.port);
  };
  if (const auto* vote = response.get_if<VoteResponse>()) learn_of(vote->node_endpoints);
  if (const auto* begin = response.get_if<BeginQuorumEpochResponse>()) learn_of(begin->node_endpoints);
  if (const auto* end = response.get_if<EndQuorumEpochResponse>()) learn_of(end->node_endpoints);
  if (const auto* fetch = response.get_if<FetchResponse>()) learn_of(fetch->node_endpoints);
  if (const auto* piece = response.get_if<FetchSnapshotResponse>()) learn_of(piece->node_endpoints);
  if (const auto* vote = response.get_if<VoteResponse>()) return on_vote_answer(from, *vote, env);
  if (const auto* begin = response.get_if<BeginQuorumEpochResponse>()) return on_begin_epoch_answer(*begin, env);
  if (const auto* end = response.get_if<EndQuorumEpochResponse>()) return on_end_epoch_answer(from, *end, env);
  if (const auto* fetch = response.get_if<FetchResponse>()) return on_fetch_answer(*fetch, env);
  if (const auto* piece = response.get_if<FetchSnapshotResponse>()) return on_snapshot_answer(*piece, env);
  if (const auto* versions = response.get_if<ApiVersionsResponse>()) return on_api_versions_answer(from, *versions, env);
  if (const auto* update = response.get_if<UpdateRaftVoterResponse>()) return on_update_answer(*update, env);
  return Handled::no;
}

// KafkaRaftClient.maybeHandleCommonResponse. Absent: the answer belongs to the present epoch, and what else it says
// counts. Unlike there, an error that taught this node nothing makes it wait for the retry backoff: Kafka asks again at
// once.
std::optional<RaftNode::Handled> RaftNode::on_knowledge(const Knowledge& told, Env& env) {
  const bool is_reachable = told.leader && endpoint_of(*told.leader);
  const std::optional<NodeId> leader = is_reachable ? told.leader : std::nullopt;
  if (told.epoch < epoch_ || told.error == ErrorCode::unknown_leader_epoch) return Handled::no;
  const bool stale = told.error == ErrorCode::fenced_leader_epoch || told.error == ErrorCode::not_leader_or_follower;
  if (told.epoch > epoch_ || stale) {
    const auto before = std::pair{epoch_, known_leader()};
    learn(leader, told.epoch, env);
    return before == std::pair{epoch_, known_leader()} ? Handled::no : Handled::yes;
  }
  if (leader && !known_leader()) {
    learn(leader, told.epoch, env);
    if (failed_ || told.error != ErrorCode::none) return Handled::yes;
    return std::nullopt;
  }
  if (told.error != ErrorCode::none) return Handled::no;
  return std::nullopt;
}

RaftNode::Handled RaftNode::on_vote_answer(NodeId from, const VoteResponse& response, Env& env) {
  const bool prospective = std::holds_alternative<raft::Prospective>(role_);
  if (response.error_code == ErrorCode::unsupported_version && prospective) {  // a voter from before KIP-996
    become_candidate(env);
    return Handled::yes;
  }
  const auto* told = raft::sole_partition(response);
  if (response.error_code != ErrorCode::none || !told) return Handled::no;
  if (const auto handled = on_knowledge({told->error_code, told->leader_id, told->leader_epoch}, env)) return *handled;
  raft::Nominee* nominee = raft::nominee(role_);
  if (!nominee) return Handled::yes;
  using Vote = raft::Nominee::Vote;
  nominee->votes[from] = told->vote_granted ? Vote::granted : Vote::rejected;
  if (nominee->is_elected()) {
    if (prospective) become_candidate(env);
    else become_leader(env);
  } else if (nominee->is_rejected() && prospective) {
    lose_pre_vote(env);
  }
  return Handled::yes;
}

RaftNode::Handled RaftNode::on_begin_epoch_answer(const BeginQuorumEpochResponse& response, Env& env) {
  const auto* told = raft::sole_partition(response);
  if (response.error_code != ErrorCode::none || !told) return Handled::no;
  return on_knowledge({told->error_code, told->leader_id, told->leader_epoch}, env).value_or(Handled::yes);
}

RaftNode::Handled RaftNode::on_end_epoch_answer(NodeId from, const EndQuorumEpochResponse& response, Env& env) {
  const auto* told = raft::sole_partition(response);
  if (response.error_code != ErrorCode::none || !told) return Handled::no;
  if (const auto handled = on_knowledge({told->error_code, told->leader_id, told->leader_epoch}, env)) return *handled;
  if (auto* resigned = std::get_if<raft::Resigned>(&role_)) resigned->unacknowledged.erase(from);
  return Handled::yes;
}

RaftNode::Handled RaftNode::on_fetch_answer(const FetchResponse& response, Env& env) {
  const auto* told = raft::sole_partition(response);
  if (response.error_code != ErrorCode::none || !told || !told->current_leader) return Handled::no;
  const Knowledge knowledge{told->error_code, told->current_leader->leader_id, told->current_leader->leader_epoch};
  if (const auto handled = on_knowledge(knowledge, env)) return *handled;
  if (!std::holds_alternative<raft::Follower>(role_)) return Handled::no;
  if (told->diverging_epoch) {
    if (!truncate({told->diverging_epoch->end_offset, told->diverging_epoch->epoch}, env)) return Handled::no;
  } else if (told->snapshot_id) {
    if (!begin_snapshot({told->snapshot_id->end_offset, told->snapshot_id->epoch}, env)) return Handled::no;
  } else {
    if (!append_fetched(told->records, env)) return Handled::no;
    follow_high_watermark(told->high_watermark, env);
  }
  auto& follower = std::get<raft::Follower>(role_);
  follower.fetch_deadline = env.now + options_.config.quorum_fetch_timeout;
  follower.has_fetched = true;
  return Handled::yes;
}

bool RaftNode::truncate(const OffsetAndEpoch& diverging, Env& env) {
  if (diverging.offset.value < 0 || diverging.epoch.value < 0) return false;
  const Offset to = log_->truncation_point(diverging);
  const std::optional<Offset> committed = high_watermark();
  // Also against what the owner has applied: it cannot be taken back.
  if ((committed && std::min(diverging.offset, to) < *committed) || to < next_committed_) {
    halt("the leader asks to truncate committed metadata, to offset " + std::to_string(to.value), env);
    return false;
  }
  if (const auto cut = log_.edit().truncate_to(to, env.wall, env.disk); !cut) {
    halt(raft::noted_disk_failure(cut.error().message + " " + cut.error().place, env), env);
    return false;
  }
  env.out.note(trace::RaftTruncated{to.value});
  history_.truncate(to);
  follow_log(env);
  return !failed_;
}

bool RaftNode::append_fetched(const Records& records, Env& env) {
  if (records.batches.empty()) return !records.damage;
  // A voter's next fetch acknowledges what it has: it must have it for good.
  const auto durable = is_controller() ? raft::Durable::yes : raft::Durable::no;
  const auto appended = log_.edit().append_as_follower(records.batches, epoch_, env.wall, durable, env.disk);
  if (!appended) {
    halt(raft::noted_disk_failure(appended.error().message + " " + appended.error().place, env), env);
    return false;
  }
  for (const RecordBatch& batch : appended->appended) env.out.note(raft::appended_note(batch));
  follow_log(env);
  if (failed_) return false;
  return appended->error == ErrorCode::none;
}

void RaftNode::follow_high_watermark(std::optional<Offset> leaders, Env& env) {
  if (!leaders) return;
  auto& follower = std::get<raft::Follower>(role_);
  const Offset to = std::min(*leaders, log_->end());
  if (follower.high_watermark && to < *follower.high_watermark) {
    return halt("the leader's high watermark fell to " + std::to_string(leaders->value), env);
  }
  if (follower.high_watermark == to) return;
  follower.high_watermark = to;
  high_watermark_moved(to, env);
}

}  // namespace kafkasim

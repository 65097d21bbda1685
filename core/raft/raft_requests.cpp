// What other members ask of this one (KafkaRaftClient.handle*Request).
#include <algorithm>
#include <utility>

#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {
namespace {

// Node endpoints in an answer: where the leader is, if it is known.
template <class E>
std::vector<E> leader_endpoints(const RaftNode& node, std::optional<NodeId> leader) {
  std::vector<E> endpoints;
  const std::optional<Endpoint> known = leader ? node.endpoint_of(*leader) : std::nullopt;
  if (!known) return endpoints;
  E endpoint;
  endpoint.node_id = *leader;
  endpoint.host = known->host;
  endpoint.port = known->port;
  endpoints.push_back(std::move(endpoint));
  return endpoints;
}

template <class R>
void refuse(const RequestRef& from, ErrorCode error, Env& env) {
  R response;
  response.error_code = error;
  answer(from, std::move(response), env);
}

}  // namespace

Message RaftNode::vote_request(NodeId voter) const {
  VoteRequest::Partition partition;
  partition.replica_epoch = epoch_;
  partition.replica_id = options_.self;
  partition.replica_directory_id = directory_id_;
  partition.voter_directory_id = directory_of(voter);
  partition.last_offset_epoch = log_->last_epoch();
  partition.last_offset = log_->end();
  partition.pre_vote = std::holds_alternative<raft::Prospective>(role_);
  VoteRequest request;
  request.cluster_id = options_.cluster_id;
  request.voter_id = voter;
  request.topics = raft::sole_topic<VoteRequest>(partition);
  return Message::of(std::move(request));
}

Message RaftNode::begin_epoch_request(NodeId voter) const {
  BeginQuorumEpochRequest::Partition partition;
  partition.voter_directory_id = directory_of(voter);
  partition.leader_id = options_.self;
  partition.leader_epoch = epoch_;
  BeginQuorumEpochRequest request;
  request.cluster_id = options_.cluster_id;
  request.voter_id = voter;
  request.topics = raft::sole_topic<BeginQuorumEpochRequest>(partition);
  request.leader_endpoints = own_listeners();
  return Message::of(std::move(request));
}

Message RaftNode::end_epoch_request(const raft::Resigned& state) const {
  EndQuorumEpochRequest::Partition partition;
  partition.leader_id = options_.self;
  partition.leader_epoch = epoch_;
  for (const NodeId successor : state.preferred_successors) {
    EndQuorumEpochRequest::Candidate candidate;
    candidate.candidate_id = successor;
    candidate.candidate_directory_id = directory_of(successor);
    partition.preferred_candidates.push_back(candidate);
  }
  EndQuorumEpochRequest request;
  request.cluster_id = options_.cluster_id;
  request.topics = raft::sole_topic<EndQuorumEpochRequest>(std::move(partition));
  request.leader_endpoints = own_listeners();
  return Message::of(std::move(request));
}

void RaftNode::on_request(const Received& request, Env& env) {
  const RequestRef from = request_ref(request);
  const Message& message = request.envelope.message;
  if (const auto* vote = message.get_if<VoteRequest>()) {
    on_vote(*vote, from, env);
  } else if (const auto* begin = message.get_if<BeginQuorumEpochRequest>()) {
    on_begin_epoch(*begin, from, env);
  } else if (const auto* end = message.get_if<EndQuorumEpochRequest>()) {
    on_end_epoch(*end, from, env);
  } else if (const auto* fetch = message.get_if<FetchRequest>()) {
    on_fetch(*fetch, from, env);
  } else if (const auto* piece = message.get_if<FetchSnapshotRequest>()) {
    on_fetch_snapshot(*piece, from, env);
  } else if (const auto* describe = message.get_if<DescribeQuorumRequest>()) {
    on_describe(*describe, from, env);
  } else {
    on_voter_request(message, from, env);
  }
}

bool RaftNode::is_own_cluster(const std::optional<std::string>& id) const {
  return !id || !options_.cluster_id || *id == *options_.cluster_id;
}

// The answer to a request of one partition: an error, and in any case who leads which epoch here.
template <class Response>
void RaftNode::answer_quorum(const RequestRef& from, ErrorCode error, Env& env,
                             typename Response::Partition partition) const {
  partition.error_code = error;
  partition.leader_id = known_leader();
  partition.leader_epoch = epoch_;
  Response response;
  response.topics = raft::sole_topic<Response>(std::move(partition));
  response.node_endpoints = leader_endpoints<QuorumNodeEndpoint>(*this, known_leader());
  answer(from, std::move(response), env);
}

void RaftNode::on_vote(const VoteRequest& vote, const RequestRef& from, Env& env) {
  const auto* asked = raft::sole_partition(vote);
  if (!is_own_cluster(vote.cluster_id)) return refuse<VoteResponse>(from, ErrorCode::inconsistent_cluster_id, env);
  if (!asked) return refuse<VoteResponse>(from, ErrorCode::invalid_request, env);
  // A candidate has raised its epoch; who asks for pre-votes may have records of the epoch that it names.
  const bool possible = asked->pre_vote ? asked->last_offset_epoch <= asked->replica_epoch
                                        : asked->last_offset_epoch < asked->replica_epoch;
  const bool valid = possible && asked->last_offset.value >= 0 && asked->last_offset_epoch.value >= 0
                     && asked->replica_id.value >= 0 && asked->replica_id != options_.self;
  if (!valid) return answer_quorum<VoteResponse>(from, ErrorCode::invalid_request, env);
  if (asked->replica_epoch < epoch_) return answer_quorum<VoteResponse>(from, ErrorCode::fenced_leader_epoch, env);
  if (asked->replica_epoch > epoch_) become_unattached(asked->replica_epoch, env);
  if (failed_) return;
  if (!is_meant(vote.voter_id, asked->voter_directory_id)) {
    return answer_quorum<VoteResponse>(from, ErrorCode::invalid_voter_key, env);
  }

  // Epochs first, then length: whoever wins has all that was committed (Raft, 5.4.1).
  const auto theirs = std::pair{asked->last_offset_epoch, asked->last_offset};
  const auto own = std::pair{log_->last_epoch(), log_->end()};
  const auto up_to_date = theirs >= own ? raft::LogUpToDate::yes : raft::LogUpToDate::no;
  VoteResponse::Partition given;
  if (asked->pre_vote) {
    given.vote_granted = raft::can_grant_pre_vote(role_, up_to_date);
  } else {
    // The same id with another directory is another candidate.
    const bool given_to_another = vote_in(epoch_) == asked->replica_id && voted_directory_ != asked->replica_directory_id;
    given.vote_granted = !given_to_another && raft::can_grant_vote(role_, asked->replica_id, up_to_date);
    if (given.vote_granted) vote_for({asked->replica_id, asked->replica_directory_id}, env);
  }
  if (!failed_) answer_quorum<VoteResponse>(from, ErrorCode::none, env, given);
}

void RaftNode::on_begin_epoch(const BeginQuorumEpochRequest& begin, const RequestRef& from, Env& env) {
  using Response = BeginQuorumEpochResponse;
  const auto* told = raft::sole_partition(begin);
  if (!is_own_cluster(begin.cluster_id)) return refuse<Response>(from, ErrorCode::inconsistent_cluster_id, env);
  if (!told) return refuse<Response>(from, ErrorCode::invalid_request, env);
  if (told->leader_epoch < epoch_) return answer_quorum<Response>(from, ErrorCode::fenced_leader_epoch, env);
  if (const auto where = raft::endpoint_in(begin.leader_endpoints)) learn_endpoint(told->leader_id, where->host, where->port);
  if (!endpoint_of(told->leader_id)) return answer_quorum<Response>(from, ErrorCode::invalid_request, env);
  learn(told->leader_id, told->leader_epoch, env);
  if (failed_) return;
  const bool meant = is_meant(begin.voter_id, told->voter_directory_id);
  answer_quorum<Response>(from, meant ? ErrorCode::none : ErrorCode::invalid_voter_key, env);
}

void RaftNode::on_end_epoch(const EndQuorumEpochRequest& end, const RequestRef& from, Env& env) {
  using Response = EndQuorumEpochResponse;
  const auto* told = raft::sole_partition(end);
  if (!is_own_cluster(end.cluster_id)) return refuse<Response>(from, ErrorCode::inconsistent_cluster_id, env);
  if (!told) return refuse<Response>(from, ErrorCode::invalid_request, env);
  if (told->leader_epoch < epoch_) return answer_quorum<Response>(from, ErrorCode::fenced_leader_epoch, env);
  if (const auto where = raft::endpoint_in(end.leader_endpoints)) learn_endpoint(told->leader_id, where->host, where->port);
  if (!endpoint_of(told->leader_id)) return answer_quorum<Response>(from, ErrorCode::invalid_request, env);
  learn(told->leader_id, told->leader_epoch, env);
  if (failed_) return;
  auto* follower = std::get_if<raft::Follower>(&role_);
  if (follower && follower->leader == told->leader_id) {
    std::vector<NodeId> preferred;
    for (const auto& candidate : told->preferred_candidates) preferred.push_back(candidate.candidate_id);
    follower->fetch_deadline = env.now + successor_backoff(preferred);
  }
  answer_quorum<Response>(from, ErrorCode::none, env);
}

// KafkaRaftClient.endEpochElectionBackoff: the first in the list stands at once, each later one waits twice as long,
// and who is not in it waits longest.
Duration RaftNode::successor_backoff(const std::vector<NodeId>& preferred) const {
  const auto place = std::ranges::find(preferred, options_.self) - preferred.begin();
  const auto count = std::ssize(preferred);
  const Duration most = options_.config.quorum_election_backoff_max;
  if (place == 0) return Duration{};
  if (place >= count || count > 20) return most;
  const Duration base{most.ns >> (count - 1)};
  return std::min(most, base * (std::int64_t{1} << (place - 1)));
}

void RaftNode::on_fetch(const FetchRequest& fetch, const RequestRef& from, Env& env) {
  const auto* asked = raft::sole_partition(fetch);
  if (!is_own_cluster(fetch.cluster_id)) return refuse<FetchResponse>(from, ErrorCode::inconsistent_cluster_id, env);
  if (!asked) return refuse<FetchResponse>(from, ErrorCode::invalid_request, env);
  const LeaderEpoch epoch = asked->current_leader_epoch.value_or(LeaderEpoch{-1});
  const LeaderEpoch last = asked->last_fetched_epoch.value_or(LeaderEpoch{-1});
  const bool valid = fetch.max_wait.ns >= 0 && asked->fetch_offset.value >= 0 && last.value >= 0 && last <= epoch
                     && fetch.replica_state.replica_id != options_.self;
  if (!valid) return answer_fetch(from, ErrorCode::invalid_request, {}, env);
  if (const auto error = validate_leader_request(epoch)) return answer_fetch(from, *error, {}, env);

  if (const auto snapshot = log_->needed_snapshot(asked->fetch_offset, last)) {
    FetchResponse::Partition partition;
    partition.high_watermark = high_watermark();
    partition.snapshot_id = FetchSnapshotId{snapshot->end_offset, snapshot->epoch};
    return answer_fetch(from, ErrorCode::none, std::move(partition), env);
  }
  if (const auto parting = log_->divergence(asked->fetch_offset, last)) {
    FetchResponse::Partition partition;
    partition.high_watermark = high_watermark();
    partition.diverging_epoch = FetchResponse::EpochEndOffset{parting->epoch, parting->offset};
    return answer_fetch(from, ErrorCode::none, std::move(partition), env);
  }
  if (fetch.replica_state.replica_id)
    record_fetch({*fetch.replica_state.replica_id, asked->replica_directory_id}, asked->fetch_offset, env);

  auto& leader = std::get<raft::Leader>(role_);
  leader.pending.push_back({from, asked->fetch_offset, asked->high_watermark, env.now + fetch.max_wait});
  answer_pending(env);
}

// KafkaRaftClient.handleDescribeQuorumRequest, LeaderState.describeQuorum.
void RaftNode::on_describe(const DescribeQuorumRequest& describe, const RequestRef& from, Env& env) const {
  DescribeQuorumResponse response;
  if (!raft::sole_partition(describe)) {
    for (const auto& topic : describe.topics) {
      auto& told = response.topics.emplace_back();
      told.topic_name = topic.topic_name;
      for (const auto& partition : topic.partitions) {
        auto& one = told.partitions.emplace_back();
        one.partition_index = partition.partition_index;
        one.error_code = ErrorCode::unknown_topic_or_partition;
      }
    }
    return answer(from, std::move(response), env);
  }
  DescribeQuorumResponse::Partition partition;
  partition.leader_id = known_leader();
  partition.leader_epoch = epoch_;
  const auto* leader = std::get_if<raft::Leader>(&role_);
  if (leader == nullptr) {
    partition.error_code = ErrorCode::not_leader_or_follower;
  } else {
    partition.high_watermark = leader->high_watermark;
    for (const auto& [id, state] : leader->voters) partition.current_voters.push_back(raft::described(id, state));
    for (const auto& [replica, state] : leader->observers) {
      const bool is_near = state.last_fetch && *state.last_fetch + raft::observer_session > env.now;
      if (is_near || replica == leader->self) partition.observers.push_back(raft::described(replica.id, state));
    }
    auto& with_leader = leader->is_voter(leader->self) ? partition.current_voters : partition.observers;
    auto own = std::ranges::find(with_leader, options_.self, &DescribeQuorumResponse::Replica::replica_id);
    if (own != with_leader.end()) {
      own->log_end_offset = log_->end();
      own->last_caught_up_timestamp = env.wall.value;
    }
    for (const auto& [id, voter] : voter_set().voters()) response.nodes.push_back({id, voter.listeners});
  }
  response.topics = raft::sole_topic<DescribeQuorumResponse>(std::move(partition));
  answer(from, std::move(response), env);
}

std::optional<ErrorCode> RaftNode::validate_leader_request(LeaderEpoch epoch) const {
  if (epoch < epoch_) return ErrorCode::fenced_leader_epoch;
  if (epoch > epoch_) return ErrorCode::unknown_leader_epoch;
  if (!is_leader()) return ErrorCode::not_leader_or_follower;  // observers ask any voter who leads
  return std::nullopt;
}

void RaftNode::record_fetch(const raft::ReplicaKey& replica, Offset offset, Env& env) {
  auto& leader = std::get<raft::Leader>(role_);
  leader.replica(replica).fetches(offset, log_->end(), env.now, env.wall);
  if (!leader.is_voter(replica)) return;
  check_in(replica, env);
  if (leader.advance_high_watermark()) high_watermark_moved(*leader.high_watermark, env);
}

void RaftNode::check_in(const raft::ReplicaKey& voter, Env& env) {
  auto& leader = std::get<raft::Leader>(role_);
  if (!leader.check_quorum_deadline || !leader.is_voter(voter)) return;
  if (leader.majority_fetched(voter.id)) leader.check_quorum_deadline = env.now + check_quorum_timeout();
}

// Answers the fetches for which there are records, a high watermark that the fetcher does not know (KIP-1166), or no
// time left.
void RaftNode::answer_pending(Env& env) {
  auto& leader = std::get<raft::Leader>(role_);
  const Offset end = log_->end();
  const auto ready = [&](const raft::PendingFetch& fetch) {
    const bool news =
        leader.high_watermark && (!fetch.known_high_watermark || *fetch.known_high_watermark < *leader.high_watermark);
    return fetch.fetch_offset < end || news || fetch.deadline <= env.now;
  };
  const auto waiting = std::stable_partition(leader.pending.begin(), leader.pending.end(), ready);
  const std::vector<raft::PendingFetch> answered(leader.pending.begin(), waiting);
  leader.pending.erase(leader.pending.begin(), waiting);
  for (const raft::PendingFetch& fetch : answered) {
    FetchResponse::Partition partition;
    partition.high_watermark = leader.high_watermark;
    if (fetch.fetch_offset < end) {
      auto batches = log_->read(fetch.fetch_offset, end, env.disk);
      if (!batches) return halt(raft::noted_disk_failure(batches.error().message + " " + batches.error().place, env), env);
      partition.records.batches = *std::move(batches);
    }
    answer_fetch(fetch.request, ErrorCode::none, std::move(partition), env);
  }
}

// No longer the leader: the fetchers are sent to look for the new one.
void RaftNode::fail_pending(const std::vector<raft::PendingFetch>& pending, Env& env) const {
  for (const raft::PendingFetch& fetch : pending)
    answer_fetch(fetch.request, ErrorCode::not_leader_or_follower, {}, env);
}

void RaftNode::answer_fetch(const RequestRef& request, ErrorCode error, FetchResponse::Partition partition,
                            Env& env) const {
  partition.error_code = error;
  partition.log_start_offset = log_->start();
  partition.current_leader = LeaderIdAndEpoch{known_leader(), epoch_};
  FetchResponse response;
  response.responses = raft::sole_topic_of(std::move(partition));
  response.node_endpoints = leader_endpoints<NodeEndpoint>(*this, known_leader());
  answer(request, std::move(response), env);
}

}  // namespace kafkasim

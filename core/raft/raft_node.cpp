#include "core/raft/raft_node.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"
#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/record/record.hpp"

namespace kafkasim {
namespace {

constexpr Duration fetch_max_wait = milliseconds(500);  // KafkaRaftClient.MAX_FETCH_WAIT_MS

ChannelOptions channel_options(const RaftOptions& options) {
  ChannelOptions channel;
  channel.client_id = "raft-client-" + std::to_string(options.self.value);
  channel.request_timeout = options.config.quorum_request_timeout;
  channel.reconnect_backoff_max = milliseconds(500);  // KafkaRaftManager.buildNetworkClient
  channel.max_in_flight = 1;
  return channel;
}

}  // namespace

RaftNode::RaftNode(RaftOptions options)
    : options_{std::move(options)}, channel_{options_.channel_tag, channel_options(options_)} {
  KAFKASIM_CHECK(!options_.voters.empty());
  const auto own = options_.voters.find(options_.self);
  if (own != options_.voters.end() && !options_.endpoint) options_.endpoint = own->second;
  KAFKASIM_CHECK(!is_controller() || options_.endpoint, "a controller has an endpoint");
  if (reads_voters()) return;
  history_ = raft::VoterHistory{raft::VoterSet::configured(options_.voters)};
  KAFKASIM_CHECK((own != options_.voters.end()) == is_controller(), "a voter is one of the voters");
}

void RaftNode::start(const Started& started, Env& env) {
  channel_.start(started);
  log_ = Cow<raft::MetadataLog>{};
  role_ = raft::Unattached{};
  epoch_ = LeaderEpoch{0};
  peers_.clear();
  next_committed_ = Offset{0};
  shutting_down_ = false;
  failed_ = false;
  clean_at_.reset();
  const auto opened = log_.edit().open(options_.config, env.wall, env.disk);
  if (!opened) return halt(raft::noted_disk_failure(opened.error().message + ": " + opened.error().place, env), env);
  const auto kept = log_->snapshots().latest();
  if (kept && kept->end_offset > Offset{0} && log_->start() == log_->end() && kept->end_offset == log_->end())
    env.out.note(trace::RaftLogReplaced{kept->end_offset.value, kept->epoch.value});
  told_endpoints_.clear();
  voted_directory_ = Uuid{};
  if (reads_voters()) {
    history_ = raft::VoterHistory{};
    voters_at_.reset();
    read_directory(env);
    if (!failed_) follow_log(env);
    if (failed_) return;
  }
  plan_cleaning(env);
  initialize(env);
  poll(env);
}

bool RaftNode::handles(const Input& in) const {
  if (const auto* received = std::get_if<Received>(&in)) {
    if (channel_.owns(received->connection)) return true;
    const Message& message = received->envelope.message;
    if (message.kind() != MessageKind::request) return false;
    if (const auto* fetch = message.get_if<FetchRequest>()) return raft::sole_partition(*fetch) != nullptr;
    switch (message.api()) {  // a broker asks the controller for its clients
      case ApiKey::describe_quorum:
      case ApiKey::add_raft_voter:
      case ApiKey::remove_raft_voter:
      case ApiKey::update_raft_voter:
      case ApiKey::api_versions: return is_controller();
      default: break;
    }
    return message.api() == ApiKey::vote || message.api() == ApiKey::begin_quorum_epoch
           || message.api() == ApiKey::end_quorum_epoch || message.api() == ApiKey::fetch_snapshot;
  }
  if (const auto* made = std::get_if<Connected>(&in)) return channel_.owns(made->connection);
  if (const auto* lost = std::get_if<Disconnected>(&in)) return channel_.owns(lost->connection);
  return false;
}

void RaftNode::step(const Input& in, Env& env) {
  if (failed_) return;
  const auto* received = std::get_if<Received>(&in);
  if (received && !channel_.owns(received->connection)) {
    on_request(*received, env);
  } else {
    for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  }
  if (const auto* lost = std::get_if<Disconnected>(&in)) {
    if (auto* leader = std::get_if<raft::Leader>(&role_)) {
      std::erase_if(leader->pending, [lost](const auto& one) { return one.request.connection == lost->connection; });
    }
  }
  poll(env);
}

std::optional<Instant> RaftNode::next_deadline() const {
  if (failed_) return std::nullopt;
  std::optional<Instant> next = earlier(channel_.next_deadline(), clean_at_);
  for (const auto& [peer, state] : peers_) next = earlier(next, state.backoff_until);
  if (const auto* leader = std::get_if<raft::Leader>(&role_)) {
    next = earlier(earlier(next, leader->begin_quorum_deadline), leader->check_quorum_deadline);
    if (leader->change) next = earlier(next, leader->change->deadline);
    for (const raft::PendingFetch& fetch : leader->pending) next = earlier(next, fetch.deadline);
  } else if (const auto* follower = std::get_if<raft::Follower>(&role_)) {
    if (!shutting_down_ || !is_voter()) next = earlier(next, follower->fetch_deadline);
  } else if (shutting_down_) {
    return next;  // stands for no election any more
  } else if (const auto* unattached = std::get_if<raft::Unattached>(&role_)) {
    next = earlier(next, unattached->election_deadline);
  } else if (const auto* prospective = std::get_if<raft::Prospective>(&role_)) {
    next = earlier(next, prospective->election_deadline);
  } else if (const auto* candidate = std::get_if<raft::Candidate>(&role_)) {
    next = earlier(next, candidate->election_deadline);
  } else if (const auto* resigned = std::get_if<raft::Resigned>(&role_)) {
    next = earlier(next, resigned->election_deadline);
  }
  return next;
}

// ---- what the role does by itself ------------------------------------------------------------------

void RaftNode::poll(Env& env) {
  for (auto& [peer, state] : peers_) {
    if (is_due(state.backoff_until, env.now)) state.backoff_until.reset();
  }
  if (is_due(clean_at_, env.now)) clean_log(env);
  while (!failed_ && poll_once(env)) {}
}

bool RaftNode::poll_once(Env& env) {
  return std::visit([this, &env](auto& state) { return poll_role(state, env); }, role_);
}

bool RaftNode::poll_role(raft::Unattached& state, Env& env) {
  if (is_voter()) {
    if (shutting_down_) return false;
    if (is_due(state.election_deadline, env.now)) {
      become_prospective(env);
      return true;
    }
  }
  fetch_from_any_voter(env);  // it can tell who leads (KAFKA-17030)
  return false;
}

bool RaftNode::poll_role(raft::Follower& state, Env& env) {
  if (is_due(state.fetch_deadline, env.now)) {
    if (is_voter() && !shutting_down_) {
      become_prospective(env);
      return true;
    }
    state.fetch_deadline.reset();
  }
  if (!is_voter()) {
    fetch_as_observer(state, env);
  } else if (is_ready(state.leader)) {
    // Looked at whenever the leader may be asked something: its answers to fetches see to that.
    const bool may_tell = is_due(state.update_deadline, env.now);
    if (may_tell && voter_set().needs_update(options_.self, own_voter())) {
      state.update_deadline = env.now + options_.config.quorum_fetch_timeout;
      send(state.leader, update_voter_request(), env);
      return false;
    }
    send(state.leader, state.fetching ? fetch_snapshot_request(*state.fetching) : fetch_request(), env);
  }
  return false;
}

bool RaftNode::poll_role(raft::Prospective& state, Env& env) {
  if (!shutting_down_ && state.election_deadline <= env.now) {
    lose_pre_vote(env);
    return true;
  }
  ask_for_votes(state, env);
  return false;
}

bool RaftNode::poll_role(raft::Candidate& state, Env& env) {
  if (!shutting_down_ && state.election_deadline <= env.now) {
    become_prospective(env);
    return true;
  }
  ask_for_votes(state, env);
  return false;
}

// As long as the election can still be won.
void RaftNode::ask_for_votes(const raft::Nominee& state, Env& env) {
  if (state.is_rejected()) return;
  for (const NodeId voter : state.voters_with(raft::Nominee::Vote::unrecorded)) {
    if (is_ready(voter)) send(voter, vote_request(voter), env);
  }
}

bool RaftNode::poll_role(raft::Leader& state, Env& env) {
  const bool lost_quorum = is_due(state.check_quorum_deadline, env.now);
  if (shutting_down_ || lost_quorum || state.was_removed) {
    become_resigned(state.successors(options_.self), env);
    return true;
  }
  expire_change(env);
  if (state.begin_quorum_deadline <= env.now) {
    const Duration period = options_.config.quorum_fetch_timeout / 2;
    for (const auto& [voter, replica] : state.voters) {
      const bool fetches = replica.last_fetch && *replica.last_fetch + period > env.now;
      if (voter != options_.self && !fetches && is_ready(voter)) send(voter, begin_epoch_request(voter), env);
    }
    state.begin_quorum_deadline = env.now + period;
  }
  answer_pending(env);
  return false;
}

bool RaftNode::poll_role(raft::Resigned& state, Env& env) {
  if (!shutting_down_ && state.election_deadline <= env.now) {
    become_unattached(epoch_.next(), env);  // in this epoch it would answer that it leads it
    return true;
  }
  for (const NodeId voter : state.unacknowledged) {
    if (is_ready(voter)) send(voter, end_epoch_request(state), env);
  }
  return false;
}

// KafkaRaftClient.pollFollowerAsObserver: any voter can tell who leads when the leader itself does not answer.
void RaftNode::fetch_as_observer(const raft::Follower& state, Env& env) {
  const auto known = peers_.find(state.leader);
  const bool backing_off = known != peers_.end() && known->second.backoff_until;
  if (!state.fetch_deadline || backing_off) {
    fetch_from_any_voter(env);
  } else if (!any_in_flight()) {
    send(state.leader, state.fetching ? fetch_snapshot_request(*state.fetching) : fetch_request(), env);
  }
}

void RaftNode::fetch_from_any_voter(Env& env) {
  if (any_in_flight()) return;
  std::vector<NodeId> ready;
  std::vector<NodeId> connectable;  // preferred: no wait for a reconnect
  for (const auto& [voter, endpoint] : options_.voters) {
    if (voter == options_.self || !is_ready(voter)) continue;
    ready.push_back(voter);
    if (!channel_.in_backoff(voter.value, env.now)) connectable.push_back(voter);
  }
  const std::vector<NodeId>& choice = connectable.empty() ? ready : connectable;
  if (!choice.empty()) send(choice[env.random.below(choice.size())], fetch_request(), env);
}

bool RaftNode::is_ready(NodeId peer) const {
  const auto known = peers_.find(peer);
  return known == peers_.end() || (!known->second.in_flight && !known->second.backoff_until);
}

bool RaftNode::any_in_flight() const {
  return std::ranges::any_of(peers_, [](const auto& peer) { return peer.second.in_flight.has_value(); });
}

void RaftNode::send(NodeId peer, Message request, Env& env) {
  if (const auto endpoint = endpoint_of(peer)) peers_[peer].in_flight = channel_.send(peer.value, *endpoint, std::move(request), env);
}

Message RaftNode::fetch_request() const {
  FetchRequest::Partition partition;
  partition.current_leader_epoch = epoch_;
  partition.fetch_offset = log_->end();
  partition.last_fetched_epoch = log_->last_epoch();
  partition.high_watermark = high_watermark();
  FetchRequest request;
  request.cluster_id = options_.cluster_id;
  request.replica_state.replica_id = options_.self;
  partition.replica_directory_id = directory_id_;
  // Kafka always asks for MAX_FETCH_WAIT_MS; with a fetch timeout below that an idle quorum would elect for ever.
  request.max_wait = std::min(fetch_max_wait, options_.config.quorum_fetch_timeout / 4);
  request.max_bytes = static_cast<std::int32_t>(raft::max_batch_bytes);
  request.topics = raft::sole_topic_of(std::move(partition));
  return Message::of(std::move(request));
}

// ---- the owner's calls -----------------------------------------------------------------------------

std::optional<Offset> RaftNode::append(const std::vector<std::vector<std::byte>>& records, Env& env) {
  if (!is_leader() || failed_ || shutting_down_) return std::nullopt;
  KAFKASIM_CHECK(!records.empty(), "an empty batch for the metadata log");
  BatchBuilder batch;
  for (const std::vector<std::byte>& value : records) batch.append(env.wall, std::nullopt, ByteSpan{value});
  KAFKASIM_CHECK(batch.size_bytes() <= static_cast<std::size_t>(raft::max_batch_bytes),
                 "a batch too large for the metadata log");
  if (!append_batch(batch.build(), env)) return std::nullopt;
  return Offset{log_->end().value - 1};
}

bool RaftNode::append_batch(RecordBatch batch, Env& env) {
  const auto stored = log_.edit().append_as_leader(std::move(batch), epoch_, env.wall, env.disk);
  if (!stored) {
    halt(raft::noted_disk_failure(stored.error().message + " " + stored.error().place, env), env);
    return false;
  }
  for (const RecordBatch& one : *stored) env.out.note(raft::appended_note(one));
  follow_log(env);
  if (failed_) return false;
  auto& leader = std::get<raft::Leader>(role_);
  leader.replica(leader.self).end_offset = log_->end();
  if (leader.advance_high_watermark()) high_watermark_moved(*leader.high_watermark, env);
  answer_pending(env);
  return true;
}

void RaftNode::high_watermark_moved(Offset to, Env& env) {
  log_.edit().update_high_watermark(to);
  env.out.note(trace::RaftCommitted{to.value, epoch_.value});
  if (is_leader()) settle_change(env);
}

std::vector<CommittedBatch> RaftNode::take_committed(Env& env) {
  std::vector<CommittedBatch> taken;
  const std::optional<Offset> limit = high_watermark();
  while (!failed_ && limit && next_committed_ < *limit) {
    const std::optional<raft::SnapshotId> kept = log_->snapshots().latest();  // the one that a quorum begins with has no records
    const bool at_start = next_committed_ == Offset{0} && kept && kept->end_offset > Offset{0};
    if (at_start || next_committed_ < log_->start()) {
      if (!take_snapshot(taken, env)) break;
      continue;
    }
    const auto batches = log_->read(next_committed_, *limit, env.disk);
    if (!batches || batches->empty()) {
      halt(batches ? "committed metadata cannot be read" : batches.error().message, env);
      break;
    }
    for (const RecordBatch& batch : *batches) {
      CommittedBatch one{batch.base_offset(),
                         batch.last_offset(),
                         batch.leader_epoch().value,
                         Timestamp{batch.header.max_timestamp},
                         {},
                         CommittedBatch::Source::log,
                         batch.size_bytes()};
      RecordReader reader{batch};
      for (Record record; !batch.is_control() && reader.next(record);) {
        one.records.push_back(to_vector(record.value.value_or(ByteSpan{})));
      }
      if (reader.error()) {
        halt("committed metadata is damaged: " + reader.error()->message, env);
        return taken;
      }
      next_committed_ = batch.next_offset();
      taken.push_back(std::move(one));
    }
  }
  return taken;
}

LeaderAndEpoch RaftNode::leader_and_epoch() const {
  const bool resigned = std::holds_alternative<raft::Resigned>(role_);
  return {resigned ? std::nullopt : known_leader(), epoch_.value};
}

bool RaftNode::is_active() const {
  const auto* leader = std::get_if<raft::Leader>(&role_);
  return leader && !failed_ && leader->high_watermark && next_committed_ > leader->epoch_start;
}

std::optional<Offset> RaftNode::high_watermark() const {
  return std::visit(
      [](const auto& state) -> std::optional<Offset> {
        if constexpr (std::is_same_v<std::decay_t<decltype(state)>, raft::Resigned>) {
          return std::nullopt;
        } else {
          return state.high_watermark;
        }
      },
      role_);
}

Offset RaftNode::log_end_offset() const { return log_->end(); }

void RaftNode::resign(Env& env) {
  shutting_down_ = true;
  poll(env);
}

void RaftNode::campaign(Env& env) {
  if (failed_ || shutting_down_ || !is_voter() || is_leader()) return;
  become_candidate(env);
  poll(env);
}

bool RaftNode::may_stop() const {
  const std::optional<NodeId> leader = known_leader();
  return !is_voter() || voter_set().size() == 1 || (leader && *leader != options_.self);
}

void RaftNode::halt_of(const Error& error, Env& env) {
  halt(raft::noted_disk_failure(error.message + " " + error.place, env), env);
}

void RaftNode::halt(std::string reason, Env& env) {
  failed_ = true;
  env.out.add(Exit{false, std::move(reason)});
}

}  // namespace kafkasim

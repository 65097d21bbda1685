#include "tests/core/raft/cluster.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/bytes.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/raft/metadata_log.hpp"

namespace kafkasim::raft_test {
namespace {

void must(bool holds, const std::string& rule) {
  if (!holds) throw std::runtime_error("violated: " + rule);
}

}  // namespace

void Checker::on_note(NodeId node, const trace::Event& event) {
  if (const auto* appended = event.get_if<trace::RaftAppended>()) {
    append(node, {appended->base, appended->last, appended->epoch, appended->hash});
  } else if (const auto* truncated = event.get_if<trace::RaftTruncated>()) {
    must(truncated->to >= high_watermarks_[node], "no follower truncates below its high watermark");
    std::erase_if(logs_[node], [truncated](const Entry& entry) { return entry.last >= truncated->to; });
  } else if (const auto* moved = event.get_if<trace::RaftCommitted>()) {
    commit(node, moved->high_watermark, moved->epoch);
  } else if (const auto* kept = event.get_if<trace::RaftSnapshotKept>()) {
    (void)committed_below(kept->end, kept->epoch);
  } else if (const auto* replaced = event.get_if<trace::RaftLogReplaced>()) {
    must(replaced->end >= high_watermarks_[node], "a snapshot in the log's place has all that was committed there");
    const auto count = static_cast<std::ptrdiff_t>(committed_below(replaced->end, replaced->epoch));
    logs_[node].assign(committed_.begin(), committed_.begin() + count);
  } else if (const auto* told = event.get_if<trace::RaftVotersChanged>()) {
    told_voters_[node] = {told->voters.begin(), told->voters.end()};
  } else if (const auto* voted = event.get_if<trace::RaftVoted>()) {
    const auto [vote, first] = votes_.emplace(std::pair{node, voted->epoch}, voted->candidate);
    must(vote->second == voted->candidate, "a voter votes once an epoch");
  } else if (const auto* changed = event.get_if<trace::RaftRoleChanged>()) {
    if (changed->role != trace::RaftRole::leader) return;
    const auto [leader, first] = leaders_.emplace(changed->epoch, node);
    must(leader->second == node, "an epoch has one leader");
    const std::vector<Entry>& log = logs_[node];
    must(log.size() >= committed_.size() && std::equal(committed_.begin(), committed_.end(), log.begin()),
         "a leader has all that was committed");
  }
}

void Checker::append(NodeId node, Entry entry) {
  std::vector<Entry>& log = logs_[node];
  const std::optional<Entry> before = log.empty() ? std::nullopt : std::optional{log.back()};
  must(entry.base == (before ? before->last + 1 : 0), "a log has no gaps");
  must(!before || before->epoch <= entry.epoch, "epochs rise along a log");
  const auto [known, first] =
      by_epoch_and_offset_.emplace(std::pair{entry.epoch, entry.base}, std::pair{entry, before});
  must(known->second == std::pair{entry, before}, "logs that agree at an epoch and offset agree before it");
  log.push_back(entry);
}

std::size_t Checker::committed_below(std::int64_t end, std::int32_t epoch) const {
  const auto behind = std::ranges::find_if(committed_, [end](const Entry& entry) { return entry.last >= end; });
  must(behind != committed_.begin() && std::prev(behind)->last + 1 == end && std::prev(behind)->epoch == epoch,
       "a snapshot ends where a committed batch of its epoch does");
  return static_cast<std::size_t>(behind - committed_.begin());
}

void Checker::check_majority(NodeId leader, std::int64_t high_watermark) {
  std::size_t reached = 0;
  const std::set<NodeId>& voters = voters_of(leader);
  for (const NodeId voter : voters) {
    const std::vector<Entry>& log = logs_[voter];
    if (!log.empty() && log.back().last + 1 >= high_watermark) ++reached;
  }
  must(wiped_ || reached > voters.size() / 2, "a majority has reached the leader's high watermark");
}

void Checker::commit(NodeId node, std::int64_t high_watermark, std::int32_t epoch) {
  if (const auto leads = leaders_.find(epoch); leads != leaders_.end() && leads->second == node) check_majority(node, high_watermark);
  must(high_watermark >= high_watermarks_[node], "a high watermark never falls");
  high_watermarks_[node] = high_watermark;
  const std::vector<Entry>& log = logs_[node];
  must(!log.empty() && log.back().last < 1'000'000'000, "what is committed is in the log");
  std::size_t at = 0;
  for (; at < log.size() && log[at].last < high_watermark; ++at) {
    if (at == committed_.size()) committed_.push_back(log[at]);
    must(committed_[at] == log[at], "what was committed never changes");
  }
  must(at > 0 && log[at - 1].last + 1 == high_watermark, "a high watermark is the end of a batch in the log");
}

void Checker::on_wipe(NodeId node) {
  wiped_ = true;
  logs_.erase(node);
  told_voters_.erase(node);
  epochs_.erase(node);
  std::erase_if(votes_, [node](const auto& vote) { return vote.first.first == node; });
}

void Checker::on_restart(NodeId node, Offset log_end) {
  std::erase_if(logs_[node], [log_end](const Entry& entry) { return entry.last >= log_end.value; });
  must((logs_[node].empty() ? 0 : logs_[node].back().last + 1) == log_end.value, "recovery finds whole batches");
  high_watermarks_.erase(node);
  applied_.erase(node);
}

void Checker::on_step(NodeId node, const RaftNode& raft) {
  const std::int32_t epoch = raft.leader_and_epoch().epoch;
  must(epoch >= epochs_[node], "a node's epoch never falls");
  epochs_[node] = epoch;
  must(raft.high_watermark().value_or(Offset{0}) <= raft.log_end_offset(), "a high watermark is not beyond the log");
}

void Checker::on_applied(NodeId node, const CommittedBatch& batch, Acts acts) {
  if (batch.source == CommittedBatch::Source::snapshot) {
    must(acts == Acts::no, "an active leader never loads a snapshot");
    must(batch.last_offset.value >= applied_[node], "a snapshot goes on from what was applied");
    (void)committed_below(batch.last_offset.value + 1, batch.epoch);
    applied_[node] = batch.last_offset.value + 1;
    return;
  }
  must(batch.base_offset.value == applied_[node], "committed batches come in order and without gaps");
  applied_[node] = batch.last_offset.value + 1;
  const auto known = std::ranges::find(committed_, batch.base_offset.value, &Entry::base);
  must(known != committed_.end() && known->last == batch.last_offset.value && known->epoch == batch.epoch,
       "only what is committed is applied");
}

Cluster::Cluster(int voters, int observers, std::uint64_t seed, const NodeConfig& config, VoterSource source) : random_{seed} {
  const bool in_log = source == VoterSource::log;
  std::map<NodeId, Endpoint> endpoints;
  // With voters in the log these are only whom a node asks that does not know the leader (controller.quorum.bootstrap.servers): all
  // controllers, or an observer that has lost a leader which is none of them would never find it again, as in Kafka.
  for (int i = 1; i <= voters + (in_log ? observers : 0); ++i) endpoints[NodeId{i}] = Endpoint{"node" + std::to_string(i), 9093};
  for (int i = 1; i <= voters; ++i) first_voters_.push_back(NodeId{i});
  for (int i = 1; i <= voters + observers; ++i) {
    RaftOptions options;
    options.self = NodeId{i};
    options.voters = endpoints;
    options.member = i <= voters || in_log ? QuorumMember::voter : QuorumMember::observer;
    options.source = source;
    if (in_log) options.endpoint = Endpoint{"node" + std::to_string(i), 9093};
    options.config = config;
    options.cluster_id = "a-cluster";
    options.channel_tag = 1;
    Random own = random_.fork("node-" + std::to_string(i));
    nodes_.emplace(NodeId{i}, Node{std::move(options), sim::SimDisk{}, own, std::nullopt, 0, {}});
  }
  if (in_log) {
    std::map<NodeId, raft::Voter> first;
    for (int i = 1; i <= voters; ++i)
      first[NodeId{i}] = {Uuid{static_cast<std::uint64_t>(i), 1}, {{"CONTROLLER", "node" + std::to_string(i), 9093}}, raft::known_kraft_versions};
    const raft::SnapshotContent content{Timestamp{0}, {}, raft::SnapshotVoters{1, raft::VoterSet{first}}};
    for (auto& [id, node] : nodes_) {
      format(id, 1);
      if (!first.contains(id)) continue;
      raft::SnapshotStore store;
      must(store.write(raft::bootstrap_snapshot, raft::encode_snapshot(raft::bootstrap_snapshot, content, Timestamp{0}), node.disk).has_value(),
           "a quorum is formatted");
    }
  }
  checker_.set_voters({first_voters_.begin(), first_voters_.end()});
}

std::vector<NodeId> Cluster::ids() const {
  std::vector<NodeId> all;
  for (const auto& [id, node] : nodes_) all.push_back(id);
  return all;
}

template <class Act>
void Cluster::act(NodeId id, Act act) {
  Node& node = nodes_.at(id);
  Effects out;
  Env env{now_, Timestamp{1'700'000'000'000 + now_.ns / 1'000'000}, node.random, node.disk, out};
  act(node, env);
  const std::vector<Effect> effects = out.take();
  for (const Effect& effect : effects) {
    if (const auto* told = std::get_if<Note>(&effect)) note(id, told->event);
  }
  checker_.on_step(id, *node.raft);
  if (crash_permille > 0 && random_.chance(crash_permille, 1000)) return crash(id, Power::lost);
  Effects applying;
  Env later{now_, env.wall, node.random, node.disk, applying};
  apply(node, id, later);
  carry_out(id, effects);
}

void Cluster::note(NodeId id, const trace::Event& event) {
  checker_.on_note(id, event);
  notes_.emplace_back(id, event);
  std::optional<std::int64_t> start;  // of its log, from now on
  if (const auto* moved = event.get_if<trace::RaftLogStartMoved>()) start = moved->to;
  if (const auto* replaced = event.get_if<trace::RaftLogReplaced>()) start = replaced->end;
  if (!start) return;
  const auto names = nodes_.at(id).disk.list(raft::metadata_log_directory);
  must(names.has_value() && std::ranges::any_of(*names, [start](const std::string& name) {
         const std::optional<raft::SnapshotId> snapshot = raft::snapshot_of_name(name);
         return snapshot && snapshot->end_offset.value == *start;
       }), "where a log begins there is a snapshot of what is before");
}

void Cluster::apply(Node& node, NodeId id, Env& env) {
  const Checker::Acts acts = node.raft->is_active() ? Checker::Acts::yes : Checker::Acts::no;
  std::optional<CommittedBatch> last;
  for (CommittedBatch& batch : node.raft->take_committed(env)) {
    checker_.on_applied(id, batch, acts);
    if (batch.source == CommittedBatch::Source::snapshot) {
      node.applied.clear();
      node.snapshot_end = batch.last_offset.value + 1;
    }
    for (const auto& value : batch.records) node.applied.emplace_back(as_text(value));
    node.applied_end = batch.last_offset.value + 1;
    last = std::move(batch);
  }
  must(env.out.list().empty(), "taking what is committed has no effects");
  if (snapshot_every == 0 || !last || node.applied_end - node.snapshot_end < snapshot_every) return;
  raft::SnapshotContent content{last->append_time, {}};
  for (const std::string& text : node.applied) content.records.push_back(to_vector(as_bytes(text)));
  node.raft->create_snapshot({Offset{node.applied_end}, LeaderEpoch{last->epoch}}, content, env);
  node.snapshot_end = node.applied_end;
  for (const Effect& effect : env.out.list()) {
    if (const auto* told = std::get_if<Note>(&effect)) note(id, told->event);
  }
}

void Cluster::start(NodeId id) {
  Node& node = nodes_.at(id);
  if (node.raft) return;
  node.applied.clear();
  node.applied_end = 0;
  node.snapshot_end = 0;
  node.raft.emplace(node.options);
  ++node.incarnation;
  const StartKind kind = node.incarnation == 1 ? StartKind::first : StartKind::restart;
  // What recovery finds is looked at first, on a copy of the disk: the start itself may append already.
  sim::SimDisk copy = node.disk;
  raft::MetadataLog found;
  must(found.open(node.options.config, Timestamp{0}, copy).has_value(), "the log opens");
  checker_.on_restart(id, found.end());
  act(id, [&](Node& self, Env& own) { self.raft->start(Started{kind, HostId{id.value}, self.incarnation}, own); });
}

void Cluster::start_all() {
  for (const NodeId id : ids()) start(id);
}

void Cluster::crash(NodeId id, Power power) {
  Node& node = nodes_.at(id);
  if (!node.raft) return;
  node.raft.reset();
  node.disk.process_crash();
  if (power == Power::lost) node.disk.power_loss({}, random_);
  for (auto wire = wires_.begin(); wire != wires_.end();) {
    if (wire->second.dialler == id || wire->second.acceptor == id) {
      const NodeId other = wire->second.dialler == id ? wire->second.acceptor : wire->second.dialler;
      if (!is_cut(id, other)) deliver(other, Disconnected{wire->first, DisconnectReason::reset}, now_ + latency());
      wire = wires_.erase(wire);
    } else {
      ++wire;
    }
  }
}

void Cluster::wipe(NodeId id) {
  must(!is_up(id), "a disk is replaced while its node is down");
  nodes_.at(id).disk = sim::SimDisk{};
  if (nodes_.at(id).options.source == VoterSource::log) format(id, ++disks_[id] + 1);
  checker_.on_wipe(id);
}

void Cluster::format(NodeId id, std::uint64_t generation) {
  const Uuid directory{static_cast<std::uint64_t>(id.value), generation};
  must(replace_file(nodes_.at(id).disk, meta_properties_file, format_meta_properties({"a-cluster", id, directory})).has_value(),
       "a disk is formatted");
}

// By a client that no fault of the network touches.
std::int32_t Cluster::ask(NodeId node, Message request) {
  const std::int32_t number = ++asked_;
  const ConnectionId client{HostId{999}, static_cast<std::uint32_t>(number)};
  deliver(node, Received{client, Envelope{number, 0, "test", std::move(request)}}, now_);
  return number;
}

std::int32_t Cluster::add_voter(NodeId leader, NodeId voter) {
  AddRaftVoterRequest request{.cluster_id = "a-cluster", .voter_id = voter};
  request.voter_directory_id = Uuid{static_cast<std::uint64_t>(voter.value), disks_[voter] + 1};
  request.listeners = {{"CONTROLLER", "node" + std::to_string(voter.value), 9093}};
  return ask(leader, Message::of(std::move(request)));
}

std::int32_t Cluster::remove_voter(NodeId leader, NodeId voter) {
  RemoveRaftVoterRequest request{.cluster_id = "a-cluster", .voter_id = voter};
  const auto& known = raft(leader).voter_set().voters();
  if (known.contains(voter)) request.voter_directory_id = known.at(voter).directory_id;
  return ask(leader, Message::of(std::move(request)));
}

bool Cluster::has_its_disk(NodeId leader, NodeId voter) const {
  const auto disk = disks_.find(voter);
  return raft(leader).voter_set().voters().at(voter).directory_id.low == (disk == disks_.end() ? 0 : disk->second) + 1;
}

bool Cluster::all_have_their_disks(NodeId leader) const {
  const std::set<NodeId> voters = raft(leader).voter_set().ids();
  return std::ranges::all_of(voters, [&](NodeId id) { return has_its_disk(leader, id); });
}

std::optional<ErrorCode> Cluster::answer_of(std::int32_t request) const {
  const auto found = answers_.find(request);
  return found == answers_.end() ? std::nullopt : std::optional{found->second};
}

void Cluster::resign(NodeId id) {
  act(id, [](Node& node, Env& env) { node.raft->resign(env); });
}

void Cluster::cut(NodeId a, NodeId b) { cuts_.insert(std::minmax(a, b)); }

void Cluster::isolate(NodeId id) {
  for (const NodeId other : ids()) {
    if (other != id) cut(id, other);
  }
}

void Cluster::heal() { cuts_.clear(); }

std::optional<NodeId> Cluster::leader() const {
  std::optional<NodeId> best;
  for (const auto& [id, node] : nodes_) {
    if (!node.raft || !node.raft->is_active()) continue;
    if (!best || node.raft->leader_and_epoch().epoch > raft(*best).leader_and_epoch().epoch) best = id;
  }
  return best;
}

std::optional<Offset> Cluster::append(NodeId id, const std::string& text) {
  std::optional<Offset> last;
  act(id, [&](Node& node, Env& env) { last = node.raft->append({to_vector(as_bytes(text))}, env); });
  return last;
}

std::optional<Offset> Cluster::append(const std::string& text) {
  const std::optional<NodeId> at = leader();
  return at ? append(*at, text) : std::nullopt;
}

void Cluster::deliver(NodeId to, Input input, Instant at) {
  events_.emplace(std::pair{at, ++sequence_}, Delivery{to, nodes_.at(to).incarnation, std::move(input)});
}

void Cluster::carry_out(NodeId id, const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* made = std::get_if<Connect>(&effect)) connect(id, *made);
    if (const auto* sent = std::get_if<Send>(&effect)) send(id, *sent);
    if (const auto* closed = std::get_if<Close>(&effect)) close(id, closed->connection);
    if (const auto* exit = std::get_if<Exit>(&effect)) exits_.push_back(exit->reason);
  }
}

void Cluster::connect(NodeId from, const Connect& effect) {
  const auto to = std::ranges::find_if(nodes_, [&](const auto& node) {
    return Endpoint{"node" + std::to_string(node.first.value), 9093} == effect.to;
  });
  must(to != nodes_.end(), "a node dials voters only");
  if (is_cut(from, to->first)) return;
  if (!to->second.raft) {
    return deliver(from, Disconnected{effect.connection, DisconnectReason::refused}, now_ + latency());
  }
  const Instant at = now_ + latency();
  wires_.emplace(effect.connection, Wire{from, to->first, at});
  deliver(from, Connected{effect.connection}, at);
}

void Cluster::send(NodeId from, const Send& effect) {
  const auto wire = wires_.find(effect.connection);
  if (wire == wires_.end()) {
    const Message& told = effect.envelope.message;
    if (const auto* added = told.get_if<AddRaftVoterResponse>()) answers_[effect.envelope.correlation_id] = added->error_code;
    if (const auto* removed = told.get_if<RemoveRaftVoterResponse>()) answers_[effect.envelope.correlation_id] = removed->error_code;
    return;
  }
  const NodeId to = wire->second.dialler == from ? wire->second.acceptor : wire->second.dialler;
  if (is_cut(from, to) || (link.lost_permille > 0 && random_.chance(link.lost_permille, 1000))) return;
  const Instant at = std::max(now_ + latency(), wire->second.last_delivery);
  wire->second.last_delivery = at;
  deliver(to, Received{effect.connection, effect.envelope}, at);
}

void Cluster::close(NodeId from, const ConnectionId& connection) {
  const auto wire = wires_.find(connection);
  if (wire == wires_.end()) return;
  const NodeId to = wire->second.dialler == from ? wire->second.acceptor : wire->second.dialler;
  if (!is_cut(from, to)) deliver(to, Disconnected{connection, DisconnectReason::closed_by_peer}, now_ + latency());
  wires_.erase(wire);
}

void Cluster::run(Duration time) {
  const Instant end = now_ + time;
  for (;;) {
    Instant next = end;
    std::optional<NodeId> wake;
    for (const auto& [id, node] : nodes_) {
      const std::optional<Instant> at = node.raft ? node.raft->next_deadline() : std::nullopt;
      if (at && *at < next) {
        next = *at;
        wake = id;
      }
    }
    if (!events_.empty() && events_.begin()->first.first < end && (!wake || events_.begin()->first.first <= next)) {
      now_ = std::max(now_, events_.begin()->first.first);
      const Delivery event = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      const Node& node = nodes_.at(event.to);
      if (!node.raft || node.incarnation != event.incarnation) continue;
      act(event.to, [&event](Node& self, Env& env) { self.raft->step(event.input, env); });
    } else if (wake) {
      now_ = std::max(now_, next);
      act(*wake, [](Node& self, Env& env) { self.raft->step(Woken{}, env); });
      const std::optional<Instant> again = is_up(*wake) ? raft(*wake).next_deadline() : std::nullopt;
      must(!again || *again > now_, "a node that was woken has no deadline in the past");
    } else {
      break;
    }
  }
  now_ = end;
}

}  // namespace kafkasim::raft_test

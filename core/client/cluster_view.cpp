#include "core/client/cluster_view.hpp"

#include <algorithm>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

ClusterView::ClusterView(std::vector<Endpoint> bootstrap, const ClientConfig& config, AutoCreation creation)
    : bootstrap_{std::move(bootstrap)}, max_age_{config.metadata_max_age}, creation_{creation}, backoff_{config} {
  KAFKASIM_CHECK(!bootstrap_.empty(), "a client needs a bootstrap endpoint");
}

void ClusterView::start() {
  known_ = Cow<Known>{};
  answered_topics_.clear();
  request_.reset();
  refresh_at_.reset();
  update_wanted_ = true;
  may_ask_at_ = Instant{};
  failures_ = 0;
  answers_without_news_ = 0;
}

const TopicView* ClusterView::topic(const std::string& name) const {
  const auto found = known_->topics.find(name);
  return found == known_->topics.end() ? nullptr : &found->second;
}

const std::string* ClusterView::topic_named(const Uuid& id) const {
  const auto found = std::ranges::find_if(known_->topics, [&id](const auto& entry) { return entry.second.id == id; });
  return found == known_->topics.end() ? nullptr : &found->first;
}

std::vector<std::set<std::string>> ClusterView::racks_of(const TopicView& topic) const {
  std::vector<std::set<std::string>> racks(topic.replicas.size());
  for (std::size_t i = 0; i < racks.size(); ++i) {
    for (const NodeId replica : topic.replicas[i]) {
      if (const auto rack = known_->racks.find(replica); rack != known_->racks.end()) racks[i].insert(rack->second);
    }
  }
  return racks;
}

PartitionView ClusterView::partition(const TopicPartition& tp) const {
  const TopicView* view = topic(tp.topic);
  if (!view || tp.partition.value < 0 || tp.partition.value >= std::ssize(view->partitions)) return {};
  return view->partitions[static_cast<std::size_t>(tp.partition.value)];
}

std::optional<Endpoint> ClusterView::endpoint(NodeId node) const {
  const auto found = known_->brokers.find(node);
  return found == known_->brokers.end() ? std::nullopt : std::optional{found->second};
}

bool ClusterView::was_answered(const std::string& topic) const { return answered_topics_.contains(topic); }

std::optional<ClusterView::Peer> ClusterView::any_node(const RequestChannel& channel, Env& env) const {
  std::vector<Peer> peers;
  for (const auto& [node, endpoint] : known_->brokers) peers.push_back(Peer{broker_peer(node), endpoint});
  const auto in_backoff = [&](const Peer& peer) { return channel.in_backoff(peer.key, env.now); };
  if (std::ranges::all_of(peers, in_backoff)) {
    for (std::size_t i = 0; i < bootstrap_.size(); ++i) peers.push_back(Peer{bootstrap_peer(i), bootstrap_[i]});
  }
  const std::size_t start = env.random.below(peers.size());
  std::rotate(peers.begin(), peers.begin() + static_cast<std::ptrdiff_t>(start), peers.end());
  const Peer* best = nullptr;
  const auto rank = [&](const Peer& peer) {  // connected before connecting before idle; then by load
    const std::int64_t load = channel.unanswered(peer.key);
    if (channel.is_connected(peer.key)) return load;
    return (std::int64_t{1} << 32) + (load > 0 ? 0 : 1);
  };
  for (const Peer& peer : peers) {
    if (!in_backoff(peer) && (!best || rank(peer) < rank(*best))) best = &peer;
  }
  return best ? std::optional{*best} : std::nullopt;
}

void ClusterView::add_topic(const std::string& name) {
  if (wanted_topics_.insert(name).second) ask_anew();
}

void ClusterView::add_topic(const Uuid& id) {
  if (nameless_topics_.insert(id).second) ask_anew();
}

void ClusterView::ask_anew() {
  update_wanted_ = true;
  answers_without_news_ = 0;
  if (failures_ == 0) may_ask_at_ = Instant{};
}

void ClusterView::forget_topics_but(const std::set<std::string>& names) {
  std::erase_if(wanted_topics_, [&names](const std::string& name) { return !names.contains(name); });
  if (std::ranges::all_of(known_->topics, [&names](const auto& entry) { return names.contains(entry.first); })) return;
  std::erase_if(known_.edit().topics, [&names](const auto& entry) { return !names.contains(entry.first); });
}

void ClusterView::request_update() { update_wanted_ = true; }

bool ClusterView::update_leader(const TopicPartition& tp, const LeaderIdAndEpoch& leader,
                                const std::vector<NodeEndpoint>& endpoints) {
  if (!leader.leader_id || leader.leader_epoch.value < 0) return false;
  const TopicView* view = topic(tp.topic);
  if (!view || tp.partition.value < 0 || tp.partition.value >= std::ssize(view->partitions)) return false;
  const PartitionView before = partition(tp);
  if (before.leader_epoch && leader.leader_epoch <= *before.leader_epoch) return false;
  const auto named = std::ranges::find(endpoints, *leader.leader_id, &NodeEndpoint::node_id);
  if (named == endpoints.end() && !known_->brokers.contains(*leader.leader_id))
    return false;  // nobody knows where it is
  Known& known = known_.edit();
  if (named != endpoints.end()) known.brokers[named->node_id] = Endpoint{named->host, named->port};
  known.topics[tp.topic].partitions[static_cast<std::size_t>(tp.partition.value)] =
      PartitionView{leader.leader_id, leader.leader_epoch};
  return true;
}

void ClusterView::saw_epoch(const TopicPartition& tp, LeaderEpoch epoch) {
  const PartitionView before = partition(tp);
  if (!before.leader_epoch || epoch <= *before.leader_epoch) return;
  known_.edit().topics[tp.topic].partitions[static_cast<std::size_t>(tp.partition.value)] =
      PartitionView{std::nullopt, epoch};
  request_update();
}

void ClusterView::pump(RequestChannel& channel, Env& env) {
  if (request_) return;
  if (is_due(refresh_at_, env.now)) update_wanted_ = true;
  if (!update_wanted_ || may_ask_at_ > env.now) return;
  const std::optional<Peer> peer = any_node(channel, env);
  if (!peer) {  // every node is in its reconnect backoff
    may_ask_at_ = env.now + backoff_.after(failures_, env.random);
    return;
  }
  MetadataRequest ask{.allow_auto_topic_creation = creation_ == AutoCreation::asked_for};
  ask.topics.emplace();
  for (const std::string& name : wanted_topics_) { ask.topics->push_back(MetadataRequest::Topic{Uuid{}, name}); }
  for (const Uuid& id : nameless_topics_) ask.topics->push_back(MetadataRequest::Topic{id, std::nullopt});
  update_wanted_ = false;
  request_ = channel.send(peer->key, peer->endpoint, Message::of(std::move(ask)), env);
}

bool ClusterView::take(const Completion& done, Env& env) {
  if (request_ != done.id) return false;
  request_.reset();
  const auto* answer = done.response ? done.response->get_if<MetadataResponse>() : nullptr;
  if (answer && answer->error_code == ErrorCode::none && !answer->brokers.empty()) {
    failures_ = 0;
    for (const MetadataRequest::Topic& topic : *done.request.as<MetadataRequest>().topics) {
      if (topic.name) answered_topics_.insert(*topic.name);
    }
    for (const MetadataResponse::Topic& topic : answer->topics) {
      if (!topic.name || topic.error_code != ErrorCode::none || nameless_topics_.erase(topic.topic_id) == 0) continue;
      wanted_topics_.insert(*topic.name);
      answered_topics_.insert(*topic.name);
    }
    learn(*answer, env);
    return true;
  }
  update_wanted_ = true;
  may_ask_at_ = env.now + backoff_.after(failures_, env.random);
  ++failures_;
  return true;
}

void ClusterView::learn(const MetadataResponse& answer, Env& env) {
  Known known = *known_;
  known.brokers.clear();
  known.racks.clear();
  for (const MetadataResponse::Broker& broker : answer.brokers) {
    known.brokers[broker.node_id] = Endpoint{broker.host, broker.port};
    if (broker.rack) known.racks[broker.node_id] = *broker.rack;
  }
  for (const MetadataResponse::Topic& topic : answer.topics) learn_topic(topic, known);
  const bool news = known != *known_;
  if (news) known_ = Cow<Known>{std::move(known)};
  refresh_at_ = env.now + max_age_;
  const bool all_asked =
      std::ranges::all_of(wanted_topics_, [this](const std::string& name) { return answered_topics_.contains(name); });
  if (!all_asked) {  // added while this answer was under way
    update_wanted_ = true;
    may_ask_at_ = env.now;
    return;
  }
  answers_without_news_ = news ? 0 : answers_without_news_ + 1;
  may_ask_at_ = env.now + backoff_.after(std::max(answers_without_news_ - 1, 0), env.random);
}

void ClusterView::learn_topic(const MetadataResponse::Topic& topic, Known& known) {
  const std::string name = topic.name.value_or("");
  if (!wanted_topics_.contains(name)) return;
  if (invalidates_metadata(topic.error_code)) update_wanted_ = true;
  if (topic.error_code != ErrorCode::none) {
    if (topic.error_code != ErrorCode::leader_not_available) known.topics.erase(name);
    return;
  }
  TopicView& view = known.topics[name];
  const bool same_topic = view.id == topic.topic_id;
  TopicView fresh{topic.topic_id, {}, {}};
  fresh.replicas.resize(topic.partitions.size());
  // Partitions are numbered densely: an index beyond their count is nonsense from outside.
  fresh.partitions.resize(topic.partitions.size());
  for (const MetadataResponse::Partition& partition : topic.partitions) {
    if (partition.partition_index.value < 0 || partition.partition_index.value >= std::ssize(fresh.partitions))
      continue;
    const auto index = static_cast<std::size_t>(partition.partition_index.value);
    fresh.replicas[index] = partition.replica_nodes;
    const PartitionView told{partition.leader_id, partition.leader_epoch};
    const PartitionView* before = same_topic && index < view.partitions.size() ? &view.partitions[index] : nullptr;
    const bool stale =
        before && before->leader_epoch && told.leader_epoch && *told.leader_epoch < *before->leader_epoch;
    fresh.partitions[index] = stale ? *before : told;
    if (!fresh.partitions[index].leader || invalidates_metadata(partition.error_code)) update_wanted_ = true;
  }
  view = std::move(fresh);
}

std::optional<Instant> ClusterView::next_deadline() const {
  if (request_) return std::nullopt;  // the channel watches over its timeout
  if (update_wanted_) return may_ask_at_;
  return refresh_at_;
}

}  // namespace kafkasim

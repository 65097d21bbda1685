// Voters that come and go (KIP-853; KafkaRaftClient.handle*VoterRequest, AddVoterHandler, RemoveVoterHandler,
// UpdateVoterHandler). The leader takes one change at a time, and begins none before the last one, and a record of its own
// epoch, are committed: so two sets that count at the same time always have majorities that overlap.
#include <algorithm>
#include <utility>

#include "core/log/checkpoint_files.hpp"
#include "core/model/metadata_image.hpp"
#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"
#include "core/record/control_record.hpp"
#include "core/wire/control_record_codec.hpp"
#include "core/wire/listener.hpp"

namespace kafkasim {
namespace {

std::string text_of(const raft::ReplicaKey& key) {
  return "ReplicaKey(id=" + std::to_string(key.id.value) + ", directoryId=" + to_string(key.directory_id) + ")";
}

bool understands(const KRaftVersionRange& range, std::int16_t version) {
  return range.min_supported_version <= version && range.max_supported_version >= version;
}

}  // namespace

// ---- who this node is, and whom it knows -------------------------------------------------------------

void RaftNode::read_directory(Env& env) {
  const auto text = read_text(env.disk, meta_properties_file);
  if (!text) return halt(raft::noted_disk_failure("meta.properties cannot be read: " + text.error().path, env), env);
  if (!*text) return halt("there is no meta.properties: the storage was not formatted", env);
  const Result<MetaProperties> properties = parse_meta_properties(**text);
  if (!properties) return halt(properties.error().message, env);
  directory_id_ = properties->directory_id;
}

std::vector<LeaderEndpoint> RaftNode::own_listeners() const {
  return {LeaderEndpoint{std::string{raft::controller_listener}, options_.endpoint->host, options_.endpoint->port}};
}

raft::Voter RaftNode::own_voter() const { return {directory_id_, own_listeners(), raft::known_kraft_versions}; }

Uuid RaftNode::directory_of(NodeId voter) const {
  const auto found = voter_set().voters().find(voter);
  return found == voter_set().voters().end() ? Uuid{} : found->second.directory_id;
}

std::optional<Endpoint> RaftNode::endpoint_of(NodeId node) const {
  if (auto known = voter_set().endpoint(node)) return known;
  if (!reads_voters()) return std::nullopt;
  const auto told = told_endpoints_.find(node);
  if (told != told_endpoints_.end()) return told->second;
  const auto configured = options_.voters.find(node);
  return configured == options_.voters.end() ? std::nullopt : std::optional{configured->second};
}

void RaftNode::learn_endpoint(NodeId node, const std::string& host, std::uint16_t port) {
  if (reads_voters() && node.value >= 0 && !host.empty()) told_endpoints_[node] = Endpoint{host, port};
}

bool RaftNode::is_meant(std::optional<NodeId> id, const Uuid& directory_id) const {
  if (!id) return true;
  return *id == options_.self && (directory_id.is_zero() || directory_id == directory_id_);
}

void RaftNode::follow_log(Env& env) {
  if (!reads_voters()) return;
  if (const Result<void> read = history_.catch_up(*log_, env.disk); !read) return halt_of(read.error(), env);
  const auto entry = history_.last_entry();
  if (!entry || entry->offset == voters_at_) return;
  voters_at_ = entry->offset;
  const std::set<NodeId> ids = entry->voters.ids();
  env.out.note(trace::RaftVotersChanged{entry->offset, {ids.begin(), ids.end()}});
  auto* leader = std::get_if<raft::Leader>(&role_);
  if (leader == nullptr) return;
  leader->follow(entry->voters);
  // Who was alone had nobody to be asked by; who is alone has not any more.
  if (leader->voters.size() == 1) {
    leader->check_quorum_deadline.reset();
  } else if (!leader->check_quorum_deadline && !options_.legacy.has(Legacy::no_check_quorum)) {
    leader->check_quorum_deadline = env.now + check_quorum_timeout();
  }
}

// ---- requests ----------------------------------------------------------------------------------------

void RaftNode::on_voter_request(const Message& message, const RequestRef& from, Env& env) {
  if (const auto* add = message.get_if<AddRaftVoterRequest>()) return on_add_voter(*add, from, env);
  if (const auto* remove = message.get_if<RemoveRaftVoterRequest>()) return on_remove_voter(*remove, from, env);
  if (const auto* update = message.get_if<UpdateRaftVoterRequest>()) return on_update_voter(*update, from, env);
  if (message.get_if<ApiVersionsRequest>()) on_api_versions(from, env);
}

// Who adds a voter asks it first what it understands.
void RaftNode::on_api_versions(const RequestRef& from, Env& env) const {
  ApiVersionsResponse response;
  response.api_keys = listed_controller_api_versions();
  response.supported_features = {{std::string{metadata_version_feature}, oldest_metadata_version, newest_metadata_version},
                                 {std::string{kraft_version_feature}, raft::known_kraft_versions.min_supported_version,
                                  raft::known_kraft_versions.max_supported_version}};
  answer(from, std::move(response), env);
}

std::optional<RaftNode::Refusal> RaftNode::cannot_change_voters(Env& env) {
  expire_change(env);
  const auto& leader = std::get<raft::Leader>(role_);
  const auto wait = [](std::string for_what) {
    return Refusal{ErrorCode::request_timed_out, "Request timed out waiting for " + std::move(for_what)};
  };
  if (leader.change) return wait("leader to handle previous voter change request");
  if (!leader.high_watermark) return wait("leader to establish HWM and fence previous voter changes");
  if (!is_reconfigurable()) {
    return Refusal{ErrorCode::unsupported_version, "Cluster doesn't support changing voters because the kraft.version feature is "
                                                       + std::to_string(history_.version())};
  }
  const auto entry = history_.last_entry();
  if (!entry || entry->offset >= leader.high_watermark->value) return wait("voters to commit the latest voter change");
  return std::nullopt;
}

void RaftNode::on_add_voter(const AddRaftVoterRequest& add, const RequestRef& from, Env& env) {
  const auto refuse = [&](ErrorCode error, std::string message) {
    answer(from, AddRaftVoterResponse{.error_code = error, .error_message = std::move(message)}, env);
  };
  if (!is_own_cluster(add.cluster_id)) return refuse(ErrorCode::inconsistent_cluster_id, "Another cluster is meant");
  if (const auto error = validate_leader_request(epoch_)) return refuse(*error, "This is not the leader of the quorum");
  if (add.voter_id.value < 0 || add.voter_directory_id.is_zero())
    return refuse(ErrorCode::invalid_request, "Add voter request didn't include a valid voter");
  const std::optional<Endpoint> endpoint = raft::endpoint_in(add.listeners);
  if (!endpoint || endpoint->host.empty())
    return refuse(ErrorCode::invalid_request, "Add voter request didn't include the endpoint for the default listener CONTROLLER");
  if (const auto why = cannot_change_voters(env)) return refuse(why->error, why->message);
  const raft::ReplicaKey voter{add.voter_id, add.voter_directory_id};
  if (voter_set().contains(voter.id))
    return refuse(ErrorCode::duplicate_voter, "The voter id for " + text_of(voter) + " is already part of the set of voters");
  if (!is_ready(voter.id)) return refuse(ErrorCode::request_timed_out, "New voter " + text_of(voter) + " is not ready to receive requests");
  peers_[voter.id].in_flight =
      channel_.send(voter.id.value, *endpoint, Message::of(ApiVersionsRequest{"kafkasim", "4.1.0"}), env);
  std::get<raft::Leader>(role_).change =
      raft::VoterChange{raft::VoterChange::Kind::add, voter, add.listeners, from, std::nullopt,
                        env.now + options_.config.quorum_request_timeout};
}

RaftNode::Handled RaftNode::on_api_versions_answer(NodeId from, const ApiVersionsResponse& response, Env& env) {
  auto* leader = std::get_if<raft::Leader>(&role_);
  if (leader == nullptr || !leader->change) return Handled::yes;
  raft::VoterChange& change = *leader->change;
  if (change.kind != raft::VoterChange::Kind::add || change.offset || change.voter.id != from) return Handled::yes;
  if (response.error_code != ErrorCode::none) {
    end_change(ErrorCode::request_timed_out, "Aborted add voter operation since API_VERSIONS returned an error", env);
    return Handled::no;
  }
  const auto known = std::ranges::find(response.supported_features, std::string{kraft_version_feature},
                                       &ApiVersionsResponse::SupportedFeature::name);
  const KRaftVersionRange range = known == response.supported_features.end()
                                      ? KRaftVersionRange{}
                                      : KRaftVersionRange{known->min_version, known->max_version};
  if (!understands(range, history_.version())) {
    end_change(ErrorCode::invalid_request, "Aborted add voter operation: the voter doesn't support the finalized kraft.version", env);
    return Handled::yes;
  }
  if (!leader->has_caught_up(change.voter, env.now)) {
    end_change(ErrorCode::request_timed_out, "Aborted add voter operation for " + text_of(change.voter) + " since it is lagging behind", env);
    return Handled::yes;
  }
  const auto next = voter_set().with(change.voter.id, {change.voter.directory_id, change.listeners, range});
  KAFKASIM_CHECK(next.has_value(), "a voter that is added votes already");
  const std::optional<Offset> at = append_voters(*next, env);
  auto* still = std::get_if<raft::Leader>(&role_);
  if (at && still != nullptr && still->change) still->change->offset = at;
  if (at && still != nullptr) settle_change(env);
  return Handled::yes;
}

void RaftNode::on_remove_voter(const RemoveRaftVoterRequest& remove, const RequestRef& from, Env& env) {
  const auto refuse = [&](ErrorCode error, std::string message) {
    answer(from, RemoveRaftVoterResponse{.error_code = error, .error_message = std::move(message)}, env);
  };
  if (!is_own_cluster(remove.cluster_id)) return refuse(ErrorCode::inconsistent_cluster_id, "Another cluster is meant");
  if (const auto error = validate_leader_request(epoch_)) return refuse(*error, "This is not the leader of the quorum");
  if (remove.voter_id.value < 0 || remove.voter_directory_id.is_zero())
    return refuse(ErrorCode::invalid_request, "Remove voter request didn't include a valid voter");
  if (const auto why = cannot_change_voters(env)) return refuse(why->error, why->message);
  const raft::ReplicaKey voter{remove.voter_id, remove.voter_directory_id};
  const std::optional<raft::VoterSet> next = voter_set().without(voter);
  if (!next) return refuse(ErrorCode::voter_not_found, "Cannot remove voter " + text_of(voter) + " from the set of voters");
  const std::optional<Offset> at = append_voters(*next, env);
  if (!at) return;  // the disk failed
  auto& leader = std::get<raft::Leader>(role_);
  leader.change = raft::VoterChange{raft::VoterChange::Kind::remove, voter, {}, from, at,
                                    env.now + options_.config.quorum_request_timeout};
  settle_change(env);
}

void RaftNode::on_update_voter(const UpdateRaftVoterRequest& update, const RequestRef& from, Env& env) {
  const auto told = [&](ErrorCode error) {
    UpdateRaftVoterResponse response{.error_code = error};
    const auto where = known_leader() ? endpoint_of(*known_leader()) : std::nullopt;
    response.current_leader = RaftLeaderEndpoint{known_leader(), epoch_, where ? where->host : "", where ? where->port : 0};
    answer(from, std::move(response), env);
  };
  if (!is_own_cluster(update.cluster_id)) return told(ErrorCode::inconsistent_cluster_id);
  if (const auto error = validate_leader_request(update.current_leader_epoch)) return told(*error);
  const KRaftVersionRange& range = update.kraft_version_feature;
  const bool sound = update.voter_id.value >= 0 && !update.voter_directory_id.is_zero() && raft::endpoint_in(update.listeners)
                     && range.min_supported_version >= 0 && range.max_supported_version >= range.min_supported_version;
  if (!sound) return told(ErrorCode::invalid_request);
  if (const auto why = cannot_change_voters(env)) return told(why->error);
  if (!understands(range, history_.version())) return told(ErrorCode::invalid_request);
  const auto next = voter_set().updated(update.voter_id, {update.voter_directory_id, update.listeners, range});
  if (!next) return told(ErrorCode::voter_not_found);
  if (append_voters(*next, env)) told(ErrorCode::none);  // at once: who asked sees it in its log
}

Message RaftNode::update_voter_request() const {
  UpdateRaftVoterRequest request;
  request.cluster_id = options_.cluster_id;
  request.current_leader_epoch = epoch_;
  request.voter_id = options_.self;
  request.voter_directory_id = directory_id_;
  request.listeners = own_listeners();
  request.kraft_version_feature = raft::known_kraft_versions;
  return Message::of(std::move(request));
}

RaftNode::Handled RaftNode::on_update_answer(const UpdateRaftVoterResponse& response, Env& env) {
  const auto leader = response.current_leader.value_or(RaftLeaderEndpoint{});
  if (leader.leader_id) learn_endpoint(*leader.leader_id, leader.host, static_cast<std::uint16_t>(leader.port));
  return on_knowledge({response.error_code, leader.leader_id, leader.leader_epoch}, env).value_or(Handled::yes);
}

// ---- the change under way ------------------------------------------------------------------------------

std::optional<Offset> RaftNode::append_voters(const raft::VoterSet& voters, Env& env) {
  if (!append_batch(build_control_batch(ControlType::kraft_voters, encode_voters(voters.record()), env.wall), env)) return std::nullopt;
  return Offset{log_->end().value - 1};
}

void RaftNode::settle_change(Env& env) {
  auto& leader = std::get<raft::Leader>(role_);
  const bool committed = leader.change && leader.change->offset && leader.high_watermark && *leader.high_watermark > *leader.change->offset;
  if (!committed) return;
  const bool removed = leader.change->kind == raft::VoterChange::Kind::remove;
  end_change(ErrorCode::none, {}, env);
  leader.was_removed = removed && !voter_set().is_voter(key());
}

void RaftNode::end_change(ErrorCode error, std::string message, Env& env) {
  const raft::VoterChange done = *std::exchange(std::get<raft::Leader>(role_).change, std::nullopt);
  raft::answer_change(done, error, message.empty() ? std::nullopt : std::optional{std::move(message)}, env);
}

void RaftNode::expire_change(Env& env) {
  const auto& change = std::get<raft::Leader>(role_).change;
  if (change && change->deadline <= env.now) end_change(ErrorCode::request_timed_out, {}, env);
}

}  // namespace kafkasim

// Brokers as the controller sees them: registration, heartbeats, fencing (ClusterControlManager,
// ReplicationControlManager).
#include <algorithm>

#include "core/controller/controller.hpp"

namespace kafkasim {

namespace {
constexpr std::int32_t producer_id_block = 1000;  // ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE
}

std::optional<ErrorCode> Controller::check_broker_epoch(NodeId id, BrokerEpoch epoch) const {
  const BrokerImage* broker = current_.broker(id);
  if (!broker) return ErrorCode::broker_id_not_registered;
  if (broker->epoch != epoch) return ErrorCode::stale_broker_epoch;
  return std::nullopt;
}

bool Controller::is_active_broker(NodeId id) const {
  const BrokerImage* broker = current_.broker(id);
  return broker && broker->is_active();
}

bool Controller::leads_any(NodeId id) const {
  return std::ranges::any_of(current_.topics, [id](const auto& topic) {
    return std::ranges::any_of(topic.second->partitions,
                               [id](const PartitionRegistration& p) { return p.leader == id; });
  });
}

TopicConfig Controller::topic_defaults() const {
  if (current_.node_configs.empty()) return options_.config.topic_defaults;
  return effective_config(current_, options_.id, options_.config).topic_defaults;
}

Election Controller::election_for(const TopicImage& topic) const {
  return effective_config(topic, topic_defaults()).unclean_leader_election_enable
             ? Election::unclean_allowed
             : Election::clean;
}

std::optional<std::int64_t> Controller::elr_min_isr(const TopicImage& topic) const {
  if (!current_.has_eligible_leader_replicas()) return std::nullopt;
  const std::int64_t replicas = topic.partitions.empty() ? 1 : std::ssize(topic.partitions.front().replicas);
  return std::min(effective_config(topic, topic_defaults()).min_insync_replicas, replicas);
}

PartitionChange Controller::change_of(const TopicImage& topic, PartitionIndex index, Election election) const {
  const PartitionRegistration& now = *current_.partition({topic.id, index});
  return {.partition = {topic.id, index},
          .now = now,
          .target_isr = now.isr,
          .election = election,
          .is_acceptable_leader = [this](NodeId id) { return is_active_broker(id); },
          .elr_min_isr = elr_min_isr(topic)};
}

bool Controller::selects(const BrokerMove& move, const PartitionRegistration& partition) const {
  if (move.selection == Selection::leaderless) return !partition.leader;
  const auto& among = move.selection == Selection::with_broker_in_isr ? partition.isr : partition.elr();
  return std::ranges::find(among, *move.gone) != among.end();
}

void Controller::change_partitions(const BrokerMove& move, RecordList& records) const {
  const auto acceptable = [this, &move](NodeId id) {
    return id != move.gone && (id == move.returned || is_active_broker(id));
  };
  for (const auto& [topic_id, topic] : current_.topics) {
    const Election election = election_for(*topic);
    const std::optional<std::int64_t> min_isr = elr_min_isr(*topic);
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionRegistration& partition = topic->partitions[i];
      if (!selects(move, partition)) continue;
      std::vector<NodeId> isr = partition.isr;
      if (move.gone) std::erase(isr, *move.gone);
      PartitionChange change{.partition = {topic_id, PartitionIndex{static_cast<std::int32_t>(i)}},
                             .now = partition,
                             .target_isr = std::move(isr),
                             .election = election,
                             .is_acceptable_leader = acceptable,
                             .elr_min_isr = min_isr};
      if (move.leaving == Leaving::lost_its_log) change.unclean_shutdown = move.gone;
      if (auto record = build_change(std::move(change))) records.emplace_back(std::move(*record));
    }
  }
}

void Controller::fence(NodeId id, RecordList& records) const {
  change_partitions({.gone = id, .returned = {}, .selection = Selection::with_broker_in_isr}, records);
  records.emplace_back(BrokerRegistrationChangeRecord{
      .broker_id = id, .broker_epoch = current_.broker(id)->epoch, .fenced = FencingChange::fence});
}

// The process before this one is gone, whatever the partitions still say of it. Where it did not shut down cleanly, and
// this one cannot name its epoch, the log may lack what was on disk only in its page cache (KIP-966).
void Controller::handle_shutdown(const BrokerRegistrationRequest& request, const BrokerImage& known,
                                 RecordList& records) const {
  BrokerMove move{.gone = request.broker_id, .returned = {}, .selection = Selection::with_broker_in_isr};
  const bool clean = !current_.has_eligible_leader_replicas() || request.previous_broker_epoch == known.epoch;
  if (!clean) move.leaving = Leaving::lost_its_log;
  change_partitions(move, records);
  if (clean) return;
  move.selection = Selection::with_broker_in_elr;
  change_partitions(move, records);
}

void Controller::on_registration(const BrokerRegistrationRequest& request, const RequestRef& from, Env& env) {
  const auto refuse = [&](ErrorCode error) { answer(from, BrokerRegistrationResponse{.error_code = error}, env); };
  if (request.cluster_id != options_.cluster_id) return refuse(ErrorCode::inconsistent_cluster_id);
  if (request.listeners.empty()) return refuse(ErrorCode::invalid_registration);
  const NodeId id = request.broker_id;
  const BrokerImage* known = current_.broker(id);
  const bool same_incarnation = known && known->incarnation == request.incarnation_id;
  if (known && !same_incarnation && heartbeats_.has_valid_session(id, env.now) && !known->in_controlled_shutdown) {
    return refuse(ErrorCode::duplicate_broker_registration);
  }
  RecordList records;
  RegisterBrokerRecord record{
      .broker_id = id, .incarnation_id = request.incarnation_id, .rack = request.rack, .log_dirs = request.log_dirs};
  for (const auto& listener : request.listeners) {
    record.end_points.push_back({listener.name, listener.host, listener.port, listener.security_protocol});
  }
  for (const auto& feature : request.features) {
    record.features.push_back({feature.name, feature.min_supported_version, feature.max_supported_version});
  }
  if (same_incarnation) {
    record.broker_epoch = known->epoch;
    record.fenced = known->fenced;
    record.in_controlled_shutdown = known->in_controlled_shutdown;
  } else {
    if (known) handle_shutdown(request, *known, records);
    record.broker_epoch = BrokerEpoch{raft_.log_end_offset().value};
    heartbeats_.remove(id);
  }
  heartbeats_.register_broker(id, record.fenced, env.now);
  const BrokerEpoch epoch = record.broker_epoch;
  records.emplace_back(std::move(record));
  write_and_answer(records, from, Message::of(BrokerRegistrationResponse{.broker_epoch = epoch}), env);
}

void Controller::on_heartbeat(const BrokerHeartbeatRequest& request, const RequestRef& from, Env& env) {
  const NodeId id = request.broker_id;
  if (const std::optional<ErrorCode> wrong = check_broker_epoch(id, request.broker_epoch)) {
    return answer(from, BrokerHeartbeatResponse{.error_code = *wrong}, env);
  }
  const std::int64_t replayed = request.current_metadata_offset ? request.current_metadata_offset->value : -1;
  const HeartbeatAsk ask{request.want_fence, request.want_shut_down, replayed};
  const std::int64_t registered = request.broker_epoch.value;
  const BrokerControlState before = heartbeats_.state(id);
  const BrokerControlState next = heartbeats_.next_state(id, ask, registered, leads_any(id));
  RecordList records;
  if (next != before) {
    const BrokerRegistrationChangeRecord change{.broker_id = id, .broker_epoch = request.broker_epoch};
    if (next == BrokerControlState::unfenced) {
      records.emplace_back(change);
      std::get<BrokerRegistrationChangeRecord>(records.back()).fenced = FencingChange::unfence;
      change_partitions({.gone = {}, .returned = id, .selection = Selection::leaderless}, records);
    } else if (next == BrokerControlState::controlled_shutdown) {
      records.emplace_back(change);
      std::get<BrokerRegistrationChangeRecord>(records.back()).in_controlled_shutdown =
          ControlledShutdownChange::in_controlled_shutdown;
      change_partitions({.gone = id, .returned = {}, .selection = Selection::with_broker_in_isr}, records);
    } else if (before != BrokerControlState::fenced) {
      fence(id, records);
    }
  }
  const bool fenced = next == BrokerControlState::fenced || next == BrokerControlState::shutdown_now;
  const BrokerHeartbeatResponse response{.is_caught_up = replayed >= registered,
                                         .is_fenced = fenced,
                                         .should_shut_down = next == BrokerControlState::shutdown_now};
  heartbeats_.touch(id, fenced, replayed, env.now);
  write_and_answer(records, from, Message::of(response), env);
  if (next == BrokerControlState::controlled_shutdown)
    heartbeats_.enter_controlled_shutdown(id, current_.end_offset - 1);
}

void Controller::on_allocate_producer_ids(const AllocateProducerIdsRequest& request, const RequestRef& from, Env& env) {
  if (const std::optional<ErrorCode> wrong = check_broker_epoch(request.broker_id, request.broker_epoch)) {
    return answer(from, AllocateProducerIdsResponse{.error_code = *wrong}, env);
  }
  const ProducerId first{current_.next_producer_id};
  const ProducerIdsRecord record{request.broker_id, request.broker_epoch, ProducerId{first.value + producer_id_block}};
  write_and_answer(
      {record}, from,
      Message::of(AllocateProducerIdsResponse{.producer_id_start = first, .producer_id_len = producer_id_block}), env);
}

}  // namespace kafkasim

#include "core/controller/controller.hpp"

#include <algorithm>
#include <utility>

#include "core/machine/deadlines.hpp"
#include "core/message/error_answer.hpp"
#include "core/wire/metadata_record_codec.hpp"

namespace kafkasim {

namespace {

constexpr Duration longest_shutdown = seconds(5);  // KafkaRaftClient.shutdown as the controller calls it

RaftOptions raft_options(const ControllerOptions& options) {
  return {options.id, options.voters, QuorumMember::voter, options.config, options.cluster_id, raft_channel, options.legacy,
          options.voter_source, options.endpoint};
}

// The APIs that came after those that are spelt out below.
bool is_for_administrators(ApiKey api) {
  return api == ApiKey::delete_topics || api == ApiKey::create_partitions || api == ApiKey::alter_configs
         || api == ApiKey::incremental_alter_configs || api == ApiKey::list_partition_reassignments;
}

// What a node that is not the active controller says to a request.
std::optional<Message> not_controller(const Message& request) {
  if (request.get_if<BrokerRegistrationRequest>())
    return Message::of(BrokerRegistrationResponse{.error_code = ErrorCode::not_controller});
  if (request.get_if<BrokerHeartbeatRequest>())
    return Message::of(BrokerHeartbeatResponse{.error_code = ErrorCode::not_controller});
  if (request.get_if<AlterPartitionRequest>())
    return Message::of(AlterPartitionResponse{.error_code = ErrorCode::not_controller});
  if (request.get_if<AllocateProducerIdsRequest>())
    return Message::of(AllocateProducerIdsResponse{.error_code = ErrorCode::not_controller});
  if (request.get_if<ElectLeadersRequest>())
    return Message::of(ElectLeadersResponse{.error_code = ErrorCode::not_controller});
  if (request.get_if<AlterPartitionReassignmentsRequest>())
    return Message::of(AlterPartitionReassignmentsResponse{.error_code = ErrorCode::not_controller});
  if (const auto* create = request.get_if<CreateTopicsRequest>()) {
    CreateTopicsResponse response;
    for (const auto& topic : create->topics) {
      response.topics.push_back({.name = topic.name,
                                 .error_code = ErrorCode::not_controller,
                                 .error_message = "This is not the active controller."});
    }
    return Message::of(std::move(response));
  }
  if (is_for_administrators(request.api())) return error_answer(request, ErrorCode::not_controller);
  return std::nullopt;
}

// The same for an answer that waited when the leadership was lost.
Message not_controller_any_more(const Message& response) {
  if (response.get_if<BrokerRegistrationResponse>())
    return Message::of(BrokerRegistrationResponse{.error_code = ErrorCode::not_controller});
  if (response.get_if<BrokerHeartbeatResponse>())
    return Message::of(BrokerHeartbeatResponse{.error_code = ErrorCode::not_controller});
  if (response.get_if<AlterPartitionResponse>())
    return Message::of(AlterPartitionResponse{.error_code = ErrorCode::not_controller});
  if (response.get_if<ElectLeadersResponse>())
    return Message::of(ElectLeadersResponse{.error_code = ErrorCode::not_controller});
  if (response.get_if<AlterPartitionReassignmentsResponse>())
    return Message::of(AlterPartitionReassignmentsResponse{.error_code = ErrorCode::not_controller});
  if (const auto* created = response.get_if<CreateTopicsResponse>()) {
    CreateTopicsResponse failed;
    for (const auto& topic : created->topics)
      failed.topics.push_back({.name = topic.name, .error_code = ErrorCode::not_controller});
    return Message::of(std::move(failed));
  }
  if (is_for_administrators(response.api())) return *failed_answer(response, ErrorCode::not_controller);
  return Message::of(AllocateProducerIdsResponse{.error_code = ErrorCode::not_controller});
}

void send_answer(const RequestRef& to, Message response, Env& env) {
  env.out.add(Send{to.connection, Envelope{to.correlation_id, to.version, {}, std::move(response)}});
}

}  // namespace

Controller::Controller(ControllerOptions options)
    : options_{std::move(options)},
      raft_{raft_options(options_)},
      heartbeats_{options_.config.broker_session_timeout},
      snapshots_{options_.config} {}

std::optional<Instant> Controller::next_deadline() const {
  std::optional<Instant> next = earlier(raft_.next_deadline(), stop_by_);
  if (is_active()) {
    next = earlier(earlier(next, heartbeats_.next_check()), no_op_at_);
    next = earlier(earlier(next, balance_at_), unclean_at_);
  }
  return next;
}

void Controller::step(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    *this = Controller{std::move(options_)};
    snapshots_.begin(env.now);
    raft_.start(*started, env);
  } else if (const auto* received = std::get_if<Received>(&in); received && !raft_.handles(in)) {
    catch_up(env);
    on_request(*received, env);
  } else if (const auto* command = std::get_if<Command>(&in)) {
    if (std::holds_alternative<Campaign>(*command)) raft_.campaign(env);
  } else {
    raft_.step(in, env);
  }
  catch_up(env);
  if (std::holds_alternative<Woken>(in)) on_woken(env);
  if (std::holds_alternative<StopRequested>(in)) on_stop(env);
  if (stop_by_ && (raft_.may_stop() || env.now >= *stop_by_)) {
    stop_by_.reset();
    env.out.add(Exit{true, "controlled shutdown"});
  }
}

void Controller::on_stop(Env& env) {
  raft_.resign(env);
  catch_up(env);
  stop_by_ = env.now + longest_shutdown;
}

void Controller::catch_up(Env& env) {
  if (raft_.has_failed()) return;
  apply_committed(env);
  const bool leads = raft_.is_active();
  const std::int32_t epoch = raft_.leader_and_epoch().epoch;
  if (active_epoch_ && (!leads || epoch != *active_epoch_)) deactivate(env);
  if (leads && !active_epoch_) activate(env);
  answer_committed(env);
}

void Controller::apply_committed(Env& env) {
  for (CommittedBatch& batch : raft_.take_committed(env)) {
    if (!apply(batch, env)) return;
    committed_.end_offset = batch.last_offset.value + 1;
    committed_.epoch = batch.epoch;
    if (batch.source == CommittedBatch::Source::snapshot) {
      snapshots_.begin(env.now);
    } else if (snapshots_.applied(batch, env.now)) {
      make_snapshot(committed_, batch, raft_, env);
    }
    if (options_.replayed == Replayed::kept) replayed_.push_back(std::move(batch));
  }
}

bool Controller::apply(const CommittedBatch& batch, Env& env) {
  const auto cannot_go_on = [&env](const Error& error) {  // Kafka's fault handler halts the process as well
    env.out.add(Exit{false, "metadata log: " + error.message});
    return false;
  };
  if (batch.source == CommittedBatch::Source::snapshot) {
    Result<MetadataImage> image = image_of(batch);
    if (!image) return cannot_go_on(image.error());
    committed_ = *std::move(image);
    return true;
  }
  std::int64_t offset = batch.base_offset.value;
  MetadataDelta delta;
  for (const std::vector<std::byte>& value : batch.records) {
    const Result<MetadataRecord> record = decode_metadata_record(value);
    const Result<void> done =
        record ? replay_committed(*record, offset, committed_, delta, env.out, options_.legacy) : tl::unexpected(record.error());
    if (!done) return cannot_go_on(done.error());
    ++offset;
  }
  return true;
}

void Controller::activate(Env& env) {
  active_epoch_ = raft_.leader_and_epoch().epoch;
  current_ = committed_;
  heartbeats_.clear();
  for (const auto& [id, broker] : current_.brokers) heartbeats_.register_broker(id, broker.fenced, env.now);
  no_op_at_ = env.now + options_.config.metadata_max_idle_interval;
  if (options_.config.auto_leader_rebalance_enable)
    balance_at_ = env.now + seconds(options_.config.leader_imbalance_check_interval_seconds);
  unclean_at_ = env.now + options_.config.unclean_leader_election_interval;
  env.out.note(trace::ControllerActivated{*active_epoch_});
  (void)write_bootstrap(env);
}

bool Controller::write_bootstrap(Env& env) {
  const bool is_new = current_.features.empty() && current_.brokers.empty() && current_.topics.empty();
  if (!is_new || options_.features.empty()) return true;
  RecordList records;
  for (const auto& [name, level] : options_.features) records.emplace_back(FeatureLevelRecord{name, level});
  const auto elr = options_.features.find(std::string{eligible_leader_replicas_feature});
  if (elr != options_.features.end() && elr->second > 0) {
    // Who is eligible depends on it, so that it must be the same for all brokers, and known to the controller.
    records.emplace_back(ConfigRecord{ConfigResourceType::broker, "", std::string{min_isr_setting},
                                      std::to_string(options_.config.topic_defaults.min_insync_replicas)});
  }
  return write(records, env);
}

void Controller::deactivate(Env& env) {
  env.out.note(trace::ControllerResigned{*active_epoch_});
  active_epoch_.reset();
  heartbeats_.clear();
  no_op_at_.reset();
  balance_at_.reset();
  unclean_at_.reset();
  current_ = MetadataImage{};
  for (const Deferred& waiting : std::exchange(deferred_, {}))
    send_answer(waiting.from, not_controller_any_more(waiting.response), env);
}

void Controller::answer_committed(Env& env) {
  while (!deferred_.empty() && deferred_.front().offset.value < committed_.end_offset) {
    send_answer(deferred_.front().from, std::move(deferred_.front().response), env);
    deferred_.pop_front();
  }
}

void Controller::on_woken(Env& env) {
  if (!is_active()) return;
  while (const std::optional<NodeId> silent =
             heartbeats_.stale(env.now)) {  // one by one: each sees what the one before did
    RecordList records;
    fence(*silent, records);
    if (!write(records, env)) return;
    heartbeats_.fence(*silent);
  }
  if (balance_at_ && env.now >= *balance_at_) balance_leaders(env);
  if (unclean_at_ && env.now >= *unclean_at_) elect_unclean_leaders(env);
  if (no_op_at_ && env.now >= *no_op_at_) (void)write({NoOpRecord{}}, env);
  catch_up(env);
}

bool Controller::write(const RecordList& records, Env& env) {
  if (records.empty()) return true;
  std::vector<std::vector<std::byte>> values;
  values.reserve(records.size());
  for (const MetadataRecord& record : records) values.push_back(encode_metadata_record(record));
  const std::optional<Offset> last = raft_.append(values, env);
  if (!last) return false;
  std::int64_t offset = last->value - std::ssize(records) + 1;
  MetadataDelta delta;
  for (const MetadataRecord& record : records) {
    const Result<void> done = replay(record, offset++, current_, delta, options_.legacy);
    KAFKASIM_CHECK(done.has_value(), done ? "" : done.error().message);
  }
  no_op_at_ = env.now + options_.config.metadata_max_idle_interval;
  return true;
}

void Controller::write_and_answer(const RecordList& records, const RequestRef& from, Message response, Env& env) {
  if (!write(records, env)) return send_answer(from, not_controller_any_more(response), env);
  deferred_.push_back({Offset{current_.end_offset - 1}, from, std::move(response)});
  answer_committed(env);
}

void Controller::on_request(const Received& received, Env& env) {
  const RequestRef from = request_ref(received);
  const Message& message = received.envelope.message;
  if (!is_active()) {
    if (std::optional<Message> refusal = not_controller(message)) return send_answer(from, std::move(*refusal), env);
    env.out.add(Close{from.connection});  // not an API of the controller listener
    return;
  }
  if (const auto* registration = message.get_if<BrokerRegistrationRequest>())
    return on_registration(*registration, from, env);
  if (const auto* heartbeat = message.get_if<BrokerHeartbeatRequest>()) return on_heartbeat(*heartbeat, from, env);
  if (const auto* alter = message.get_if<AlterPartitionRequest>()) return on_alter_partition(*alter, from, env);
  if (const auto* create = message.get_if<CreateTopicsRequest>()) return on_create_topics(*create, from, env);
  if (const auto* elect = message.get_if<ElectLeadersRequest>()) return on_elect_leaders(*elect, from, env);
  if (const auto* reassign = message.get_if<AlterPartitionReassignmentsRequest>())
    return on_reassignments(*reassign, from, env);
  if (const auto* list = message.get_if<ListPartitionReassignmentsRequest>())
    return on_list_reassignments(*list, from, env);
  if (const auto* remove = message.get_if<DeleteTopicsRequest>()) return on_delete_topics(*remove, from, env);
  if (const auto* more = message.get_if<CreatePartitionsRequest>()) return on_create_partitions(*more, from, env);
  if (const auto* change = message.get_if<IncrementalAlterConfigsRequest>())
    return on_incremental_alter_configs(*change, from, env);
  if (const auto* change = message.get_if<AlterConfigsRequest>()) return on_alter_configs(*change, from, env);
  if (const auto* allocate = message.get_if<AllocateProducerIdsRequest>())
    return on_allocate_producer_ids(*allocate, from, env);
  env.out.add(Close{from.connection});
}

}  // namespace kafkasim

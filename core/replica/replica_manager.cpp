#include "core/replica/replica_manager.hpp"

#include <algorithm>
#include <utility>

#include "core/replica/follower.hpp"

namespace kafkasim {

namespace {

constexpr FlushToken upkeep_done{std::uint64_t{ReplicaManager::channel_tag} << 56};  // the logs' flushes count from one

Random session_ids(std::uint32_t incarnation, const Env& env) {
  return env.random.fork("fetch-sessions").fork(incarnation);
}

}  // namespace

ReplicaManager::ReplicaManager(NodeId self, const NodeConfig& config, LegacyBehaviours legacy)
    : self_{self},
      config_{config},
      legacy_{legacy},
      replicas_{self, config, std::uint64_t{channel_tag} << 56, legacy},
      fetchers_{self, config, channel_tag, legacy},
      leader_quota_{config.replication_quota_samples, config.replication_quota_window_seconds},
      follower_quota_{config.replication_quota_samples, config.replication_quota_window_seconds},
      sessions_{config.max_incremental_fetch_session_cache_slots, Random{0}} {}

void ReplicaManager::start(const Started& started, Env& env) {
  fetchers_.start(started);
  sessions_ =
      FetchSessionCache{config_->max_incremental_fetch_session_cache_slots, session_ids(started.incarnation, env)};
  replicas_.open(env);
  timers_.set(Timer::shrink_isrs, env.now + config_->replica_lag_time_max / 2);
  timers_.set(Timer::expire_producers, env.now + config_->producer_id_expiration_check_interval);
  upkeep_.set(Upkeep::checkpoint_high_watermarks, env.now + config_->replica_high_watermark_checkpoint_interval);
  upkeep_.set(Upkeep::checkpoint_recovery_points, env.now + config_->log_initial_task_delay);
  if (config_->log_flush_scheduler_interval < milliseconds(INT64_MAX)) upkeep_.set(Upkeep::flush, env.now + config_->log_initial_task_delay);
  upkeep_.set(Upkeep::retention, env.now + config_->log_initial_task_delay);
  settle(env);
}

void ReplicaManager::set_dynamic_config(const NodeConfig& effective) {
  replicas_.set_topic_defaults(effective.topic_defaults);
  leader_quota_.set_rate(effective.leader_throttled_rate);
  follower_quota_.set_rate(effective.follower_throttled_rate);
}

// TopicConfigHandler: by the topic's own settings alone.
void ReplicaManager::learn_throttles(const MetadataImage& image, const std::vector<TopicIdPartition>& changed) {
  const auto of = [this](const TopicImage* topic, std::string_view setting) {
    if (topic == nullptr) return ThrottledPartitions{};
    const auto found = topic->configs.find(std::string{setting});
    return found == topic->configs.end() ? ThrottledPartitions{} : throttled_partitions(found->second, self_);
  };
  std::optional<Uuid> last;
  for (const TopicIdPartition& id : changed) {
    if (std::exchange(last, id.topic_id) == id.topic_id) continue;
    const TopicImage* topic = image.topic(id.topic_id);
    leader_quota_.throttle(id.topic_id, of(topic, leader_throttled_replicas_setting));
    follower_quota_.throttle(id.topic_id, of(topic, follower_throttled_replicas_setting));
  }
}

void ReplicaManager::apply_metadata(const MetadataImage& image, const std::vector<TopicIdPartition>& changed,
                                    Env& env) {
  learn_throttles(image, changed);
  for (const FetchAssignment& assignment : replicas_.apply(image, changed, env)) {
    fetchers_.unfollow(assignment.id);
    if (!assignment.from || replicas_.failed()) continue;
    const UnifiedLog* log = replicas_.log(assignment.id);
    const bool by_epochs = log->latest_epoch() && !legacy_.has(Legacy::hw_truncate_loss);
    if (!by_epochs && log->high_watermark() < log->log_end_offset()) {
      // No epoch to compare by: only what was committed can be trusted.
      replicas_.truncate_to(assignment.id, log->high_watermark(), env);
      log = replicas_.log(assignment.id);
    }
    const Partition& partition = *replicas_.partitions().at(assignment.id);
    fetchers_.follow(assignment.id, partition.name.topic, *assignment.from,
                     {log->log_end_offset(), partition.leader_epoch, log->latest_epoch()});
  }
  if (replicas_.take_brokers_changed()) watch_woken(sessions_.wake_all());
  for (const TopicIdPartition& id : changed) check_waiting_deletes(id, env);  // who is alive may have changed
  settle(env);
}

void ReplicaManager::remove_stray_logs(const MetadataImage& image, Env& env) {
  replicas_.remove_stray_logs(image, env);
  settle(env);
}

// ---- machine ---------------------------------------------------------------------------------------------

bool ReplicaManager::handles(const Input& in) const {
  if (const auto* connected = std::get_if<Connected>(&in)) return fetchers_.owns(connected->connection);
  if (const auto* lost = std::get_if<Disconnected>(&in)) return fetchers_.owns(lost->connection);
  if (const auto* received = std::get_if<Received>(&in)) return fetchers_.owns(received->connection);
  if (const auto* flushed = std::get_if<Flushed>(&in)) return replicas_.owns(flushed->token);
  return std::holds_alternative<Woken>(in);
}

void ReplicaManager::step(const Input& in, Env& env) {
  if (stopped_) return;
  if (const auto* flushed = std::get_if<Flushed>(&in)) {
    if (flushed->token == upkeep_done) {
      upkeep_under_way_ = false;
    } else {
      replicas_.on_flushed(*flushed, env);
    }
  }
  for (const FetcherEvent& event : fetchers_.step(in, env)) {
    std::visit([this, &env](const auto& what) { on_fetcher_event(what, env); }, event);
  }
  if (std::holds_alternative<Woken>(in)) {
    for (const Timer timer : timers_.take_due(env.now)) on_timer(timer, env);
    finish(produces_.expired(env.now), env);
    finish(deletes_.expired(env.now), env);
    for (const OperationId id : fetches_.take_due(env.now)) answer_waiting_fetch(id, fetches_.take(id), env);
  }
  settle(env);
}

void ReplicaManager::on_timer(Timer timer, Env& env) {
  switch (timer) {
    case Timer::shrink_isrs:
      replicas_.maybe_shrink_isrs(env);
      timers_.set(timer, env.now + config_->replica_lag_time_max / 2);
      break;
    case Timer::expire_producers:
      replicas_.expire_producers(env);
      timers_.set(timer, env.now + config_->producer_id_expiration_check_interval);
      break;
  }
}

std::optional<Instant> ReplicaManager::upkeep_deadline() const {
  if (stopped_ || upkeep_under_way_) return std::nullopt;
  return earlier(upkeep_.next(), earlier(replicas_.cleaning_deadline(), replicas_.next_removal()));
}

void ReplicaManager::run_upkeep(Env& env) {
  if (stopped_ || upkeep_under_way_) return;
  for (const Upkeep task : upkeep_.take_due(env.now)) run(task, env);
  if (is_due(replicas_.cleaning_deadline(), env.now)) replicas_.clean(env);
  if (is_due(replicas_.next_removal(), env.now)) replicas_.remove_due_files(env);
  upkeep_under_way_ = true;
  env.out.add(Flush{std::nullopt, upkeep_done});
  settle(env);
}

void ReplicaManager::run(Upkeep task, Env& env) {
  switch (task) {
    case Upkeep::checkpoint_high_watermarks:
      replicas_.checkpoint_high_watermarks(env);
      upkeep_.set(task, env.now + config_->replica_high_watermark_checkpoint_interval);
      break;
    case Upkeep::checkpoint_recovery_points:
      replicas_.checkpoint_recovery_points(env);
      upkeep_.set(task, env.now + config_->log_flush_offset_checkpoint_interval);
      break;
    case Upkeep::flush:
      replicas_.flush_dirty_logs(env);
      upkeep_.set(task, env.now + config_->log_flush_scheduler_interval);
      break;
    case Upkeep::retention: run_retention(env); break;
  }
}

// In slices: what else this broker has to do in the background comes in between.
void ReplicaManager::run_retention(Env& env) {
  if (!retention_began_) retention_began_ = env.now;
  Instant next = env.now;
  if (replicas_.delete_old_segments(env) == Replicas::PassIs::finished)
    next = std::max(next, *std::exchange(retention_began_, std::nullopt) + config_->log_retention_check_interval);
  upkeep_.set(Upkeep::retention, next);
}

std::optional<Instant> ReplicaManager::next_deadline() const {
  if (stopped_) return std::nullopt;
  std::optional<Instant> next = earlier(timers_.next(), fetchers_.next_deadline());
  next = earlier(next, earlier(produces_.next_deadline(), fetches_.next_deadline()));
  next = earlier(next, deletes_.next_deadline());
  return earlier(next, replicas_.alter_partition().next_deadline());
}

void ReplicaManager::shutdown(Env& env) {
  fetchers_.unfollow_all(env);
  replicas_.close_cleanly(env);
  stopped_ = true;
}

void ReplicaManager::settle(Env& env) {
  if (stopped_) return;
  // Answering may move nothing further, but a disk error may come up in it.
  for (std::vector<PartitionEvent> events = replicas_.take_events(); !events.empty();
       events = replicas_.take_events()) {
    for (const PartitionEvent& event : events) on_event(event, env);
  }
  end_sessions();
  replicas_.checkpoint_if_due(env);
  if (replicas_.failed()) {
    fetchers_.unfollow_all(env);
    return;
  }
  const auto log_start = [this](const TopicIdPartition& id) { return replicas_.log(id)->log_start_offset(); };
  fetchers_.send_requests({replicas_.broker_epoch(), replicas_.brokers(), log_start, follower_quota_}, env);
}

void ReplicaManager::on_event(const PartitionEvent& event, Env& env) {
  watch_woken(sessions_.wake(event.id));
  switch (event.kind) {
    case PartitionEventKind::log_end_moved: break;
    case PartitionEventKind::log_start_moved: return fetchers_.log_start_moved(event.id);
    case PartitionEventKind::state_changed: return;
    case PartitionEventKind::low_watermark_moved: return check_waiting_deletes(event.id, env);
    case PartitionEventKind::high_watermark_moved:
      if (produces_.has_waiting(event.id)) finish(produces_.reached(event.id, produce_outcome(event.id)), env);
      break;
    case PartitionEventKind::not_leader_any_more:
      if (produces_.has_waiting(event.id)) {
        ProduceOutcome outcome = produce_outcome(event.id);
        outcome.error = event.reason;
        finish(produces_.lost(event.id, outcome), env);
      }
      finish(deletes_.lost(event.id, event.reason), env);
      break;
  }
  for (const OperationId id : fetches_.watchers(event.id)) check_waiting_fetch(id, event.id, env);
}

// ---- following -------------------------------------------------------------------------------------------

void ReplicaManager::advance_fetcher(const TopicIdPartition& id, ReplicaFetchers::Got got) {
  const UnifiedLog* log = replicas_.log(id);
  if (log != nullptr) fetchers_.advance(id, log->log_end_offset(), log->latest_epoch(), got);
}

void ReplicaManager::on_fetcher_event(const FetchedPartition& fetched, Env& env) {
  const FetchResponse::Partition& data = fetched.response;
  if (data.error_code == ErrorCode::offset_out_of_range) {
    fetchers_.ask_leader_offset(fetched.id, LogEndKind::end);
  } else if (data.error_code == ErrorCode::fenced_leader_epoch) {
    fetchers_.fenced(fetched.id, fetched.requested.current_leader_epoch, env.now);
  } else if (data.error_code != ErrorCode::none) {
    fetchers_.back_off(fetched.id, env.now);
  } else if (data.diverging_epoch) {
    replicas_.truncate_on_divergence(fetched.id, data, env);
    advance_fetcher(fetched.id, ReplicaFetchers::Got::nothing);
  } else {
    const LeaderEpoch epoch =
        fetched.requested.current_leader_epoch.value_or(fetchers_.position(fetched.id)->leader_epoch);
    const Replicas::FetchEffect effect = replicas_.append_fetched(fetched.id, epoch, data, env);
    if (effect == Replicas::FetchEffect::data && follower_quota_.is_throttled(fetched.id))
      follower_quota_.record(data.records.size_bytes(), env.now);
    if (const UnifiedLog* log = replicas_.log(fetched.id); log != nullptr && data.high_watermark) {
      const bool behind = *data.high_watermark > log->log_end_offset();
      fetchers_.tell_lag(fetched.id, behind ? ReplicaFetchers::Lag::some : ReplicaFetchers::Lag::none);
    }
    switch (effect) {
      case Replicas::FetchEffect::nothing: advance_fetcher(fetched.id, ReplicaFetchers::Got::nothing); break;
      case Replicas::FetchEffect::data: advance_fetcher(fetched.id, ReplicaFetchers::Got::data); break;
      case Replicas::FetchEffect::corrupt: fetchers_.back_off(fetched.id, env.now); break;
      case Replicas::FetchEffect::failed: fetchers_.unfollow(fetched.id); break;
    }
  }
}

void ReplicaManager::on_fetcher_event(const LeaderOffset& told, Env& env) {
  const UnifiedLog* log = replicas_.log(told.id);
  if (log == nullptr) return;
  if (told.error == ErrorCode::fenced_leader_epoch) return fetchers_.fenced(told.id, told.requested_epoch, env.now);
  if (told.error != ErrorCode::none) return fetchers_.back_off(told.id, env.now);
  if (told.which == LogEndKind::end) {
    const std::optional<Offset> cut = cut_for_leader_end(*log, told.offset);
    if (!cut) return fetchers_.ask_leader_offset(told.id, LogEndKind::start);
    replicas_.truncate_to(told.id, *cut, env);
  } else if (const std::optional<Offset> start = restart_for_leader_start(*log, told.offset)) {
    replicas_.restart_at(told.id, *start, env);
  }
  advance_fetcher(told.id, ReplicaFetchers::Got::nothing);
}

// ---- the controller --------------------------------------------------------------------------------------

std::vector<Message> ReplicaManager::take_controller_requests(Env& env) {
  std::vector<Message> requests;
  if (stopped_ || replicas_.failed() || !replicas_.broker_epoch()) return requests;
  auto request = replicas_.alter_partition().take_request(self_, *replicas_.broker_epoch(), env.now);
  if (request) requests.push_back(Message::of(std::move(*request)));
  return requests;
}

void ReplicaManager::on_controller_answer(const std::optional<Message>& response, Env& env) {
  const auto* answer = response ? response->get_if<AlterPartitionResponse>() : nullptr;
  for (const IsrVerdict& verdict : replicas_.alter_partition().on_answer(answer, env.now)) {
    replicas_.on_isr_verdict(verdict, env);
  }
  settle(env);
}

// ---- reports ---------------------------------------------------------------------------------------------

std::optional<ReplicaReport> ReplicaManager::report(const TopicIdPartition& id) const {
  const auto found = replicas_.partitions().find(id);
  const UnifiedLog* log = replicas_.log(id);
  if (found == replicas_.partitions().end() || log == nullptr) return std::nullopt;
  const Partition& partition = *found->second;
  ReplicaReport report;
  report.id = id;
  report.name = partition.name;
  report.role = ReportedRole::follower;
  if (partition.is_offline()) report.role = ReportedRole::offline;
  if (partition.follower() != nullptr) report.leader = partition.follower()->leader;
  if (const LeaderRole* leader = partition.leader()) {
    report.role = ReportedRole::leader;
    report.leader = self_;
    report.isr = leader->isr.committed();
    report.maximal_isr = leader->isr.maximal();
  }
  report.leader_epoch = partition.leader_epoch;
  report.partition_epoch = partition.partition_epoch;
  report.log_start = log->log_start_offset();
  report.high_watermark = log->high_watermark();
  report.log_end = log->log_end_offset();
  report.size_bytes = log->size_bytes();
  report.segments = log->segment_count();
  return report;
}

std::vector<ReplicaReport> ReplicaManager::report() const {
  std::vector<ReplicaReport> reports;
  for (const auto& [id, partition] : replicas_.partitions()) {
    if (auto one = report(id)) reports.push_back(std::move(*one));
  }
  return reports;
}

}  // namespace kafkasim

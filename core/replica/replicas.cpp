#include "core/model/topic_name.hpp"
#include "core/replica/replicas.hpp"

#include <algorithm>

namespace kafkasim {

namespace {

std::string_view describe(DiskErrorKind kind) {
  switch (kind) {
    case DiskErrorKind::not_found: return "not found";
    case DiskErrorKind::exists: return "exists already";
    case DiskErrorKind::no_space: return "no space left";
    case DiskErrorKind::io_error: return "input/output error";
  }
  return "";
}

std::optional<TransactionOutcome> marker_of(const RecordBatch& batch) {
  if (!batch.is_control() || !batch.is_transactional()) return std::nullopt;
  const Result<DecodedRecords> records = decode_records(batch);
  if (!records || records->begin() == records->end()) return std::nullopt;
  const Result<EndTransactionMarker> marker = read_end_transaction(*records->begin());
  return marker ? std::optional{marker->outcome} : std::nullopt;
}

trace::AppendedBatch summary_of(const RecordBatch& batch) {
  return {.base = batch.base_offset(),
          .last = batch.last_offset(),
          .epoch = batch.leader_epoch(),
          .crc = batch.header.crc,
          .producer_id = batch.header.producer_id,
          .producer_epoch = batch.header.producer_epoch,
          .base_sequence = batch.header.base_sequence,
          .size_bytes = static_cast<std::uint32_t>(batch.size_bytes()),
          .control = batch.is_control(),
          .transactional = batch.is_transactional(),
          .origin = batch.body.origin(),
          .marker = marker_of(batch)};
}

std::vector<trace::AppendedBatch> summaries_of(const std::vector<RecordBatch>& batches) {
  std::vector<trace::AppendedBatch> summaries;
  summaries.reserve(batches.size());
  for (const RecordBatch& batch : batches) summaries.push_back(summary_of(batch));
  return summaries;
}

}  // namespace

bool is_internal_topic(const std::string& name) {
  return name == offsets_topic || name == transaction_state_topic || name == "__share_group_state";
}

Replicas::Replicas(NodeId self, const NodeConfig& config, std::uint64_t flush_token_base, LegacyBehaviours legacy)
    : self_{self}, config_{config}, legacy_{legacy}, cleaner_{config}, flush_token_base_{flush_token_base} {}

LogConfig Replicas::log_config_of(const TopicConfig& topic) const {
  const bool by_records = legacy_.has(Legacy::producer_state_by_log_retention);
  LogConfig config = log_config(topic, config_->producer_id_expiration, verification(),
                                by_records ? ProducersStay::with_their_records : ProducersStay::by_time);
  config.legacy = legacy_;
  return config;
}

void Replicas::open(Env& env) {
  const LogConfig defaults = log_config_of(config_->topic_defaults);
  auto opened = LogDirectory::open(
      env.disk, [&defaults](const TopicPartition&) { return defaults; }, env.wall);
  if (!worked(opened, env)) return;
  directory_ = std::move(opened->directory);
  if (!worked(cleaner_.start(env.now, env.disk), env)) return;
  for (const std::string& leaving : opened->report.leaving)
    directory_.finish_removal(leaving, env.now + config_->topic_defaults.file_delete_delay);
  previous_broker_epoch_ = opened->report.previous_broker_epoch;
  for (const LogDirectory::Loaded& loaded : opened->report.logs) {
    note_loaded(loaded, opened->report.clean, env);
    if (failed_) return;
  }
}

void Replicas::note_loaded(const LogDirectory::Loaded& loaded, CleanShutdown clean, Env& env) {
  const UnifiedLog* log = directory_.find(loaded.id);
  KAFKASIM_CHECK(log != nullptr);
  if (log->high_watermark() != loaded.high_watermark) {
    UnifiedLog* changed = directory_.edit(loaded.id);
    (void)changed->update_high_watermark(loaded.high_watermark);
    log = changed;
  }
  const auto batches = log->all_batches(env.disk);
  if (!worked(batches, env)) return;
  env.out.note(trace::LogLoaded{.partition = loaded.id,
                                .log_start = log->log_start_offset(),
                                .log_end = log->log_end_offset(),
                                .high_watermark = log->high_watermark(),
                                .bytes_cut = loaded.report.bytes_cut,
                                .clean = clean == CleanShutdown::yes,
                                .batches = summaries_of(*batches)});
  note_producers(loaded.id, *log, env);
}

// ---- look-ups --------------------------------------------------------------------------------------------

std::optional<Uuid> Replicas::topic_id(const std::string& name) const {
  const auto found = topic_ids_.find(name);
  return found == topic_ids_.end() ? std::nullopt : std::optional{found->second};
}

const std::string* Replicas::topic_name(const Uuid& id) const {
  const auto found = topics_.find(id);
  return found == topics_.end() ? nullptr : &found->second.name;
}

LocalReplica Replicas::find(const TopicIdPartition& id) const {
  if (failed_) return {.error = ErrorCode::kafka_storage_error};
  const auto found = partitions_.find(id);
  if (found != partitions_.end()) {
    const UnifiedLog* log = directory_.find(id);
    KAFKASIM_CHECK(log != nullptr, to_string(found->second->name));
    return {.partition = &*found->second, .log = log};
  }
  const auto topic = topics_.find(id.topic_id);
  const bool elsewhere =
      topic != topics_.end() && id.partition.value >= 0 && id.partition.value < topic->second.partitions;
  return {.error = elsewhere ? ErrorCode::not_leader_or_follower : ErrorCode::unknown_topic_or_partition};
}

LocalReplica Replicas::find(const TopicIdPartition& id, std::optional<LeaderEpoch> current, ServedBy who) const {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none) return found;
  if (current && *current < found.partition->leader_epoch) return {.error = ErrorCode::fenced_leader_epoch};
  if (current && *current > found.partition->leader_epoch) return {.error = ErrorCode::unknown_leader_epoch};
  if (who == ServedBy::leader_only && found.partition->leader() == nullptr) {
    return {.error = ErrorCode::not_leader_or_follower};
  }
  return found;
}

Partition* Replicas::edit(const TopicIdPartition& id) {
  const auto found = partitions_.find(id);
  return found == partitions_.end() ? nullptr : &found->second.edit();
}

LeaderView Replicas::view(const UnifiedLog& log, Env& env) const {
  return {log.log_end_offset(), log.high_watermark(), env.now, config_->replica_lag_time_max, *brokers_, legacy_};
}

// ---- the disk --------------------------------------------------------------------------------------------

void Replicas::disk_failed(const DiskError& error, Env& env) {
  if (failed_) return;
  failed_ = true;
  const std::string reason = "log directory failed: " + error.path + ": " + std::string{describe(error.kind)};
  for (auto& [id, partition] : partitions_) {
    partition.edit().role = OfflineRole{};
    events_.push_back({id, PartitionEventKind::not_leader_any_more, ErrorCode::kafka_storage_error});
  }
  flushing_.clear();
  flush_tokens_.clear();
  flushed_at_.clear();
  env.out.note(trace::LogDirectoryFailed{reason});
  env.out.add(Exit{false, reason});
}

void Replicas::checkpoint_high_watermarks(Env& env) {
  if (!failed_) (void)worked(directory_.write_high_watermarks(env.disk), env);
}

void Replicas::checkpoint_recovery_points(Env& env) {
  checkpoint_due_ = false;
  // The log starts first: a recovery point may lie at a log start that nothing below has been synced for.
  if (!failed_) (void)worked(directory_.write_log_start_offsets(env.disk), env);
  if (!failed_) (void)worked(directory_.write_recovery_points(env.disk), env);
}

void Replicas::flush_dirty_logs(Env& env) {
  for (const auto& [id, partition] : partitions_) {
    const UnifiedLog* log = directory_.find(id);
    if (failed_ || log == nullptr) return;
    if (log->recovery_point() >= log->log_end_offset()) continue;
    const auto last = flushed_at_.find(id);
    if (last != flushed_at_.end() && (env.now - last->second).whole_ms() < log->config().flush_ms.value_or(0)) continue;
    if (!worked(directory_.edit(id)->flush(env.disk), env)) return;
    flushed_at_[id] = env.now;
  }
}

void Replicas::checkpoint_if_due(Env& env) {
  if (checkpoint_due_) checkpoint_recovery_points(env);
}

void Replicas::on_rolled(const TopicIdPartition& id, const UnifiedLog& log, Env& env) {
  cleaner_.rolled(log, env.now);
  const std::optional<FlushWork> work = log.files_to_flush();
  if (!work || work->files.empty()) return;
  const std::uint64_t number = ++flushes_;
  flushing_.emplace(number, PendingFlush{id, *work, work->files.size()});
  for (const FileId file : work->files) {
    const FlushToken token{flush_token_base_ | ++last_flush_token_};
    flush_tokens_.emplace(token, number);
    env.out.add(Flush{file, token});
  }
}

void Replicas::on_flushed(const Flushed& flushed, Env& env) {
  const auto token = flush_tokens_.find(flushed.token);
  if (token == flush_tokens_.end()) return;
  const auto work = flushing_.find(token->second);
  flush_tokens_.erase(token);
  if (work == flushing_.end()) return;  // of a log that is gone
  if (!flushed.ok) return disk_failed(DiskError{DiskErrorKind::io_error, "flush"}, env);
  if (--work->second.files_left > 0) return;
  const PendingFlush done = work->second;
  flushing_.erase(work);
  UnifiedLog* log = directory_.edit(done.id);
  if (log == nullptr) return;
  const Offset before = log->recovery_point();
  if (!worked(log->recovery_point_reached(done.work, env.disk), env)) return;
  if (log->recovery_point() > before) env.out.note(trace::LogSynced{done.id, log->recovery_point()});
}

void Replicas::close_cleanly(Env& env) {
  flushing_.clear();
  flush_tokens_.clear();
  flushed_at_.clear();
  if (!failed_) (void)worked(cleaner_.stop(directory_, env.disk), env);
  if (failed_ || !worked(directory_.close_cleanly(broker_epoch_, env.disk), env)) return;
  for (const auto& [id, log] : directory_.logs()) env.out.note(trace::LogSynced{id, log->log_end_offset()});
}

// ---- notes -----------------------------------------------------------------------------------------------

void Replicas::note_appended(const Partition& partition, trace::ReplicaRole role,
                             const std::vector<RecordBatch>& batches, std::uint64_t received_bytes, Env& env) {
  env.out.note(trace::LogAppended{partition.id, role, partition.leader_epoch, summaries_of(batches), received_bytes});
}

void Replicas::note_high_watermark(const Partition& partition, const UnifiedLog& log, Offset from, Env& env) {
  if (log.high_watermark() == from) return;
  const trace::ReplicaRole role =
      partition.leader() != nullptr ? trace::ReplicaRole::leader : trace::ReplicaRole::follower;
  env.out.note(trace::HighWatermarkMoved{partition.id, role, partition.leader_epoch, from, log.high_watermark(),
                                         log.log_end_offset()});
  events_.push_back({partition.id, PartitionEventKind::high_watermark_moved, ErrorCode::none});
}

void Replicas::note_isr_view(const Partition& partition, Env& env) {
  const LeaderRole* leader = partition.leader();
  if (leader == nullptr) return;
  env.out.note(trace::IsrViewChanged{partition.id, partition.leader_epoch, leader->isr.committed(),
                                     leader->isr.maximal(), leader->isr.is_pending(),
                                     static_cast<std::uint32_t>(partition.effective_min_isr())});
}

void Replicas::note_producers(const TopicIdPartition& id, const UnifiedLog& log, Env& env) {
  trace::ProducersTold told{id, log.log_end_offset(), {}};
  for (const auto& [producer, entry] : log.producer_state().producers()) {
    const std::optional<ProducedBatch> last = entry.last();
    told.producers.push_back({producer.value, entry.epoch() ? entry.epoch()->value : std::int16_t{-1},
                              last ? last->last_sequence.value : -1, last ? last->last_offset : Offset{-1},
                              entry.transaction_start()});
  }
  env.out.note(std::move(told));
}

void Replicas::note_log_start(const Partition& partition, const UnifiedLog& log, Offset from, Env& env) {
  if (log.log_start_offset() == from) return;
  env.out.note(trace::LogStartMoved{partition.id, from, log.log_start_offset()});
  events_.push_back({partition.id, PartitionEventKind::log_start_moved, ErrorCode::none});
}

}  // namespace kafkasim

// Replicas: what is deleted from the beginning of logs, by retention (LogManager.cleanupLogs, deleteLogs) and by hand
// (Partition.deleteRecordsOnLeader, lowWatermarkIfLeader); and what logs forget of producers.
#include <algorithm>

#include "core/replica/replicas.hpp"

namespace kafkasim {

namespace {

constexpr std::size_t most_segments_at_once = 8;
constexpr std::size_t most_logs_at_once = 64;

}  // namespace

Replicas::PassIs Replicas::delete_old_segments(Env& env) {
  auto at = retention_next_ ? partitions_.lower_bound(*retention_next_) : partitions_.begin();
  retention_next_.reset();
  std::size_t segments = most_segments_at_once;
  for (std::size_t looked_at = 0; !failed_ && at != partitions_.end(); ++at, ++looked_at) {
    const Partition& partition = *at->second;
    if (looked_at == most_logs_at_once || segments == 0) {
      retention_next_ = partition.id;
      return PassIs::unfinished;
    }
    const UnifiedLog* log = directory_.find(partition.id);
    KAFKASIM_CHECK(log != nullptr, to_string(partition.name));
    if (!log->has_old_segments(env.wall)) continue;
    const Offset start = log->log_start_offset();
    const auto deleted = directory_.delete_old_segments(partition.id, env.now, env.wall, segments, env.disk);
    if (!worked(deleted, env)) break;
    for (const RetentionResult::Run& run : deleted->runs) {
      env.out.note(trace::SegmentsDeleted{partition.id, run.from, run.to, run.bytes, run.reason});
      segments -= run.segments;
    }
    note_log_start(partition, *directory_.find(partition.id), start, env);
    if (deleted->more) {
      retention_next_ = partition.id;
      return PassIs::unfinished;
    }
  }
  return PassIs::finished;
}

void Replicas::remove_due_files(Env& env) {
  if (!failed_) (void)worked(directory_.remove_due_files(env.now, env.disk), env);
}

void Replicas::expire_producers(Env& env) {
  if (failed_) return;
  for (const auto& [id, log] : directory_.logs()) directory_.edit(id)->remove_expired_producers(env.wall);
}

// ---- DeleteRecords ---------------------------------------------------------------------------------------

RecordsDeletion Replicas::delete_records(const TopicIdPartition& id, std::optional<Offset> to, Env& env) {
  const LocalReplica found = find(id, std::nullopt, ServedBy::leader_only);
  RecordsDeletion deletion{.error = found.error};
  if (deletion.error != ErrorCode::none) return deletion;
  const UnifiedLog& before = *found.log;
  const Offset start = before.log_start_offset();
  deletion.to = to.value_or(before.high_watermark());
  if (before.config().deletion == Deletion::off) {
    deletion.error = ErrorCode::policy_violation;
  } else if (deletion.to < Offset{0} || deletion.to > before.high_watermark()) {
    deletion.error = ErrorCode::offset_out_of_range;
  }
  if (deletion.error != ErrorCode::none) return deletion;
  if (deletion.to > start) {
    UnifiedLog& log = *directory_.edit(id);
    if (!worked(log.maybe_increment_log_start_offset(deletion.to, env.disk), env)) {
      deletion.error = ErrorCode::kafka_storage_error;
      return deletion;
    }
    note_log_start(*found.partition, log, start, env);
  }
  deletion.low_watermark = low_watermark(id);
  return deletion;
}

std::optional<Offset> Replicas::low_watermark(const TopicIdPartition& id) const {
  const LocalReplica found = find(id, std::nullopt, ServedBy::leader_only);
  if (found.error != ErrorCode::none) return std::nullopt;
  Offset lowest = found.log->log_start_offset();
  for (const auto& [replica, state] : found.partition->leader()->remote) {
    const auto broker = brokers_->find(replica);
    if (broker == brokers_->end() || broker->second.fenced) continue;  // it learns of it when it is back
    if (!state.log_start) return std::nullopt;
    lowest = std::min(lowest, *state.log_start);
  }
  return lowest;
}

}  // namespace kafkasim

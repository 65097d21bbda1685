// Replicas as follower: what the leader sent is appended, and what the leader never had is cut off
// (ReplicaFetcherThread.processPartitionData, truncate).
#include <algorithm>

#include "core/replica/follower.hpp"
#include "core/replica/replicas.hpp"

namespace kafkasim {

Replicas::FetchEffect Replicas::append_fetched(const TopicIdPartition& id, LeaderEpoch requested_epoch,
                                               const FetchResponse::Partition& data, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none || found.partition->follower() == nullptr) return FetchEffect::failed;
  if (data.records.damage) return FetchEffect::corrupt;
  const Partition& partition = *found.partition;
  UnifiedLog& log = *directory_.edit(id);
  FetchEffect effect = FetchEffect::nothing;
  if (!data.records.batches.empty()) {
    const std::vector<RecordBatch>& batches = data.records.batches;
    const Offset end = log.log_end_offset();
    // The leader's log may begin inside a batch: an empty log then has to begin before its own start.
    if (log.log_start_offset() == end && batches.front().base_offset() < end && batches.front().last_offset() >= end) {
      restart_at(id, batches.front().base_offset(), env);
      if (failed_) return FetchEffect::failed;
    }
    auto appended = log.append_as_follower(batches, requested_epoch, env.wall, env.disk);
    if (!worked(appended, env)) return FetchEffect::failed;
    if (appended->error == ErrorCode::corrupt_message || appended->error == ErrorCode::invalid_record)
      return FetchEffect::corrupt;
    if (appended->error != ErrorCode::none) return FetchEffect::failed;
    if (!appended->appended.empty()) {
      effect = FetchEffect::data;
      note_appended(partition, trace::ReplicaRole::follower, appended->appended, 0, env);
      events_.push_back({id, PartitionEventKind::log_end_moved, ErrorCode::none});
      if (appended->rolled) on_rolled(id, log, env);
      checkpoint_due_ = checkpoint_due_ || appended->gap_flushed;
    }
  }
  // As the leader says, but no more than there is here; down as well, where a new leader knows less.
  const Offset from = log.high_watermark();
  if (data.high_watermark) (void)log.update_high_watermark(*data.high_watermark);
  note_high_watermark(partition, log, from, env);
  if (data.log_start_offset) {
    const Offset start = log.log_start_offset();
    const Offset high_watermark = log.high_watermark();
    if (!worked(log.maybe_increment_log_start_offset(*data.log_start_offset, env.disk), env))
      return FetchEffect::failed;
    note_high_watermark(partition, log, high_watermark, env);
    note_log_start(partition, log, start, env);
  }
  return effect;
}

void Replicas::truncate_on_divergence(const TopicIdPartition& id, const FetchResponse::Partition& answer, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none || found.partition->follower() == nullptr) return;
  if (answer.high_watermark && legacy_.has(Legacy::hw_before_truncate)) {
    UnifiedLog& log = *directory_.edit(id);
    const Offset from = log.high_watermark();
    (void)log.update_high_watermark(*answer.high_watermark);
    note_high_watermark(*found.partition, log, from, env);
  }
  truncate_to(id, truncation_for(*found.log, *answer.diverging_epoch).to, env);
}

void Replicas::truncate_to(const TopicIdPartition& id, Offset to, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none) return;
  UnifiedLog& log = *directory_.edit(id);
  const Offset end = log.log_end_offset();
  const Offset high_watermark = log.high_watermark();
  if (to >= end && legacy_.has(Legacy::truncate_noop_keeps_epochs)) return;
  if (to < end && !worked(cleaner_.give_up(id, log, env.now, env.disk), env)) return;
  if (!worked(log.truncate_to(to, env.wall, env.disk), env)) return;
  if (log.log_end_offset() == end || !worked(cleaner_.truncated(log, env.disk), env)) return;
  checkpoint_due_ = true;
  env.out.note(trace::LogTruncated{id, end, log.log_end_offset()});
  note_producers(id, log, env);
  note_high_watermark(*found.partition, log, high_watermark, env);
}

void Replicas::restart_at(const TopicIdPartition& id, Offset offset, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none) return;
  UnifiedLog& log = *directory_.edit(id);
  const Offset start = log.log_start_offset();
  const Offset end = log.log_end_offset();
  const Offset high_watermark = log.high_watermark();
  if (!worked(cleaner_.give_up(id, log, env.now, env.disk), env)) return;
  const auto keeps = legacy_.has(Legacy::full_truncate_keeps_hw) ? StartOver::keeps_high_watermark : StartOver::moves_high_watermark;
  if (!worked(log.truncate_fully_and_start_at(offset, env.wall, env.disk, keeps), env)) return;
  if (!worked(cleaner_.truncated(log, env.disk), env)) return;
  checkpoint_due_ = true;
  if (end != start) env.out.note(trace::LogTruncated{id, end, start});
  note_log_start(*found.partition, log, start, env);
  note_high_watermark(*found.partition, log, high_watermark, env);
}

}  // namespace kafkasim

// Replicas as leader: appends, reads, what fetches tell of followers, the ISR (Partition.appendRecordsToLeader,
// fetchRecords, maybeIncrementLeaderHW, submitAlterPartition).
#include <algorithm>

#include "core/message/list_offsets.hpp"
#include "core/replica/replicas.hpp"

namespace kafkasim {

namespace {

bool has_implied(const Partition& partition) {
  const LeaderRole* leader = partition.leader();
  return leader != nullptr
         && std::ranges::any_of(leader->remote, [](const auto& entry) { return entry.second.implied_by.has_value(); });
}

}  // namespace

LeaderAppend Replicas::append_as_leader(const TopicIdPartition& id, std::vector<RecordBatch> batches,
                                        AppendOrigin origin, std::int16_t acks, Env& env,
                                        std::optional<VerificationGuard> guard) {
  const LocalReplica found = find(id, std::nullopt, ServedBy::leader_only);
  if (found.error != ErrorCode::none) return {.error = found.error, .result = {}};
  const Partition& partition = *found.partition;
  if (acks == -1 && partition.is_under_min_isr()) return {.error = ErrorCode::not_enough_replicas, .result = {}};

  UnifiedLog& log = *directory_.edit(id);
  std::uint64_t received_bytes = 0;
  for (const RecordBatch& batch : batches) received_bytes += batch.size_bytes();
  auto appended = log.append_as_leader(std::move(batches), partition.leader_epoch, env.wall, env.disk, origin, guard);
  if (!worked(appended, env)) return {.error = ErrorCode::kafka_storage_error, .result = {}};
  if (appended->error != ErrorCode::none) return {.error = appended->error, .result = std::move(*appended)};
  if (!appended->duplicate) {
    if (has_implied(partition)) settle_all_implied(*edit(id));
    note_appended(partition, trace::ReplicaRole::leader, appended->appended, received_bytes, env);
    events_.push_back({id, PartitionEventKind::log_end_moved, ErrorCode::none});
    if (appended->rolled) on_rolled(id, log, env);
  }
  advance_high_watermark(partition, log, env);  // the ISR may be this broker alone
  return {.result = std::move(*appended)};
}

std::optional<VerificationGuard> Replicas::start_verification(const TopicIdPartition& id, const ProducerFields& producer,
                                                              EpochBumps epoch_bumps, Env& env) {
  const LocalReplica found = find(id, std::nullopt, ServedBy::leader_only);
  if (found.error != ErrorCode::none) return std::nullopt;
  // Where epochs rise the partition has to be added all the same.
  const bool required = found.log->config().require_verification != RequireVerification::no;
  if (!required && epoch_bumps == EpochBumps::no) return std::nullopt;
  return directory_.edit(id)->maybe_start_verification(producer.id, producer.base_sequence, producer.epoch, epoch_bumps,
                                                       env.wall);
}

void Replicas::advance_high_watermark(const Partition& partition, UnifiedLog& log, Env& env) {
  const std::optional<Offset> candidate = high_watermark_candidate(partition, view(log, env));
  const Offset from = log.high_watermark();
  if (!candidate || *candidate <= from) return;
  (void)log.maybe_increment_high_watermark(*candidate);
  note_high_watermark(partition, log, from, env);
}

PartitionRead Replicas::read(const ReadRequest& request, FollowerState state, Env& env) {
  const FetchRequest::Partition& want = request.want;
  const auto failure = [](ErrorCode error) {
    PartitionRead read;
    read.error = error;
    return read;
  };
  const bool fences = !legacy_.has(Legacy::no_fetch_fencing);
  const LocalReplica found = find(request.id, fences ? want.current_leader_epoch : std::nullopt, request.served_by);
  if (found.error != ErrorCode::none) return failure(found.error);
  const std::optional<NodeId> follower = request.replica.replica_id;
  if (follower && !found.partition->leader()->remote.contains(*follower)) {
    // A reassignment of which this broker has not heard yet: the follower tries again.
    return failure(want.current_leader_epoch ? ErrorCode::unknown_leader_epoch : ErrorCode::not_leader_or_follower);
  }
  const UnifiedLog& log = *found.log;
  PartitionRead read;
  read.high_watermark = log.high_watermark();
  read.log_start = log.log_start_offset();
  read.log_end = log.log_end_offset();
  read.last_stable_offset = log.last_stable_offset();
  const bool committed = !follower && request.isolation == IsolationLevel::read_committed;
  read.limit = follower ? read.log_end : committed ? read.last_stable_offset : read.high_watermark;
  if (want.last_fetched_epoch) {
    const std::optional<OffsetAndEpoch> own = log.end_offset_for_epoch(*want.last_fetched_epoch);
    if (!own || want.fetch_offset < read.log_start) return failure(ErrorCode::offset_out_of_range);
    const bool which = !legacy_.has(Legacy::single_epoch_lookup);  // the epoch is told, and compared
    if ((which && own->epoch < *want.last_fetched_epoch) || own->offset < want.fetch_offset) {
      read.diverging = FetchResponse::EpochEndOffset{which ? own->epoch : *want.last_fetched_epoch, own->offset};
      return read;
    }
  }
  const Offset until = legacy_.has(Legacy::double_hw_read) ? read.log_end : read.limit;
  auto batches = committed ? log.read_committed(want.fetch_offset, request.max_bytes, request.min_one, env.disk)
                           : log.read(want.fetch_offset, request.max_bytes, until, request.min_one, env.disk);
  if (!worked(batches, env)) return failure(ErrorCode::kafka_storage_error);
  if (batches->error != ErrorCode::none) return failure(batches->error);
  read.batches = std::move(batches->batches);
  read.aborted = std::move(batches->aborted);
  if (follower && state == FollowerState::update) {
    const FollowerFetch fetch{*follower, request.replica.replica_epoch, want.fetch_offset, want.log_start_offset};
    const ErrorCode error = record_follower_fetch(request.id, fetch, env);
    if (error != ErrorCode::none) return failure(error);
  }
  return read;
}

std::optional<std::vector<RecordBatch>> Replicas::read_to_end(const TopicIdPartition& id, Offset from, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none) return std::nullopt;
  auto read = found.log->read(from, UINT64_MAX, found.log->log_end_offset(), MinOneBatch::yes, env.disk);
  if (!worked(read, env)) return std::nullopt;
  return std::move(read->batches);
}

std::optional<TimestampOffset> Replicas::offset_for_time(const TopicIdPartition& id, Timestamp timestamp, Env& env) {
  const LocalReplica found = find(id);
  if (found.error != ErrorCode::none) return std::nullopt;
  const auto at = timestamp == ListOffsetsRequest::max_timestamp ? found.log->offset_of_max_timestamp(env.disk)
                                                                 : found.log->offset_for_timestamp(timestamp, env.disk);
  return worked(at, env) ? *at : std::nullopt;
}

ErrorCode Replicas::record_follower_fetch(const TopicIdPartition& id, const FollowerFetch& fetch, Env& env) {
  Partition& partition = *edit(id);
  LeaderRole& leader = *partition.leader();
  UnifiedLog& log = *directory_.edit(id);
  const LeaderView now = view(log, env);
  if (RemoteReplica& replica = leader.remote.at(fetch.replica); replica.implied_by) {
    settle_implied(replica, last_request_in(*replica.implied_by));
    events_.push_back({id, PartitionEventKind::state_changed, ErrorCode::none});
  }
  const std::optional<Offset> before = leader.remote.at(fetch.replica).log_end;
  const std::optional<Offset> start_before = leader.remote.at(fetch.replica).log_start;
  const ErrorCode error = record_fetch(leader, fetch, now);
  if (error != ErrorCode::none) return error;
  if (may_join_isr(leader, fetch.replica, now)) {
    const ProposalId proposal = ++last_proposal_;
    leader.isr.expand(fetch.replica, proposal);
    submit_isr(partition, proposal, env);
    note_isr_view(partition, env);
  }
  if (start_before != leader.remote.at(fetch.replica).log_start)
    events_.push_back({id, PartitionEventKind::low_watermark_moved, ErrorCode::none});
  if (before != leader.remote.at(fetch.replica).log_end) advance_high_watermark(partition, log, env);
  return ErrorCode::none;
}

// ---- fetch sessions --------------------------------------------------------------------------------------

bool Replicas::imply_fetches(const TopicIdPartition& id, std::int32_t session, const FollowerFetch& said) {
  const auto found = partitions_.find(id);
  const UnifiedLog* log = directory_.find(id);
  if (found == partitions_.end() || log == nullptr || found->second->leader() == nullptr) return false;
  if (!says_nothing_new(*found->second->leader(), said, log->log_end_offset())) return false;
  if (found->second->leader()->remote.at(said.replica).implied_by != session)
    found->second.edit().leader()->remote.at(said.replica).implied_by = session;
  return true;
}

void Replicas::session_ended(std::int32_t session, const std::vector<TopicIdPartition>& quiet) {
  for (const TopicIdPartition& id : quiet) {
    Partition* partition = edit(id);
    if (partition == nullptr || partition->leader() == nullptr) continue;
    for (auto& [node, replica] : partition->leader()->remote) {
      if (replica.implied_by == session) settle_implied(replica, last_request_in(session));
    }
  }
  implied_fetches_.erase(session);
}

std::optional<Instant> Replicas::last_request_in(std::int32_t session) const {
  const auto last = implied_fetches_.find(session);
  return last == implied_fetches_.end() ? std::nullopt : std::optional{last->second};
}

void Replicas::settle_all_implied(Partition& partition) {
  if (!has_implied(partition)) return;
  for (auto& [node, replica] : partition.leader()->remote) {
    if (replica.implied_by) settle_implied(replica, last_request_in(*replica.implied_by));
  }
}

// ---- the ISR ---------------------------------------------------------------------------------------------

void Replicas::maybe_shrink_isrs(Env& env) {
  if (failed_) return;
  for (auto& [id, shared] : partitions_) {
    const LeaderRole* leader = shared->leader();
    if (leader == nullptr) continue;
    std::vector<NodeId> behind = out_of_sync(*leader, self_, view(*directory_.find(id), env));
    if (behind.empty()) continue;
    Partition& partition = shared.edit();
    const ProposalId proposal = ++last_proposal_;
    partition.leader()->isr.shrink(std::move(behind), proposal);
    submit_isr(partition, proposal, env);
    if (legacy_.has(Legacy::local_isr_shrink)) partition.leader()->isr.commit(partition.leader()->isr.proposed());
    note_isr_view(partition, env);
    if (legacy_.has(Legacy::local_isr_shrink)) advance_high_watermark(partition, *directory_.edit(id), env);
  }
}

void Replicas::submit_isr(Partition& partition, ProposalId proposal, Env& env) {
  LeaderRole& leader = *partition.leader();
  IsrProposal wanted{proposal, partition.name.topic, partition.leader_epoch, partition.partition_epoch, {}};
  for (const NodeId replica : leader.isr.proposed()) {
    const auto remote = leader.remote.find(replica);
    const std::optional<BrokerEpoch> its = remote == leader.remote.end() ? std::nullopt : remote->second.broker_epoch;
    wanted.isr.push_back({.broker_id = replica, .broker_epoch = replica == self_ ? broker_epoch_ : its});
  }
  const trace::IsrChangeRequested note{partition.id, partition.leader_epoch, leader.isr.committed(),
                                       leader.isr.proposed()};
  if (alter_partition_.submit(partition.id, std::move(wanted))) {
    env.out.note(note);
  } else {
    leader.isr.revert();
  }
}

void Replicas::on_isr_verdict(const IsrVerdict& verdict, Env& env) {
  const auto found = partitions_.find(verdict.partition);
  if (failed_ || found == partitions_.end()) return;
  const LeaderRole* known = found->second->leader();
  if (known == nullptr || !known->isr.is_pending(verdict.proposal.id)) return;  // metadata was faster
  Partition& partition = found->second.edit();
  settle_all_implied(partition);
  events_.push_back({verdict.partition, PartitionEventKind::state_changed, ErrorCode::none});
  IsrState& isr = partition.leader()->isr;
  if (verdict.error == ErrorCode::none) {
    if (verdict.leader_epoch != partition.leader_epoch || verdict.partition_epoch < partition.partition_epoch) return;
    isr.commit(verdict.isr);
    partition.partition_epoch = verdict.partition_epoch;
    note_isr_view(partition, env);
    advance_high_watermark(partition, *directory_.edit(verdict.partition), env);
    return;
  }
  switch (after_refusal(verdict.error)) {
    case AfterRefusal::revert: isr.revert(); break;
    case AfterRefusal::await_metadata: break;
    case AfterRefusal::ask_again:
      // Unaltered: with another broker epoch it would speak of a process that was never seen to be in sync.
      if (!alter_partition_.submit(verdict.partition, verdict.proposal)) isr.revert();
      break;
  }
  if (!isr.is_pending()) note_isr_view(partition, env);
}

}  // namespace kafkasim

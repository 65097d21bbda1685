#include "sim/check/probes.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

constexpr std::array probe_infos{
    ProbeInfo{Probe::isr_shrank, "isr-shrank", "an ISR shrank"},
    ProbeInfo{Probe::isr_grew, "isr-grew", "an ISR grew again"},
    ProbeInfo{Probe::isr_of_one, "isr-of-one", "an ISR was down to one of several replicas"},
    ProbeInfo{Probe::partition_without_leader, "partition-without-leader", "a partition was left without a leader"},
    ProbeInfo{Probe::unclean_election, "unclean-election", "a leader was elected uncleanly"},
    ProbeInfo{Probe::elections_in_quick_succession, "elections-in-quick-succession",
              "a partition changed its leader twice within a second (KIP-279)"},
    ProbeInfo{Probe::isr_change_met_election, "isr-change-met-election",
              "a leader was replaced while its request for another ISR was under way"},
    ProbeInfo{Probe::stale_leader_appended, "stale-leader-appended",
              "a leader took records after it had been replaced"},
    ProbeInfo{Probe::replica_truncated, "replica-truncated", "a follower truncated its log"},
    ProbeInfo{Probe::former_leader_truncated, "former-leader-truncated", "a replica truncated that had led before"},
    ProbeInfo{Probe::high_watermark_went_back, "high-watermark-went-back", "a replica's high watermark went back"},
    ProbeInfo{Probe::log_recovered, "log-recovered", "a log was recovered after an unclean shutdown"},
    ProbeInfo{Probe::log_torn, "log-torn", "recovery cut a damaged end off a log"},
    ProbeInfo{Probe::log_directory_failed, "log-directory-failed", "a log directory went offline"},
    ProbeInfo{Probe::segments_deleted, "segments-deleted", "retention deleted segments"},
    ProbeInfo{Probe::log_cleaned, "log-cleaned", "the log cleaner rewrote segments"},
    ProbeInfo{Probe::duplicate_recognised, "duplicate-recognised", "a leader recognised a batch that it had already"},
    ProbeInfo{Probe::not_enough_replicas, "not-enough-replicas",
              "a leader refused records for want of in-sync replicas"},
    ProbeInfo{Probe::producer_epoch_bumped, "producer-epoch-bumped", "a producer bumped its epoch (KIP-360)"},
    ProbeInfo{Probe::fate_of_records_unknown, "fate-of-records-unknown",
              "a producer gave up without knowing whether its records were written"},
    ProbeInfo{Probe::position_out_of_range, "position-out-of-range",
              "a consumer's position was out of the log's range"},
    ProbeInfo{Probe::consumer_fenced_by_epoch, "consumer-fenced-by-epoch",
              "a consumer's leader epoch was older or newer than the broker's (KIP-320)"},
    ProbeInfo{Probe::controller_failed_over, "controller-failed-over", "another controller became active"},
    ProbeInfo{Probe::votes_split, "votes-split", "an election of the metadata quorum had no winner"},
    ProbeInfo{Probe::metadata_log_truncated, "metadata-log-truncated", "a controller truncated the metadata log"},
    ProbeInfo{Probe::live_broker_fenced, "live-broker-fenced", "a broker was fenced whose process ran"},
    ProbeInfo{Probe::frozen_leader_replaced, "frozen-leader-replaced",
              "a frozen process went on and still led what another leads by now"},
    ProbeInfo{Probe::coordinator_moved, "coordinator-moved", "another broker loaded the groups of a coordinator"},
    ProbeInfo{Probe::rebalance_met_coordinator_move, "rebalance-met-coordinator-move",
              "a group rebalanced while its coordinator moved"},
    ProbeInfo{Probe::member_lost_partitions, "member-lost-partitions",
              "a member learnt that its group had gone on without it"},
    ProbeInfo{Probe::commit_refused, "commit-refused", "a commit of offsets was refused by generation or member"},
};
static_assert(probe_infos.size() == static_cast<std::size_t>(Probe::commit_refused) + 1);

constexpr Duration quick = seconds(1);

}  // namespace

std::span<const ProbeInfo> probe_table() { return probe_infos; }

void Probes::on(const Observation& o, const trace::PartitionChanged& e, const History&) {
  Decision& last = decisions_[e.partition];
  if (e.metadata_offset <= last.metadata_offset) return;  // every controller tells it
  const bool first = last.metadata_offset < 0;
  if (!first && e.isr.size() < last.isr_size) reach(Probe::isr_shrank);
  if (!first && e.isr.size() > last.isr_size) reach(Probe::isr_grew);
  if (!first && e.isr.size() == 1 && last.isr_size > 1) reach(Probe::isr_of_one);
  if (!e.leader) reach(Probe::partition_without_leader);
  if (e.unclean) reach(Probe::unclean_election);
  const bool elected = !first && e.leader_epoch > last.leader_epoch;
  if (elected && last.leader_epoch > LeaderEpoch{0} && o.at - last.at <= quick)
    reach(Probe::elections_in_quick_succession);
  if (const auto asked = asked_.find(e.partition); asked != asked_.end()) {
    if (e.leader_epoch > asked->second) reach(Probe::isr_change_met_election);
    asked_.erase(asked);
  }
  last = {e.metadata_offset, e.isr.size(), e.leader_epoch, elected ? o.at : last.at};
}

void Probes::on(const Observation&, const trace::IsrChangeRequested& e, const History&) {
  asked_[e.partition] = e.leader_epoch;
}

void Probes::on(const Observation& o, const trace::LogAppended& e, const History& history) {
  if (e.role != trace::ReplicaRole::leader) return;
  led_.emplace(o.host, e.partition);
  const PartitionHistory* partition = history.partition(e.partition);
  if (partition && e.leader_epoch < partition->leader_epoch) reach(Probe::stale_leader_appended);
  for (const trace::AppendedBatch& batch : e.batches) {
    if (batch.producer_id < 0) continue;
    const auto [known, fresh] = producer_epochs_.emplace(batch.producer_id, batch.producer_epoch);
    if (!fresh && batch.producer_epoch > known->second) {
      reach(Probe::producer_epoch_bumped);
      known->second = batch.producer_epoch;
    }
  }
}

void Probes::on(const Observation& o, const trace::LogTruncated& e, const History&) {
  if (e.to >= e.from) return;
  reach(Probe::replica_truncated);
  if (led_.erase({o.host, e.partition}) > 0) reach(Probe::former_leader_truncated);
}

void Probes::on(const Observation&, const trace::HighWatermarkMoved& e, const History&) {
  if (e.to < e.from) reach(Probe::high_watermark_went_back);
}

void Probes::on(const Observation&, const trace::LogLoaded& e, const History&) {
  if (!e.clean) reach(Probe::log_recovered);
  if (e.bytes_cut > 0) reach(Probe::log_torn);
}

void Probes::on(const Observation&, const trace::ProduceAnswered& e, const History&) {
  if (e.duplicate) reach(Probe::duplicate_recognised);
  if (e.error == ErrorCode::not_enough_replicas || e.error == ErrorCode::not_enough_replicas_after_append)
    reach(Probe::not_enough_replicas);
}

void Probes::on(const Observation&, const trace::RecordsFailed& e, const History&) {
  if (!e.surely_not_written) reach(Probe::fate_of_records_unknown);
}

void Probes::on(const Observation&, const trace::ClientSawError& e, const History&) {
  if (e.error == ErrorCode::offset_out_of_range) reach(Probe::position_out_of_range);
  const bool epoch = e.error == ErrorCode::fenced_leader_epoch || e.error == ErrorCode::unknown_leader_epoch;
  if (epoch) reach(Probe::consumer_fenced_by_epoch);
  const bool stranger = e.error == ErrorCode::illegal_generation || e.error == ErrorCode::unknown_member_id
                        || e.error == ErrorCode::rebalance_in_progress;
  if (e.api == ApiKey::offset_commit && stranger) reach(Probe::commit_refused);
}

void Probes::on(const Observation&, const trace::ControllerActivated&, const History&) {
  if (controller_seen_) reach(Probe::controller_failed_over);
  controller_seen_ = true;
}

void Probes::on(const Observation&, const trace::RaftRoleChanged& e, const History&) {
  if (e.role == trace::RaftRole::leader) leaders_epoch_ = std::max(leaders_epoch_, e.epoch);
  if (e.role != trace::RaftRole::candidate || e.epoch <= candidates_epoch_) return;
  if (candidates_epoch_ > leaders_epoch_) reach(Probe::votes_split);
  candidates_epoch_ = e.epoch;
}

void Probes::on(const Observation&, const trace::BrokerFenced& e, const History& history) {
  if (e.shutting_down || e.metadata_offset <= last_fenced_) return;
  last_fenced_ = e.metadata_offset;
  for (const auto& [host, node] : history.subjects().nodes) {
    if (node == e.broker && up_.contains(host)) reach(Probe::live_broker_fenced);
  }
}

void Probes::on(const Observation& o, const trace::GroupChanged& e, const History&) {
  Rebalance& group = groups_[e.group];
  const bool under_way = group.state == "PreparingRebalance" || group.state == "CompletingRebalance";
  if (under_way && group.coordinator != o.host) reach(Probe::rebalance_met_coordinator_move);
  group = {o.host, e.state};
}

void Probes::on(const Observation&, const trace::GroupsLoaded& e, const History&) {
  if (e.groups > 0) reach(Probe::coordinator_moved);
}

void Probes::on(const Observation&, const trace::PartitionsRevoked& e, const History&) {
  if (e.lost) reach(Probe::member_lost_partitions);
}

void Probes::on_kernel(const Observation& o, const KernelEvent& e, const History& history) {
  if (std::holds_alternative<ProcessStarted>(e)) {
    up_.insert(o.host);
  } else if (std::holds_alternative<ProcessCrashed>(e) || std::holds_alternative<PowerLost>(e)
             || std::holds_alternative<ProcessExited>(e)) {
    up_.erase(o.host);
  } else if (std::holds_alternative<ProcessResumed>(e)) {
    const std::optional<NodeId> node = history.node(o.host);
    for (const auto& [id, partition] : history.partitions()) {
      const ReplicaHistory* mine = node ? partition->replica(*node) : nullptr;
      if (!mine || mine->role != trace::ReplicaRole::leader || mine->leader_epoch >= partition->leader_epoch) continue;
      reach(Probe::frozen_leader_replaced);
      return;
    }
  }
}

void Probes::observe(const Observation& o, const History& history) {
  if (const KernelEvent* e = o.kernel()) {
    on_kernel(o, *e, history);
    return;
  }
  if (!o.note()) return;
  o.note()->visit([&](const auto& e) {
    using E = std::remove_cvref_t<decltype(e)>;
    if constexpr (requires { on(o, e, history); }) {
      on(o, e, history);
    } else if constexpr (std::same_as<E, trace::LogDirectoryFailed>) {
      reach(Probe::log_directory_failed);
    } else if constexpr (std::same_as<E, trace::SegmentsDeleted>) {
      reach(Probe::segments_deleted);
    } else if constexpr (std::same_as<E, trace::LogCleaned>) {
      reach(Probe::log_cleaned);
    } else if constexpr (std::same_as<E, trace::RaftTruncated>) {
      reach(Probe::metadata_log_truncated);
    }
  });
}

}  // namespace kafkasim::sim

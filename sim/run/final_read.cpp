// The final read: a reader from the start reads every partition of the scenario. What was acknowledged must come.
#include <algorithm>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "sim/check/acked_record_lost.hpp"
#include "sim/check/read_positions.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

namespace {

constexpr Duration read_budget = seconds(180);
using Read = std::map<TopicPartition, std::map<std::int64_t, Origin>>;

// What of a batch that was acknowledged ought to come and did not.
std::int64_t missing_of(const AckedBatch& acked, const PartitionHistory& partition,
                        const std::map<std::int64_t, Origin>* read) {
  const ReplicaHistory* leader = partition.acting_leader();
  const Offset start = leader ? std::max(leader->log_start, partition.compacted_to) : partition.compacted_to;
  std::int64_t missing = 0;
  for (Offset o = std::max(start, acked.batch.base); o <= acked.batch.last; o = o.next()) {
    if (partition.lost->contains(o.value)) continue;
    const auto found = read ? read->find(o.value) : std::map<std::int64_t, Origin>::const_iterator{};
    const bool there = read && found != read->end();
    if (!there || (acked.batch.origin.known() && found->second.client != acked.batch.origin.client)) ++missing;
  }
  return missing;
}

}  // namespace

void Simulation::final_read(const std::vector<HostId>& outside) {
  std::vector<TopicPartition> partitions;
  for (const auto& [id, partition] : checks_.history().partitions()) {
    if (!is_internal_topic(partition->name.topic) && partition->acting_leader()) partitions.push_back(partition->name);
  }
  if (partitions.empty()) return;
  const HostId reader = add_final_reader(*scenario_, world_, partitions, cluster_);
  if (!outside.empty()) world_.cut({reader}, outside);  // as the other clients
  world_.spare_too(reader);
  measures_.name_client(reader, "final-reader");
  checks_.set_subjects(subjects_of(*scenario_, cluster_));
  world_.start(reader);
  absorb();
  Read read;
  const auto is_through = [&](const TopicPartition& tp) {
    const PartitionHistory* partition = checks_.history().partition(tp);
    const ReplicaHistory* leader = partition->acting_leader();
    if (!leader) return false;
    const std::optional<Offset> at = checks_.history().vitals().position(reader, tp);
    return at && (*at >= leader->high_watermark || !first_to_read(*partition, *at, leader->high_watermark, OfTransactions::counted));
  };
  const auto is_over = [&] {
    if (world_.observations().empty()) return false;
    for (const Observation& o : world_.observations()) {
      const auto* delivered = o.host == reader ? o.get_if<trace::RecordsDelivered>() : nullptr;
      if (!delivered) continue;
      for (const auto& record : delivered->records) read[delivered->partition][record.offset.value] = record.origin;
    }
    return !checks_.history().vitals().process(reader).up || std::ranges::all_of(partitions, is_through);
  };
  (void)advance_forming(world_.now() + read_budget, is_over);
  const bool gave_up = !checks_.history().vitals().process(reader).up;
  for (const TopicPartition& tp : partitions) {
    const PartitionHistory& partition = *checks_.history().partition(tp);
    const bool through = is_through(tp);
    const auto mine = read.find(tp);
    if (!through && !gave_up) {
      const auto at = checks_.history().vitals().position(reader, tp);
      checks_.edit_findings().add({std::string{NotConverged::id},
                                   world_.now(),
                                   to_string(tp),
                                   fmt::format("a reader from the start gets no further than offset {} in {} ms",
                                               at ? at->value : 0, read_budget.whole_ms()),
                                   {},
                                   {}});
      continue;
    }
    for (std::size_t i = 0; i < partition.acked.size(); ++i) {
      const AckedBatch& acked = partition.acked[i];
      const std::int64_t missing = missing_of(acked, partition, mine == read.end() ? nullptr : &mine->second);
      if (missing == 0) continue;
      checks_.edit_findings().add(
          {std::string{AckedRecordLost::id},
           acked.at,
           to_string(tp),
           fmt::format("{} of the records at offsets {} to {}, acknowledged, do not come to a reader from the start{}",
                       missing, acked.batch.base.value, acked.batch.last.value,
                       through ? "" : ": " + checks_.history().vitals().process(reader).reason),
           {},
           acked.acks_all ? partition.excuse() : Excuse::acks});
    }
  }
}

}  // namespace kafkasim::sim

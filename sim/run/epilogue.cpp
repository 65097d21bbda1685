// The epilogue: what is left when the scenario is over, on a copy of the run. Producers stop, everything is healed, the
// cluster is given time to settle, and a reader reads every partition from the start: what was acknowledged must come.
#include <algorithm>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "sim/check/acked_record_lost.hpp"
#include "sim/run/access.hpp"
#include "sim/run/simulation.hpp"
#include "sim/workload/consuming_app.hpp"

namespace kafkasim::sim {

namespace {

constexpr Duration settle_budget = seconds(180);  // a multiple of Kafka's own timers: session, lag, quorum, back-offs
constexpr Duration read_budget = seconds(180);

}  // namespace

// Every partition of the scenario has a leader, and all that it has is committed on a full ISR.
bool Simulation::has_settled() const {
  for (const auto& [id, partition] : checks_.history().partitions()) {
    if (partition->name.topic == offsets_topic) continue;
    const ReplicaHistory* leader = partition->acting_leader();
    if (!leader || leader->high_watermark < leader->log_end || partition->isr.size() < partition->assigned.size())
      return false;
  }
  return true;
}

void Simulation::heal_and_settle() {
  for (const ClientHost& client : cluster_.clients) {
    if (client.kind == ClientKind::producer) world_.command(client.host, Finish{});
  }
  Access access{*this};
  driver_.undo_all(access);
  for (std::size_t i = 0; i < world_.host_count(); ++i) {
    const HostId host{static_cast<std::int32_t>(i)};
    if (world_.is_paused(host)) world_.resume(host);
  }
  for (const auto& nodes : {cluster_.controllers, cluster_.brokers}) {
    for (const auto& [id, host] : nodes) world_.start(host);
  }
  const Instant limit = world_.now() + settle_budget;
  (void)advance_forming(limit, [this] { return has_settled(); });
}

void Simulation::final_read() {
  std::vector<TopicPartition> partitions;
  for (const auto& [id, partition] : checks_.history().partitions()) {
    if (partition->name.topic != offsets_topic && partition->acting_leader()) partitions.push_back(partition->name);
  }
  if (partitions.empty()) return;
  const HostId reader = add_final_reader(*scenario_, world_, partitions, cluster_);
  measures_.name_client(reader, "final-reader");
  std::map<TopicPartition, std::map<std::int64_t, Origin>> read;
  world_.start(reader);
  const Instant limit = world_.now() + read_budget;
  const auto complete = [&] {
    for (const Observation& o : world_.observations()) {
      const auto* delivered = o.get_if<trace::RecordsDelivered>();
      if (!delivered || o.host != reader) continue;
      for (const auto& record : delivered->records) read[delivered->partition][record.offset.value] = record.origin;
    }
    return std::ranges::all_of(partitions, [&](const TopicPartition& tp) {
      const ReplicaHistory* leader = checks_.history().partition(tp)->acting_leader();
      const auto mine = read.find(tp);
      if (!leader) return false;
      std::int64_t last = -1;  // the last record that there is to read: markers and the like are none
      for (std::size_t i = leader->log.size(); i-- > 0 && last < 0;) {
        if (leader->log[i].last < leader->high_watermark) last = leader->log[i].last.value;
      }
      if (last < checks_.history().partition(tp)->compacted_to.value) return true;  // it may be gone
      return last < 0 || (mine != read.end() && mine->second.contains(last));
    });
  };
  const bool finished = advance_forming(limit, complete);
  for (const auto& [id, partition] : checks_.history().partitions()) {
    const auto mine = read.find(partition->name);
    if (std::ranges::find(partitions, partition->name) == partitions.end()) continue;
    for (std::size_t i = 0; i < partition->acked.size(); ++i) {
      const AckedBatch& acked = partition->acked[i];
      std::int64_t missing = 0;
      for (Offset o = acked.batch.base; o <= acked.batch.last; o = o.next()) {
        if (o < partition->compacted_to) continue;  // another record of its key may have taken its place
        if (partition->lost->contains(o.value) || o < partition->replicas.begin()->second->log_start) continue;
        const bool there = mine != read.end() && mine->second.contains(o.value);
        if (!there || (acked.batch.origin.known() && mine->second.at(o.value).client != acked.batch.origin.client))
          ++missing;
      }
      if (missing == 0) continue;
      checks_.edit_findings().add(
          {std::string{AckedRecordLost::id},
           acked.at,
           to_string(partition->name),
           fmt::format("{} of the records at offsets {} to {}, acknowledged, do not come to a reader from the start{}",
                       missing, acked.batch.base.value, acked.batch.last.value,
                       finished ? "" : " (it did not get to the end in time)"),
           {},
           acked.acks_all ? partition->excuse() : Excuse::acks});
    }
  }
}

void Simulation::run_epilogue() {
  Simulation after = *this;
  after.checks_.edit_findings().enter_epilogue();
  after.formed_ = false;  // the timeline and the story are over; checks and measures go on
  after.heal_and_settle();
  after.final_read();
  checks_.edit_findings() = after.checks_.findings();
}

}  // namespace kafkasim::sim

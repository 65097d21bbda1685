#include "sim/check/read_positions.hpp"

#include <algorithm>

namespace kafkasim::sim {

namespace {

// The leader's log; while there is no leader, any that reaches as far.
const ReplicaHistory* log_up_to(const PartitionHistory& partition, Offset to) {
  const ReplicaHistory* leader = partition.leader ? partition.replica(*partition.leader) : nullptr;
  if (leader && leader->log_end >= to) return leader;
  for (const auto& [broker, replica] : partition.replicas) {
    if (replica->log_end >= to) return &*replica;
  }
  return nullptr;
}

}  // namespace

std::vector<DeliveredRun> runs_of(const trace::RecordsDelivered& delivered) {
  std::vector<DeliveredRun> runs;
  for (const auto& record : delivered.records) {
    if (!runs.empty()) {
      DeliveredRun& last = runs.back();
      const bool same_sender = last.origin.client == record.origin.client;
      const bool next_send = !last.origin.known() || last.origin.first_send + last.count == record.origin.first_send;
      if (record.offset == last.past() && same_sender && next_send) {
        ++last.count;
        continue;
      }
    }
    runs.push_back({record.offset, 1, record.origin});
  }
  return runs;
}

const ReadPositions::Position* ReadPositions::find(HostId reader, const TopicPartition& partition) const {
  const auto found = positions_.find({reader, partition});
  return found == positions_.end() ? nullptr : &found->second;
}

void ReadPositions::on(HostId reader, const trace::PositionReset& e) {
  positions_[{reader, e.partition}] = {e.to, std::nullopt};
}

void ReadPositions::on(HostId reader, const trace::RecordsDelivered& e) {
  if (e.records.empty()) return;
  const auto& last = e.records.back();
  positions_[{reader, e.partition}] = {last.offset.next(), last.origin};
}

void ReadPositions::forget(HostId reader) {
  std::erase_if(positions_, [reader](const auto& entry) { return entry.first.first == reader; });
}

void ReadPositions::forget(HostId reader, const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& tp : partitions) positions_.erase({reader, tp});
}

std::optional<Offset> first_to_read(const PartitionHistory& partition, Offset from, Offset to, OfTransactions transactional) {
  const ReplicaHistory* replica = log_up_to(partition, to);
  if (!replica) return std::nullopt;
  const Offset start = std::max({from, partition.compacted_to, replica->log_start});
  if (start >= to) return std::nullopt;
  const BatchChain& log = replica->log;
  for (std::size_t i = log.index_at(start); i < log.size() && log[i].base < to; ++i) {
    const bool comes = !log[i].transactional || transactional == OfTransactions::counted;
    if (!log[i].control && comes) return std::max(start, log[i].base);
  }
  return std::nullopt;
}

bool still_there(const PartitionHistory& partition, const ReadPositions::Position& position) {
  if (!position.last || !position.last->known()) return true;
  const ReplicaHistory* replica = log_up_to(partition, position.next);
  if (!replica) return false;
  const Offset offset = position.next.plus(-1);
  const std::size_t i = replica->log.index_at(offset);
  if (i >= replica->log.size() || replica->log[i].base > offset) return true;  // compacted or deleted
  const StoredBatch& batch = replica->log[i];
  return !batch.origin.known()
         || (batch.origin.client == position.last->client
             && batch.origin.first_send + (offset - batch.base) == position.last->first_send);
}

}  // namespace kafkasim::sim

#include "sim/report/record_events.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

std::string ids(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId n : nodes) text += (text.empty() ? "" : ",") + std::to_string(n.value);
  return "[" + text + "]";
}

std::string producer_of(const trace::AppendedBatch& batch) {
  if (batch.producer_id < 0) return {};
  return fmt::format(", producer id {}, epoch {}{}", batch.producer_id, batch.producer_epoch,
                     batch.base_sequence < 0 ? std::string{} : fmt::format(", from sequence {}", batch.base_sequence));
}

class Telling {
 public:
  Telling(const History& history, const WatchedRecord& record)
      : record_{record}, partition_{history.partition(record.partition)} {
    if (record.producer && record.offset) run_ = history.transactions().run_at(record.partition, *record.offset);
  }

  std::optional<RecordEvent> on(const trace::TransactionBegan& e) const {
    if (!is_its_transaction(e.client, e.number)) return std::nullopt;
    return RecordEvent{Stage::began, fmt::format("begins its transaction {}, of {}", e.number, e.transactional_id)};
  }
  std::optional<RecordEvent> on(const trace::TransactionEnded& e) const {
    if (!is_its_transaction(e.client, e.number)) return std::nullopt;
    constexpr std::array<std::string_view, 3> fates{"is told that its transaction is committed", "is told that its transaction is aborted",
                                                    "fails and is not told what becomes of its transaction"};
    return RecordEvent{Stage::told, std::string{fates.at(static_cast<std::size_t>(e.fate))}};
  }
  std::optional<RecordEvent> on(const trace::TransactionChanged& e) const {
    const bool commits = e.status == TransactionStatus::prepare_commit;
    if ((!commits && e.status != TransactionStatus::prepare_abort) || !decides_it(e)) return std::nullopt;
    return RecordEvent{Stage::decided, fmt::format("decides its transaction, {} {}, with {} partition(s){}: that is stored", commits ? "to commit" : "to abort",
                                                   e.transactional_id, e.partitions.size(), e.reason.empty() ? "" : ", " + e.reason)};
  }

  std::optional<RecordEvent> on(const trace::RecordSent& e) const {
    if (!record_.origin.known() || !is_named(e.partition) || !is_one(e.origin, 1)) return std::nullopt;
    return RecordEvent{Stage::sent, fmt::format("hands it to the producer, for {}", to_string(e.partition))};
  }
  std::optional<RecordEvent> on(const trace::LogAppended& e) const {
    if (!mine(e.partition)) return std::nullopt;
    const bool leads = e.role == trace::ReplicaRole::leader;
    for (const trace::AppendedBatch& batch : e.batches) {
      if (leads && batch.marker && record_.producer == batch.producer_id && batch.base > *record_.offset) {
        return RecordEvent{Stage::marked, fmt::format("appends the marker that {} it, at offset {}",
                                                      *batch.marker == TransactionOutcome::commit ? "commits" : "aborts", batch.base.value)};
      }
      const std::optional<Offset> place = place_of(batch);
      if (leads && place && *place != *record_.offset) {
        return RecordEvent{Stage::repeated, fmt::format("appends it at offset {}, in the batch of offsets {} to {} of epoch {}", place->value,
                                                        batch.base.value, batch.last.value, batch.epoch.value)};
      }
      if (!covers(batch.base, batch.last)) continue;
      const bool other = is_another(batch);
      const std::string_view asked = record_.marker && leads && !other ? ", as the coordinator asked" : "";
      return RecordEvent{other ? Stage::around : leads ? Stage::appended : Stage::copied,
                         fmt::format("{} {}{}, in the batch of offsets {} to {} of epoch {}{}", leads ? "appends" : "copies",
                                     other ? "another record at that offset" : "it", asked, batch.base.value, batch.last.value,
                                     batch.epoch.value, leads ? producer_of(batch) : std::string{})};
    }
    return std::nullopt;
  }
  std::optional<RecordEvent> on(const trace::LogTruncated& e) const {
    if (!mine(e.partition)) return std::nullopt;
    const bool cuts = record_.offset && e.to <= *record_.offset && *record_.offset < e.from;
    return RecordEvent{cuts ? Stage::gone : Stage::around,
                       fmt::format("cuts its log from {} back to {}{}", e.from.value, e.to.value, cuts ? ": the record goes" : "")};
  }
  std::optional<RecordEvent> on(const trace::LogLoaded& e) const {
    if (!mine(e.partition)) return std::nullopt;
    return RecordEvent{Stage::around, fmt::format("loads offsets {} to {}{}", e.log_start.value, e.log_end.value,
                                                  e.bytes_cut > 0 ? ", cutting a damaged end" : "")};
  }
  std::optional<RecordEvent> on(const trace::LogStartMoved& e) const {
    if (!mine(e.partition) || !record_.offset || e.to <= *record_.offset || *record_.offset < e.from) return std::nullopt;
    return RecordEvent{Stage::gone, fmt::format("moves its log start to {}: the record is deleted", e.to.value)};
  }
  std::optional<RecordEvent> on(const trace::HighWatermarkMoved& e) const {
    if (!mine(e.partition) || !record_.offset || e.to <= *record_.offset) return std::nullopt;
    const bool leads = e.role == trace::ReplicaRole::leader;
    if (*record_.offset < e.from) {
      if (!leads || !run_ || run_->fate == TransactionLedger::Fate::open) return std::nullopt;
      const bool committed = run_->fate == TransactionLedger::Fate::committed;
      return RecordEvent{Stage::ended, fmt::format("moves the high watermark to {}, past the marker: {}", e.to.value,
                                                   committed ? "read_committed may be given it, when all before it is decided"
                                                             : "read_committed passes over it")};
    }
    return RecordEvent{leads ? Stage::committed : Stage::around,
                       leads ? fmt::format("moves the high watermark to {}: it is committed{}", e.to.value, what_it_ends())
                             : fmt::format("hears of high watermark {}", e.to.value)};
  }
  std::optional<RecordEvent> on(const trace::BecameLeader& e) const {
    if (!mine(e.partition)) return std::nullopt;
    return RecordEvent{Stage::around, fmt::format("leads in epoch {}, from offset {}", e.leader_epoch.value, e.epoch_start.value)};
  }
  std::optional<RecordEvent> on(const trace::BecameFollower& e) const {
    if (!mine(e.partition)) return std::nullopt;
    return RecordEvent{Stage::around, fmt::format("follows {} in epoch {}",
                                                  e.leader ? fmt::format("broker {}", e.leader->value) : "nobody",
                                                  e.leader_epoch.value)};
  }
  std::optional<RecordEvent> on(const trace::IsrChangeRequested& e) const {
    if (!mine(e.partition)) return std::nullopt;
    return RecordEvent{Stage::around, fmt::format("asks for ISR {} instead of {}", ids(e.to), ids(e.from))};
  }
  std::optional<RecordEvent> on(const trace::PartitionChanged& e) const {
    if (!mine(e.partition)) return std::nullopt;
    return RecordEvent{Stage::around,
                       fmt::format("{} in epoch {}, ISR {}{}",
                                   e.leader ? fmt::format("broker {} is to lead", e.leader->value) : "nobody is to lead",
                                   e.leader_epoch.value, ids(e.isr), e.unclean ? ", uncleanly" : "")};
  }
  std::optional<RecordEvent> on(const trace::RecordsAcked& e) const {
    if (!is_named(e.partition) || !is_one(e.origin, e.count)) return std::nullopt;
    return RecordEvent{Stage::acknowledged, e.base ? fmt::format("is answered: stored, from offset {} on", e.base->value)
                                                   : std::string{"counts it as sent: acks=0 waits for no answer"}};
  }
  std::optional<RecordEvent> on(const trace::RecordsFailed& e) const {
    if (!is_named(e.partition) || !is_one(e.origin, e.count)) return std::nullopt;
    return RecordEvent{Stage::failed, fmt::format("gives it up: {}", error_name(e.error))};
  }
  std::optional<RecordEvent> on(const trace::RecordsDelivered& e) const {
    if (!is_named(e.partition) || !record_.offset) return std::nullopt;
    const auto found = std::ranges::find(e.records, *record_.offset, &trace::RecordsDelivered::One::offset);
    if (found == e.records.end()) return std::nullopt;
    return RecordEvent{Stage::delivered, fmt::format("gets it from poll, among {} records", e.records.size())};
  }
  std::optional<RecordEvent> on(const trace::OffsetsCommitted& e) const {
    if (!record_.offset || record_.marker) return std::nullopt;
    for (const auto& one : e.offsets) {
      if (is_named(one.partition) && one.offset > *record_.offset)
        return RecordEvent{Stage::group_committed,
                           fmt::format("stores offset {} for group {}: that is the next to read", one.offset.value, e.group), e.group};
    }
    return std::nullopt;
  }

 private:
  // A record is part of a transaction once that is known to be in the committed log; a marker is written for what was decided before.
  [[nodiscard]] bool decides_it(const trace::TransactionChanged& e) const {
    if (!record_.marker) return run_ && e.producer.value == *record_.producer;
    const bool commits = record_.marker->outcome == TransactionOutcome::commit;
    return e.producer.value == record_.marker->producer && e.epoch.value == record_.marker->epoch
           && commits == (e.status == TransactionStatus::prepare_commit)
           && std::ranges::find(e.partitions, record_.partition) != e.partitions.end();
  }
  [[nodiscard]] std::string_view what_it_ends() const {
    if (!record_.marker) return "";
    return record_.marker->outcome == TransactionOutcome::commit
               ? ", and read_committed may be given what it commits, when all before that is decided"
               : ", and read_committed passes over what it aborts";
  }
  // What stands at the offset, and is not it.
  [[nodiscard]] bool is_another(const trace::AppendedBatch& batch) const {
    if (record_.marker) return batch.marker != record_.marker->outcome || batch.producer_id != record_.marker->producer;
    return record_.origin.known() && (batch.marker || (batch.origin.known() && place_of(batch) != record_.offset));
  }
  // At which offset the batch has it.
  [[nodiscard]] std::optional<Offset> place_of(const trace::AppendedBatch& batch) const {
    if (!record_.offset || !is_one(batch.origin, batch.last - batch.base + 1)) return std::nullopt;
    return batch.base.plus(record_.origin.first_send - batch.origin.first_send);
  }
  [[nodiscard]] bool is_its_transaction(std::int32_t client, std::int64_t number) const {
    return record_.transaction && *record_.transaction == TransactionLedger::Name{client, number};
  }
  [[nodiscard]] bool mine(const TopicIdPartition& id) const { return partition_ && partition_->id == id; }
  [[nodiscard]] bool is_named(const TopicPartition& name) const { return name == record_.partition; }
  [[nodiscard]] bool covers(Offset first, Offset last) const {
    return record_.offset && first <= *record_.offset && *record_.offset <= last;
  }
  [[nodiscard]] bool sends_it(const Origin& origin, std::int64_t count) const {
    return origin.first_send <= record_.origin.first_send && record_.origin.first_send < origin.first_send + count;
  }
  [[nodiscard]] bool is_one(const Origin& origin, std::int64_t count) const {
    return record_.origin.known() && origin.client == record_.origin.client && sends_it(origin, count);
  }

  const WatchedRecord& record_;
  const PartitionHistory* partition_;
  const TransactionLedger::Run* run_{nullptr};  // it is committed, and part of a transaction
};

}  // namespace

std::optional<RecordEvent> record_event(const Observation& o, const History& history, const WatchedRecord& record) {
  const trace::Event* note = o.note();
  if (!note) return std::nullopt;
  const Telling telling{history, record};
  std::optional<RecordEvent> event;
  note->visit([&](const auto& e) {
    if constexpr (requires { telling.on(e); }) event = telling.on(e);
  });
  return event;
}

}  // namespace kafkasim::sim

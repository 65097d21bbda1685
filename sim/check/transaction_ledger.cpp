#include "sim/check/transaction_ledger.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/client/client_identity.hpp"

namespace kafkasim::sim {

namespace {
// A fence raises the epoch, and since KIP-890 the end of a transaction does too (TransactionMetadata): one that was not stored is
// not raised again.
constexpr int most_epochs_to_an_end = 2;
}  // namespace

void TransactionLedger::on(const Observation&, const trace::TransactionBegan& e) { current_[e.client] = e.number; }

void TransactionLedger::on(const Observation&, const trace::RecordSent& e) {
  const auto current = current_.find(e.origin.client);
  if (current == current_.end()) return;
  auto& sends = sends_[{e.partition, e.origin.client}];
  if (sends.empty() || sends.back().second != current->second) sends.emplace_back(e.origin.first_send, current->second);
}

void TransactionLedger::on(const Observation&, const trace::TransactionEnded& e) {
  current_.erase(e.client);
  Ends& ends = ends_[{e.client, e.number}];
  ends.told = e.fate;
  check_whole({e.client, e.number}, ends);
}

void TransactionLedger::on(const Observation&, const trace::ProducerInitialised& e) {
  const auto [known, fresh] = initialised_.try_emplace(e.producer.value, e.epoch.value);
  if (!fresh) known->second = std::max(known->second, e.epoch.value);
}

void TransactionLedger::changed(const trace::TransactionChanged& e, Teller teller) {
  using enum TransactionStatus;
  if (e.status == prepare_commit || e.status == prepare_abort)
    decided_commit_[{e.producer.value, e.epoch.value}] = e.status == prepare_commit;
  if (teller == Teller::former_coordinator) return;
  Decision& decision = decisions_[e.producer.value];
  decision.status = e.status;
  decision.epoch = e.epoch.value;
  decision.transactional_id = e.transactional_id;
  decision.partitions = {e.partitions.begin(), e.partitions.end()};
}

bool TransactionLedger::is_known(std::int64_t producer, const TopicPartition& partition) const {
  using enum TransactionStatus;
  const auto known = decisions_.find(producer);
  if (known == decisions_.end()) return false;
  const TransactionStatus status = known->second.status;
  const bool open = status == ongoing || status == prepare_commit || status == prepare_abort;
  return open && known->second.partitions.contains(partition);
}

std::string TransactionLedger::named(std::int64_t producer) const {
  const auto known = decisions_.find(producer);
  return known == decisions_.end() ? fmt::format("producer {}", producer) : known->second.transactional_id;
}

// ---- the logs -----------------------------------------------------------------------------------------

void TransactionLedger::committed(Instant at, const TopicPartition& partition, const StoredBatch& batch) {
  if (!batch.transactional) return;
  if (batch.marker) {
    check_marker(partition, batch);
    end_runs(partition, batch);
    return;
  }
  if (batch.control) return;
  const auto fence = initialised_.find(batch.producer_id);
  if (fence != initialised_.end() && batch.producer_epoch < fence->second) {
    problems_.push_back({ProblemKind::zombie, to_string(partition),
                         fmt::format("{} was given epoch {}, and offset {} of epoch {} is written", named(batch.producer_id),
                                     fence->second, batch.base.value, batch.producer_epoch)});
  }
  if (!is_known(batch.producer_id, partition)) {
    problems_.push_back({ProblemKind::marker, to_string(partition),
                         fmt::format("offset {} of {} belongs to no transaction that its coordinator knows", batch.base.value,
                                     named(batch.producer_id))});
  }
  runs_[partition].edit().push_back(
      {batch.base, batch.last, batch.producer_id, batch.producer_epoch, batch.origin, Fate::open});
  open_[partition].try_emplace(batch.producer_id, OpenSince{at, batch.base});
}

void TransactionLedger::on(const Observation&, const trace::MarkerAskedFor& e) { asked_for_.emplace(e.producer.value, e.epoch.value); }

void TransactionLedger::check_marker(const TopicPartition& partition, const StoredBatch& marker) {
  if (asked_for_.contains({marker.producer_id, marker.producer_epoch})) return;
  const auto decided = decided_commit_.find({marker.producer_id, marker.producer_epoch});
  const bool commits = *marker.marker == TransactionOutcome::commit;
  const std::string_view kind = commits ? "commits" : "aborts";
  if (decided == decided_commit_.end()) {
    problems_.push_back({ProblemKind::marker, to_string(partition),
                         fmt::format("the marker at {} {} a transaction of {} that no coordinator has ended", marker.base.value, kind,
                                     named(marker.producer_id))});
  } else if (decided->second != commits) {
    problems_.push_back({ProblemKind::marker, to_string(partition),
                         fmt::format("the marker at {} {} a transaction of {}, and the coordinator has decided otherwise",
                                     marker.base.value, kind, named(marker.producer_id))});
  }
}

void TransactionLedger::end_runs(const TopicPartition& partition, const StoredBatch& marker) {
  const auto opened = open_.find(partition);
  if (opened == open_.end()) return;
  const auto since = opened->second.find(marker.producer_id);
  if (since == opened->second.end()) return;
  const Offset first = since->second.first;
  opened->second.erase(since);
  if (opened->second.empty()) open_.erase(opened);
  const Fate fate = *marker.marker == TransactionOutcome::commit ? Fate::committed : Fate::aborted;
  std::vector<Run>& runs = runs_[partition].edit();
  for (auto run = std::ranges::lower_bound(runs, first, {}, &Run::base); run != runs.end(); ++run) {
    if (run->producer != marker.producer_id || run->fate != Fate::open) continue;
    run->fate = fate;
    const bool by_administrator = asked_for_.contains({marker.producer_id, marker.producer_epoch});
    if (marker.producer_epoch > run->epoch + most_epochs_to_an_end && !by_administrator)
      problems_.push_back({ProblemKind::marker, to_string(partition),
                           fmt::format("the marker at {} ends a transaction of {} in epoch {}, {} above that of its records", marker.base.value,
                                       named(marker.producer_id), marker.producer_epoch, marker.producer_epoch - run->epoch)});
    ended_.push_back(*run);
    const std::optional<Name> name = transaction_of(partition, run->origin);
    if (!name) continue;
    Ends& ends = ends_[*name];
    (fate == Fate::committed ? ends.committed : ends.aborted) = true;
    check_whole(*name, ends);
  }
}

void TransactionLedger::check_whole(const Name& name, Ends& ends) {
  std::string detail;
  if (ends.committed && ends.aborted) detail = "a part of it is committed and a part aborted";
  if (ends.aborted && ends.told == trace::TransactionFate::committed) detail = "it was told to be committed, and a part of it is aborted";
  if (ends.committed && ends.told == trace::TransactionFate::aborted) detail = "it was told to be aborted, and a part of it is committed";
  if (detail.empty()) return;
  problems_.push_back({ProblemKind::torn, fmt::format("client {}", original_ordinal(name.client)),
                       fmt::format("transaction {}: {}", name.number, detail)});
  ends.told = trace::TransactionFate::unknown;  // told once
  ends.committed = ends.aborted = false;
}

void TransactionLedger::lost(const TopicPartition& partition, Offset from) {
  const auto known = runs_.find(partition);
  if (known != runs_.end()) std::erase_if(known->second.edit(), [from](const Run& run) { return run.base >= from; });
  const auto opened = open_.find(partition);
  if (opened == open_.end()) return;
  std::erase_if(opened->second, [from](const auto& entry) { return entry.second.first >= from; });
  if (opened->second.empty()) open_.erase(opened);
}

// ---- look-ups -----------------------------------------------------------------------------------------

const TransactionLedger::Run* TransactionLedger::run_at(const TopicPartition& partition, Offset offset) const {
  const auto known = runs_.find(partition);
  if (known == runs_.end()) return nullptr;
  const std::vector<Run>& runs = *known->second;
  const auto found = std::ranges::lower_bound(runs, offset, {}, &Run::last);
  return found != runs.end() && found->base <= offset ? &*found : nullptr;
}

std::optional<TransactionLedger::Name> TransactionLedger::transaction_of(const TopicPartition& partition, const Origin& record) const {
  const auto known = sends_.find({partition, record.client});
  if (known == sends_.end()) return std::nullopt;
  const auto after = std::ranges::upper_bound(known->second, record.first_send, {}, &std::pair<std::int64_t, std::int64_t>::first);
  if (after == known->second.begin()) return std::nullopt;
  return Name{record.client, std::prev(after)->second};
}

}  // namespace kafkasim::sim

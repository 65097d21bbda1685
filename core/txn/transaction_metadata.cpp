#include "core/txn/transaction_metadata.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {
namespace {

using enum TransactionStatus;

constexpr std::array<std::pair<TransactionStatus, std::string_view>, 8> status_names{{{empty, "Empty"},
                                                                                      {ongoing, "Ongoing"},
                                                                                      {prepare_commit, "PrepareCommit"},
                                                                                      {prepare_abort, "PrepareAbort"},
                                                                                      {complete_commit, "CompleteCommit"},
                                                                                      {complete_abort, "CompleteAbort"},
                                                                                      {dead, "Dead"},
                                                                                      {prepare_epoch_fence, "PrepareEpochFence"}}};

constexpr bool is_idle(TransactionStatus status) {
  return status == empty || status == complete_commit || status == complete_abort;
}

std::set<TopicPartition> partitions_of(const TransactionLogValue& stored) {
  std::set<TopicPartition> partitions;
  if (!stored.transaction_partitions) return partitions;
  for (const auto& topic : *stored.transaction_partitions) {
    for (const PartitionIndex index : topic.partition_ids) partitions.insert({topic.topic, index});
  }
  return partitions;
}

}  // namespace

std::string_view transaction_status_name(TransactionStatus status) {
  const auto found = std::ranges::find(status_names, status, &std::pair<TransactionStatus, std::string_view>::first);
  return found == status_names.end() ? std::string_view{} : found->second;
}

std::optional<TransactionStatus> transaction_status_by_name(std::string_view name) {
  const auto found = std::ranges::find(status_names, name, &std::pair<TransactionStatus, std::string_view>::second);
  return found == status_names.end() ? std::nullopt : std::optional{found->first};
}

bool may_become(TransactionStatus from, TransactionStatus to) {
  switch (to) {
    case empty:
    case dead: return is_idle(from);
    case ongoing: return from == ongoing || is_idle(from);
    case prepare_commit: return from == ongoing;
    case prepare_abort: return from == ongoing || from == prepare_epoch_fence || is_idle(from);
    case complete_commit: return from == prepare_commit;
    case complete_abort: return from == prepare_abort;
    case prepare_epoch_fence: return from == ongoing;
  }
  return false;
}

TransactionMetadata::TransactionMetadata(std::string id, ProducerId producer, Duration timeout, Timestamp now)
    : id_{std::move(id)}, producer_{producer}, timeout_{timeout}, updated_{now} {}

TransactionMetadata::TransactionMetadata(std::string id, const TransactionLogValue& stored)
    : id_{std::move(id)},
      producer_{stored.producer_id},
      previous_producer_{stored.previous_producer_id},
      next_producer_{stored.next_producer_id},
      epoch_{stored.producer_epoch},
      timeout_{stored.transaction_timeout},
      status_{stored.transaction_status},
      partitions_{partitions_of(stored)},
      started_{stored.start_timestamp},
      updated_{stored.last_update_timestamp},
      client_version_{static_cast<TransactionVersion>(std::clamp<std::int16_t>(stored.client_transaction_version, 0, 2))} {}

bool TransactionMetadata::is_end_repeated(ProducerEpoch epoch) const {
  return bumps_epochs(client_version_) && epoch_ && epoch_->value == epoch.value + 1;
}

bool TransactionMetadata::has_timed_out(Timestamp now) const {
  return status_ == ongoing && !pending_ && started_.plus(timeout_.whole_ms()) < now;
}

// ---- preparing --------------------------------------------------------------------------------------

TransactionChange TransactionMetadata::prepare(TransactionStatus to) {
  KAFKASIM_CHECK(!pending_, "one change of a transaction at a time");
  KAFKASIM_CHECK(may_become(status_, to), transaction_status_name(status_));
  pending_ = to;
  TransactionChange change;
  change.status = to;
  change.producer = producer_;
  change.previous_producer = previous_producer_;
  change.epoch = epoch_.value_or(ProducerEpoch{0});
  change.last_epoch = last_epoch_;
  change.timeout = timeout_;
  change.partitions = partitions_;
  change.started = started_;
  change.updated = updated_;
  change.client_version = client_version_;
  return change;
}

bool TransactionMetadata::may_claim(const Expected& expected) const {
  return !epoch_ || expected.producer == producer_
         || (expected.producer == previous_producer_ && is_exhausted(expected.epoch));
}

TransactionMetadata::Bumped TransactionMetadata::prepare_next_epoch(Duration timeout, std::optional<ProducerEpoch> expected,
                                                                    Timestamp now) {
  const ProducerEpoch next{static_cast<std::int16_t>(epoch_ ? epoch_->value + 1 : 0)};
  Bumped bumped;
  std::optional<ProducerEpoch> last;
  ProducerEpoch epoch = next;
  if (expected && epoch_ && expected != epoch_) {
    // The same request again, whose answer was lost: it is told the same.
    if (expected != last_epoch_) return {ErrorCode::producer_fenced, {}};
    epoch = *epoch_;
    last = last_epoch_;
  } else if (expected) {
    last = epoch_;
  }
  bumped.change = prepare(empty);
  bumped.change.epoch = epoch;
  bumped.change.last_epoch = last;
  bumped.change.timeout = timeout;
  bumped.change.partitions.clear();
  bumped.change.started = Timestamp{-1};
  bumped.change.updated = now;
  return bumped;
}

TransactionChange TransactionMetadata::prepare_new_producer(ProducerId fresh, Duration timeout, LastEpoch last, Timestamp now) {
  TransactionChange change = prepare(empty);
  change.previous_producer = producer_;
  change.producer = fresh;
  change.epoch = ProducerEpoch{0};
  change.last_epoch = last == LastEpoch::remember ? epoch_ : std::nullopt;
  change.timeout = timeout;
  change.partitions.clear();
  change.started = Timestamp{-1};
  change.updated = now;
  return change;
}

TransactionChange TransactionMetadata::prepare_added(const std::set<TopicPartition>& added, TransactionVersion client,
                                                     Timestamp now) {
  TransactionChange change = prepare(ongoing);
  if (status_ != ongoing) {
    change.started = now;
    change.partitions.clear();
  }
  change.partitions.insert(added.begin(), added.end());
  change.updated = now;
  change.client_version = client;
  return change;
}

TransactionChange TransactionMetadata::prepare_end(TransactionOutcome outcome, TransactionVersion client, Fences fences,
                                                   std::optional<ProducerId> next_producer, Timestamp now) {
  const bool was_idle = status_ != ongoing;
  TransactionChange change = prepare(outcome == TransactionOutcome::commit ? prepare_commit : prepare_abort);
  const bool raised_before = fences == Fences::yes && fence_failed_;
  if (!raised_before && (fences == Fences::yes || bumps_epochs(client))) {
    change.last_epoch = fences == Fences::yes && !bumps_epochs(client) ? std::nullopt : epoch_;
    // Kafka 4.1 raises it by two where both reasons come together: what the fenced producer repeats is not taken for an end that was
    // answered before.
    const bool twice = fences == Fences::yes && bumps_epochs(client) && change.epoch.value < INT16_MAX - 1;
    change.epoch = ProducerEpoch{static_cast<std::int16_t>(change.epoch.value + (twice ? 2 : 1))};
  }
  change.next_producer = next_producer;
  change.client_version = client;
  if (was_idle) change.started = now;
  change.updated = now;
  return change;
}

TransactionChange TransactionMetadata::prepare_complete(Timestamp now) {
  TransactionChange change = prepare(status_ == prepare_commit ? complete_commit : complete_abort);
  if (bumps_epochs(client_version_) && next_producer_) {
    // 32767 is never told: for its producer, 32766 is followed by 0 of another id.
    change.previous_producer = producer_;
    change.producer = *next_producer_;
    change.epoch = ProducerEpoch{0};
  }
  change.partitions.clear();
  change.updated = now;
  return change;
}

TransactionChange TransactionMetadata::prepare_dead() {
  TransactionChange change = prepare(dead);
  change.partitions.clear();
  return change;
}

// ---- the end of a change ----------------------------------------------------------------------------

void TransactionMetadata::complete(const TransactionChange& change) {
  KAFKASIM_CHECK(pending_ == change.status && change.status != dead && change.status != prepare_epoch_fence,
                 "a change is complete that was prepared");
  pending_.reset();
  fence_failed_ = false;
  status_ = change.status;
  producer_ = change.producer;
  previous_producer_ = change.previous_producer;
  next_producer_ = change.next_producer;
  epoch_ = change.epoch;
  last_epoch_ = change.last_epoch;
  timeout_ = change.timeout;
  partitions_ = change.partitions;
  started_ = change.started;
  updated_ = change.updated;
  client_version_ = change.client_version;
}

void TransactionMetadata::give_up() { pending_.reset(); }

void TransactionMetadata::fence_failed(const TransactionChange& change, NextFence next) {
  pending_.reset();
  epoch_ = change.epoch;
  last_epoch_ = change.last_epoch;
  fence_failed_ = next == NextFence::same_epoch;
}

TransactionLogValue as_record(const TransactionChange& change) {
  TransactionLogValue value;
  value.producer_id = change.producer;
  value.previous_producer_id = change.previous_producer;
  value.next_producer_id = change.next_producer;
  value.producer_epoch = change.epoch;
  value.transaction_timeout = change.timeout;
  value.transaction_status = change.status;
  if (change.status != TransactionStatus::empty) {
    auto& topics = value.transaction_partitions.emplace();
    for (const TopicPartition& partition : change.partitions) {
      if (topics.empty() || topics.back().topic != partition.topic) topics.push_back({partition.topic, {}});
      topics.back().partition_ids.push_back(partition.partition);
    }
  }
  value.last_update_timestamp = change.updated;
  value.start_timestamp = change.started;
  value.client_transaction_version = static_cast<std::int16_t>(change.client_version);
  return value;
}

}  // namespace kafkasim

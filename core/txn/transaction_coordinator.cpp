#include "core/txn/transaction_coordinator.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/base/java_hash.hpp"
#include "core/machine/deadlines.hpp"

namespace kafkasim {
namespace {

using enum TransactionStatus;

constexpr Duration store_retry_backoff = milliseconds(100);

}  // namespace

ErrorCode transaction_store_error(ErrorCode append_error) {
  using enum ErrorCode;
  switch (append_error) {
    case unknown_topic_or_partition:
    case not_enough_replicas:
    case not_enough_replicas_after_append:
    case request_timed_out: return coordinator_not_available;
    case not_leader_or_follower:
    case kafka_storage_error: return not_coordinator;
    case message_too_large:
    case record_list_too_large: return unknown_server_error;
    default: return append_error;
  }
}

TransactionCoordinator::TransactionCoordinator(NodeId self, const NodeConfig& config, TransactionVersion version,
                                               LegacyBehaviours legacy)
    : config_{config}, version_{version}, legacy_{legacy}, markers_{self, config, legacy} {}

std::optional<PartitionIndex> TransactionCoordinator::partition_for(const std::string& transactional_id) const {
  if (!partition_count_) return std::nullopt;
  return PartitionIndex{java_bucket(transactional_id, *partition_count_)};
}

const TransactionCoordinator::Shard* TransactionCoordinator::shard_of(const std::string& id) const {
  const std::optional<PartitionIndex> partition = partition_for(id);
  const auto found = partition ? shards_.find(*partition) : shards_.end();
  return found == shards_.end() ? nullptr : &found->second;
}

TransactionCoordinator::Shard* TransactionCoordinator::shard_of(const std::string& id) {
  const std::optional<PartitionIndex> partition = partition_for(id);
  const auto found = partition ? shards_.find(*partition) : shards_.end();
  return found == shards_.end() ? nullptr : &found->second;
}

TransactionCoordinator::Found TransactionCoordinator::find(const std::string& id) {
  Found found;
  found.shard = shard_of(id);
  if (found.shard == nullptr) {
    found.error = ErrorCode::not_coordinator;
    return found;
  }
  const auto known = found.shard->transactions.find(id);
  if (known == found.shard->transactions.end()) {
    found.error = ErrorCode::invalid_producer_id_mapping;
  } else {
    found.transaction = &known->second.edit();
  }
  return found;
}

// ---- leadership -----------------------------------------------------------------------------------

void TransactionCoordinator::on_elected(PartitionIndex partition, LeaderEpoch epoch, const std::vector<RecordBatch>& log,
                                        Env& env) {
  if (shards_.contains(partition)) on_resigned(partition, env);  // markers carry the epoch: all begins anew
  Shard& shard = shards_[partition];
  shard.partition = partition;
  shard.epoch = epoch;
  LoadedTransactions loaded = read_transaction_log(log);
  for (const auto& [id, stored] : loaded.transactions) {
    if (partition_for(id) != partition) {
      ++loaded.passed_over;
      continue;
    }
    const auto [entry, fresh] = shard.transactions.emplace(id, Cow<TransactionMetadata>{TransactionMetadata{id, stored}});
    const TransactionMetadata& transaction = *entry->second;
    const bool ends = stored.transaction_status == prepare_commit || stored.transaction_status == prepare_abort;
    if (!ends && stored.transaction_status != ongoing) continue;
    // The coordinator before may have had no time to tell of it.
    trace::TransactionChanged note{id, transaction.producer(), *transaction.epoch(), stored.transaction_status, {},
                                   "loaded by the next coordinator"};
    note.partitions.assign(transaction.partitions().begin(), transaction.partitions().end());
    env.out.note(std::move(note));
    if (ends) mark(shard, transaction);
  }
  if (keeps_any() && !next_abort_) next_abort_ = env.now + config_.transaction_abort_timed_out_interval;
  if (keeps_any() && !next_expiry_) next_expiry_ = env.now + config_.transaction_remove_expired_interval;
  env.out.note(trace::TransactionsLoaded{partition, static_cast<std::int32_t>(shard.transactions.size())});
  if (loaded.passed_over == 0) return;
  const std::string first = loaded.first_fault ? ": " + loaded.first_fault->message : std::string{};
  env.out.note(trace::Remark{
      fmt::format("{}-{}: {} records passed over{}", transaction_state_topic, partition.value, loaded.passed_over, first)});
}

void TransactionCoordinator::on_resigned(PartitionIndex partition, Env& env) {
  const auto found = shards_.find(partition);
  if (found == shards_.end()) return;
  for (const auto& [id, transaction] : found->second.transactions) unfinished_.erase(id);
  shards_.erase(found);
  markers_.forget(partition);
  std::erase_if(appends_, [partition](const TransactionAppend& append) { return append.partition == partition; });
  std::vector<Pending> given_up;
  for (auto pending = pending_.begin(); pending != pending_.end();) {
    if (pending->second.partition == partition) {
      given_up.push_back(std::move(pending->second));
      pending = pending_.erase(pending);
    } else {
      ++pending;
    }
  }
  for (const Pending& pending : given_up) finish(pending, ErrorCode::not_coordinator, env);
}

// ---- what is stored -------------------------------------------------------------------------------

void TransactionCoordinator::store(Shard& shard, const std::string& id, TransactionChange change, Then then, Env& env,
                                   std::string reason) {
  const std::uint64_t token = next_token_++;
  const bool forgets = change.status == dead;
  const auto value = forgets ? std::nullopt : std::optional{as_record(change)};
  appends_.push_back({token, shard.partition, transaction_batch(id, value, version_, env.wall)});
  pending_.emplace(token, Pending{shard.partition, id, std::move(change), std::move(then), std::move(reason)});
}

std::vector<TransactionAppend> TransactionCoordinator::take_appends() { return std::exchange(appends_, {}); }

void TransactionCoordinator::on_append_completed(std::uint64_t token, ErrorCode error, Env& env) {
  const auto found = pending_.find(token);
  if (found == pending_.end()) return;  // of a partition that was resigned meanwhile
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  const ErrorCode told = transaction_store_error(error);
  Shard& shard = shards_.at(pending.partition);
  const auto known = shard.transactions.find(pending.id);
  KAFKASIM_CHECK(known != shard.transactions.end(), "an id with a change on its way is kept");
  TransactionMetadata& transaction = known->second.edit();
  if (told != ErrorCode::none) {
    const bool fences = std::holds_alternative<Fenced>(pending.then);
    using NextFence = TransactionMetadata::NextFence;
    const NextFence next = legacy_.has(Legacy::init_pid_epoch_inflation) ? NextFence::raises_again : NextFence::same_epoch;
    if (fences) transaction.fence_failed(pending.change, next);
    if (!fences) transaction.give_up();
    if (std::holds_alternative<Completed>(pending.then) && told == ErrorCode::coordinator_not_available)
      unfinished_[pending.id] = env.now + store_retry_backoff;
    return finish(pending, told, env);
  }
  if (pending.change.status == dead) {
    shard.transactions.erase(known);
  } else {
    transaction.complete(pending.change);
  }
  const bool begins_or_ends = pending.change.status != empty;
  if (begins_or_ends) {
    trace::TransactionChanged note{pending.id, pending.change.producer, pending.change.epoch, pending.change.status, {},
                                   pending.reason};
    note.partitions.assign(pending.change.partitions.begin(), pending.change.partitions.end());
    env.out.note(std::move(note));
  }
  if (pending.change.status == prepare_commit || pending.change.status == prepare_abort) mark(shard, transaction);
  finish(pending, ErrorCode::none, env);
}

void TransactionCoordinator::finish(const Pending& pending, ErrorCode error, Env& env) {
  if (const auto* init = std::get_if<AnswerInit>(&pending.then)) {
    InitProducerIdResponse response{.error_code = error};
    if (error == ErrorCode::none) {
      response.producer_id = pending.change.producer;
      response.producer_epoch = pending.change.epoch;
      env.out.note(trace::ProducerInitialised{pending.id, pending.change.producer, pending.change.epoch});
    }
    answer(init->request, response, env);
  } else if (const auto* added = std::get_if<AnswerAdded>(&pending.then)) {
    finish_addition(*added, error, env);
  } else if (const auto* offsets = std::get_if<AnswerOffsetsAdded>(&pending.then)) {
    answer(offsets->request, AddOffsetsToTxnResponse{.error_code = error}, env);
  } else if (const auto* ended = std::get_if<AnswerEnd>(&pending.then)) {
    EndTxnResponse response{.error_code = error};
    if (error == ErrorCode::none) {
      const bool moves_on = pending.change.next_producer.has_value();
      response.producer_id = moves_on ? *pending.change.next_producer : pending.change.producer;
      response.producer_epoch = moves_on ? ProducerEpoch{0} : pending.change.epoch;
    }
    answer(ended->request, response, env);
  } else if (const auto* fenced = std::get_if<Fenced>(&pending.then); fenced && fenced->request) {
    const ErrorCode told = error == ErrorCode::none ? ErrorCode::concurrent_transactions : error;
    answer(*fenced->request, InitProducerIdResponse{.error_code = told}, env);
  }
}

void TransactionCoordinator::finish_addition(const AnswerAdded& added, ErrorCode error, Env& env) {
  const auto found = additions_.find(added.addition);
  KAFKASIM_CHECK(found != additions_.end(), "an addition is answered when all its transactions are");
  Addition& addition = found->second;
  for (auto& topic : addition.response.results_by_transaction.at(added.transaction).topic_results) {
    for (auto& partition : topic.results_by_partition) partition.partition_error_code = error;
  }
  one_addition_less(added.addition, env);
}

void TransactionCoordinator::one_addition_less(std::uint64_t number, Env& env) {
  Addition& addition = additions_.at(number);
  if (--addition.waits_for > 0) return;
  answer(addition.request, std::move(addition.response), env);
  additions_.erase(number);
}

// ---- markers --------------------------------------------------------------------------------------

void TransactionCoordinator::mark(Shard& shard, const TransactionMetadata& transaction) {
  const bool commits = transaction.status() == prepare_commit;
  markers_.add(transaction.id(), {shard.partition, shard.epoch, transaction.producer(), *transaction.epoch(),
                                  commits ? TransactionOutcome::commit : TransactionOutcome::abort, transaction.partitions()});
}

void TransactionCoordinator::send_markers(const MetadataImage& image, Env& env) {
  if (!markers_.empty()) markers_.pump(image, env);
  complete_marked(env);
}

void TransactionCoordinator::complete_marked(Env& env) {
  for (const TransactionMarkers::Over& over : markers_.take_over()) {
    if (over.written) complete_one(over.transactional_id, env);
  }
}

void TransactionCoordinator::complete_one(const std::string& id, Env& env) {
  const Found found = find(id);
  if (found.transaction == nullptr || found.transaction->pending()) return;
  const TransactionStatus status = found.transaction->status();
  if (status != prepare_commit && status != prepare_abort) return;
  store(*found.shard, id, found.transaction->prepare_complete(env.wall), Completed{}, env);
}

// ---- time -----------------------------------------------------------------------------------------

void TransactionCoordinator::step(const Input& in, const TransactionTurn& turn) {
  markers_.step(in, turn.env);
  complete_marked(turn.env);
  if (!std::holds_alternative<Woken>(in)) return;
  const Instant now = turn.env.now;
  std::vector<std::string> again;
  for (const auto& [id, at] : unfinished_) {
    if (at <= now) again.push_back(id);
  }
  for (const std::string& id : again) {
    unfinished_.erase(id);
    complete_one(id, turn.env);
  }
  if (is_due(next_abort_, now)) abort_timed_out(turn.env);
  if (is_due(next_expiry_, now)) remove_expired(turn.env);
}

bool TransactionCoordinator::keeps_any() const {
  for (const auto& [partition, shard] : shards_) {
    if (!shard.transactions.empty()) return true;
  }
  return false;
}

void TransactionCoordinator::abort_timed_out(Env& env) {
  next_abort_.reset();
  if (keeps_any()) next_abort_ = env.now + config_.transaction_abort_timed_out_interval;
  for (auto& [partition, shard] : shards_) {
    for (auto& [id, transaction] : shard.transactions) {
      if (!transaction->has_timed_out(env.wall)) continue;
      if (legacy_.has(Legacy::txn_timeout_no_epoch_bump)) {
        store(shard, id,
              transaction.edit().prepare_end(TransactionOutcome::abort, TransactionVersion::v0,
                                             TransactionMetadata::Fences::no, std::nullopt, env.wall),
              Completed{}, env, "timed out");
      } else {
        fence({&shard, &transaction.edit(), ErrorCode::none}, id, std::nullopt, "timed out", env);
      }
    }
  }
}

void TransactionCoordinator::remove_expired(Env& env) {
  next_expiry_.reset();
  if (keeps_any()) next_expiry_ = env.now + config_.transaction_remove_expired_interval;
  const std::int64_t limit = config_.transactional_id_expiration.whole_ms();
  for (auto& [partition, shard] : shards_) {
    for (auto& [id, transaction] : shard.transactions) {
      const bool idle = may_become(transaction->status(), dead) && !transaction->pending();
      if (!idle || env.wall - transaction->updated() < limit) continue;
      store(shard, id, transaction.edit().prepare_dead(), Expired{}, env, "not used for transactional.id.expiration.ms");
    }
  }
}

std::optional<Instant> TransactionCoordinator::next_deadline() const {
  std::optional<Instant> next = earlier(markers_.next_deadline(), earlier(next_abort_, next_expiry_));
  for (const auto& [id, at] : unfinished_) next = earlier(next, at);
  return next;
}

std::vector<TransactionReport> TransactionCoordinator::report() const {
  std::vector<TransactionReport> reports;
  for (const auto& [partition, shard] : shards_) {
    for (const auto& [id, transaction] : shard.transactions) {
      TransactionReport& one = reports.emplace_back();
      one.transactional_id = id;
      one.status = transaction->status();
      one.producer = transaction->producer();
      one.epoch = transaction->epoch();
      one.partitions.assign(transaction->partitions().begin(), transaction->partitions().end());
    }
  }
  return reports;
}

}  // namespace kafkasim

// The requests that a transaction coordinator serves (TransactionCoordinator.scala, the parts of KafkaApis before it).
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/java_hash.hpp"
#include "core/model/topic_name.hpp"
#include "core/txn/transaction_coordinator.hpp"

namespace kafkasim {
namespace {

using enum TransactionStatus;

constexpr std::int16_t first_add_by_brokers = 4;   // AddPartitionsToTxn
constexpr std::int16_t first_end_with_epoch = 5;   // EndTxn
constexpr std::int16_t first_init_with_fenced = 4;  // before, PRODUCER_FENCED is told as INVALID_PRODUCER_EPOCH (KIP-588)
constexpr std::int16_t first_other_with_fenced = 2;

ErrorCode as_told(ErrorCode error, std::int16_t version, std::int16_t first_with_fenced) {
  return error == ErrorCode::producer_fenced && version < first_with_fenced ? ErrorCode::invalid_producer_epoch : error;
}

bool is_preparing(TransactionStatus status) { return status == prepare_commit || status == prepare_abort; }

std::set<TopicPartition> partitions_of(const AddPartitionsToTxnRequest::Transaction& asked) {
  std::set<TopicPartition> partitions;
  for (const auto& topic : asked.topics) {
    for (const PartitionIndex index : topic.partitions) partitions.insert({topic.name, index});
  }
  return partitions;
}

AddPartitionsToTxnResponse::Transaction shape_of(const AddPartitionsToTxnRequest::Transaction& asked) {
  AddPartitionsToTxnResponse::Transaction told{asked.transactional_id, {}};
  for (const auto& topic : asked.topics) {
    auto& results = told.topic_results.emplace_back();
    results.name = topic.name;
    for (const PartitionIndex index : topic.partitions) results.results_by_partition.push_back({index, ErrorCode::none});
  }
  return told;
}

void tell(AddPartitionsToTxnResponse::Transaction& told, ErrorCode error) {
  for (auto& topic : told.topic_results) {
    for (auto& partition : topic.results_by_partition) partition.partition_error_code = error;
  }
}

// Partitions that do not exist spoil the whole: the others are not attempted. Only clients are asked so much.
bool tell_unknown(AddPartitionsToTxnResponse::Transaction& told, const MetadataImage& image) {
  bool unknown = false;
  for (auto& topic : told.topic_results) {
    const TopicImage* known = image.topic(topic.name);
    for (auto& partition : topic.results_by_partition) {
      const bool exists = known != nullptr && image.partition({known->id, partition.partition_index}) != nullptr;
      partition.partition_error_code = exists ? ErrorCode::operation_not_attempted : ErrorCode::unknown_topic_or_partition;
      unknown = unknown || !exists;
    }
  }
  if (!unknown) tell(told, ErrorCode::none);
  return unknown;
}

}  // namespace

bool TransactionCoordinator::handles(const Message& request) {
  const ApiKey api = request.api();
  if (const auto* init = request.get_if<InitProducerIdRequest>()) return init->transactional_id.has_value();
  return api == ApiKey::add_partitions_to_txn || api == ApiKey::add_offsets_to_txn || api == ApiKey::end_txn
         || api == ApiKey::describe_transactions || api == ApiKey::list_transactions;
}

void TransactionCoordinator::on_request(const Received& received, const TransactionTurn& turn) {
  const Message& message = received.envelope.message;
  const RequestRef ref = request_ref(received);
  if (const auto* first = message.get_if<InitProducerIdRequest>()) return init(*first, ref, turn);
  if (const auto* more = message.get_if<AddPartitionsToTxnRequest>()) return add_partitions(*more, ref, turn);
  if (const auto* offsets = message.get_if<AddOffsetsToTxnRequest>()) return add_offsets(*offsets, ref, turn);
  if (const auto* last = message.get_if<EndTxnRequest>()) return end(*last, ref, turn);
  if (const auto* told = message.get_if<DescribeTransactionsRequest>()) return describe(*told, ref, turn.env);
  if (const auto* all = message.get_if<ListTransactionsRequest>()) return list(*all, ref, turn.env);
  KAFKASIM_CHECK(false, api_name(message.api()));
}

// ---- InitProducerId ---------------------------------------------------------------------------------

void TransactionCoordinator::init(const InitProducerIdRequest& request, const RequestRef& ref, const TransactionTurn& turn) {
  const auto refuse = [&](ErrorCode error) {
    answer(ref, InitProducerIdResponse{.error_code = as_told(error, ref.version, first_init_with_fenced)}, turn.env);
  };
  if (request.transactional_id->empty() || request.producer_id.has_value() != request.producer_epoch.has_value())
    return refuse(ErrorCode::invalid_request);
  if (request.transaction_timeout <= Duration{} || request.transaction_timeout > config_.transaction_max_timeout)
    return refuse(ErrorCode::invalid_transaction_timeout);
  const std::string& id = *request.transactional_id;
  Found found = find(id);
  if (found.shard == nullptr) return refuse(found.error);
  if (found.transaction == nullptr) {
    const std::optional<ProducerId> fresh = turn.ids.take();
    if (!fresh) return refuse(ErrorCode::coordinator_load_in_progress);
    TransactionMetadata made{id, *fresh, request.transaction_timeout, turn.env.wall};
    found.transaction = &found.shard->transactions.emplace(id, Cow<TransactionMetadata>{std::move(made)}).first->second.edit();
    if (!next_abort_) next_abort_ = turn.env.now + config_.transaction_abort_timed_out_interval;
    if (!next_expiry_) next_expiry_ = turn.env.now + config_.transaction_remove_expired_interval;
  }
  init_known(request, ref, found, turn);
}

void TransactionCoordinator::init_known(const InitProducerIdRequest& request, const RequestRef& ref, const Found& found,
                                        const TransactionTurn& turn) {
  const auto refuse = [&](ErrorCode error) {
    answer(ref, InitProducerIdResponse{.error_code = as_told(error, ref.version, first_init_with_fenced)}, turn.env);
  };
  TransactionMetadata& transaction = *found.transaction;
  const std::string& id = *request.transactional_id;
  if (transaction.pending()) return refuse(ErrorCode::concurrent_transactions);
  if (request.producer_id && !transaction.may_claim({*request.producer_id, *request.producer_epoch}))
    return refuse(ErrorCode::producer_fenced);
  if (is_preparing(transaction.status())) return refuse(ErrorCode::concurrent_transactions);
  if (transaction.status() == ongoing) return fence(found, id, ref, "a newer producer began", turn.env);
  const bool knows_last = !request.producer_epoch || request.producer_epoch == transaction.epoch();
  if (transaction.is_epoch_exhausted() && knows_last) {
    const std::optional<ProducerId> fresh = turn.ids.take();
    if (!fresh) return refuse(ErrorCode::coordinator_load_in_progress);
    using LastEpoch = TransactionMetadata::LastEpoch;
    const LastEpoch last = request.producer_epoch ? LastEpoch::remember : LastEpoch::forget;
    return store(*found.shard, id, transaction.prepare_new_producer(*fresh, request.transaction_timeout, last, turn.env.wall),
                 AnswerInit{ref}, turn.env);
  }
  TransactionMetadata::Bumped next =
      transaction.prepare_next_epoch(request.transaction_timeout, request.producer_epoch, turn.env.wall);
  if (next.error != ErrorCode::none) return refuse(next.error);
  store(*found.shard, id, std::move(next.change), AnswerInit{ref}, turn.env);
}

void TransactionCoordinator::fence(const Found& found, const std::string& id, std::optional<RequestRef> by, std::string reason,
                                   Env& env) {
  if (!found.transaction->can_fence()) {
    if (by) answer(*by, InitProducerIdResponse{.error_code = ErrorCode::unknown_server_error}, env);
    return;
  }
  TransactionChange change = found.transaction->prepare_end(TransactionOutcome::abort, version_,
                                                            TransactionMetadata::Fences::yes, std::nullopt, env.wall);
  store(*found.shard, id, std::move(change), Fenced{std::move(by)}, env, std::move(reason));
}

// ---- AddPartitionsToTxn, AddOffsetsToTxn ------------------------------------------------------------

void TransactionCoordinator::add_partitions(const AddPartitionsToTxnRequest& request, const RequestRef& ref,
                                            const TransactionTurn& turn) {
  const bool by_broker = ref.version >= first_add_by_brokers;
  const std::uint64_t number = next_addition_++;
  Addition& addition = additions_.emplace(number, Addition{ref, {}, 1}).first->second;  // 1: this loop
  for (const auto& asked : request.transactions) addition.response.results_by_transaction.push_back(shape_of(asked));
  for (std::size_t i = 0; i < request.transactions.size(); ++i) {
    const auto& asked = request.transactions[i];
    auto& told = addition.response.results_by_transaction[i];
    if (by_broker && asked.verify_only) {
      verify_one(asked, told);
      continue;
    }
    if (!by_broker && tell_unknown(told, turn.image)) continue;
    const auto client = by_broker ? TransactionVersion::v2 : TransactionVersion::v0;
    ++addition.waits_for;
    const ErrorCode error = add_to_one(asked, client, AnswerAdded{number, i}, turn.env);
    if (error == ErrorCode::none) continue;  // stored: answered then
    --addition.waits_for;
    const ErrorCode now = error == ErrorCode::operation_not_attempted ? ErrorCode::none : error;
    tell(told, as_told(now, ref.version, first_other_with_fenced));
  }
  one_addition_less(number, turn.env);
}

ErrorCode TransactionCoordinator::check_verify(const AddPartitionsToTxnRequest::Transaction& asked) {
  if (asked.transactional_id.empty()) return ErrorCode::invalid_request;
  const Found found = find(asked.transactional_id);
  if (found.error != ErrorCode::none) return found.error;
  if (found.transaction->producer() != asked.producer_id) return ErrorCode::invalid_producer_id_mapping;
  if (found.transaction->epoch() != asked.producer_epoch) return ErrorCode::producer_fenced;
  return ErrorCode::none;
}

// OPERATION_NOT_ATTEMPTED: there is nothing to add.
ErrorCode TransactionCoordinator::add_to_one(const AddPartitionsToTxnRequest::Transaction& asked, TransactionVersion client,
                                             const Then& then, Env& env) {
  if (const ErrorCode error = check_verify(asked); error != ErrorCode::none) return error;
  const Found found = find(asked.transactional_id);
  TransactionMetadata& transaction = *found.transaction;
  if (transaction.pending() || is_preparing(transaction.status())) return ErrorCode::concurrent_transactions;
  const std::set<TopicPartition> added = partitions_of(asked);
  const bool all_in = std::ranges::includes(transaction.partitions(), added);
  if (transaction.status() == ongoing && all_in) return ErrorCode::operation_not_attempted;
  store(*found.shard, asked.transactional_id, transaction.prepare_added(added, client, env.wall), then, env);
  return ErrorCode::none;
}

void TransactionCoordinator::verify_one(const AddPartitionsToTxnRequest::Transaction& asked,
                                        AddPartitionsToTxnResponse::Transaction& told) {
  if (const ErrorCode error = check_verify(asked); error != ErrorCode::none) return tell(told, error);
  const TransactionMetadata& transaction = *find(asked.transactional_id).transaction;
  if (is_preparing(transaction.status())) return tell(told, ErrorCode::concurrent_transactions);
  for (auto& topic : told.topic_results) {
    for (auto& partition : topic.results_by_partition) {
      const bool in = transaction.partitions().contains({topic.name, partition.partition_index});
      partition.partition_error_code = in ? ErrorCode::none : ErrorCode::transaction_abortable;
    }
  }
}

void TransactionCoordinator::add_offsets(const AddOffsetsToTxnRequest& request, const RequestRef& ref,
                                         const TransactionTurn& turn) {
  // The topic is made when somebody asks who coordinates a group, which may come later: how many partitions it will have is known.
  const TopicImage* topic = turn.image.topic(std::string{offsets_topic});
  const std::int64_t count = topic ? std::ssize(topic->partitions) : config_.offsets_topic_num_partitions;
  const PartitionIndex index{java_bucket(request.group_id, static_cast<std::int32_t>(count))};
  const AddPartitionsToTxnRequest::Transaction asked{
      request.transactional_id, request.producer_id, request.producer_epoch, false, {{offsets_topic, {index}}}};
  const ErrorCode error = add_to_one(asked, TransactionVersion::v0, AnswerOffsetsAdded{ref}, turn.env);
  if (error == ErrorCode::none) return;
  const ErrorCode now = error == ErrorCode::operation_not_attempted ? ErrorCode::none : error;
  answer(ref, AddOffsetsToTxnResponse{.error_code = as_told(now, ref.version, first_other_with_fenced)}, turn.env);
}

// ---- EndTxn -----------------------------------------------------------------------------------------

void TransactionCoordinator::end(const EndTxnRequest& request, const RequestRef& ref, const TransactionTurn& turn) {
  const auto refuse = [&](ErrorCode error) {
    answer(ref, EndTxnResponse{.error_code = as_told(error, ref.version, first_other_with_fenced)}, turn.env);
  };
  if (request.transactional_id.empty()) return refuse(ErrorCode::invalid_request);
  const Found found = find(request.transactional_id);
  if (found.error != ErrorCode::none) return refuse(found.error);
  const TransactionMetadata& transaction = *found.transaction;
  const TransactionStatus status = transaction.status();
  const bool v2 = bumps_epochs(transaction.client_version());
  const bool over_the_end = v2 && transaction.previous_producer() == request.producer_id
                            && request.producer_epoch.value == INT16_MAX - 1 && transaction.epoch() == ProducerEpoch{0};
  const bool completed = status == complete_commit || status == complete_abort;
  const bool repeated = transaction.is_end_repeated(request.producer_epoch) || (over_the_end && completed);
  const bool same_epoch = transaction.epoch() == request.producer_epoch;
  if (transaction.producer() != request.producer_id && !over_the_end) return refuse(ErrorCode::invalid_producer_id_mapping);
  const bool valid = v2 && is_preparing(status) ? repeated : same_epoch || (v2 && completed && repeated);
  if (!valid) return refuse(ErrorCode::producer_fenced);
  if (transaction.pending()) return refuse(ErrorCode::concurrent_transactions);
  const auto wanted_end = request.committed ? complete_commit : complete_abort;
  const auto wanted_way = request.committed ? prepare_commit : prepare_abort;
  if (is_preparing(status)) return refuse(status == wanted_way ? ErrorCode::concurrent_transactions : ErrorCode::invalid_txn_state);
  const bool client_v2 = ref.version >= first_end_with_epoch;
  if (completed && (repeated || !client_v2)) {
    if (status != wanted_end) return refuse(ErrorCode::invalid_txn_state);
    const EndTxnResponse again{.error_code = ErrorCode::none, .producer_id = transaction.producer(),
                               .producer_epoch = transaction.epoch()};
    return answer(ref, again, turn.env);
  }
  // A producer of V2 may not know whether any partition was added: it aborts, to be sure.
  if (status != ongoing && (request.committed || !client_v2)) return refuse(ErrorCode::invalid_txn_state);
  begin_end(request, ref, found, turn);
}

void TransactionCoordinator::begin_end(const EndTxnRequest& request, const RequestRef& ref, const Found& found,
                                       const TransactionTurn& turn) {
  const auto client = ref.version >= first_end_with_epoch ? TransactionVersion::v2 : TransactionVersion::v0;
  std::optional<ProducerId> next;
  if (bumps_epochs(client) && found.transaction->is_epoch_exhausted()) {
    next = turn.ids.take();
    if (!next) return answer(ref, EndTxnResponse{.error_code = ErrorCode::coordinator_load_in_progress}, turn.env);
  }
  const auto outcome = request.committed ? TransactionOutcome::commit : TransactionOutcome::abort;
  store(*found.shard, request.transactional_id,
        found.transaction->prepare_end(outcome, client, TransactionMetadata::Fences::no, next, turn.env.wall), AnswerEnd{ref},
        turn.env);
}

// ---- what administrators ask --------------------------------------------------------------------------

void TransactionCoordinator::describe(const DescribeTransactionsRequest& request, const RequestRef& ref, Env& env) {
  DescribeTransactionsResponse response;
  for (const std::string& id : request.transactional_ids) {
    auto& told = response.transaction_states.emplace_back();
    told.transactional_id = id;
    const Shard* shard = shard_of(id);
    const auto known = shard ? shard->transactions.find(id) : decltype(shard->transactions.find(id)){};
    if (id.empty()) {
      told.error_code = ErrorCode::invalid_request;
    } else if (shard == nullptr) {
      told.error_code = ErrorCode::not_coordinator;
    } else if (known == shard->transactions.end()) {
      told.error_code = ErrorCode::transactional_id_not_found;
    } else {
      const TransactionMetadata& transaction = *known->second;
      told.transaction_state = transaction_status_name(transaction.status());
      told.transaction_timeout = transaction.timeout();
      told.transaction_start_time = transaction.started();
      told.producer_id = transaction.producer();
      told.producer_epoch = transaction.epoch().value_or(ProducerEpoch{-1});
      for (const TopicPartition& partition : transaction.partitions()) {
        if (told.topics.empty() || told.topics.back().topic != partition.topic) told.topics.push_back({partition.topic, {}});
        told.topics.back().partitions.push_back(partition.partition);
      }
    }
  }
  answer(ref, std::move(response), env);
}

void TransactionCoordinator::list(const ListTransactionsRequest& request, const RequestRef& ref, Env& env) {
  ListTransactionsResponse response;
  std::vector<TransactionStatus> states;
  for (const std::string& name : request.state_filters) {
    const std::optional<TransactionStatus> state = transaction_status_by_name(name);
    if (state) states.push_back(*state);
    if (!state) response.unknown_state_filters.push_back(name);
  }
  const auto passes = [](const auto& filter, const auto& value) {
    return filter.empty() || std::ranges::find(filter, value) != filter.end();
  };
  if (request.state_filters.empty() || !states.empty()) {
    for (const auto& [partition, shard] : shards_) {
      for (const auto& [id, transaction] : shard.transactions) {
        const std::int64_t age = env.wall - transaction->started();
        const bool old = !request.duration_filter || transaction->started() < Timestamp{0}
                                 ? !request.duration_filter
                                 : age > request.duration_filter->whole_ms();
        if (!passes(states, transaction->status()) || !passes(request.producer_id_filters, transaction->producer()) || !old)
          continue;
        response.transaction_states.push_back(
            {id, transaction->producer(), std::string{transaction_status_name(transaction->status())}});
      }
    }
  }
  answer(ref, std::move(response), env);
}

}  // namespace kafkasim

#include "core/client/transactions.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {
namespace {

using enum TransactionState;

constexpr std::int16_t add_partitions_by_clients = 3;
constexpr std::int16_t offsets_before_v2 = 4;
constexpr std::int16_t end_before_v2 = 4;
constexpr std::int16_t bumping_level = 2;
constexpr Duration quick_retry = milliseconds(20);  // the transaction before is nearly over (KAFKA-5477)

bool is_fenced(ErrorCode error) { return error == ErrorCode::producer_fenced || error == ErrorCode::invalid_producer_epoch; }
bool is_elsewhere(ErrorCode error) {
  return error == ErrorCode::not_coordinator || error == ErrorCode::coordinator_not_available;
}

}  // namespace

Transactions::Transactions(const ClientIdentity& who, const ProducerConfig& config)
    : id_{config.transactional_id}, timeout_{config.transaction_timeout}, backoff_{config}, ordinal_{who.ordinal} {}

void Transactions::start(std::int32_t ordinal) {
  ordinal_ = ordinal;
  state_ = initialising;
}

// ---- what the user asks -----------------------------------------------------------------------------

void Transactions::begin(Env& env) {
  KAFKASIM_CHECK(state_ == ready, "a transaction begins when the one before is over");
  state_ = in_transaction;
  last_error_ = ErrorCode::none;
  ++number_;
  open_ = true;
  started_ = false;
  end_sent_ = false;
  env.out.note(trace::TransactionBegan{id_, ordinal_, number_});
}

void Transactions::commit() {
  KAFKASIM_CHECK(state_ == in_transaction, "only an open transaction is committed");
  state_ = committing;
  commits_ = true;
}

void Transactions::abort() {
  KAFKASIM_CHECK(state_ == in_transaction || state_ == abortable_error, "only an open transaction is aborted");
  state_ = aborting;
  commits_ = false;
  new_.clear();  // nothing more is to be added
  offsets_.clear();
}

void Transactions::send_offsets(OffsetsToTransaction offsets, Env& env) {
  KAFKASIM_CHECK(state_ == in_transaction, "offsets are sent within a transaction");
  trace::TransactionOffsetsSent note{id_, ordinal_, number_, offsets.group, {}};
  for (const auto& [tp, offset] : offsets.offsets) note.offsets.push_back({tp, offset});
  env.out.note(std::move(note));
  offsets_.push_back(std::move(offsets));
}

void Transactions::will_send(const TopicPartition& tp) {
  if (state_ != in_transaction || in_.contains(tp)) return;
  if (bumps_) {
    in_.insert(tp);
  } else {
    new_.insert(tp);
  }
}

void Transactions::batch_failed(ErrorCode error, Env& env) {
  if (state_ == aborting || state_ == abortable_error || state_ == fatal || !open_) {
    if (!bumps_ && state_ == aborting) wants_epoch_ = true;
    return;
  }
  const bool fatal_one = error == ErrorCode::producer_fenced || error == ErrorCode::cluster_authorization_failed
                         || error == ErrorCode::transactional_id_authorization_failed;
  if (!bumps_) wants_epoch_ = true;  // its number is missing now
  fail(error, fatal_one ? Abortable::no : Abortable::yes, env);
}

// ---- asking -----------------------------------------------------------------------------------------

void Transactions::pump(Parts parts, Batches batches, Env& env) {
  next_.reset();
  if (state_ == fatal || state_ == uninitialised || request_) return;
  if (may_ask_at_ > env.now) {
    next_ = may_ask_at_;
    return;
  }
  ask_next(parts, batches, env);
  if (!request_ && may_ask_at_ > env.now) next_ = may_ask_at_;
}

void Transactions::ask_next(Parts parts, Batches batches, Env& env) {
  if (!known_bumps_) return find(Kind::versions, parts, env);
  if (state_ == initialising) return ask_init(parts, env);
  const bool working = state_ == in_transaction || state_ == committing;
  if (working && !new_.empty()) return ask_partitions(parts, env);
  if (working && !offsets_.empty()) return ask_offsets(parts, env);
  if (!flushes() || batches == Batches::some_unsettled) return;
  if (started_) return ask_end(parts, env);
  finish(commits_ ? trace::TransactionFate::committed : trace::TransactionFate::aborted, ErrorCode::none, env);
}

// To any node: who coordinates, or what the cluster can do.
void Transactions::find(Kind kind, Parts parts, Env& env) {
  const std::optional<ClusterView::Peer> peer = parts.cluster.any_node(parts.channel, env);
  if (!peer) return try_again(env);
  Message message = Message::of(ApiVersionsRequest{"kafkasim", "4.1.0"});
  if (kind == Kind::coordinator) message = Message::of(FindCoordinatorRequest{CoordinatorType::transaction, {id_}});
  if (kind == Kind::group_coordinator)
    message = Message::of(FindCoordinatorRequest{CoordinatorType::group, {offsets_.front().group}});
  request_ = Request{kind, parts.channel.send(peer->key, peer->endpoint, std::move(message), env)};
}

bool Transactions::ask(Kind kind, Message request, Parts parts, Env& env, std::optional<std::int16_t> version) {
  if (!coordinator_) {
    find(Kind::coordinator, parts, env);
    return false;
  }
  const std::uint64_t id = parts.channel.send(broker_peer(coordinator_->node), coordinator_->endpoint, std::move(request), env,
                                              std::nullopt, RequestChannel::Answer::expected, version);
  request_ = Request{kind, id};
  return true;
}

void Transactions::ask_init(Parts parts, Env& env) {
  InitProducerIdRequest request{.transactional_id = id_, .transaction_timeout = timeout_};
  if (const auto& known = parts.sequences.producer()) {  // KIP-360: the next epoch of what it has
    request.producer_id = known->id;
    request.producer_epoch = known->epoch;
  }
  (void)ask(Kind::init, Message::of(std::move(request)), parts, env);
}

void Transactions::ask_partitions(Parts parts, Env& env) {
  const auto& producer = parts.sequences.producer();
  AddPartitionsToTxnRequest::Transaction own{id_, producer->id, producer->epoch, false, {}};
  for (const TopicPartition& tp : new_) {
    if (own.topics.empty() || own.topics.back().name != tp.topic) own.topics.push_back({tp.topic, {}});
    own.topics.back().partitions.push_back(tp.partition);
  }
  AddPartitionsToTxnRequest request{{std::move(own)}};
  (void)ask(Kind::partitions, Message::of(std::move(request)), parts, env, add_partitions_by_clients);
}

void Transactions::ask_offsets(Parts parts, Env& env) {
  const auto& producer = parts.sequences.producer();
  const OffsetsToTransaction& first = offsets_.front();
  if (!bumps_ && !offsets_added_) {
    (void)ask(Kind::add_offsets, Message::of(AddOffsetsToTxnRequest{id_, producer->id, producer->epoch, first.group}), parts, env);
    return;
  }
  const auto group = group_coordinators_.find(first.group);
  if (group == group_coordinators_.end()) return find(Kind::group_coordinator, parts, env);
  TxnOffsetCommitRequest request{.transactional_id = id_,
                                 .group_id = first.group,
                                 .producer_id = producer->id,
                                 .producer_epoch = producer->epoch,
                                 .generation_id = first.generation,
                                 .member_id = first.member_id,
                                 .group_instance_id = first.instance_id};
  for (const auto& [tp, offset] : first.offsets) {
    if (request.topics.empty() || request.topics.back().name != tp.topic) request.topics.push_back({tp.topic, {}});
    request.topics.back().partitions.push_back({tp.partition, offset, std::nullopt, std::string{}});
  }
  started_ = true;
  const std::optional<std::int16_t> version = bumps_ ? std::nullopt : std::optional{offsets_before_v2};
  const std::uint64_t id = parts.channel.send(broker_peer(group->second.node), group->second.endpoint,
                                              Message::of(std::move(request)), env, std::nullopt,
                                              RequestChannel::Answer::expected, version);
  request_ = Request{Kind::offsets, id};
}

void Transactions::ask_end(Parts parts, Env& env) {
  const auto& producer = parts.sequences.producer();
  const std::optional<std::int16_t> version = bumps_ ? std::nullopt : std::optional{end_before_v2};
  end_sent_ = ask(Kind::end, Message::of(EndTxnRequest{id_, producer->id, producer->epoch, commits_}), parts, env, version)
              || end_sent_;
}

// ---- answers ----------------------------------------------------------------------------------------

bool Transactions::take(const Completion& done, Parts parts, Env& env) {
  if (!request_ || request_->id != done.id) return false;
  const Kind kind = request_->kind;
  request_.reset();
  if (state_ == fatal) return true;
  switch (kind) {
    case Kind::versions: on_versions(done, env); break;
    case Kind::coordinator:
    case Kind::group_coordinator: on_coordinator(done, kind, env); break;
    case Kind::init: on_init(done, parts, env); break;
    case Kind::partitions: on_partitions(done, env); break;
    case Kind::add_offsets: on_offsets_added(done, env); break;
    case Kind::offsets: on_offsets(done, env); break;
    case Kind::end: on_end(done, parts, env); break;
  }
  return true;
}

void Transactions::try_again(Env& env) { may_ask_at_ = env.now + backoff_.after(failures_++, env.random); }

void Transactions::on_versions(const Completion& done, Env& env) {
  const auto* answer = done.response ? done.response->get_if<ApiVersionsResponse>() : nullptr;
  if (answer == nullptr || answer->error_code != ErrorCode::none) return try_again(env);
  const auto feature = std::ranges::find(answer->finalized_features, std::string{transaction_version_feature},
                                         &ApiVersionsResponse::FinalizedFeature::name);
  known_bumps_ = feature != answer->finalized_features.end() && feature->max_version_level >= bumping_level;
  bumps_ = *known_bumps_;
  failures_ = 0;
}

void Transactions::on_coordinator(const Completion& done, Kind kind, Env& env) {
  const auto* answer = done.response ? done.response->get_if<FindCoordinatorResponse>() : nullptr;
  if (answer == nullptr || answer->coordinators.empty()) return try_again(env);
  const FindCoordinatorResponse::Coordinator& found = answer->coordinators.front();
  if (found.error_code == ErrorCode::none && found.node_id && found.port) {
    const Coordinator coordinator{*found.node_id, {found.host, *found.port}};
    if (kind == Kind::coordinator) coordinator_ = coordinator;
    if (kind == Kind::group_coordinator) group_coordinators_[done.request.as<FindCoordinatorRequest>().coordinator_keys.front()] = coordinator;
    failures_ = 0;
    return;
  }
  saw(ApiKey::find_coordinator, found.error_code, env);
  if (is_retriable(found.error_code)) return try_again(env);
  fail(found.error_code, found.error_code == ErrorCode::group_authorization_failed ? Abortable::yes : Abortable::no, env);
}

bool Transactions::on_common_error(ErrorCode error, Env& env) {
  if (error == ErrorCode::network_exception || is_elsewhere(error)) {
    coordinator_.reset();
    try_again(env);
  } else if (error == ErrorCode::coordinator_load_in_progress || error == ErrorCode::concurrent_transactions) {
    try_again(env);
  } else if (is_fenced(error)) {
    fail(ErrorCode::producer_fenced, Abortable::no, env);
  } else if (error == ErrorCode::transaction_abortable) {
    fail(error, Abortable::yes, env);
  } else {
    return false;
  }
  return true;
}

void Transactions::on_init(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<InitProducerIdResponse>() : nullptr;
  const ErrorCode error = answer ? answer->error_code : ErrorCode::network_exception;
  if (error == ErrorCode::none && answer->producer_id && answer->producer_epoch) {
    parts.sequences.set_producer({*answer->producer_id, *answer->producer_epoch}, parts.queues);
    failures_ = 0;
    wants_epoch_ = false;
    state_ = ready;
    return;
  }
  if (answer) saw(ApiKey::init_producer_id, error, env);
  if (on_common_error(error, env)) return;
  if (is_retriable(error)) return try_again(env);
  fail(error, Abortable::no, env);
}

void Transactions::on_partitions(const Completion& done, Env& env) {
  const auto* answer = done.response ? done.response->get_if<AddPartitionsToTxnResponse>() : nullptr;
  ErrorCode worst = answer && !answer->results_by_transaction.empty() ? ErrorCode::none : ErrorCode::network_exception;
  if (worst == ErrorCode::none) {
    for (const auto& topic : answer->results_by_transaction.front().topic_results) {
      for (const auto& partition : topic.results_by_partition) {
        const ErrorCode error = partition.partition_error_code;
        // Kafka's client stops at the first that is told to come again.
        if (worst == ErrorCode::none || worst == ErrorCode::operation_not_attempted) worst = error;
      }
    }
  }
  if (worst == ErrorCode::none) {
    failures_ = 0;
    if (state_ == in_transaction || state_ == committing) {
      for (const auto& topic : answer->results_by_transaction.front().topic_results) {
        for (const auto& partition : topic.results_by_partition) {
          const TopicPartition tp{topic.name, partition.partition_index};
          new_.erase(tp);
          in_.insert(tp);
        }
      }
    }
    started_ = true;
    return;
  }
  started_ = true;  // it may have been added, whatever is told
  if (answer) saw(ApiKey::add_partitions_to_txn, worst, env);
  if (worst == ErrorCode::concurrent_transactions && in_.empty()) {
    may_ask_at_ = env.now + quick_retry;
    return;
  }
  if (on_common_error(worst, env)) return;
  if (worst == ErrorCode::unknown_topic_or_partition) return try_again(env);
  fail(worst, worst == ErrorCode::invalid_txn_state ? Abortable::no : Abortable::yes, env);
}

void Transactions::on_offsets_added(const Completion& done, Env& env) {
  const auto* answer = done.response ? done.response->get_if<AddOffsetsToTxnResponse>() : nullptr;
  const ErrorCode error = answer ? answer->error_code : ErrorCode::network_exception;
  started_ = true;
  if (error == ErrorCode::none) {
    failures_ = 0;
    offsets_added_ = true;
    return;
  }
  if (answer) saw(ApiKey::add_offsets_to_txn, error, env);
  if (on_common_error(error, env)) return;
  const bool abortable = error == ErrorCode::invalid_producer_id_mapping || error == ErrorCode::unknown_producer_id
                         || error == ErrorCode::group_authorization_failed;
  fail(error, abortable ? Abortable::yes : Abortable::no, env);
}

void Transactions::on_offsets(const Completion& done, Env& env) {
  if (offsets_.empty()) return;  // aborted meanwhile
  const auto* answer = done.response ? done.response->get_if<TxnOffsetCommitResponse>() : nullptr;
  ErrorCode worst = answer ? ErrorCode::none : ErrorCode::network_exception;
  if (answer) {
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        if (partition.error_code != ErrorCode::none && worst == ErrorCode::none) worst = partition.error_code;
      }
    }
  }
  if (worst == ErrorCode::none) {
    failures_ = 0;
    offsets_.pop_front();
    offsets_added_ = false;
    return;
  }
  if (answer) saw(ApiKey::txn_offset_commit, worst, env);
  switch (worst) {
    case ErrorCode::network_exception:
    case ErrorCode::coordinator_not_available:
    case ErrorCode::not_coordinator:
    case ErrorCode::request_timed_out: group_coordinators_.erase(offsets_.front().group); return try_again(env);
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::coordinator_load_in_progress:
    case ErrorCode::concurrent_transactions: return try_again(env);
    case ErrorCode::group_authorization_failed:
    case ErrorCode::fenced_instance_id:
    case ErrorCode::transaction_abortable:
    case ErrorCode::unknown_member_id:
    case ErrorCode::illegal_generation:
    case ErrorCode::stale_member_epoch: return fail(worst, Abortable::yes, env);
    default: return fail(is_fenced(worst) ? ErrorCode::producer_fenced : worst, Abortable::no, env);
  }
}

void Transactions::on_end(const Completion& done, Parts parts, Env& env) {
  const auto* answer = done.response ? done.response->get_if<EndTxnResponse>() : nullptr;
  const ErrorCode error = answer ? answer->error_code : ErrorCode::network_exception;
  if (error == ErrorCode::none) {
    failures_ = 0;
    if (bumps_ && answer->producer_id && answer->producer_epoch)
      parts.sequences.set_producer({*answer->producer_id, *answer->producer_epoch}, parts.queues);
    return finish(commits_ ? trace::TransactionFate::committed : trace::TransactionFate::aborted, ErrorCode::none, env);
  }
  if (answer) saw(ApiKey::end_txn, error, env);
  if (on_common_error(error, env)) return;
  const bool abortable = commits_ && (error == ErrorCode::invalid_producer_id_mapping || error == ErrorCode::unknown_producer_id);
  fail(error, abortable ? Abortable::yes : Abortable::no, env);
}

// ---- ends ---------------------------------------------------------------------------------------------

void Transactions::finish(trace::TransactionFate fate, ErrorCode error, Env& env) {
  if (fate == trace::TransactionFate::committed) ++committed_;
  open_ = false;
  started_ = false;
  end_sent_ = false;
  new_.clear();
  in_.clear();
  offsets_.clear();
  offsets_added_ = false;
  state_ = wants_epoch_ && !bumps_ ? initialising : ready;
  env.out.note(trace::TransactionEnded{id_, ordinal_, number_, fate, error});
}

void Transactions::fail(ErrorCode error, Abortable abortable, Env& env) {
  last_error_ = error;
  // An abort that fails for good leaves nothing that could be tried.
  if (abortable == Abortable::yes && state_ != aborting && open_) {
    state_ = abortable_error;
    new_.clear();
    offsets_.clear();
    offsets_added_ = false;
    return;
  }
  state_ = fatal;
  env.out.note(trace::Remark{fmt::format("producer failed: {}", error_name(error))});
  if (!open_) return;
  open_ = false;
  // Who never asked for a commit knows that there is none.
  const bool surely_aborted = !(commits_ && end_sent_);
  const auto fate = surely_aborted ? trace::TransactionFate::aborted : trace::TransactionFate::unknown;
  env.out.note(trace::TransactionEnded{id_, ordinal_, number_, fate, error});
}

void Transactions::saw(ApiKey api, ErrorCode error, Env& env) const { env.out.note(trace::ClientSawError{api, error}); }

}  // namespace kafkasim

#include "core/client/producer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/murmur2.hpp"
#include "core/machine/deadlines.hpp"
#include "core/message/init_producer_id.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t produce_before_v2 = 11;  // from 12 on it adds partitions to the transaction

std::int16_t acks_number(const std::string& acks) {
  return acks == "0" ? std::int16_t{0} : acks == "1" ? std::int16_t{1} : std::int16_t{-1};
}

// As DefaultRecordBatch.estimateBatchSizeUpperBound() would: a batch with this record alone.
std::int64_t size_alone(const ProducerRecord& record) {
  constexpr std::size_t record_overhead = 21;
  std::size_t size =
      batch_header_size + record_overhead + record.key.value_or("").size() + record.value.value_or("").size();
  for (const auto& [name, value] : record.headers) size += 10 + name.size() + value.value_or("").size();
  return static_cast<std::int64_t>(size);
}

// Answers of version 13 name topics by id, older ones by name.
const ProduceRequest::Topic* asked_topic(const ProduceRequest& request, const ProduceResponse::Topic& answered) {
  const auto same = [&answered](const ProduceRequest::Topic& topic) {
    return answered.topic_id.is_zero() ? topic.name == answered.name : topic.topic_id == answered.topic_id;
  };
  const auto found = std::ranges::find_if(request.topic_data, same);
  return found == request.topic_data.end() ? nullptr : &*found;
}

}  // namespace

Producer::Producer(const ClientIdentity& who, const ProducerConfig& config)
    : config_{config},
      acks_{acks_number(config.acks)},
      ordinal_{who.ordinal},
      backoff_{config},
      channel_{who.channel_tag, channel_options(who, config, static_cast<std::int32_t>(config.max_in_flight))},
      cluster_{who.bootstrap, config},
      accumulator_{config, who.ordinal},
      partitioner_{config.batch_size} {
  if (who.legacy.has(Legacy::idle_partition_seq_not_reset)) sequences_.keep_numbers_of_idle_partitions();
  if (config.transactional_id.empty()) return;
  transactions_.emplace(who, config);
  sequences_.leave_bumps_to_transactions();
}

void Producer::step(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    channel_.start(*started);
    cluster_.start();
    // Send numbers begin at 0 again, so they need a name of their own.
    const bool again = started->kind == StartKind::restart;
    if (again) accumulator_.rename(restarted_ordinal(ordinal_, started->incarnation));
    if (transactions_) transactions_->start(again ? restarted_ordinal(ordinal_, started->incarnation) : ordinal_);
  } else if (std::holds_alternative<StopRequested>(in)) {
    close_requested(env);
  } else if (const auto* command = std::get_if<Command>(&in)) {
    if (const auto* produce = std::get_if<ProduceCommand>(command)) send(*produce, env);
    if (const auto* step = std::get_if<TransactionCommand>(command)) transact(step->step, env);
  } else {
    const auto* lost = std::get_if<Disconnected>(&in);
    if (lost && channel_.owns(lost->connection)) cluster_.request_update();
    for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  }
  run_sender(env);
}

std::optional<Instant> Producer::next_deadline() const {
  if (exited_) return std::nullopt;
  return earlier(earlier(next_, channel_.next_deadline()), cluster_.next_deadline());
}

// ---- records in -----------------------------------------------------------------------------------
void Producer::send(ProducerRecord record, Env& env) {
  if (closing_ || fatal_) {
    remark(fmt::format("record for {} refused: the producer is {}", record.topic, closing_ ? "closed" : "failed"), env);
    return;
  }
  enqueue(Blocked{std::move(record), env.now + config_.max_block}, env);
}

void Producer::transact(TransactionStep step, Env& env) {
  if (!transactions_ || closing_ || fatal_) {
    const char* why = !transactions_ ? "there is no transactional.id" : closing_ ? "the producer is closed" : "the producer is failed";
    remark(fmt::format("transaction refused: {}", why), env);
    return;
  }
  enqueue(Blocked{step, env.now}, env);
}

void Producer::send_offsets(OffsetsToTransaction offsets, Env& env) {
  if (!transactions_ || closing_ || fatal_) return;
  enqueue(Blocked{std::move(offsets), env.now}, env);
}

void Producer::enqueue(Blocked blocked, Env& env) {
  wake_ = false;
  const bool steps = !std::holds_alternative<ProducerRecord>(blocked.what);
  if (!blocked_.empty() || go(blocked, env) == Went::nowhere) {
    blocked_.push_back(std::move(blocked));
    wake_ = true;
  }
  if (wake_ || steps) run_sender(env);
}

// What the user asked for first. On: it is done, or told to be impossible.
Producer::Went Producer::go(Blocked& first, Env& env) {
  if (auto* step = std::get_if<TransactionStep>(&first.what)) return go_step(first, *step, env);
  if (std::holds_alternative<Ending>(first.what)) {
    if (must_abort()) give_up_commit(env);  // it failed under way
    return transactions_->flushes() ? Went::nowhere : Went::on;
  }
  const bool outside = transactions_ && transactions_->state() != TransactionState::in_transaction;
  if (outside && (transactions_->state() == TransactionState::initialising || transactions_->state() == TransactionState::uninitialised))
    return Went::nowhere;
  if (auto* offsets = std::get_if<OffsetsToTransaction>(&first.what)) {
    if (outside) remark(fmt::format("offsets of {} refused: no transaction is open", offsets->group), env);
    if (!outside) transactions_->send_offsets(std::move(*offsets), env);
    return Went::on;
  }
  const auto& record = std::get<ProducerRecord>(first.what);
  if (outside) {
    const bool broken = must_abort();
    remark(fmt::format("record for {} refused: {}", record.topic,
                       broken ? "the transaction has failed and must be aborted" : "no transaction is open"), env);
    return Went::on;
  }
  if (settled(place(record, env))) return Went::on;
  if (first.give_up_at > env.now) return Went::nowhere;
  refuse(record.topic, ErrorCode::request_timed_out, fmt::format("record for {} dropped: no metadata or no memory within max.block.ms", record.topic), env);
  return Went::on;
}

// What send() throws; a transaction that lacks a record cannot be committed.
void Producer::refuse(const std::string& topic, ErrorCode error, std::string why, Env& env) {
  ++failures_;
  env.out.note(trace::SendRefused{topic, error});
  remark(std::move(why), env);
  if (transactions_) transactions_->batch_failed(error, env);
}

Producer::Went Producer::go_step(Blocked& first, TransactionStep step, Env& env) {
  const TransactionState state = transactions_->state();
  if (state == TransactionState::initialising || state == TransactionState::uninitialised) return Went::nowhere;
  if (step == TransactionStep::begin) {
    if (state == TransactionState::ready) transactions_->begin(env);
    if (state != TransactionState::ready) remark("transaction refused: one is open already", env);
    return Went::on;
  }
  if (state != TransactionState::in_transaction && state != TransactionState::abortable_error) {
    remark("transaction refused: none is open", env);
    return Went::on;
  }
  if (step == TransactionStep::abort) {
    transactions_->abort();
  } else if (must_abort()) {
    give_up_commit(env);
  } else {
    transactions_->commit();
  }
  first.what = Ending{};
  return Went::nowhere;
}

void Producer::give_up_commit(Env& env) {
  remark(fmt::format("the transaction cannot be committed ({}): it is aborted", error_name(transactions_->last_error())), env);
  transactions_->abort();
}

bool Producer::settled(Placed placed) { return placed == Placed::yes || placed == Placed::refused; }

Producer::Placed Producer::place(const ProducerRecord& record, Env& env) {
  if (size_alone(record) > std::min(config_.max_request_size, config_.buffer_memory)) {
    refuse(record.topic, ErrorCode::message_too_large, fmt::format("record for {} refused: larger than max.request.size or buffer.memory", record.topic), env);
    return Placed::refused;
  }
  cluster_.add_topic(record.topic);
  const TopicView* view = cluster_.topic(record.topic);
  if (!view || view->partitions.empty()) return Placed::no_metadata;
  const auto count = static_cast<std::int32_t>(view->partitions.size());
  const bool keyed = record.key && !config_.partitioner_ignore_keys;
  const bool sticky = !record.partition && !keyed;
  TopicPartition tp{record.topic, {}};
  if (record.partition) {
    if (record.partition->value < 0 || record.partition->value >= count) {
      cluster_.request_update();
      return Placed::no_metadata;
    }
    tp.partition = *record.partition;
  } else if (keyed) {
    tp.partition = PartitionIndex{partition_for_key(as_bytes(*record.key), count)};
  } else {
    const std::optional<PartitionIndex> current = partitioner_.current(record.topic);
    const auto last = current ? accumulator_.last_batch({record.topic, *current}) : StickyPartitioner::LastBatch::full;
    tp.partition = partitioner_.pick(record.topic, *view, last, env.random);
  }
  const std::optional<Accumulator::Appended> done = accumulator_.append(tp, record, env.wall, env.now);
  if (!done) return Placed::no_memory;
  env.out.note(trace::RecordSent{tp, done->origin, record.key.has_value(), record.source});
  if (sticky) partitioner_.appended(record.topic, done->bytes, *view, accumulator_.last_batch(tp), env.random);
  if (transactions_) transactions_->will_send(tp);
  if (done->batch_full || (done->new_batch && config_.linger.ns <= 0)) wake_ = true;
  if (done->new_batch) next_ = earlier(next_, env.now + config_.linger);
  return Placed::yes;
}

void Producer::unblock(Env& env) {
  while (!blocked_.empty() && go(blocked_.front(), env) == Went::on) blocked_.pop_front();
}

// ---- sending --------------------------------------------------------------------------------------
void Producer::run_sender(Env& env) {
  if (exited_) return;
  expire(env);
  unblock(env);
  if (config_.enable_idempotence) {
    sequences_.settle(accumulator_.queues());
    if (!transactions_) ask_producer_id(env);
  }
  send_ready(env);
  if (transactions_) run_transactions(env);
  if (acks_ == 0) unblock(env);  // what went out gave its memory back
  cluster_.pump(channel_, env);
  if (!blocked_.empty() && std::holds_alternative<ProducerRecord>(blocked_.front().what))
    next_ = earlier(next_, std::max(blocked_.front().give_up_at, env.now));
  const bool ending = transactions_ && !fatal_ && transactions_->flushes();
  if (closing_ && accumulator_.idle() && requests_.empty() && !ending) {
    exited_ = true;
    env.out.add(Exit{true, "producer closed"});
  }
}

void Producer::expire(Env& env) {
  for (const Accumulator::Taken& expired : accumulator_.take_expired(env.now)) {
    fail_batch(expired.tp, expired.batch, ErrorCode::request_timed_out, Sequences::Gap::possible, env);
    if (config_.enable_idempotence && expired.batch.sent) {
      sequences_.mark_unresolved(accumulator_.queues().at(expired.tp).edit(), expired.batch);
    }
  }
}

Transactions::Parts Producer::transaction_parts() { return {channel_, cluster_, sequences_, accumulator_.queues()}; }

void Producer::run_transactions(Env& env) {
  for (;;) {
    if (transactions_->drops_unsent()) drop_unsent(env);
    const bool settled = accumulator_.idle();
    const TransactionState before = transactions_->state();
    transactions_->pump(transaction_parts(), settled ? Transactions::Batches::all_settled : Transactions::Batches::some_unsettled, env);
    if (transactions_->state() == TransactionState::fatal && !fatal_) {
      fatal_ = transactions_->last_error();
      fail_all(*fatal_, env);
    }
    unblock(env);
    if (transactions_->state() == before) break;
  }
  send_ready(env);
  next_ = earlier(next_, transactions_->next_deadline());
}

// Batches without a number were never sent: the transaction they belong to will not be committed. The others must have an outcome first.
void Producer::drop_unsent(Env& env) {
  const ErrorCode error = must_abort() ? transactions_->last_error() : ErrorCode::transaction_abortable;
  for (const Accumulator::Taken& taken : accumulator_.take_unnumbered()) {
    env.out.note(trace::RecordsFailed{taken.tp, taken.batch.origin, taken.batch.count, error, true});
  }
}

void Producer::ask_producer_id(Env& env) {
  if (sequences_.producer() || id_request_ || fatal_) return;
  if (may_ask_id_at_ <= env.now) {
    if (const std::optional<ClusterView::Peer> peer = cluster_.any_node(channel_, env)) {
      InitProducerIdRequest ask;
      ask.transaction_timeout = milliseconds(INT32_MAX);
      id_request_ = channel_.send(peer->key, peer->endpoint, Message::of(ask), env);
      return;
    }
    may_ask_id_at_ = env.now + backoff_.after(id_failures_, env.random);
  }
}

void Producer::send_ready(Env& env) {
  const bool numbered = config_.enable_idempotence;
  const std::set<TopicPartition>* sendable = transactions_ ? &transactions_->sendable() : nullptr;
  for (bool sent = true; sent;) {
    sent = false;
    const auto haste = closing_ || !blocked_.empty() || (transactions_ && transactions_->flushes()) ? Accumulator::Haste::none_lingers
                                                                                                      : Accumulator::Haste::linger;
    const Accumulator::Ready ready = accumulator_.ready(cluster_, haste, env.now);
    next_ = ready.next;
    if (partitioner_.in_use()) accumulator_.weigh(partitioner_, cluster_);
    if (!ready.leaderless_topics.empty()) cluster_.request_update();
    if (numbered && !sequences_.producer()) break;
    for (const NodeId node : ready.nodes) {
      const std::optional<Endpoint> endpoint = cluster_.endpoint(node);
      if (!endpoint) {
        cluster_.request_update();
      } else if (channel_.ready(broker_peer(node), *endpoint, env)) {
        accumulator_.node_was_ready(node, Accumulator::Takes::yes, env.now);
        const auto batches = accumulator_.drain(node, cluster_, {numbered ? &sequences_ : nullptr, sendable}, env.now);
        if (batches.empty()) continue;
        send_batches(node, *endpoint, batches, env);
        sent = true;
      } else {
        accumulator_.node_was_ready(node, Accumulator::Takes::no, env.now);
      }
    }
  }
  if (numbered && !transactions_ && !sequences_.producer() && !id_request_ && !fatal_) next_ = earlier(next_, may_ask_id_at_);
}

void Producer::send_batches(NodeId node, const Endpoint& endpoint, const std::vector<DrainedBatch>& batches, Env& env) {
  ProduceRequest request;
  request.acks = acks_;
  request.timeout = config_.request_timeout;
  std::optional<std::int16_t> version;
  if (transactions_) request.transactional_id = config_.transactional_id;
  if (transactions_ && !transactions_->bumps()) version = produce_before_v2;
  std::vector<SentBatch> sent;
  for (const DrainedBatch& batch : batches) {
    auto topic = std::ranges::find(request.topic_data, batch.tp.topic, &ProduceRequest::Topic::name);
    if (topic == request.topic_data.end()) {
      const TopicView* view = cluster_.topic(batch.tp.topic);
      KAFKASIM_CHECK(view != nullptr, "a drained partition has a leader");
      request.topic_data.push_back(ProduceRequest::Topic{batch.tp.topic, view->id, {}});
      topic = std::prev(request.topic_data.end());
    }
    ProduceRequest::Partition partition;
    partition.index = batch.tp.partition;
    partition.records.batches.push_back(batch.batch);
    if (transactions_) transactions_->batch_leaves(batch.tp);
    topic->partition_data.push_back(std::move(partition));
    sent.push_back(SentBatch{batch.tp, batch.number});
  }
  if (acks_ != 0) {
    const auto id = channel_.send(broker_peer(node), endpoint, Message::of(std::move(request)), env, std::nullopt,
                                  RequestChannel::Answer::expected, version);
    requests_.emplace(id, std::move(sent));
    return;
  }
  channel_.send(broker_peer(node), endpoint, Message::of(std::move(request)), env, std::nullopt,
                RequestChannel::Answer::none);
  for (const SentBatch& batch : sent)
    acknowledge(batch.tp, accumulator_.take(batch.tp, batch.number), std::nullopt, env);
}

// ---- answers --------------------------------------------------------------------------------------
void Producer::on_completion(const Completion& done, Env& env) {
  if (!done.response) cluster_.request_update();
  if (cluster_.take(done, env)) return;
  if (transactions_ && transactions_->take(done, transaction_parts(), env)) return;
  if (id_request_ == done.id) {
    on_producer_id(done, env);
    return;
  }
  const auto sent = requests_.extract(done.id);
  if (sent.empty()) return;
  const auto& request = done.request.as<ProduceRequest>();
  const auto* answer = done.response ? done.response->get_if<ProduceResponse>() : nullptr;
  if (answer) {
    on_produce_answer(request, *answer, sent.mapped(), env);
    return;
  }
  ProduceResponse::Partition lost;
  lost.error_code =
      done.failure == RequestFailure::timed_out ? ErrorCode::request_timed_out : ErrorCode::network_exception;
  for (const SentBatch& batch : sent.mapped()) on_partition_answer(batch, lost, {}, env);
}

void Producer::on_producer_id(const Completion& done, Env& env) {
  id_request_.reset();
  const auto* answer = done.response ? done.response->get_if<InitProducerIdResponse>() : nullptr;
  if (answer && answer->error_code == ErrorCode::none && answer->producer_id && answer->producer_epoch) {
    id_failures_ = 0;
    sequences_.set_producer({*answer->producer_id, *answer->producer_epoch}, accumulator_.queues());
    return;
  }
  if (answer && answer->error_code != ErrorCode::none) {
    saw(ApiKey::init_producer_id, answer->error_code, env);
    const bool again = is_retriable(answer->error_code) || answer->error_code == ErrorCode::coordinator_not_available;
    if (!again) {
      fatal_ = answer->error_code;
      remark(fmt::format("producer failed: InitProducerId answered {}", error_name(*fatal_)), env);
      fail_all(*fatal_, env);
      return;
    }
  }
  may_ask_id_at_ = env.now + backoff_.after(id_failures_++, env.random);
}

void Producer::on_produce_answer(const ProduceRequest& request, const ProduceResponse& answer,
                                 const std::vector<SentBatch>& sent, Env& env) {
  for (const ProduceResponse::Topic& topic : answer.responses) {
    const ProduceRequest::Topic* asked = asked_topic(request, topic);
    if (!asked) continue;
    for (const ProduceResponse::Partition& partition : topic.partition_responses) {
      if (partition.error_code != ErrorCode::none) saw(ApiKey::produce, partition.error_code, env);
      const TopicPartition tp{asked->name, partition.index};
      const auto batch = std::ranges::find(sent, tp, &SentBatch::tp);
      if (batch != sent.end()) on_partition_answer(*batch, partition, answer.node_endpoints, env);
    }
  }
}

void Producer::on_partition_answer(const SentBatch& sent, const ProduceResponse::Partition& answer,
                                   const std::vector<NodeEndpoint>& endpoints, Env& env) {
  const ErrorCode error = answer.error_code;
  const TopicPartition& tp = sent.tp;
  const ProducerBatch* batch = accumulator_.in_flight(tp, sent.number);
  if (!batch) return;  // expired meanwhile
  if (error == ErrorCode::none || error == ErrorCode::duplicate_sequence_number) {
    const ProducerBatch done = accumulator_.take(tp, sent.number);
    if (config_.enable_idempotence) sequences_.on_acked(accumulator_.queues().at(tp).edit(), done, answer.base_offset);
    acknowledge(tp, done, answer.base_offset, env);
    return;
  }
  if (error == ErrorCode::message_too_large && batch->count > 1) {
    accumulator_.split(tp, sent.number);
    return;
  }
  if (invalidates_metadata(error)) {
    if (answer.current_leader) cluster_.update_leader(tp, *answer.current_leader, endpoints);
    cluster_.request_update();
  }
  if (worth_retry(tp, *batch, answer, env)) {
    const Duration wait = backoff_.after(batch->attempts, env.random);
    accumulator_.retry(tp, sent.number, env.now, env.now + wait);
    return;
  }
  const bool retries_left = batch->attempts < config_.retries;
  const ProducerBatch failed = accumulator_.take(tp, sent.number);
  fail_batch(tp, failed, error, retries_left ? Sequences::Gap::certain : Sequences::Gap::possible, env);
}

bool Producer::worth_retry(const TopicPartition& tp, const ProducerBatch& batch,
                           const ProduceResponse::Partition& answer, const Env& env) {
  if (batch.created + config_.delivery_timeout <= env.now || batch.attempts >= config_.retries) return false;
  if (!config_.enable_idempotence) return is_retriable(answer.error_code);
  const PartitionQueue& queue = *accumulator_.queues().at(tp);
  return sequences_.on_error(tp, queue, batch, answer.error_code, answer.log_start_offset) == Sequences::Verdict::retry;
}

void Producer::acknowledge(const TopicPartition& tp, const ProducerBatch& batch, std::optional<Offset> base,
                           Env& env) const {
  trace::RecordsAcked acked;
  acked.partition = tp;
  acked.origin = batch.origin;
  acked.count = batch.count;
  acked.acks = acks_;
  acked.base = base;
  acked.latency = env.now - batch.created;
  env.out.note(acked);
}

void Producer::fail_batch(const TopicPartition& tp, const ProducerBatch& batch, ErrorCode error, Sequences::Gap gap,
                          Env& env) {
  ++failures_;
  env.out.note(trace::RecordsFailed{tp, batch.origin, batch.count, error, !batch.sent});
  if (config_.enable_idempotence && batch.has_sequence()) {
    sequences_.on_failed(tp, accumulator_.queues().at(tp).edit(), error, gap);
  }
  if (transactions_) transactions_->batch_failed(error, env);
}

void Producer::fail_all(ErrorCode error, Env& env) {
  for (const Accumulator::Taken& taken : accumulator_.take_all()) {
    env.out.note(trace::RecordsFailed{taken.tp, taken.batch.origin, taken.batch.count, error, !taken.batch.sent});
  }
  drop_blocked("the producer failed", env);
}

void Producer::abandon(Env& env) {
  exited_ = true;
  channel_.disconnect_all(env);
}

void Producer::close_requested(Env& env) {
  closing_ = true;
  const TransactionState state = transactions_ ? transactions_->state() : TransactionState::ready;
  drop_blocked("the producer was closed", env);
  if (state == TransactionState::in_transaction || state == TransactionState::abortable_error) transactions_->abort();
}

void Producer::drop_blocked(std::string_view reason, Env& env) {
  for (const Blocked& blocked : blocked_) {
    const auto* record = std::get_if<ProducerRecord>(&blocked.what);
    if (record) remark(fmt::format("record for {} dropped: {}", record->topic, reason), env);
    if (!record) remark(fmt::format("a step of a transaction is dropped: {}", reason), env);
  }
  blocked_.clear();
}

void Producer::saw(ApiKey api, ErrorCode error, Env& env) { env.out.note(trace::ClientSawError{api, error}); }

void Producer::remark(std::string text, Env& env) { env.out.note(trace::Remark{std::move(text)}); }

}  // namespace kafkasim

// What a broker does for transactions beside its coordinator: asks about the partitions of transactional requests before it
// appends (ReplicaManager.handleProduceAppend, KIP-890), writes the markers of other coordinators (KafkaApis), tells of producers.
#include <algorithm>

#include "core/broker/broker.hpp"
#include "core/broker/unknown_partitions.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t first_produce_that_adds = 12;
constexpr std::int16_t first_produce_with_abortable = 11;
constexpr std::int16_t first_commit_that_adds = 5;
constexpr std::int16_t first_commit_with_abortable = 4;

struct Support {  // what the version of a request allows to be told
  TransactionVerifier::Mode mode{};
  bool knows_abortable{};
};

// Errors about the question are for the client no more than a reason to come again.
ErrorCode as_told(ErrorCode error, const Support& support, ErrorCode come_again) {
  switch (error) {
    case ErrorCode::producer_fenced: return ErrorCode::invalid_producer_epoch;
    case ErrorCode::transaction_abortable: return support.knows_abortable ? error : ErrorCode::invalid_txn_state;
    case ErrorCode::concurrent_transactions: return support.mode == TransactionVerifier::Mode::add ? error : come_again;
    case ErrorCode::network_exception:
    case ErrorCode::coordinator_load_in_progress:
    case ErrorCode::coordinator_not_available:
    case ErrorCode::not_coordinator: return come_again;
    default: return error;
  }
}

Support of_produce(std::int16_t version) {
  const bool adds = version >= first_produce_that_adds;
  return {adds ? TransactionVerifier::Mode::add : TransactionVerifier::Mode::verify, version >= first_produce_with_abortable};
}

Support of_commit(std::int16_t version) {
  const bool adds = version >= first_commit_that_adds;
  return {adds ? TransactionVerifier::Mode::add : TransactionVerifier::Mode::verify, version >= first_commit_with_abortable};
}

const ConnectionId* connection_of(const Input& in) {
  if (const auto* connected = std::get_if<Connected>(&in)) return &connected->connection;
  if (const auto* lost = std::get_if<Disconnected>(&in)) return &lost->connection;
  if (const auto* received = std::get_if<Received>(&in)) return &received->connection;
  return nullptr;
}

EpochBumps epoch_bumps(TransactionVerifier::Mode mode) {
  return mode == TransactionVerifier::Mode::add ? EpochBumps::yes : EpochBumps::no;
}

}  // namespace

void Broker::step_transactions(const Input& in, Env& env) {
  const ConnectionId* connection = connection_of(in);
  const bool woken = std::holds_alternative<Woken>(in);
  if (woken || (connection && transactions_.owns(*connection))) transactions_.step(in, {producer_ids_, image_, env});
  if (woken || (connection && verifier_.owns(*connection))) verifier_.step(in, image_, env);
}

// Of the offsets of a transaction, in that partition of theirs.
std::optional<VerificationGuard> Broker::start_verification(const Received& commit, PartitionIndex partition, Env& env) {
  const TopicImage* topic = image_.topic(std::string{offsets_topic});
  if (!topic) return std::nullopt;
  const auto& request = commit.envelope.message.as<TxnOffsetCommitRequest>();
  const ProducerFields producer{request.producer_id, request.producer_epoch, Sequence{0}};
  const EpochBumps bumps = epoch_bumps(of_commit(request_ref(commit).version).mode);
  return replicas_.start_verification({topic->id, partition}, producer, bumps, env);
}

bool Broker::transact(const Received& received, Env& env) {
  const Message& message = received.envelope.message;
  const RequestRef from = request_ref(received);
  if (message.get_if<ProduceRequest>()) {
    on_produce(received, env);
  } else if (TransactionCoordinator::handles(message)) {
    transactions_.on_request(received, {producer_ids_, image_, env});
  } else if (message.get_if<TxnOffsetCommitRequest>()) {
    on_txn_offset_commit(received, env);
  } else if (const auto* markers = message.get_if<WriteTxnMarkersRequest>()) {
    on_write_txn_markers(*markers, from, env);
  } else if (const auto* producers = message.get_if<DescribeProducersRequest>()) {
    on_describe_producers(*producers, from, env);
  } else {
    return false;
  }
  return true;
}

// ---- requests that wait for the coordinator of their transaction ------------------------------------------

void Broker::on_produce(const Received& received, Env& env) {
  const RequestRef from = request_ref(received);
  const auto& request = received.envelope.message.as<ProduceRequest>();
  if (!request.transactional_id) return replicas_.produce(from, request, env);
  const Support support = of_produce(from.version);
  ParkedProduce parked{received, replicas_.start_verification(from, request, epoch_bumps(support.mode), env)};
  if (parked.asks.empty()) return replicas_.produce(from, request, env);
  const ProducerFields& producer = parked.asks.front().producer;
  TransactionVerifier::Question question{*request.transactional_id, producer.id, producer.epoch, support.mode, {}};
  for (const auto& ask : parked.asks) question.partitions.insert(ask.name);
  const std::uint64_t id = verifier_.ask(std::move(question), image_, env);
  parked_.emplace(id, std::move(parked));
}

void Broker::serve_produce(const ParkedProduce& parked, const TransactionVerifier::Answer& told, Env& env) {
  const RequestRef from = request_ref(parked.request);
  ReplicaManager::VerifiedPartitions verified;
  for (const auto& ask : parked.asks) {
    // One that became necessary meanwhile was not asked for: the client comes again.
    const auto answered = told.errors.find(ask.name);
    const ErrorCode error = as_told(answered == told.errors.end() ? ErrorCode::network_exception : answered->second, of_produce(from.version),
                                    ErrorCode::not_enough_replicas);
    verified[ask.id] = {error, ask.guard};
  }
  replicas_.produce(from, parked.request.envelope.message.as<ProduceRequest>(), env, verified);
}

void Broker::on_txn_offset_commit(const Received& received, Env& env) {
  const RequestRef from = request_ref(received);
  TxnOffsetCommitRequest request = received.envelope.message.as<TxnOffsetCommitRequest>();
  auto refused = take_unknown<TxnOffsetCommitResponse>(request.topics, image_);
  if (request.topics.empty()) return answer(from, std::move(refused), env);
  const std::optional<PartitionIndex> index = groups_.partition_for(request.group_id);
  const std::optional<VerificationGuard> guard = index ? start_verification(received, *index, env) : std::nullopt;
  if (!guard) return groups_.commit_transactional(request, std::move(refused), from, std::nullopt, env);
  const TopicPartition partition{offsets_topic, *index};
  const std::uint64_t id = verifier_.ask(
      {request.transactional_id, request.producer_id, request.producer_epoch, of_commit(from.version).mode, {partition}}, image_, env);
  ParkedCommit parked{received, partition, *guard, std::move(refused)};
  parked.request.envelope.message = Message::of(std::move(request));
  parked_.emplace(id, std::move(parked));
}

void Broker::serve_commit(const ParkedCommit& parked, const TransactionVerifier::Answer& told, Env& env) {
  const RequestRef from = request_ref(parked.request);
  const auto& request = parked.request.envelope.message.as<TxnOffsetCommitRequest>();
  const ErrorCode error =
      as_told(told.errors.at(parked.partition), of_commit(from.version), ErrorCode::coordinator_not_available);
  if (error != ErrorCode::none) return answer(from, with_refused(refuse_commit(request, error), parked.refused), env);
  groups_.commit_transactional(request, parked.refused, from, parked.guard, env);
}

void Broker::serve_verified(Env& env) {
  for (const TransactionVerifier::Answer& told : verifier_.take_answers()) {
    const auto parked = parked_.extract(told.id);
    if (parked.empty()) continue;
    if (const auto* produce = std::get_if<ParkedProduce>(&parked.mapped())) serve_produce(*produce, told, env);
    if (const auto* commit = std::get_if<ParkedCommit>(&parked.mapped())) serve_commit(*commit, told, env);
  }
}

// ---- markers ----------------------------------------------------------------------------------------------

void Broker::on_write_txn_markers(const WriteTxnMarkersRequest& request, const RequestRef& from, Env& env) {
  const std::uint64_t number = ++last_marker_;
  MarkerRequest& waiting = marker_requests_.emplace(number, MarkerRequest{from, {}, 1}).first->second;  // 1: this loop
  for (std::size_t m = 0; m < request.markers.size(); ++m) {
    const auto& marker = request.markers[m];
    const auto outcome = marker.transaction_result ? TransactionOutcome::commit : TransactionOutcome::abort;
    const RecordBatch batch = build_end_transaction_batch(marker.producer_id, marker.producer_epoch,
                                                          {outcome, marker.coordinator_epoch}, env.wall);
    auto& told = waiting.response.markers.emplace_back();
    told.producer_id = marker.producer_id;
    for (std::size_t t = 0; t < marker.topics.size(); ++t) {
      const auto& topic = marker.topics[t];
      const TopicImage* known = image_.topic(topic.name);
      auto& results = told.topics.emplace_back();
      results.name = topic.name;
      for (std::size_t p = 0; p < topic.partition_indexes.size(); ++p) {
        const PartitionIndex index = topic.partition_indexes[p];
        results.partitions.push_back({index, ErrorCode::unknown_topic_or_partition});
        if (known == nullptr) continue;
        const std::uint64_t write = ++last_marker_;
        ++waiting.waits_for;
        marker_writes_.emplace(write, MarkerWrite{number, {topic.name, index}, marker.producer_id, outcome, m, t, p});
        replicas_.append_internal({known->id, index}, batch, write | append_of_marker, env);
      }
    }
  }
  one_marker_less(number, env);
}

void Broker::one_marker_less(std::uint64_t request, Env& env) {
  MarkerRequest& waiting = marker_requests_.at(request);
  if (--waiting.waits_for > 0) return;
  answer(waiting.from, std::move(waiting.response), env);
  marker_requests_.erase(request);
}

void Broker::on_marker_written(std::uint64_t number, ErrorCode error, Env& env) {
  const auto found = marker_writes_.extract(number);
  if (found.empty()) return;
  const MarkerWrite& write = found.mapped();
  const bool of_groups = write.partition.topic == offsets_topic;
  if (error == ErrorCode::none && of_groups)
    groups_.on_transaction_ended(write.partition.partition, write.producer, write.outcome, env);
  MarkerRequest& waiting = marker_requests_.at(write.request);
  waiting.response.markers[write.marker].topics[write.topic].partitions[write.index].error_code = error;
  one_marker_less(write.request, env);
}

// ---- what administrators ask --------------------------------------------------------------------------------

void Broker::on_describe_producers(const DescribeProducersRequest& request, const RequestRef& from, Env& env) {
  DescribeProducersResponse response;
  for (const auto& asked : request.topics) {
    const TopicImage* topic = image_.topic(asked.name);
    auto& told = response.topics.emplace_back();
    told.name = asked.name;
    for (const PartitionIndex index : asked.partition_indexes) {
      auto& partition = told.partitions.emplace_back();
      partition.partition_index = index;
      const TopicIdPartition id{topic ? topic->id : Uuid{}, index};
      const std::optional<ReplicaReport> replica = topic ? replicas_.report(id) : std::nullopt;
      const bool exists = topic && image_.partition(id) != nullptr;
      if (!replica || replica->role != ReportedRole::leader) {
        partition.error_code = exists ? ErrorCode::not_leader_or_follower : ErrorCode::unknown_topic_or_partition;
        continue;
      }
      for (const auto& [producer, entry] : replicas_.log(id)->producer_state().producers()) {
        const std::optional<ProducedBatch> last = entry.last();
        partition.active_producers.push_back({producer, entry.epoch() ? entry.epoch()->value : std::int32_t{-1},
                                              last ? last->last_sequence.value : -1, entry.last_timestamp(),
                                              entry.coordinator_epoch(), entry.transaction_start()});
      }
    }
  }
  answer(from, std::move(response), env);
}

}  // namespace kafkasim

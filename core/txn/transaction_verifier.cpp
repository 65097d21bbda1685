#include "core/txn/transaction_verifier.hpp"

#include <utility>

#include "core/base/java_hash.hpp"
#include "core/machine/deadlines.hpp"
#include "core/model/topic_name.hpp"
#include "core/txn/transaction_log.hpp"

namespace kafkasim {
namespace {

AddPartitionsToTxnRequest::Transaction as_asked(const TransactionVerifier::Question& question) {
  AddPartitionsToTxnRequest::Transaction asked{question.transactional_id, question.producer, question.epoch,
                                               question.mode == TransactionVerifier::Mode::verify, {}};
  for (const TopicPartition& partition : question.partitions) {
    if (asked.topics.empty() || asked.topics.back().name != partition.topic) asked.topics.push_back({partition.topic, {}});
    asked.topics.back().partitions.push_back(partition.partition);
  }
  return asked;
}

const BrokerImage* coordinator_of(const std::string& transactional_id, const MetadataImage& image) {
  const TopicImage* topic = image.topic(std::string{transaction_state_topic});
  if (topic == nullptr || topic->partitions.empty()) return nullptr;
  const PartitionIndex index{java_bucket(transactional_id, static_cast<std::int32_t>(topic->partitions.size()))};
  const PartitionRegistration* partition = image.partition({topic->id, index});
  const BrokerImage* leader = partition && partition->leader ? image.broker(*partition->leader) : nullptr;
  return leader != nullptr && !leader->fenced ? leader : nullptr;
}

}  // namespace

TransactionVerifier::TransactionVerifier(NodeId self, const NodeConfig& config)
    : channel_{channel_tag, ChannelOptions{.client_id = "broker-" + std::to_string(self.value) + "-add-partitions-to-txn",
                                           .request_timeout = config.request_timeout,
                                           .max_in_flight = 1}},
      retry_backoff_{config.add_partitions_to_txn_retry_backoff},
      retry_for_{config.add_partitions_to_txn_retry_backoff_max} {}

std::uint64_t TransactionVerifier::ask(Question question, const MetadataImage& image, Env& env) {
  const std::uint64_t id = ++last_id_;
  enqueue({id, std::move(question), env.now + retry_for_}, image);
  pump(image, env);
  return id;
}

void TransactionVerifier::enqueue(Waiting waiting, const MetadataImage& image) {
  const BrokerImage* coordinator = coordinator_of(waiting.question.transactional_id, image);
  if (coordinator == nullptr) return answer_all(waiting, ErrorCode::coordinator_not_available);
  queues_[coordinator->id].push_back(std::move(waiting));
}

void TransactionVerifier::pump(const MetadataImage& image, Env& env) {
  for (auto queue = queues_.begin(); queue != queues_.end();) {
    auto& [node, waiting] = *queue;
    if (busy_.contains(node)) {
      ++queue;
      continue;
    }
    const BrokerImage* broker = image.broker(node);
    AddPartitionsToTxnRequest request;
    Asked asked{node, {}};
    std::set<std::string> ids;
    std::deque<Waiting> rest;
    for (Waiting& one : waiting) {
      if (broker == nullptr) {
        answer_all(one, ErrorCode::coordinator_not_available);
      } else if (ids.insert(one.question.transactional_id).second) {
        request.transactions.push_back(as_asked(one.question));
        asked.questions.push_back(std::move(one));
      } else {
        rest.push_back(std::move(one));
      }
    }
    waiting = std::move(rest);
    if (!asked.questions.empty()) {
      const std::uint64_t id = channel_.send(node.value, broker->endpoint, Message::of(std::move(request)), env);
      busy_[node] = id;
      asked_.emplace(id, std::move(asked));
    }
    queue = waiting.empty() ? queues_.erase(queue) : std::next(queue);
  }
}

void TransactionVerifier::step(const Input& in, const MetadataImage& image, Env& env) {
  for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  while (!later_.empty() && later_.begin()->first <= env.now) {
    const auto due = later_.extract(later_.begin());
    for (const Waiting& waiting : due.mapped()) enqueue(waiting, image);
  }
  pump(image, env);
}

void TransactionVerifier::on_completion(const Completion& done, Env& env) {
  const auto found = asked_.extract(done.id);
  if (found.empty()) return;
  busy_.erase(found.mapped().node);
  const auto* response = done.response ? done.response->get_if<AddPartitionsToTxnResponse>() : nullptr;
  for (Waiting& waiting : found.mapped().questions) {
    const AddPartitionsToTxnResponse::Transaction* told = nullptr;
    if (response != nullptr) {
      for (const auto& one : response->results_by_transaction) {
        if (one.transactional_id == waiting.question.transactional_id) told = &one;
      }
    }
    settle(std::move(waiting), told, env);
  }
}

void TransactionVerifier::settle(Waiting waiting, const AddPartitionsToTxnResponse::Transaction* told, Env& env) {
  if (told == nullptr) return answer_all(waiting, ErrorCode::network_exception);
  Answer one{waiting.id, {}};
  bool concurrent = false;
  for (const auto& topic : told->topic_results) {
    for (const auto& partition : topic.results_by_partition) {
      concurrent = concurrent || partition.partition_error_code == ErrorCode::concurrent_transactions;
      one.errors[{topic.name, partition.partition_index}] = partition.partition_error_code;
    }
  }
  const Instant again = env.now + retry_backoff_;
  if (concurrent && waiting.question.mode == Mode::add && again <= waiting.give_up_at) {
    later_[again].push_back(std::move(waiting));
    return;
  }
  for (const TopicPartition& partition : waiting.question.partitions)
    one.errors.try_emplace(partition, ErrorCode::unknown_server_error);
  answers_.push_back(std::move(one));
}

void TransactionVerifier::answer_all(const Waiting& waiting, ErrorCode error) {
  Answer one{waiting.id, {}};
  for (const TopicPartition& partition : waiting.question.partitions) one.errors[partition] = error;
  answers_.push_back(std::move(one));
}

std::vector<TransactionVerifier::Answer> TransactionVerifier::take_answers() { return std::exchange(answers_, {}); }

std::optional<Instant> TransactionVerifier::next_deadline() const {
  const std::optional<Instant> next = channel_.next_deadline();
  return later_.empty() ? next : earlier(next, later_.begin()->first);
}

}  // namespace kafkasim

#include "sim/workload/queue_worker.hpp"

#include <utility>

#include "core/machine/deadlines.hpp"
#include "core/message/delete_records.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int32_t queue_peer = 0;
constexpr Duration push_wait = seconds(86'400);  // a push has no end: longer than lessons last
constexpr Duration poll_wait = seconds(1);
constexpr std::uint8_t receiving_tag = 1;
constexpr std::uint8_t acknowledging_tag = 2;

ChannelOptions worker_channel(const ClientIdentity& who, std::int32_t max_in_flight) {
  ChannelOptions options;
  options.client_id = who.client_id;
  options.max_in_flight = max_in_flight;
  return options;
}

}  // namespace

QueueWorker::QueueWorker(const ClientIdentity& who, BesideAddress queue, QueueMode mode, Duration process_time)
    : queue_{std::move(queue)},
      mode_{mode},
      process_time_{process_time},
      receiving_{receiving_tag, worker_channel(who, 1)},
      acknowledging_{acknowledging_tag, worker_channel(who, 1'000)} {}

void QueueWorker::step(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    receiving_.start(*started);
    acknowledging_.start(*started);
    (void)acknowledging_.send(queue_peer, queue_.endpoint, Message::of(DeleteRecordsRequest{}), env);  // the queue is to see it come and go
  }
  if (std::holds_alternative<StopRequested>(in)) stopping_ = true;
  for (const Completion& done : receiving_.step(in, env)) receive(done, env);
  (void)acknowledging_.step(in, env);  // an acknowledgement that is lost: the message comes again
  if (is_due(working_until_, env.now)) finish_one(env);
  work(env);
  ask(env);
  if (stopping_ && !working_until_ && acknowledging_.unanswered(queue_peer) == 0 && !std::exchange(exited_, true))
    env.out.add(Exit{true, "closed"});
}

void QueueWorker::receive(const Completion& done, Env& env) {
  asked_ = false;
  const auto* response = done.response ? done.response->get_if<FetchResponse>() : nullptr;
  if (!response) return;  // asks again
  trace::RecordsDelivered delivered;
  delivered.partition = {queue_.name, PartitionIndex{0}};
  for (const auto& topic : response->responses) {
    for (const auto& partition : topic.partitions) {
      for (const RecordBatch& batch : partition.records.batches) {
        held_.push_back(batch.base_offset());
        delivered.records.push_back({batch.base_offset(), batch.body.origin(), Timestamp{batch.header.base_timestamp}});
        delivered.position = batch.next_offset();
      }
    }
  }
  if (!delivered.records.empty()) env.out.note(std::move(delivered));
}

void QueueWorker::ask(Env& env) {
  if (asked_ || stopping_ || (mode_ == QueueMode::poll && !held_.empty())) return;
  asked_ = true;
  const Duration wait = mode_ == QueueMode::push ? push_wait : poll_wait;
  (void)receiving_.send(queue_peer, queue_.endpoint, fetch_question(queue_, 0, wait), env, wait + seconds(30));
}

void QueueWorker::work(Env& env) {
  while (!working_until_ && !held_.empty() && !stopping_) {
    working_until_ = env.now + process_time_;
    if (process_time_.ns == 0) finish_one(env);
  }
}

void QueueWorker::finish_one(Env& env) {
  working_until_.reset();
  DeleteRecordsRequest request;
  DeleteRecordsRequest::Topic& topic = request.topics.emplace_back();
  topic.name = queue_.name;
  topic.partitions.push_back({PartitionIndex{0}, held_.front()});
  held_.pop_front();
  ++done_;
  (void)acknowledging_.send(queue_peer, queue_.endpoint, Message::of(std::move(request)), env);
}

std::optional<Instant> QueueWorker::next_deadline() const {
  return earlier(earlier(receiving_.next_deadline(), acknowledging_.next_deadline()), working_until_);
}

}  // namespace kafkasim::sim

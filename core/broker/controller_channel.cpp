#include "core/broker/controller_channel.hpp"

#include <algorithm>

#include "core/machine/deadlines.hpp"
#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/describe_quorum.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/message/raft_voter.hpp"

namespace kafkasim {

namespace {
constexpr Duration retry_backoff =
    milliseconds(100);  // InterBrokerSendThread polls at that pace while it has nobody to send to

// Of answers that carry their errors one by one.
template <class Results>
ErrorCode has_moved(const Results& results) {
  const auto moved = [](const auto& result) { return result.error_code == ErrorCode::not_controller; };
  return std::ranges::any_of(results, moved) ? ErrorCode::not_controller : ErrorCode::none;
}

// A voter that does not lead cannot describe or change the quorum: the one that does is asked next.
ErrorCode has_moved(ErrorCode error) {
  return error == ErrorCode::not_leader_or_follower ? ErrorCode::not_controller : error;
}
ErrorCode has_moved(const DescribeQuorumResponse& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (has_moved(partition.error_code) == ErrorCode::not_controller) return ErrorCode::not_controller;
    }
  }
  return response.error_code;
}
}  // namespace

ErrorCode controller_error(const Message& response) {
  if (const auto* r = response.get_if<BrokerRegistrationResponse>()) return r->error_code;
  if (const auto* r = response.get_if<BrokerHeartbeatResponse>()) return r->error_code;
  if (const auto* r = response.get_if<AlterPartitionResponse>()) return r->error_code;
  if (const auto* r = response.get_if<AllocateProducerIdsResponse>()) return r->error_code;
  if (const auto* r = response.get_if<ElectLeadersResponse>()) return r->error_code;
  if (const auto* r = response.get_if<AlterPartitionReassignmentsResponse>()) return r->error_code;
  if (const auto* r = response.get_if<CreateTopicsResponse>()) return has_moved(r->topics);
  if (const auto* r = response.get_if<DescribeQuorumResponse>()) return has_moved(*r);
  if (const auto* r = response.get_if<ListPartitionReassignmentsResponse>()) return r->error_code;
  if (const auto* r = response.get_if<AddRaftVoterResponse>()) return has_moved(r->error_code);
  if (const auto* r = response.get_if<RemoveRaftVoterResponse>()) return has_moved(r->error_code);
  if (const auto* r = response.get_if<DeleteTopicsResponse>()) return has_moved(r->responses);
  if (const auto* r = response.get_if<CreatePartitionsResponse>()) return has_moved(r->results);
  if (const auto* r = response.get_if<AlterConfigsResponse>()) return has_moved(r->responses);
  if (const auto* r = response.get_if<IncrementalAlterConfigsResponse>()) return has_moved(r->responses);
  return ErrorCode::none;
}

ControllerChannel::ControllerChannel(std::uint8_t tag, std::string client_id, Duration request_timeout)
    : channel_{tag, ChannelOptions{
                        .client_id = std::move(client_id), .request_timeout = request_timeout, .max_in_flight = 1}} {}

void ControllerChannel::start(const Started& started) {
  channel_.start(started);
  requests_.clear();
  retry_at_.reset();
}

std::uint64_t ControllerChannel::send(Message request, std::optional<Duration> patience, Retry retry,
                                      const std::optional<Active>& active, Env& env) {
  const std::uint64_t id = ++made_;
  const std::optional<Instant> deadline = patience ? std::optional{env.now + *patience} : std::nullopt;
  requests_.push_back(Request{id, std::move(request), deadline, retry, std::nullopt});
  pump(active, env);
  return id;
}

void ControllerChannel::pump(const std::optional<Active>& active, Env& env) {
  if (requests_.empty() || requests_.front().sent_as || !active) return;
  if (retry_at_ && env.now < *retry_at_) return;
  retry_at_.reset();
  Request& first = requests_.front();
  first.sent_as = channel_.send(active->id.value, active->endpoint, first.message, env);
}

void ControllerChannel::on_completion(const Completion& completion, Env& env, std::vector<Done>& done) {
  if (requests_.empty() || requests_.front().sent_as != completion.id) return;
  Request& first = requests_.front();
  const bool refused = completion.response && controller_error(*completion.response) == ErrorCode::not_controller;
  const bool again = (refused || !completion.response) && first.retry == Retry::until_deadline;
  if (again) {
    first.sent_as.reset();
    retry_at_ = env.now + retry_backoff;
    return;
  }
  done.push_back(Done{first.id, completion.response});
  requests_.pop_front();
}

std::vector<ControllerChannel::Done> ControllerChannel::step(const Input& in, const std::optional<Active>& active,
                                                             Env& env) {
  std::vector<Done> done;
  for (const Completion& completion : channel_.step(in, env)) on_completion(completion, env, done);
  if (std::holds_alternative<Woken>(
          in)) {  // the first waits for its answer; the others, and it while unsent, may run out of time
    for (const Request& request : requests_) {
      if (!request.sent_as && is_due(request.deadline, env.now))
        done.push_back(Done{request.id, std::nullopt});
    }
    std::erase_if(requests_, [&env](const Request& r) { return !r.sent_as && is_due(r.deadline, env.now); });
  }
  pump(active, env);
  return done;
}

std::optional<Instant> ControllerChannel::next_deadline(const std::optional<Active>& active) const {
  std::optional<Instant> next = channel_.next_deadline();
  for (const Request& request : requests_) {
    if (!request.sent_as) next = earlier(next, request.deadline);
  }
  // Without a wait before it the first is due at once: it was made before a controller was known.
  if (active && !requests_.empty() && !requests_.front().sent_as) next = earlier(next, retry_at_.value_or(Instant{}));
  return next;
}

}  // namespace kafkasim

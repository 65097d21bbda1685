#include "core/client/admin.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

namespace {
constexpr Duration api_timeout = milliseconds(60'000);  // default.api.timeout.ms of admin clients
}

Admin::Admin(const ClientIdentity& who, const ClientConfig& config, std::vector<CreateTopicsRequest::Topic> topics)
    : request_timeout_{config.request_timeout},
      backoff_{config},
      channel_{who.channel_tag, channel_options(who, config, 5)},
      cluster_{who.bootstrap, config},
      topics_{std::move(topics)} {}

void Admin::step(const Input& in, Env& env) {
  if (closed_) return;
  if (const auto* started = std::get_if<Started>(&in)) {
    channel_.start(*started);
    cluster_.start();
  } else if (std::holds_alternative<StopRequested>(in)) {
    closed_ = true;
    env.out.add(Exit{true, "admin client closed"});
    return;
  } else if (const auto* command = std::get_if<Command>(&in)) {
    if (const auto* admin = std::get_if<AdminCommand>(command); admin && admin->operation) {
      running_.emplace(++commanded_, Running{AdminTask{*admin->operation}, env.now + api_timeout, env.now, {}, 0});
    }
  } else {
    for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  }
  run(env);
}

std::optional<Instant> Admin::next_deadline() const {
  if (closed_) return std::nullopt;
  std::optional<Instant> next = earlier(channel_.next_deadline(), cluster_.next_deadline());
  if (!topics_.empty() && !request_) next = earlier(next, may_ask_at_);
  for (const auto& [number, running] : running_) {
    next = earlier(next, running.deadline);
    if (!running.request) next = earlier(next, running.may_ask_at);
  }
  return next;
}

bool Admin::is_over(std::uint64_t operation) const { return operation <= commanded_ && !running_.contains(operation); }

void Admin::run(Env& env) {
  cluster_.pump(channel_, env);
  run_tasks(env);
  if (topics_.empty() || request_ || may_ask_at_ > env.now) return;
  const std::optional<ClusterView::Peer> peer = cluster_.any_node(channel_, env);
  if (!peer) {
    try_later(env);
    return;
  }
  CreateTopicsRequest ask;
  ask.topics = topics_;
  ask.timeout = request_timeout_;
  request_ = channel_.send(peer->key, peer->endpoint, Message::of(std::move(ask)), env);
}

void Admin::run_tasks(Env& env) {
  std::erase_if(running_, [&env](const auto& entry) {
    const Running& running = entry.second;
    if (running.deadline > env.now) return false;
    const std::string last = running.task.last_error();
    env.out.note(trace::Remark{fmt::format("{}: no success within {} ms{}", describe(running.task.operation()),
                                           api_timeout.whole_ms(), last.empty() ? "" : ", the last error is " + last)});
    return true;
  });
  for (auto& [number, running] : running_) {
    if (!running.request && running.may_ask_at <= env.now) ask(running, env);
  }
}

void Admin::ask(Running& running, Env& env) {
  AdminTask::Ask wanted = running.task.next(request_timeout_);
  std::optional<ClusterView::Peer> peer;
  if (wanted.node) {
    peer = ClusterView::Peer{broker_peer(wanted.node->first), wanted.node->second};
  } else {
    peer = cluster_.any_node(channel_, env);
  }
  if (!peer) {
    running.may_ask_at = env.now + backoff_.after(running.failures++, env.random);
    return;
  }
  running.request = channel_.send(peer->key, peer->endpoint, std::move(wanted.request), env);
}

void Admin::on_task_completion(std::uint64_t number, const Completion& done, Env& env) {
  Running& running = running_.at(number);
  running.request.reset();
  const std::size_t seen = running.task.seen().size();
  const AdminTask::Progress progress = done.response ? running.task.take(*done.response) : running.task.unanswered();
  for (std::size_t i = seen; i < running.task.seen().size(); ++i)
    env.out.note(trace::ClientSawError{running.task.seen()[i].api, running.task.seen()[i].error});
  switch (progress) {
    case AdminTask::Progress::on:
      running.failures = 0;
      running.may_ask_at = env.now;
      break;
    case AdminTask::Progress::again:
      running.may_ask_at = env.now + backoff_.after(running.failures++, env.random);
      break;
    case AdminTask::Progress::over:
      env.out.note(trace::Remark{describe(running.task.operation()) + ": " + running.task.verdict()});
      running_.erase(number);
      break;
  }
}

void Admin::on_completion(const Completion& done, Env& env) {
  if (!done.response) cluster_.request_update();
  if (cluster_.take(done, env)) return;
  const auto running = std::ranges::find_if(running_, [&](const auto& r) { return r.second.request == done.id; });
  if (running != running_.end()) return on_task_completion(running->first, done, env);
  if (request_ != done.id) return;
  request_.reset();
  if (const auto* answer = done.response ? done.response->get_if<CreateTopicsResponse>() : nullptr)
    on_answer(*answer, env);
  if (!topics_.empty()) try_later(env);
}

void Admin::on_answer(const CreateTopicsResponse& answer, Env& env) {
  for (const CreateTopicsResponse::Topic& topic : answer.topics) {
    const ErrorCode error = topic.error_code;
    if (error != ErrorCode::none) env.out.note(trace::ClientSawError{ApiKey::create_topics, error});
    const bool exists = error == ErrorCode::none || error == ErrorCode::topic_already_exists;
    if (!exists && (is_retriable(error) || error == ErrorCode::not_controller)) continue;
    const auto settled = std::ranges::find(topics_, topic.name, &CreateTopicsRequest::Topic::name);
    if (settled == topics_.end()) continue;
    if (!exists) {
      refused_[topic.name] = error;
      const std::string why = topic.error_message.value_or("");
      env.out.note(trace::Remark{fmt::format("topic {} not created: {} {}", topic.name, error_name(error), why)});
    }
    topics_.erase(settled);
  }
}

void Admin::try_later(Env& env) { may_ask_at_ = env.now + backoff_.after(failures_++, env.random); }

}  // namespace kafkasim

#include "core/client/admin.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

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
  } else {
    for (const Completion& done : channel_.step(in, env)) on_completion(done, env);
  }
  run(env);
}

std::optional<Instant> Admin::next_deadline() const {
  if (closed_) return std::nullopt;
  std::optional<Instant> next = earlier(channel_.next_deadline(), cluster_.next_deadline());
  if (!topics_.empty() && !request_) next = earlier(next, may_ask_at_);
  return next;
}

void Admin::run(Env& env) {
  cluster_.pump(channel_, env);
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

void Admin::on_completion(const Completion& done, Env& env) {
  if (!done.response) cluster_.request_update();
  if (cluster_.take(done, env) || request_ != done.id) return;
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

#include "core/broker/combined_node.hpp"

#include "core/machine/deadlines.hpp"

namespace kafkasim {

CombinedNode::CombinedNode(BrokerOptions broker, ControllerOptions controller)
    : broker_{std::move(broker)},
      controller_{std::move(controller)},
      controllers_listener_{*controller_.raft().endpoint_of(controller_.id())} {}

std::optional<Instant> CombinedNode::next_deadline() const {
  if (ended_) return std::nullopt;
  const std::optional<Instant> next = earlier(broker_.next_deadline(), controller_.next_deadline());
  return committed_.empty() ? next : earlier(next, committed_at_);
}

void CombinedNode::step(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    host_ = started->host;
    inner_.clear();
    waiting_.clear();
    committed_.clear();
    stopping_ = false;
    ended_ = false;
  }
  if (ended_) return;
  route(in, env);
  while (!ended_ && !waiting_.empty()) {
    const Local next = std::move(waiting_.front());
    waiting_.pop_front();
    give(next.to, next.input, env);
  }
}

void CombinedNode::route(const Input& in, Env& env) {
  if (const auto* received = std::get_if<Received>(&in)) {
    const bool controllers = is_controllers(in, received->connection, received->listener);
    return give(controllers ? Part::controller : Part::broker, in, env);
  }
  if (const auto* made = std::get_if<Connected>(&in)) {
    return give(is_controllers(in, made->connection, Listener::first) ? Part::controller : Part::broker, in, env);
  }
  if (std::holds_alternative<Flushed>(in)) return give(Part::broker, in, env);  // the quorum syncs within its steps
  if (const auto* command = std::get_if<Command>(&in)) {
    return give(std::holds_alternative<Campaign>(*command) ? Part::controller : Part::broker, in, env);
  }
  if (std::holds_alternative<StopRequested>(in)) return give(Part::broker, in, env);
  // Started, Woken, Disconnected. The broker first: what the controller finds committed at its start is for the new one.
  // But the broker's upkeep, and what it has to do about new metadata, hold up nothing else.
  if (feeds_broker(in, env.now)) return tell_broker(std::exchange(committed_, {}), env);
  const bool only_controller =
      std::holds_alternative<Woken>(in) && is_due(controller_.next_deadline(), env.now) && !is_due(broker_.prompt_deadline(), env.now);
  if (!stopping_ && !only_controller) give(Part::broker, in, env);
  if (!ended_) give(Part::controller, in, env);
}

bool CombinedNode::feeds_broker(const Input& in, Instant now) const {
  return std::holds_alternative<Woken>(in) && !committed_.empty() && !is_due(broker_.prompt_deadline(), now)
         && !is_due(controller_.next_deadline(), now);
}

bool CombinedNode::is_controllers(const Input& in, const ConnectionId& connection, Listener listener) const {
  return connection.dialler == host_ ? controller_.raft().handles(in) : listener == Listener::second;
}

void CombinedNode::give(Part part, const Input& in, Env& env) {
  if (part == Part::broker && stopping_) return;
  Effects effects;
  Env inside{env.now, env.wall, env.random, env.disk, effects};
  if (part == Part::broker) {
    broker_.step(in, inside);
  } else {
    controller_.step(in, inside);
  }
  pass_on(part, effects.take(), env);
  if (part == Part::broker || ended_ || stopping_) return;
  for (CommittedBatch& batch : controller_.take_replayed()) {
    if (committed_.empty()) committed_at_ = env.now;
    committed_.push_back(std::move(batch));
  }
  tell_broker({}, env);
}

void CombinedNode::tell_broker(std::vector<CommittedBatch> committed, Env& env) {
  Effects effects;
  Env inside{env.now, env.wall, env.random, env.disk, effects};
  broker_.follow(controller_.raft().leader_and_epoch(), std::move(committed), inside);
  pass_on(Part::broker, effects.take(), env);
}

void CombinedNode::pass_on(Part from, std::vector<Effect> effects, Env& env) {
  for (Effect& effect : effects) {
    if (ended_) return;
    if (stays_inside(from, effect)) continue;
    if (auto* exit = std::get_if<Exit>(&effect)) {
      if (from == Part::broker && exit->orderly) {
        stopping_ = true;
        committed_.clear();
        waiting_.push_back({Part::controller, StopRequested{}});
        continue;
      }
      ended_ = true;
    }
    std::visit([&env](auto& one) { env.out.add(std::move(one)); }, effect);
  }
}

bool CombinedNode::stays_inside(Part from, const Effect& effect) {
  const Part other = from == Part::broker ? Part::controller : Part::broker;
  if (const auto* dialled = std::get_if<Connect>(&effect)) {
    if (from != Part::broker || dialled->to != controllers_listener_) return false;
    inner_.insert(dialled->connection);
    waiting_.push_back({Part::broker, Connected{dialled->connection}});
    return true;
  }
  if (const auto* sent = std::get_if<Send>(&effect)) {
    if (!inner_.contains(sent->connection)) return false;
    waiting_.push_back({other, Received{sent->connection, sent->envelope, Listener::second}});
    return true;
  }
  if (const auto* closed = std::get_if<Close>(&effect)) {
    if (inner_.erase(closed->connection) == 0) return false;
    waiting_.push_back({other, Disconnected{closed->connection, DisconnectReason::closed_by_peer}});
    return true;
  }
  return false;
}

}  // namespace kafkasim

#include "core/broker/lifecycle.hpp"

#include <algorithm>

#include "core/machine/deadlines.hpp"

namespace kafkasim {

namespace {
constexpr std::uint8_t heartbeat_channel = 2;
constexpr Duration soon = milliseconds(10);  // between heartbeats while there may be nothing to recover
constexpr Duration soon_while_leaving = milliseconds(50);
constexpr Duration first_backoff = milliseconds(100);
constexpr Duration longest_leave =
    milliseconds(300'000);  // BrokerServer waits five minutes for the controlled shutdown
}  // namespace

BrokerLifecycle::BrokerLifecycle(BrokerRegistrationRequest registration, const NodeConfig& config)
    : registration_{std::move(registration)},
      config_{config},
      channel_{heartbeat_channel, "broker-" + std::to_string(registration_.broker_id.value) + "-heartbeat",
               config.broker_session_timeout / 2} {}

void BrokerLifecycle::start(const Started& started, std::optional<BrokerEpoch> previous_epoch, Env& env) {
  channel_.start(started);
  const std::uint64_t high = env.random.next();
  const std::uint64_t low = env.random.next();
  registration_.incarnation_id = Uuid{high, low};
  registration_.previous_broker_epoch = previous_epoch;
  registration_deadline_ = env.now + config_.initial_broker_registration_timeout;
  next_communication_ = env.now;
}

void BrokerLifecycle::stop(Env& env) {
  if (state_ == BrokerState::leaving || state_ == BrokerState::stopped) return;
  if (state_ == BrokerState::running && config_.controlled_shutdown_enable) {
    state_ = BrokerState::leaving;
    leave_deadline_ = env.now + longest_leave;
    next_communication_ = env.now;
  } else {
    state_ = BrokerState::stopped;
  }
}

void BrokerLifecycle::communicate(const std::optional<Active>& active, std::optional<Offset> replayed, Env& env) {
  next_communication_.reset();
  Message request = Message::of(registration_);
  if (state_ != BrokerState::registering) {
    request = Message::of(BrokerHeartbeatRequest{.broker_id = registration_.broker_id,
                                                 .broker_epoch = *epoch_,
                                                 .current_metadata_offset = replayed,
                                                 .want_fence = state_ == BrokerState::catching_up,
                                                 .want_shut_down = state_ == BrokerState::leaving});
  }
  in_flight_ = channel_.send(std::move(request), config_.broker_session_timeout / 2,
                             ControllerChannel::Retry::until_deadline, active, env);
}

void BrokerLifecycle::after_failure(Env& env) {
  Duration backoff = first_backoff;
  for (std::int32_t i = 0; i < failures_ && backoff < config_.broker_session_timeout; ++i) backoff = backoff * 2;
  backoff = std::min(backoff, config_.broker_session_timeout);
  ++failures_;
  next_communication_ = env.now + env.random.between(backoff * 98 / 100, backoff * 102 / 100);
}

void BrokerLifecycle::on_heartbeat_answer(const BrokerHeartbeatResponse& response, Env& env) {
  failures_ = 0;
  next_communication_ = env.now + config_.broker_heartbeat_interval;
  switch (state_) {
    case BrokerState::catching_up:
      if (response.is_caught_up) state_ = BrokerState::recovering;
      next_communication_ = env.now + soon;
      break;
    case BrokerState::recovering:
      if (!response.is_fenced) state_ = BrokerState::running;
      break;
    case BrokerState::leaving:
      if (response.should_shut_down) state_ = BrokerState::stopped;
      if (!told_to_wait_) next_communication_ = env.now + soon_while_leaving;
      told_to_wait_ = true;
      break;
    case BrokerState::registering:
    case BrokerState::running:
    case BrokerState::stopped: break;
  }
}

void BrokerLifecycle::on_answer(const std::optional<Message>& response, Env& env) {
  in_flight_.reset();
  if (!response || controller_error(*response) != ErrorCode::none) return after_failure(env);
  if (const auto* registered = response->get_if<BrokerRegistrationResponse>()) {
    epoch_ = registered->broker_epoch;
    failures_ = 0;
    registration_deadline_.reset();
    if (state_ == BrokerState::registering) state_ = BrokerState::catching_up;
    next_communication_ = env.now;
  } else if (const auto* heartbeat = response->get_if<BrokerHeartbeatResponse>()) {
    on_heartbeat_answer(*heartbeat, env);
  }
}

void BrokerLifecycle::step(const Input& in, const std::optional<Active>& active, std::optional<Offset> replayed,
                           Env& env) {
  for (const ControllerChannel::Done& done : channel_.step(in, active, env)) {
    if (in_flight_ == done.id) on_answer(done.response, env);
  }
  if (registration_deadline_ && env.now >= *registration_deadline_) {
    registration_deadline_.reset();
    env.out.add(Exit{false, "could not register with a controller in time"});
    return;
  }
  if (leave_deadline_ && env.now >= *leave_deadline_) state_ = BrokerState::stopped;
  if (state_ == BrokerState::stopped) return;
  if (!in_flight_ && next_communication_ && env.now >= *next_communication_) communicate(active, replayed, env);
}

std::optional<Instant> BrokerLifecycle::next_deadline(const std::optional<Active>& active) const {
  if (state_ == BrokerState::stopped) return std::nullopt;
  std::optional<Instant> next = earlier(channel_.next_deadline(active), registration_deadline_);
  next = earlier(next, leave_deadline_);
  return in_flight_ ? next : earlier(next, next_communication_);
}

}  // namespace kafkasim

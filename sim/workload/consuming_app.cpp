#include "sim/workload/consuming_app.hpp"

#include "core/machine/deadlines.hpp"

namespace kafkasim::sim {

void ConsumingApp::step(const Input& in, Env& env) {
  if (std::holds_alternative<StopRequested>(in)) {
    stop_requested_ = true;
    if (working_until_ && *working_until_ <= env.now) working_until_.reset();
    if (!working_until_) consumer_.step(in, env);
    return;
  }
  consumer_.step(in, env);
  poll_loop(env);
}

void ConsumingApp::poll_loop(Env& env) {
  if (working_until_) {
    if (*working_until_ > env.now) return;
    working_until_.reset();
    if (stop_requested_) {
      consumer_.step(StopRequested{}, env);
      return;
    }
    in_poll_ = false;
  }
  if (stop_requested_) return;
  while (!in_poll_ || consumer_.has_records()) {
    const ConsumerRecords records = consumer_.poll(env);
    in_poll_ = true;
    if (consumer_.closed()) return;
    const std::int64_t count = records.count();
    if (count == 0) {
      if (consumer_.has_records()) continue;
      return;
    }
    consumed_ += count;
    in_poll_ = false;
    if (process_time_.ns > 0) {
      working_until_ = env.now + process_time_ * count;
      return;
    }
  }
}

std::optional<Instant> ConsumingApp::next_deadline() const {
  return earlier(consumer_.next_deadline(), working_until_);
}

}  // namespace kafkasim::sim

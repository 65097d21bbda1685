#include "sim/workload/consuming_app.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim::sim {

void ConsumingApp::step(const Input& in, Env& env) {
  if (std::holds_alternative<StopRequested>(in)) {
    stop_requested_ = true;
    if (working_until_ && *working_until_ <= env.now) finish_work(env);
    if (!working_until_) consumer_.step(in, env);
    return;
  }
  consumer_.step(in, env);
  poll_loop(env);
}

void ConsumingApp::finish_work(Env& env) {
  working_until_.reset();
  if (auto done = std::exchange(to_commit_, {}); !done.empty()) consumer_.commit(done, env);
}

void ConsumingApp::poll_loop(Env& env) {
  if (stuck_) return;
  if (working_until_) {
    if (*working_until_ > env.now) return;
    finish_work(env);
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
    if (records.count() == 0) {
      if (consumer_.has_records()) continue;
      return;
    }
    in_poll_ = false;
    if (begin_work(records, env) == Work::goes_on) return;
  }
}

// How many records come before the poison one.
std::optional<std::int64_t> ConsumingApp::poison_in(const ConsumerRecords& records) const {
  if (!plan_.poison || plan_.poison->then == PoisonCure::skip) return std::nullopt;
  std::int64_t before = 0;
  for (const PartitionRecords& part : records.partitions) {
    for (const ConsumerRecord& record : part.records) {
      if (part.partition == plan_.poison->partition && record.offset == plan_.poison->offset) return before;
      ++before;
    }
  }
  return std::nullopt;
}

ConsumingApp::Work ConsumingApp::begin_work(const ConsumerRecords& records, Env& env) {
  const std::int64_t count = records.count();
  consumed_ += count;
  if (plan_.commit != CommitMoment::by_itself) {
    for (const PartitionRecords& part : records.partitions) to_commit_[part.partition] = part.next;
  }
  if (plan_.commit == CommitMoment::before_processing) consumer_.commit(std::exchange(to_commit_, {}), env);
  if (poison_in(records)) {
    const std::string text = fmt::format("offset {} of {} cannot be processed", plan_.poison->offset.value,
                                         to_string(plan_.poison->partition));
    env.out.note(trace::Remark{text});
    stuck_ = true;
    if (plan_.poison->then == PoisonCure::die) env.out.add(Exit{false, text});
    return Work::goes_on;
  }
  if (plan_.process_time.ns > 0) {
    working_until_ = env.now + plan_.process_time * count;
    return Work::goes_on;
  }
  finish_work(env);
  return Work::ended;
}

std::optional<Instant> ConsumingApp::next_deadline() const {
  if (stuck_) return consumer_.next_deadline();
  return earlier(consumer_.next_deadline(), working_until_);
}

}  // namespace kafkasim::sim

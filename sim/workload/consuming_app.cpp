#include "sim/workload/consuming_app.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"

namespace kafkasim::sim {

namespace {

// The number in "shop/1 #42 blobs/17"; absent where a record points to nothing.
std::optional<std::int64_t> object_named_by(const std::optional<ByteSpan>& value) {
  if (!value) return std::nullopt;
  const std::string_view text = as_text(*value);
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + slash + 1, end, number);
  return error == std::errc{} && at == end && number >= 0 ? std::optional{number} : std::nullopt;
}

}  // namespace

void ConsumingApp::step(const Input& in, Env& env) {
  if (std::holds_alternative<StopRequested>(in)) {
    stop_requested_ = true;
    if (is_due(working_until_, env.now)) finish_work(env);
    if (!working_until_) consumer_.step(in, env);
    return;
  }
  consumer_.step(in, env);
  if (store_) take_values(in, env);
  poll_loop(env);
}

void ConsumingApp::fetch_values(const ConsumerRecords& records, Env& env) {
  for (const PartitionRecords& part : records.partitions) {
    for (const ConsumerRecord& record : part.records) {
      if (const auto object = object_named_by(record.value)) awaited_.insert(store_->get(*object, env));
    }
  }
}

void ConsumingApp::take_values(const Input& in, Env& env) {
  if (std::holds_alternative<Started>(in)) awaited_.clear();
  const bool waited = !awaited_.empty();
  for (const StoreClient::Done& done : store_->step(in, env)) awaited_.erase(done.call);
  if (waited && awaited_.empty() && !stop_requested_) begin_work(std::exchange(in_hand_, 0), env);
}

void ConsumingApp::begin_work(std::int64_t records, Env& env) {
  if (plan_.process_time.ns > 0) {
    working_until_ = env.now + plan_.process_time * records;
  } else {
    finish_work(env);
  }
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
  if (stop_requested_ || !awaited_.empty()) return;
  while (!in_poll_ || consumer_.has_records()) {
    const ConsumerRecords records = consumer_.poll(env);
    in_poll_ = true;
    if (consumer_.closed()) return;
    if (records.count() == 0) {
      if (consumer_.has_records()) continue;
      return;
    }
    in_poll_ = false;
    take_up(records, env);
    if (stuck_ || working_until_ || !awaited_.empty()) return;
  }
}

void ConsumingApp::take_up(const ConsumerRecords& records, Env& env) {
  consumed_ += records.count();
  if (plan_.commit != CommitMoment::by_itself) {
    for (const PartitionRecords& part : records.partitions) to_commit_[part.partition] = part.next;
  }
  if (plan_.commit == CommitMoment::before_processing) consumer_.commit(std::exchange(to_commit_, {}), env);
  if (is_poisoned(records)) {
    const std::string text = fmt::format("offset {} of {} cannot be processed", plan_.poison->offset.value,
                                         to_string(plan_.poison->partition));
    env.out.note(trace::Remark{text});
    stuck_ = true;
    if (plan_.poison->then == PoisonCure::die) env.out.add(Exit{false, text});
    return;
  }
  if (store_) fetch_values(records, env);
  if (awaited_.empty()) {
    begin_work(records.count(), env);
  } else {
    in_hand_ = records.count();
  }
}

bool ConsumingApp::is_poisoned(const ConsumerRecords& records) const {
  if (!plan_.poison || plan_.poison->then == PoisonCure::skip) return false;
  for (const PartitionRecords& part : records.partitions) {
    if (part.partition != plan_.poison->partition) continue;
    for (const ConsumerRecord& record : part.records) {
      if (record.offset == plan_.poison->offset) return true;
    }
  }
  return false;
}

std::optional<Instant> ConsumingApp::next_deadline() const {
  if (stuck_) return consumer_.next_deadline();
  const std::optional<Instant> next = earlier(consumer_.next_deadline(), working_until_);
  return store_ ? earlier(next, store_->next_deadline()) : next;
}

}  // namespace kafkasim::sim

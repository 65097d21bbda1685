#include "sim/workload/producing_app.hpp"

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"
#include "core/machine/deadlines.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t ns_per_1000_s = 1'000'000'000'000;
constexpr std::int64_t interval_parts = std::int64_t{1} << 32;
constexpr std::size_t most_uploads = 4;

// floor(a * b / c) for numbers that are not negative, without overflow on the way.
std::int64_t multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * static_cast<Wide>(b) / static_cast<Wide>(c);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return product > static_cast<Wide>(most) ? most : static_cast<std::int64_t>(product);
}

}  // namespace

ProducingApp::ProducingApp(const ClientIdentity& who, const ProducerConfig& config, ProducingPlan plan)
    : client_id_{who.client_id},
      plan_{std::move(plan)},
      producer_{who, config},
      rate_{plan_.records_per_1000_s},
      schedule_start_{plan_.from} {
  KAFKASIM_CHECK(plan_.records_per_1000_s >= 0 && plan_.value_bytes.least <= plan_.value_bytes.most,
                 "a plan that was checked");
  if (plan_.keys) keys_.emplace(*plan_.keys);
  if (plan_.store) store_.emplace(client_id_, *plan_.store);
}

void ProducingApp::step(const Input& in, Env& env) {
  if (std::holds_alternative<Started>(in)) {
    random_ = env.random.fork("application");
    arrivals_ = env.random.fork("arrivals");
    aborts_ = env.random.fork("aborts");
    draw_arrival();
    begin_schedule(env.now);  // a process that starts late does not make up for it
  }
  if (store_) {
    if (std::holds_alternative<Started>(in)) uploads_.clear();
    for (const StoreClient::Done& done : store_->step(in, env)) {
      auto upload = uploads_.extract(done.call);
      if (upload.empty()) continue;
      *upload.mapped().value += " " + store_->store().name + "/" + std::to_string(done.object);
      producer_.send(std::move(upload.mapped()), env);
    }
  }
  if (std::holds_alternative<StopRequested>(in)) finished_ = true;
  const auto* command = std::get_if<Command>(&in);
  if (command && std::holds_alternative<SetRate>(*command)) {
    produce_due(env);  // what was due at the old rate
    set_rate(std::get<SetRate>(*command), env);
  } else if (command && std::holds_alternative<Finish>(*command)) {
    finished_ = true;
  } else {
    producer_.step(in, env);
  }
  produce_due(env);
}

std::optional<Instant> ProducingApp::next_deadline() const {
  std::optional<Instant> next = producer_.next_deadline();
  if (store_) next = earlier(next, store_->next_deadline());
  return can_accept() ? earlier(next, next_due()) : next;
}

std::optional<Instant> ProducingApp::next_due() const {
  if (finished_ || !due_) return std::nullopt;
  if (plan_.records && produced_ >= *plan_.records) return std::nullopt;
  return due_;
}

bool ProducingApp::can_accept() const { return producer_.can_accept() && uploads_.size() < most_uploads; }

void ProducingApp::hand_over(ProduceCommand record, Env& env) {
  if (store_) {
    uploads_.emplace(store_->put(stored_bytes_, env), std::move(record));
  } else {
    producer_.send(std::move(record), env);
  }
}

void ProducingApp::produce_due(Env& env) {
  while (can_accept()) {
    if (producer_.failed()) finished_ = true;
    if (in_transaction_ > 0 && producer_.must_abort()) {  // the rest of it would be refused
      end_transaction(env);
      continue;
    }
    const std::optional<Instant> due = next_due();
    if (!due || *due > env.now) break;
    if (plan_.transaction_size && in_transaction_ == 0) producer_.transact(TransactionStep::begin, env);
    ProduceCommand record = make_record();
    ++in_schedule_;
    ++produced_;
    draw_arrival();
    schedule_next();
    hand_over(std::move(record), env);
    if (plan_.transaction_size && ++in_transaction_ >= *plan_.transaction_size) end_transaction(env);
  }
  if (in_transaction_ > 0 && producer_.can_accept() && !next_due()) end_transaction(env);  // no more is to come
}

void ProducingApp::end_transaction(Env& env) {
  in_transaction_ = 0;
  const bool aborts = plan_.aborts_per_million > 0 && aborts_->between(0, 999'999) < plan_.aborts_per_million;
  producer_.transact(aborts ? TransactionStep::abort : TransactionStep::commit, env);
}

const ProducingPlan::Change* ProducingApp::next_change() const {
  return plan_.changes && changed_ < plan_.changes->size() ? &(*plan_.changes)[changed_] : nullptr;
}

std::int64_t ProducingApp::current_rate() const {
  if (traffic_.records_per_1000_s) return std::max<std::int64_t>(*traffic_.records_per_1000_s, 0);
  const std::int64_t planned = changed_ == 0 ? plan_.records_per_1000_s : (*plan_.changes)[changed_ - 1].records_per_1000_s;
  return traffic_.permille ? multiply_divide(planned, std::max<std::int64_t>(*traffic_.permille, 0), 1000) : planned;
}

// The moment of the next record. A schedule that a change of the plan overtakes ends there, and another begins.
void ProducingApp::schedule_next() {
  for (;;) {
    const ProducingPlan::Change* change = next_change();
    due_.reset();
    if (rate_ > 0) {
      due_ = schedule_start_ + Duration{multiply_divide(in_schedule_, ns_per_1000_s, rate_)}
             + Duration{multiply_divide(within_, ns_per_1000_s / rate_, interval_parts)};
    }
    if (!change || (due_ && *due_ < change->at)) break;
    ++changed_;
    rate_ = current_rate();
    schedule_start_ = change->at;
    in_schedule_ = 0;
    draw_arrival();
  }
  if (due_ && plan_.to && *due_ >= *plan_.to) due_.reset();
}

// From now on at the rate that holds now.
void ProducingApp::begin_schedule(Instant now) {
  schedule_start_ = std::max(plan_.from, now);
  in_schedule_ = 0;
  changed_ = 0;
  while (const ProducingPlan::Change* change = next_change()) {
    if (change->at > schedule_start_) break;
    ++changed_;
  }
  rate_ = current_rate();
  schedule_next();
}

void ProducingApp::set_rate(const SetRate& change, Env& env) {
  traffic_ = change;
  begin_schedule(env.now);
}

void ProducingApp::draw_arrival() { within_ = arrivals_->between(0, interval_parts - 1); }

ProduceCommand ProducingApp::make_record() {
  ProduceCommand record;
  record.topic = plan_.topic;
  record.partition = plan_.partition;
  if (keys_) record.key = keys_->key(*random_);
  const std::int64_t size = random_->between(plan_.value_bytes.least, plan_.value_bytes.most);
  std::string value = client_id_ + " #" + std::to_string(produced_);
  if (store_) {
    stored_bytes_ = size;
    record.value = std::move(value);
    return record;
  }
  value.resize(static_cast<std::size_t>(std::max<std::int64_t>(size, 0)), '.');
  record.value = std::move(value);
  return record;
}

}  // namespace kafkasim::sim

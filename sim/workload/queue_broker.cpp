#include "sim/workload/queue_broker.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/machine/deadlines.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/produce.hpp"
#include "core/record/record.hpp"

namespace kafkasim::sim {

void QueueBroker::step(const Input& in, Env& env) {
  if (const auto* received = std::get_if<Received>(&in)) take(*received, env);
  if (const auto* disconnected = std::get_if<Disconnected>(&in)) lost(disconnected->connection, env);
  if (std::holds_alternative<StopRequested>(in)) env.out.add(Exit{true, "stopped"});
  show_again(env);
  hand_out(env);
}

std::optional<Instant> QueueBroker::next_deadline() const {
  std::optional<Instant> next;
  if (spec_.mode == QueueMode::push) return next;
  for (const auto& [number, given] : given_) next = earlier(next, given.visible_again);
  for (const Asked& asked : asked_) next = earlier(next, asked.until);
  return next;
}

void QueueBroker::take(const Received& received, Env& env) {
  if (answer_metadata(self_, received, env)) return;
  switch (received.envelope.message.api()) {
    case ApiKey::produce: publish(received, env); break;
    case ApiKey::fetch: ask(received, env); break;
    case ApiKey::delete_records: acknowledge(received, env); break;
    default: env.out.add(Close{received.connection}); break;
  }
}

namespace {

std::string key_of(const RecordBatch& batch) {
  const auto records = decode_records(batch);
  return records && !records->empty() && records->front().key ? std::string{as_text(*records->front().key)} : std::string{};
}

}  // namespace

void QueueBroker::publish(const Received& received, Env& env) {
  const std::int64_t first = next_number_;
  for (const auto& topic : received.envelope.message.as<ProduceRequest>().topic_data) {
    for (const auto& partition : topic.partition_data) {
      for (RecordBatch batch : partition.records.batches) {  // its producer puts one message into each
        batch.header.base_offset = next_number_;
        std::string key = key_of(batch);
        ready_.emplace(next_number_++, Message{std::move(batch), std::move(key), 0});
      }
    }
  }
  answer_produce(self_, received, first, env);
}

void QueueBroker::acknowledge(const Received& received, Env& env) {
  DeleteRecordsResponse response;
  DeleteRecordsResponse::Topic& answered = response.topics.emplace_back();
  answered.name = self_.name;
  for (const auto& topic : received.envelope.message.as<DeleteRecordsRequest>().topics) {
    for (const auto& partition : topic.partitions) {
      const std::int64_t number = partition.offset.value_or(Offset{-1}).value;
      if (const auto given = given_.find(number); given != given_.end()) {
        --held_[given->second.worker];
        done(number, given->second.message);
        given_.erase(given);
      } else if (const auto ready = ready_.find(number); ready != ready_.end()) {  // visible again: too late, but done all the same
        done(number, ready->second);
        ready_.erase(ready);
      }
      answered.partitions.push_back({.low_watermark = partition.offset});
    }
  }
  answer(received, kafkasim::Message::of(std::move(response)), env);
}

void QueueBroker::done(std::int64_t number, const Message& message) {
  if (message.key.empty()) return;
  const auto [latest, is_first] = done_up_to_.edit().emplace(message.key, number);
  if (number < latest->second) ++out_of_order_;
  latest->second = std::max(latest->second, number);
}

void QueueBroker::ask(const Received& received, const Env& env) {
  const Duration wait = received.envelope.message.as<FetchRequest>().max_wait;
  asked_.push_back({received, spec_.mode == QueueMode::poll ? std::optional{env.now + wait} : std::nullopt});
}

std::map<std::int64_t, QueueBroker::Given>::iterator QueueBroker::take_back(std::map<std::int64_t, Given>::iterator given) {
  --held_[given->second.worker];
  ready_.emplace(given->first, std::move(given->second.message));
  return given_.erase(given);
}

// A broker hears of a lost connection when it has answered what came over it, and a question that waits has no answer yet: it is the
// connection for acknowledgements that tells that the process at the other end is gone.
void QueueBroker::lost(const ConnectionId& connection, Env& env) {
  const auto of_that_process = [&connection](const ConnectionId& other) {
    return other.dialler == connection.dialler && other.number >> 32 == connection.number >> 32;
  };
  std::erase_if(asked_, [&](const Asked& asked) { return of_that_process(asked.request.connection); });
  if (spec_.mode == QueueMode::poll) return;
  std::int64_t back = 0;
  std::string worker;
  for (auto given = given_.begin(); given != given_.end();) {
    if (!of_that_process(given->second.connection)) {
      ++given;
      continue;
    }
    worker = given->second.worker;
    ++back;
    given = take_back(given);
  }
  if (back > 0) env.out.note(trace::Remark{fmt::format("{} message{} that {} had not acknowledged back in the queue", back, back == 1 ? "" : "s", worker)});
}

void QueueBroker::show_again(Env& env) {
  if (spec_.mode == QueueMode::push) return;
  std::int64_t back = 0;
  for (auto given = given_.begin(); given != given_.end();) {
    if (given->second.visible_again > env.now) {
      ++given;
      continue;
    }
    ++back;
    given = take_back(given);
  }
  if (back > 0) env.out.note(trace::Remark{fmt::format("{} messages were not deleted in time and are visible again", back)});
}

std::int64_t QueueBroker::room_of(const Asked& asked) const {
  if (spec_.mode == QueueMode::poll) return spec_.prefetch;
  const auto held = held_.find(asked.request.envelope.client_id);
  return spec_.prefetch - (held == held_.end() ? 0 : held->second);
}

void QueueBroker::hand_out(Env& env) {
  for (auto asked = asked_.begin(); asked != asked_.end();) {
    const std::int64_t room = room_of(*asked);
    const bool in_vain = asked->until && *asked->until <= env.now;
    if ((ready_.empty() || room <= 0) && !in_vain) {
      ++asked;
      continue;
    }
    give(*asked, room, env);
    asked = asked_.erase(asked);
  }
}

void QueueBroker::give(const Asked& asked, std::int64_t most, Env& env) {
  std::vector<RecordBatch> batches;
  for (auto message = ready_.begin(); message != ready_.end() && std::ssize(batches) < most; message = ready_.erase(message)) {
    if (message->second.deliveries++ > 0) ++redelivered_;
    batches.push_back(message->second.batch);
    Given given{std::move(message->second), asked.request.envelope.client_id, asked.request.connection, std::nullopt};
    if (spec_.mode == QueueMode::poll) given.visible_again = env.now + spec_.visibility_timeout;
    ++held_[given.worker];
    given_.emplace(message->first, std::move(given));
  }
  answer(asked.request, fetch_answer(self_, std::move(batches)), env);
}

}  // namespace kafkasim::sim

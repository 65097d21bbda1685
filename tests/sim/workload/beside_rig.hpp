#pragma once
// Hands messages to a queue broker or a store, and keeps what it answers.
#include <utility>
#include <vector>

#include "core/message/delete_records.hpp"
#include "core/message/produce.hpp"
#include "core/record/record.hpp"
#include "sim/workload/beside_kafka.hpp"
#include "tests/core/client/bench.hpp"

namespace kafkasim::sim::testing {

inline const BesideAddress beside{"tasks", Uuid{1, 1}, Endpoint{"queue-tasks", 5672}};

inline Message handed_in(const std::string& value, std::int16_t acks = 1) {
  BatchBuilder builder;
  builder.append(Timestamp{5}, std::nullopt, as_bytes(value));
  ProduceRequest request;
  request.acks = acks;
  ProduceRequest::Topic& topic = request.topic_data.emplace_back();
  topic.topic_id = beside.id;
  topic.partition_data.emplace_back().records.batches.push_back(builder.build());
  return Message::of(std::move(request));
}

template <class M>
class BesideRig {
 public:
  explicit BesideRig(M m) : machine{std::move(m)} {}

  // From that client over a connection of its own.
  std::vector<Message> say(std::int32_t client, Message message) {
    return step(Received{connection_of(client), Envelope{++correlation_, 13, "worker/" + std::to_string(client), std::move(message)}});
  }
  std::vector<Message> step(const Input& in) {
    Effects out;
    Env env{now, Timestamp{1}, random_, disk_, out};
    machine.step(in, env);
    std::vector<Message> sent;
    for (const Effect& effect : out.list()) {
      if (const auto* send = std::get_if<Send>(&effect)) sent.push_back(send->envelope.message);
      if (std::holds_alternative<Exit>(effect)) exited = true;
      if (std::holds_alternative<Close>(effect)) closed = true;
      if (std::holds_alternative<NoAnswer>(effect)) unanswered = true;
    }
    return sent;
  }
  std::vector<Message> hang_up(std::int32_t client) { return step(Disconnected{connection_of(client), DisconnectReason::reset}); }
  static ConnectionId connection_of(std::int32_t client) { return {HostId{client}, 1}; }

  M machine;
  Instant now{};
  bool exited{false};
  bool closed{false};
  bool unanswered{false};

 private:
  Random random_{1};
  test::NoDisk disk_;
  std::int32_t correlation_{0};
};

inline std::vector<std::int64_t> numbers_in(const Message& answer) {
  std::vector<std::int64_t> numbers;
  for (const auto& topic : answer.as<FetchResponse>().responses) {
    for (const auto& partition : topic.partitions) {
      for (const RecordBatch& batch : partition.records.batches) numbers.push_back(batch.base_offset().value);
    }
  }
  return numbers;
}
inline Message done_with(std::int64_t number) {
  DeleteRecordsRequest request;
  request.topics.push_back({beside.name, {{PartitionIndex{0}, Offset{number}}}});
  return Message::of(std::move(request));
}

}  // namespace kafkasim::sim::testing

#include "sim/workload/object_store.hpp"

#include <utility>

#include "core/message/produce.hpp"
#include "core/record/record.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int32_t store_peer = 0;
constexpr std::uint8_t store_tag = 3;

ChannelOptions store_channel(std::string client_id) {
  ChannelOptions options;
  options.client_id = std::move(client_id);
  return options;
}

}  // namespace

void ObjectStore::step(const Input& in, Env& env) {
  if (std::holds_alternative<StopRequested>(in)) env.out.add(Exit{true, "stopped"});
  const auto* received = std::get_if<Received>(&in);
  if (!received) return;
  if (const auto* put = received->envelope.message.get_if<ProduceRequest>()) {
    const std::int64_t first = std::ssize(objects_);
    for (const auto& topic : put->topic_data) {
      for (const auto& partition : topic.partition_data) {
        for (RecordBatch batch : partition.records.batches) {
          batch.header.base_offset = std::ssize(objects_);
          objects_.emplace(batch.header.base_offset, std::move(batch));
        }
      }
    }
    answer_produce(self_, *received, first, env);
  } else if (const auto* get = received->envelope.message.get_if<FetchRequest>(); get && !get->topics.empty()) {
    std::vector<RecordBatch> found;
    for (const auto& partition : get->topics.front().partitions) {
      if (const auto known = objects_.find(partition.fetch_offset.value); known != objects_.end()) found.push_back(known->second);
    }
    const ErrorCode error = found.empty() ? ErrorCode::offset_out_of_range : ErrorCode::none;
    answer(*received, fetch_answer(self_, std::move(found), error), env);
  } else {
    env.out.add(Close{received->connection});
  }
}

StoreClient::StoreClient(std::string client_id, BesideAddress store)
    : store_{std::move(store)}, channel_{store_tag, store_channel(std::move(client_id))} {}

void StoreClient::send(std::uint64_t call, Message request, Env& env) {
  asked_[channel_.send(store_peer, store_.endpoint, std::move(request), env)] = call;
}

std::uint64_t StoreClient::put(std::int64_t bytes, Env& env) {
  if (!body_ || body_->first != bytes) {
    BatchBuilder builder;
    const std::string value(static_cast<std::size_t>(bytes), '.');
    builder.append(env.wall, std::nullopt, as_bytes(value));
    body_ = {bytes, builder.build()};
  }
  ProduceRequest request;
  request.acks = 1;
  ProduceRequest::Topic& topic = request.topic_data.emplace_back();
  topic.topic_id = store_.id;
  topic.partition_data.emplace_back().records.batches.push_back(body_->second);
  send(++calls_, Message::of(std::move(request)), env);
  return calls_;
}

std::uint64_t StoreClient::get(std::int64_t object, Env& env) {
  send(++calls_, fetch_question(store_, object, Duration{}), env);
  return calls_;
}

std::vector<StoreClient::Done> StoreClient::step(const Input& in, Env& env) {
  if (const auto* started = std::get_if<Started>(&in)) {
    channel_.start(*started);
    asked_.clear();
  }
  std::vector<Done> answered;
  for (const Completion& done : channel_.step(in, env)) {
    const auto asked = asked_.find(done.id);
    if (asked == asked_.end()) continue;
    const std::uint64_t call = asked->second;
    asked_.erase(asked);
    if (!done.response) {
      send(call, done.request, env);
    } else if (const auto* stored = done.response->get_if<ProduceResponse>()) {
      const auto& partition = stored->responses.at(0).partition_responses.at(0);
      answered.push_back({call, partition.base_offset.value_or(Offset{-1}).value});
    } else {
      answered.push_back({call, done.request.as<FetchRequest>().topics.at(0).partitions.at(0).fetch_offset.value});
    }
  }
  return answered;
}

}  // namespace kafkasim::sim

#include "sim/workload/beside_kafka.hpp"

#include <utility>

#include "core/message/metadata.hpp"
#include "core/message/produce.hpp"

namespace kafkasim::sim {

namespace {

constexpr NodeId itself{0};

}  // namespace

void answer(const Received& request, Message message, Env& env) {
  env.out.add(Send{request.connection, Envelope{request.envelope.correlation_id, request.envelope.version, "", std::move(message)}});
}

bool answer_metadata(const BesideAddress& self, const Received& received, Env& env) {
  if (!received.envelope.message.get_if<MetadataRequest>()) return false;
  MetadataResponse::Partition only{.leader_id = itself, .leader_epoch = LeaderEpoch{0}, .replica_nodes = {itself}, .isr_nodes = {itself}};
  MetadataResponse response;
  response.brokers.push_back({.node_id = itself, .host = self.endpoint.host, .port = self.endpoint.port});
  response.controller_id = itself;
  response.topics.push_back({.name = self.name, .topic_id = self.id, .partitions = {std::move(only)}});
  answer(received, Message::of(std::move(response)), env);
  return true;
}

void answer_produce(const BesideAddress& self, const Received& received, std::int64_t first, Env& env) {
  if (received.envelope.message.as<ProduceRequest>().acks == 0) {
    env.out.add(NoAnswer{received.connection, received.envelope.correlation_id});
    return;
  }
  ProduceResponse response;
  response.responses.push_back({.topic_id = self.id, .partition_responses = {{.base_offset = Offset{first}}}});
  answer(received, Message::of(std::move(response)), env);
}

Message fetch_answer(const BesideAddress& self, std::vector<RecordBatch> batches, ErrorCode error) {
  FetchResponse::Partition partition;
  partition.error_code = error;
  partition.records.batches = std::move(batches);
  FetchResponse response;
  response.responses.push_back({.topic_id = self.id, .partitions = {std::move(partition)}});
  return Message::of(std::move(response));
}

Message fetch_question(const BesideAddress& of, std::int64_t number, Duration max_wait) {
  FetchRequest request;
  request.max_wait = max_wait;
  request.topics.push_back({.topic_id = of.id, .partitions = {{.fetch_offset = Offset{number}, .partition_max_bytes = INT32_MAX}}});
  return Message::of(std::move(request));
}

}  // namespace kafkasim::sim

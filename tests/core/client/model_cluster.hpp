#pragma once
// Brokers as a client sees them, as simple as possible: topics with leaders, logs with producer state, one group
// without rebalances. It answers requests; a test puts errors in front, moves leaders, or takes requests out and
// answers itself.
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/message/create_topics.hpp"
#include "core/message/fetch.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/init_producer_id.hpp"
#include "core/message/join_group.hpp"
#include "core/message/leave_group.hpp"
#include "core/message/list_offsets.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/offset_for_leader_epoch.hpp"
#include "core/message/produce.hpp"
#include "core/message/sync_group.hpp"
#include "core/record/record.hpp"
#include "tests/core/client/bench.hpp"

namespace kafkasim::test {

struct ModelProducer {
  std::int16_t epoch{};
  std::deque<std::pair<std::int32_t, std::pair<std::int32_t, std::int64_t>>> last;  // first, last sequence, base offset
};
struct ModelPartition {
  NodeId leader{1};
  LeaderEpoch epoch{0};
  std::vector<RecordBatch> log;
  std::int64_t start{0};
  std::map<std::int64_t, ModelProducer> producers;
  std::optional<std::vector<FetchResponse::AbortedTransaction>> aborted;  // what a fetch tells
  std::optional<NodeId> sends_to{};  // the follower that the leader names a consumer which says where it is (KIP-392)
  [[nodiscard]] std::int64_t end() const { return log.empty() ? start : log.back().next_offset().value; }
};
struct ModelTopic {
  Uuid id;
  std::vector<ModelPartition> partitions;
};

class ModelCluster {
 public:
  void add_topic(const std::string& name, int partitions);
  [[nodiscard]] ModelPartition& at(const std::string& topic, int partition) {
    return topics.at(topic).partitions[static_cast<std::size_t>(partition)];
  }
  [[nodiscard]] std::optional<Message> handle(const Sent& sent);  // absent: no answer

  // Answers everything that waits, and what follows from that.
  template <class M>
  void serve(Bench<M>& bench) {
    while (!bench.requests.empty()) {
      const Sent sent = bench.requests.front();
      bench.requests.pop_front();
      if (const std::optional<Message> answer = handle(sent)) {
        bench.answer(sent, *answer);
      } else if (sent.envelope.message.api() == ApiKey::fetch) {
        held.push_back(sent);
      }
    }
  }
  // A Fetch that found nothing is answered when there is something.
  template <class M>
  void serve_held(Bench<M>& bench) {
    for (const Sent& sent : std::exchange(held, {})) {
      if (!bench.open.contains(sent.connection)) continue;
      if (const std::optional<Message> answer = handle(sent)) {
        bench.answer(sent, *answer);
      } else {
        held.push_back(sent);
      }
    }
    serve(bench);
  }
  // Serves while time goes on.
  template <class M>
  void run_for(Bench<M>& bench, Duration time) {
    bench.run_until(bench.now + time, [&] {
      serve(bench);
      serve_held(bench);
    });
  }

  std::vector<std::int32_t> brokers{1, 2, 3};
  std::map<std::string, ModelTopic> topics;
  std::map<ApiKey, std::deque<ErrorCode>> errors;  // the next answers of that API
  std::vector<Sent> held;
  std::int64_t next_producer_id{100};
  std::int32_t coordinator{2};
  std::map<TopicPartition, std::int64_t> committed;
  std::map<TopicPartition, LeaderEpoch> committed_epochs;  // where a commit told one
  std::int32_t generation{0};
  std::vector<std::byte> assignment;
  std::map<ApiKey, int> handled;

 private:
  [[nodiscard]] ErrorCode next_error(ApiKey api);
  [[nodiscard]] Message metadata(const MetadataRequest& request);
  [[nodiscard]] Message produce(const ProduceRequest& request, std::int32_t node);
  [[nodiscard]] ErrorCode append(ModelPartition& partition, const RecordBatch& batch, ProduceResponse::Partition& out);
  [[nodiscard]] Message fetch(const FetchRequest& request, std::int32_t node);
  [[nodiscard]] Message list_offsets(const ListOffsetsRequest& request);
  [[nodiscard]] Message epoch_end(const OffsetForLeaderEpochRequest& request, std::int32_t node);
  [[nodiscard]] std::optional<Message> group(const Message& request);
  [[nodiscard]] const std::string* name_of(const Uuid& id) const;
};

inline std::int32_t node_of(const Endpoint& to) { return std::stoi(to.host.substr(to.host.find('-') + 1)); }

inline void ModelCluster::add_topic(const std::string& name, int partitions) {
  ModelTopic& topic = topics[name];
  topic.id = Uuid{9, topics.size()};
  for (int i = 0; i < partitions; ++i) {
    ModelPartition partition;
    partition.leader = NodeId{brokers[static_cast<std::size_t>(i) % brokers.size()]};
    topic.partitions.push_back(partition);
  }
}

inline ErrorCode ModelCluster::next_error(ApiKey api) {
  auto& queue = errors[api];
  if (queue.empty()) return ErrorCode::none;
  const ErrorCode error = queue.front();
  queue.pop_front();
  return error;
}

inline const std::string* ModelCluster::name_of(const Uuid& id) const {
  for (const auto& [name, topic] : topics) {
    if (topic.id == id) return &name;
  }
  return nullptr;
}

inline std::optional<Message> ModelCluster::handle(const Sent& sent) {
  const Message& request = sent.envelope.message;
  const std::int32_t node = node_of(sent.to);
  ++handled[request.api()];
  if (const auto* ask = request.get_if<MetadataRequest>()) return metadata(*ask);
  if (const auto* ask = request.get_if<ProduceRequest>()) {
    Message answer = produce(*ask, node);
    return ask->acks == 0 ? std::nullopt : std::optional{answer};
  }
  if (const auto* ask = request.get_if<FetchRequest>()) {
    Message answer = fetch(*ask, node);
    const auto& got = answer.as<FetchResponse>();
    bool something = false;
    for (const auto& topic : got.responses) {
      for (const auto& p : topic.partitions)
        something = something || p.error_code != ErrorCode::none || !p.records.empty() || p.preferred_read_replica;
    }
    return something ? std::optional{answer} : std::nullopt;
  }
  if (const auto* ask = request.get_if<ListOffsetsRequest>()) return list_offsets(*ask);
  if (const auto* ask = request.get_if<OffsetForLeaderEpochRequest>()) return epoch_end(*ask, node);
  if (request.get_if<InitProducerIdRequest>()) {
    InitProducerIdResponse answer;
    answer.error_code = next_error(ApiKey::init_producer_id);
    if (answer.error_code == ErrorCode::none) {
      answer.producer_id = ProducerId{next_producer_id++};
      answer.producer_epoch = ProducerEpoch{0};
    }
    return Message::of(answer);
  }
  if (const auto* ask = request.get_if<CreateTopicsRequest>()) {
    CreateTopicsResponse answer;
    for (const auto& topic : ask->topics) {
      CreateTopicsResponse::Topic one;
      one.name = topic.name;
      one.error_code = next_error(ApiKey::create_topics);
      if (one.error_code == ErrorCode::none) {
        if (topics.contains(topic.name)) {
          one.error_code = ErrorCode::topic_already_exists;
        } else {
          add_topic(topic.name, topic.num_partitions.value_or(1));
        }
      }
      answer.topics.push_back(one);
    }
    return Message::of(answer);
  }
  return group(request);
}

inline Message ModelCluster::metadata(const MetadataRequest& request) {
  MetadataResponse answer;
  for (const std::int32_t node : brokers) {
    const Endpoint at = endpoint_of(node);
    answer.brokers.push_back({NodeId{node}, at.host, at.port, std::nullopt});
  }
  for (const auto& asked : *request.topics) {
    MetadataResponse::Topic topic;
    topic.name = asked.name;
    const auto found = topics.find(*asked.name);
    if (found == topics.end()) {
      topic.error_code = ErrorCode::unknown_topic_or_partition;
    } else {
      topic.topic_id = found->second.id;
      std::int32_t index = 0;
      for (const ModelPartition& partition : found->second.partitions) {
        MetadataResponse::Partition one;
        one.partition_index = PartitionIndex{index++};
        one.leader_id = partition.leader;
        one.leader_epoch = partition.epoch;
        topic.partitions.push_back(one);
      }
    }
    answer.topics.push_back(topic);
  }
  return Message::of(answer);
}

inline Message ModelCluster::produce(const ProduceRequest& request, std::int32_t node) {
  ProduceResponse answer;
  for (const auto& topic : request.topic_data) {
    ProduceResponse::Topic out;
    out.topic_id = topic.topic_id;
    for (const auto& asked : topic.partition_data) {
      ProduceResponse::Partition one;
      one.index = asked.index;
      const std::string* name = name_of(topic.topic_id);
      one.error_code = next_error(ApiKey::produce);
      if (!name) {
        one.error_code = ErrorCode::unknown_topic_id;
      } else if (one.error_code == ErrorCode::none) {
        ModelPartition& partition = at(*name, asked.index.value);
        one.error_code = partition.leader.value == node ? append(partition, asked.records.batches.front(), one)
                                                        : ErrorCode::not_leader_or_follower;
      }
      out.partition_responses.push_back(one);
    }
    answer.responses.push_back(out);
  }
  return Message::of(answer);
}

inline ErrorCode ModelCluster::append(ModelPartition& partition, const RecordBatch& batch,
                                      ProduceResponse::Partition& out) {
  const BatchHeader& header = batch.header;
  out.log_start_offset = Offset{partition.start};
  if (batch.has_producer()) {
    const bool known = partition.producers.contains(header.producer_id);
    ModelProducer& producer = partition.producers[header.producer_id];
    const std::int32_t last = header.base_sequence + header.last_offset_delta;
    if (known && header.producer_epoch < producer.epoch) return ErrorCode::invalid_producer_epoch;
    if (!known || header.producer_epoch > producer.epoch) {
      if (header.base_sequence != 0) {
        if (!known) partition.producers.erase(header.producer_id);
        return ErrorCode::out_of_order_sequence_number;
      }
      producer = ModelProducer{header.producer_epoch, {}};
    } else {
      for (const auto& [first, rest] : producer.last) {
        if (first == header.base_sequence && rest.first == last) {
          out.base_offset = Offset{rest.second};
          return ErrorCode::none;
        }
      }
      const std::int32_t next = producer.last.empty() ? 0 : producer.last.back().second.first + 1;
      if (header.base_sequence != next) return ErrorCode::out_of_order_sequence_number;
    }
    producer.last.push_back({header.base_sequence, {last, partition.end()}});
    if (producer.last.size() > 5) producer.last.pop_front();
  }
  RecordBatch stored = batch;
  stored.header.base_offset = partition.end();
  stored.header.partition_leader_epoch = partition.epoch.value;
  out.base_offset = Offset{partition.end()};
  partition.log.push_back(stored);
  return ErrorCode::none;
}

inline Message ModelCluster::fetch(const FetchRequest& request, std::int32_t node) {
  FetchResponse answer;
  for (const auto& topic : request.topics) {
    FetchResponse::Topic out;
    out.topic_id = topic.topic_id;
    const std::string* name = name_of(topic.topic_id);
    for (const auto& asked : topic.partitions) {
      FetchResponse::Partition one;
      one.partition_index = asked.partition;
      one.error_code = name ? next_error(ApiKey::fetch) : ErrorCode::unknown_topic_id;
      if (one.error_code == ErrorCode::none) {
        const ModelPartition& partition = at(*name, asked.partition.value);
        if (partition.leader.value != node && partition.sends_to != NodeId{node}) {
          one.error_code = ErrorCode::not_leader_or_follower;
          one.current_leader = LeaderIdAndEpoch{partition.leader, partition.epoch};
        } else if (partition.sends_to && partition.sends_to != NodeId{node} && !request.rack_id.empty()) {
          one.preferred_read_replica = partition.sends_to;
        } else if (asked.fetch_offset.value < partition.start || asked.fetch_offset.value > partition.end()) {
          one.error_code = ErrorCode::offset_out_of_range;
        } else {
          one.aborted_transactions = partition.aborted;
          for (const RecordBatch& batch : partition.log) {
            if (batch.last_offset() >= asked.fetch_offset) one.records.batches.push_back(batch);
          }
        }
      }
      out.partitions.push_back(one);
    }
    answer.responses.push_back(out);
  }
  return Message::of(answer);
}

inline Message ModelCluster::list_offsets(const ListOffsetsRequest& request) {
  ListOffsetsResponse answer;
  for (const auto& topic : request.topics) {
    ListOffsetsResponse::Topic out;
    out.name = topic.name;
    for (const auto& asked : topic.partitions) {
      ListOffsetsResponse::Partition one;
      one.partition_index = asked.partition_index;
      one.error_code = next_error(ApiKey::list_offsets);
      const ModelPartition& partition = at(topic.name, asked.partition_index.value);
      const bool earliest = asked.timestamp == ListOffsetsRequest::earliest_timestamp;
      if (one.error_code == ErrorCode::none) one.offset = Offset{earliest ? partition.start : partition.end()};
      out.partitions.push_back(one);
    }
    answer.topics.push_back(out);
  }
  return Message::of(answer);
}

// Where the greatest epoch not above the one asked for ends.
inline Message ModelCluster::epoch_end(const OffsetForLeaderEpochRequest& request, std::int32_t node) {
  OffsetForLeaderEpochResponse answer;
  for (const auto& topic : request.topics) {
    auto& out = answer.topics.emplace_back();
    out.topic = topic.topic;
    for (const auto& asked : topic.partitions) {
      const ModelPartition& partition = at(topic.topic, asked.partition.value);
      OffsetForLeaderEpochResponse::Partition one{.partition = asked.partition};
      one.error_code = next_error(ApiKey::offset_for_leader_epoch);
      if (one.error_code == ErrorCode::none && partition.leader.value != node)
        one.error_code = ErrorCode::not_leader_or_follower;
      if (one.error_code == ErrorCode::none && asked.current_leader_epoch < partition.epoch)
        one.error_code = ErrorCode::fenced_leader_epoch;
      for (const RecordBatch& batch : partition.log) {
        if (one.error_code != ErrorCode::none || batch.leader_epoch() > asked.leader_epoch) break;
        one.leader_epoch = batch.leader_epoch();
        one.end_offset = batch.next_offset();
      }
      out.partitions.push_back(one);
    }
  }
  return Message::of(answer);
}

// One member, which leads.
inline std::optional<Message> ModelCluster::group(const Message& request) {
  if (const auto* ask = request.get_if<FindCoordinatorRequest>()) {
    FindCoordinatorResponse::Coordinator found;
    found.key = ask->coordinator_keys.front();
    found.error_code = next_error(ApiKey::find_coordinator);
    if (found.error_code == ErrorCode::none) {
      found.node_id = NodeId{coordinator};
      found.host = endpoint_of(coordinator).host;
      found.port = endpoint_of(coordinator).port;
    }
    FindCoordinatorResponse answer;
    answer.coordinators.push_back(found);
    return Message::of(answer);
  }
  if (const auto* ask = request.get_if<JoinGroupRequest>()) {
    JoinGroupResponse answer;
    answer.error_code = next_error(ApiKey::join_group);
    if (answer.error_code == ErrorCode::none && ask->member_id.empty()) {
      answer.error_code = ErrorCode::member_id_required;
      answer.member_id = "member-1";
    } else if (answer.error_code == ErrorCode::none) {
      answer.member_id = ask->member_id;
      answer.leader = ask->member_id;
      answer.generation_id = Generation{++generation};
      answer.protocol_name = ask->protocols.front().name;
      answer.members.push_back({ask->member_id, std::nullopt, ask->protocols.front().metadata});
    }
    return Message::of(answer);
  }
  if (const auto* ask = request.get_if<SyncGroupRequest>()) {
    SyncGroupResponse answer;
    answer.error_code = next_error(ApiKey::sync_group);
    if (answer.error_code == ErrorCode::none && !ask->assignments.empty()) {
      answer.assignment = ask->assignments.front().assignment;
      assignment = answer.assignment;
    }
    return Message::of(answer);
  }
  if (request.get_if<HeartbeatRequest>()) {
    HeartbeatResponse answer;
    answer.error_code = next_error(ApiKey::heartbeat);
    return Message::of(answer);
  }
  if (request.get_if<LeaveGroupRequest>()) return Message::of(LeaveGroupResponse{});
  if (const auto* ask = request.get_if<OffsetCommitRequest>()) {
    OffsetCommitResponse answer;
    const ErrorCode error = next_error(ApiKey::offset_commit);
    for (const auto& topic : ask->topics) {
      OffsetCommitResponse::Topic out;
      out.name = topic.name;
      for (const auto& partition : topic.partitions) {
        if (error == ErrorCode::none) {
          const TopicPartition tp{topic.name, partition.partition_index};
          committed[tp] = partition.committed_offset.value;
          committed_epochs.erase(tp);
          if (partition.committed_leader_epoch) committed_epochs[tp] = *partition.committed_leader_epoch;
        }
        out.partitions.push_back({partition.partition_index, error});
      }
      answer.topics.push_back(out);
    }
    return Message::of(answer);
  }
  if (const auto* ask = request.get_if<OffsetFetchRequest>()) {
    OffsetFetchResponse answer;
    OffsetFetchResponse::Group out;
    out.group_id = ask->groups.front().group_id;
    out.error_code = next_error(ApiKey::offset_fetch);
    for (const auto& topic : *ask->groups.front().topics) {
      OffsetFetchResponse::Topic one;
      one.name = topic.name;
      for (const PartitionIndex index : topic.partition_indexes) {
        OffsetFetchResponse::Partition partition;
        partition.partition_index = index;
        const auto known = committed.find({topic.name, index});
        if (known != committed.end()) partition.committed_offset = Offset{known->second};
        const auto epoch = committed_epochs.find({topic.name, index});
        if (epoch != committed_epochs.end()) partition.committed_leader_epoch = epoch->second;
        one.partitions.push_back(partition);
      }
      out.topics.push_back(one);
    }
    answer.groups.push_back(out);
    return Message::of(answer);
  }
  return std::nullopt;
}

}  // namespace kafkasim::test

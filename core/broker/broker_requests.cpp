// What a broker answers by itself: metadata, coordinators, producer ids; and where the rest goes (KafkaApis).
#include <algorithm>
#include <set>

#include "core/broker/broker.hpp"
#include "core/message/error_answer.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim {

namespace {

MetadataResponse::Partition partition_answer(PartitionIndex index, const PartitionRegistration& partition,
                                             const MetadataImage& image) {
  MetadataResponse::Partition told{.partition_index = index,
                                   .leader_epoch = partition.leader_epoch,
                                   .replica_nodes = partition.replicas,
                                   .isr_nodes = partition.isr};
  const auto is_alive = [&image](NodeId id) {
    const BrokerImage* broker = image.broker(id);
    return broker && !broker->fenced;
  };
  std::ranges::copy_if(partition.replicas, std::back_inserter(told.offline_replicas),
                       [&](NodeId id) { return !is_alive(id); });
  if (partition.leader && image.broker(*partition.leader)) {
    told.leader_id = partition.leader;
  } else {
    told.error_code = ErrorCode::leader_not_available;
  }
  return told;
}

DescribeTopicPartitionsResponse::Partition described(PartitionIndex index, const PartitionRegistration& partition, const MetadataImage& image) {
  const MetadataResponse::Partition same = partition_answer(index, partition, image);
  DescribeTopicPartitionsResponse::Partition told{.partition_index = index,
                                                  .leader_id = same.leader_id,
                                                  .leader_epoch = partition.leader_epoch,
                                                  .replica_nodes = partition.replicas,
                                                  .isr_nodes = partition.isr};
  told.eligible_leader_replicas = partition.elr();
  told.last_known_elr = partition.last_known_elr();
  told.offline_replicas = same.offline_replicas;
  return told;
}

void refuse_as_invalid(const Message& request, const RequestRef& from, Env& env) {
  const std::optional<Message> refusal = error_answer(request, ErrorCode::invalid_request);
  env.out.add(Send{from.connection, Envelope{from.correlation_id, from.version, {}, *refusal}});
}

MetadataResponse::Topic topic_answer(const TopicImage& topic, const MetadataImage& image) {
  MetadataResponse::Topic told{.name = topic.name, .topic_id = topic.id, .is_internal = is_internal_topic(topic.name)};
  for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
    told.partitions.push_back(
        partition_answer(PartitionIndex{static_cast<std::int32_t>(i)}, topic.partitions[i], image));
  }
  return told;
}

// Versions 10 and 11 have ids in their form, but names must be given.
bool is_sound(const MetadataRequest& request, std::int16_t version) {
  constexpr std::int16_t first_with_ids = 12;
  if (version >= first_with_ids || !request.topics) return true;
  return std::ranges::all_of(*request.topics,
                             [](const auto& topic) { return topic.name.has_value() && topic.topic_id.is_zero(); });
}

}  // namespace

void Broker::on_request(const Received& received, Env& env) {
  const RequestRef from = request_ref(received);
  const Message& message = received.envelope.message;
  if (const auto* request = message.get_if<OffsetCommitRequest>()) return on_offset_commit(*request, from, env);
  if (GroupCoordinator::handles(message.api())) return groups_.on_request(received, env);
  if (transact(received, env)) return;
  if (const auto* request = message.get_if<FetchRequest>()) return replicas_.fetch(from, *request, env);
  if (const auto* request = message.get_if<ListOffsetsRequest>()) return replicas_.list_offsets(from, *request, env);
  if (const auto* request = message.get_if<OffsetForLeaderEpochRequest>())
    return replicas_.offset_for_leader_epoch(from, *request, env);
  if (const auto* request = message.get_if<DeleteRecordsRequest>())
    return replicas_.delete_records(from, *request, env);
  if (const auto* request = message.get_if<DescribeLogDirsRequest>()) return replicas_.describe_log_dirs(from, *request, env);
  if (const auto* request = message.get_if<MetadataRequest>()) return on_metadata(*request, from, env);
  if (const auto* request = message.get_if<DescribeTopicPartitionsRequest>()) return on_describe_topic_partitions(*request, from, env);
  if (const auto* request = message.get_if<FindCoordinatorRequest>()) return on_find_coordinator(*request, from, env);
  if (message.get_if<InitProducerIdRequest>()) return on_init_producer_id(from, env);
  if (administer(message, from, env)) return;
  env.out.add(Close{from.connection});  // not an API of a broker's listener
}

void Broker::on_metadata(const MetadataRequest& request, const RequestRef& from, Env& env) {
  if (!is_sound(request, from.version)) return refuse_as_invalid(Message::of(request), from, env);
  MetadataResponse response{.cluster_id = options_.cluster_id};
  for (const auto& [id, broker] : image_.brokers) {
    if (broker.fenced) continue;
    response.brokers.push_back({id, broker.endpoint.host, broker.endpoint.port, broker.rack});
  }
  response.controller_id = any_live_broker(env);
  if (!request.topics) {
    for (const auto& [name, id] : image_.topic_ids) response.topics.push_back(topic_answer(*image_.topic(id), image_));
  } else {
    for (const auto& asked : *request.topics) {
      const bool by_id = !asked.topic_id.is_zero();
      const TopicImage* topic = by_id ? image_.topic(asked.topic_id) : asked.name ? image_.topic(*asked.name) : nullptr;
      if (topic) {
        response.topics.push_back(topic_answer(*topic, image_));
        continue;
      }
      if (by_id) {
        response.topics.push_back(
            {.error_code = ErrorCode::unknown_topic_id, .name = std::nullopt, .topic_id = asked.topic_id});
        continue;
      }
      const std::string name = asked.name.value_or(std::string{});
      const bool valid = !topic_name_fault(name);
      const ErrorCode error = valid ? ErrorCode::unknown_topic_or_partition : ErrorCode::invalid_topic_exception;
      response.topics.push_back({.error_code = error, .name = name, .is_internal = is_internal_topic(name)});
      if (valid && request.allow_auto_topic_creation && options_.config.auto_create_topics_enable)
        create_automatically(name, env);
    }
  }
  answer(from, std::move(response), env);
}

// Page by page, in order of the topics' names (DescribeTopicPartitionsRequestHandler, KRaftMetadataCache).
void Broker::on_describe_topic_partitions(const DescribeTopicPartitionsRequest& request, const RequestRef& from, Env& env) {
  const bool all = request.topics.empty();
  const std::string first = request.cursor ? request.cursor->topic_name : "";
  std::set<std::string> names;
  for (const auto& topic : request.topics) names.insert(topic.name);
  if (all) {
    for (const auto& [name, id] : image_.topic_ids) names.insert(name);
  }
  if (request.cursor && (request.cursor->partition_index.value < 0 || (!all && !names.contains(first)))) {
    return refuse_as_invalid(Message::of(request), from, env);
  }
  names.erase(names.begin(), names.lower_bound(first));
  constexpr std::int32_t most = 2000;  // max.request.partition.size.limit
  std::size_t left = static_cast<std::size_t>(std::clamp(request.response_partition_limit, 1, most));
  DescribeTopicPartitionsResponse response;
  for (const std::string& name : names) {
    if (left == 0) {
      response.next_cursor = TopicPartitionCursor{name, PartitionIndex{0}};
      break;
    }
    const TopicImage* topic = image_.topic(name);
    if (topic == nullptr) {
      const ErrorCode error = topic_name_fault(name) ? ErrorCode::invalid_topic_exception : ErrorCode::unknown_topic_or_partition;
      if (!all) response.topics.push_back({.error_code = error, .name = name, .is_internal = is_internal_topic(name)});
      continue;
    }
    auto& told = response.topics.emplace_back();
    told = {.name = name, .topic_id = topic->id, .is_internal = is_internal_topic(name)};
    const std::size_t from_index = request.cursor && name == first ? static_cast<std::size_t>(request.cursor->partition_index.value) : 0;
    for (std::size_t i = from_index; i < topic->partitions.size() && left > 0; ++i, --left)
      told.partitions.push_back(described(PartitionIndex{static_cast<std::int32_t>(i)}, topic->partitions[i], image_));
    const std::size_t next = from_index + told.partitions.size();
    if (next < topic->partitions.size()) {
      response.next_cursor = TopicPartitionCursor{name, PartitionIndex{static_cast<std::int32_t>(next)}};
      break;
    }
  }
  answer(from, std::move(response), env);
}

void Broker::create_automatically(const std::string& topic, Env& env) {
  if (std::ranges::find(being_created_, topic) != being_created_.end()) return;
  CreateTopicsRequest::Topic wanted{
      .name = topic,
      .num_partitions = static_cast<std::int32_t>(options_.config.num_partitions),
      .replication_factor = static_cast<std::int16_t>(options_.config.default_replication_factor)};
  if (topic == offsets_topic) {  // GroupCoordinatorService.groupMetadataTopicConfigs
    wanted.num_partitions = static_cast<std::int32_t>(options_.config.offsets_topic_num_partitions);
    wanted.replication_factor = static_cast<std::int16_t>(options_.config.offsets_topic_replication_factor);
    wanted.configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "producer"},
                      {"segment.bytes", std::to_string(options_.config.offsets_topic_segment_bytes)}};
  }
  if (topic == transaction_state_topic) {  // TransactionStateManager.transactionTopicConfigs
    wanted.num_partitions = static_cast<std::int32_t>(options_.config.transaction_state_log_num_partitions);
    wanted.replication_factor = static_cast<std::int16_t>(options_.config.transaction_state_log_replication_factor);
    wanted.configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "uncompressed"},
                      {"min.insync.replicas", std::to_string(options_.config.transaction_state_log_min_isr)},
                      {"segment.bytes", std::to_string(options_.config.transaction_state_log_segment_bytes)},
                      {"unclean.leader.election.enable", "false"}};
  }
  being_created_.push_back(topic);
  const CreateTopicsRequest request{.topics = {wanted}, .timeout = options_.config.request_timeout};
  const std::uint64_t id = channel_.send(Message::of(request), options_.config.request_timeout,
                                         ControllerChannel::Retry::until_deadline, active_controller(), env);
  asked_.emplace(id, ForAutoCreation{{topic}});
}

FindCoordinatorResponse::Coordinator Broker::coordinator_of(const FindCoordinatorRequest& request,
                                                            const std::string& key, Env& env) {
  const auto unavailable = [&key](ErrorCode error) {
    return FindCoordinatorResponse::Coordinator{.key = key, .error_code = error};
  };
  const bool of_group = request.key_type == CoordinatorType::group;
  if (!of_group && request.key_type != CoordinatorType::transaction) return unavailable(ErrorCode::invalid_request);
  const std::string name = of_group ? offsets_topic : transaction_state_topic;
  const TopicImage* topic = image_.topic(name);
  if (!topic) {
    create_automatically(name, env);
    return unavailable(ErrorCode::coordinator_not_available);
  }
  const std::optional<PartitionIndex> index = of_group ? groups_.partition_for(key) : transactions_.partition_for(key);
  const PartitionRegistration* partition = index ? image_.partition({topic->id, *index}) : nullptr;
  const BrokerImage* leader = partition && partition->leader ? image_.broker(*partition->leader) : nullptr;
  if (!leader || leader->fenced) return unavailable(ErrorCode::coordinator_not_available);
  return {.key = key, .node_id = leader->id, .host = leader->endpoint.host, .port = leader->endpoint.port};
}

void Broker::on_find_coordinator(const FindCoordinatorRequest& request, const RequestRef& from, Env& env) {
  FindCoordinatorResponse response;
  for (const std::string& key : request.coordinator_keys)
    response.coordinators.push_back(coordinator_of(request, key, env));
  answer(from, std::move(response), env);
}

void Broker::on_init_producer_id(const RequestRef& from, Env& env) {
  const std::optional<ProducerId> id = producer_ids_.take();
  if (!id) return answer(from, InitProducerIdResponse{.error_code = ErrorCode::coordinator_load_in_progress}, env);
  answer(from, InitProducerIdResponse{.producer_id = id, .producer_epoch = ProducerEpoch{0}}, env);
}

void Broker::forward(const Message& request, const RequestRef& from, Env& env) {
  const std::uint64_t id = channel_.send(request, options_.config.request_timeout,
                                         ControllerChannel::Retry::until_deadline, active_controller(), env);
  asked_.emplace(id, ForClient{from});
}

}  // namespace kafkasim

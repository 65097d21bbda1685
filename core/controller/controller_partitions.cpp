// Partitions and topics: AlterPartition and CreateTopics (ReplicationControlManager).
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "core/controller/controller.hpp"
#include "core/controller/replica_placer.hpp"
#include "core/message/describe_configs.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim {

namespace {

constexpr std::int32_t most_partitions_a_request = 10'000;  // beyond that Kafka answers POLICY_VIOLATION

std::vector<NodeId> ids_of(const std::vector<AlterPartitionRequest::BrokerState>& isr) {
  std::vector<NodeId> ids;
  for (const auto& member : isr) ids.push_back(member.broker_id);
  return ids;
}

bool has_duplicates(std::vector<NodeId> ids) {
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) != ids.end();
}

std::optional<std::string> new_topic_name_fault(const std::string& name, const MetadataImage& image) {
  if (std::optional<std::string> fault = topic_name_fault(name)) return fault;
  for (const auto& [other, id] : image.topic_ids) {
    if (other != name && topic_names_collide(other, name))
      return "Topic '" + name + "' collides with existing topic: " + other;
  }
  return std::nullopt;
}

struct Fault {
  ErrorCode error{};
  std::string message;
};
struct Wanted {  // partitions to be placed
  std::int64_t partitions{};
  std::int64_t replicas{};
};

}  // namespace

ErrorCode Controller::validate(const AlterPartitionRequest::Partition& asked, const PartitionRegistration* partition,
                               NodeId sender) const {
  if (!partition) return ErrorCode::unknown_topic_or_partition;
  // A leader that knows more than we do has heard of a newer controller (KAFKA-14154).
  if (asked.leader_epoch > partition->leader_epoch || asked.partition_epoch > partition->partition_epoch)
    return ErrorCode::not_controller;
  if (asked.leader_epoch < partition->leader_epoch) return ErrorCode::fenced_leader_epoch;
  if (partition->leader != sender) return ErrorCode::invalid_request;
  if (asked.partition_epoch < partition->partition_epoch) return ErrorCode::invalid_update_version;
  const std::vector<NodeId> isr = ids_of(asked.new_isr_with_epochs);
  const auto is_replica = [partition](NodeId id) {
    return std::ranges::find(partition->replicas, id) != partition->replicas.end();
  };
  if (isr.empty() || has_duplicates(isr) || !std::ranges::all_of(isr, is_replica)) return ErrorCode::invalid_request;
  if (std::ranges::find(isr, sender) == isr.end()) return ErrorCode::invalid_request;
  const bool recovering = asked.leader_recovery_state == LeaderRecoveryState::recovering;
  if (recovering && (isr.size() > 1 || !partition->recovering)) return ErrorCode::invalid_request;
  for (const auto& member :
       asked.new_isr_with_epochs) {  // KIP-841: live; KIP-903: the process that caught up, not one since restarted
    const BrokerImage* broker = current_.broker(member.broker_id);
    if (!broker) return ErrorCode::ineligible_replica;
    if (!broker->is_active() && !options_.legacy.has(Legacy::fenced_joins_isr)) return ErrorCode::ineligible_replica;
    if (options_.legacy.has(Legacy::stale_broker_epoch_joins_isr)) continue;
    if (member.broker_epoch && *member.broker_epoch != broker->epoch) return ErrorCode::ineligible_replica;
  }
  return ErrorCode::none;
}

AlterPartitionResponse::Partition Controller::alter(const AlterPartitionRequest::Partition& asked,
                                                    const TopicImage& topic, NodeId sender, RecordList& records) const {
  const TopicIdPartition tp{topic.id, asked.partition_index};
  const PartitionRegistration* partition = current_.partition(tp);
  AlterPartitionResponse::Partition response{.partition_index = asked.partition_index,
                                             .error_code = validate(asked, partition, sender)};
  if (response.error_code != ErrorCode::none) return response;
  PartitionRegistration after = *partition;
  PartitionChange change = change_of(topic, asked.partition_index, election_for(topic));
  change.target_isr = ids_of(asked.new_isr_with_epochs);
  change.target_recovery_state = asked.leader_recovery_state;
  if (auto record = build_change(std::move(change))) {
    merge(*record, after, options_.legacy);
    // The change completes a reassignment that takes the sender's leadership away: it is to hear that from the metadata.
    const bool replaced = record->leader && *record->leader != sender;
    records.emplace_back(std::move(*record));
    if (replaced) {
      response.error_code = ErrorCode::new_leader_elected;
      return response;
    }
  }
  response.leader_id = after.leader;
  response.leader_epoch = after.leader_epoch;
  response.isr = after.isr;
  response.leader_recovery_state = after.recovering ? LeaderRecoveryState::recovering : LeaderRecoveryState::recovered;
  response.partition_epoch = after.partition_epoch;
  return response;
}

void Controller::on_alter_partition(const AlterPartitionRequest& request, const RequestRef& from, Env& env) {
  if (const std::optional<ErrorCode> wrong = check_broker_epoch(request.broker_id, request.broker_epoch)) {
    return answer(from, AlterPartitionResponse{.error_code = *wrong}, env);
  }
  AlterPartitionResponse response;
  RecordList records;
  std::set<TopicIdPartition> seen;  // each partition once: the second would be decided on what the first has changed
  for (const auto& asked_topic : request.topics) {
    auto& told = response.topics.emplace_back(AlterPartitionResponse::Topic{
        .topic_name = asked_topic.topic_name, .topic_id = asked_topic.topic_id, .partitions = {}});
    const TopicImage* topic = current_.topic(asked_topic.topic_id);
    for (const auto& asked : asked_topic.partitions) {
      if (!topic) {
        told.partitions.push_back(
            {.partition_index = asked.partition_index, .error_code = ErrorCode::unknown_topic_id});
      } else if (!seen.insert({topic->id, asked.partition_index}).second) {
        told.partitions.push_back({.partition_index = asked.partition_index, .error_code = ErrorCode::invalid_request});
      } else {
        told.partitions.push_back(alter(asked, *topic, request.broker_id, records));
      }
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

namespace {

// The replicas of each partition as asked for, or how many there are to be.
tl::expected<std::variant<Wanted, std::vector<std::vector<NodeId>>>, Fault> wanted_assignment(
    const CreateTopicsRequest::Topic& asked, const MetadataImage& image, const NodeConfig& config) {
  using Assignment = std::vector<std::vector<NodeId>>;
  const auto refuse = [](ErrorCode error, std::string why) { return tl::unexpected(Fault{error, std::move(why)}); };
  if (asked.assignments.empty()) {
    const std::int64_t partitions = asked.num_partitions.value_or(static_cast<std::int32_t>(config.num_partitions));
    const std::int64_t replicas =
        asked.replication_factor.value_or(static_cast<std::int16_t>(config.default_replication_factor));
    if (partitions <= 0) return refuse(ErrorCode::invalid_partitions, "Number of partitions must be larger than 0.");
    if (partitions > most_partitions_a_request)
      return refuse(ErrorCode::policy_violation, "Excessively large number of partitions per request.");
    return Wanted{partitions, replicas};
  }
  if (asked.num_partitions)
    return refuse(ErrorCode::invalid_request,
                  "A manual partition assignment was specified, but numPartitions was not set to -1.");
  if (asked.replication_factor)
    return refuse(ErrorCode::invalid_request,
                  "A manual partition assignment was specified, but replication factor was not set to -1.");
  Assignment assignment(asked.assignments.size());
  for (const auto& one : asked.assignments) {
    const auto index = static_cast<std::size_t>(one.partition_index.value);
    if (one.partition_index.value < 0 || index >= assignment.size() || !assignment[index].empty()) {
      return refuse(ErrorCode::invalid_replica_assignment,
                    "partitions should be a consecutive 0-based integer sequence");
    }
    if (one.broker_ids.empty() || has_duplicates(one.broker_ids)) {
      return refuse(ErrorCode::invalid_replica_assignment,
                    "The manual partition assignment is empty or names a broker twice.");
    }
    for (const NodeId id : one.broker_ids) {
      if (!image.broker(id))
        return refuse(ErrorCode::invalid_replica_assignment,
                      "Broker " + std::to_string(id.value) + " is not registered.");
    }
    if (one.broker_ids.size() != asked.assignments.front().broker_ids.size()) {
      return refuse(ErrorCode::invalid_replica_assignment, "All partitions must have the same number of replicas.");
    }
    assignment[index] = one.broker_ids;
  }
  return assignment;
}

std::optional<Fault> config_fault(const CreateTopicsRequest::Topic& asked) {
  TopicConfig scratch;
  for (const auto& config : asked.configs) {
    if (!config.value)
      return Fault{ErrorCode::invalid_config, "Null value not supported for topic configs: " + config.name};
    if (const Result<void> ok = set(scratch, config.name, SettingValue{*config.value}); !ok)
      return Fault{ErrorCode::invalid_config, ok.error().message};
  }
  return std::nullopt;
}

}  // namespace

Controller::Allowed<Controller::Assignment> Controller::place(std::int64_t partitions, std::int64_t replicas,
                                                              Random& random) const {
  std::vector<UsableBroker> brokers;
  for (const auto& [id, broker] : current_.brokers) {
    if (!broker.in_controlled_shutdown) brokers.push_back({id, broker.rack, broker.fenced});
  }
  Result<Assignment> placed =
      place_replicas(static_cast<std::int32_t>(partitions), static_cast<std::int32_t>(replicas), brokers, random);
  if (!placed) return tl::unexpected(Refusal{ErrorCode::invalid_replication_factor, placed.error().message});
  return std::move(*placed);
}

CreateTopicsResponse::Topic Controller::create_topic(const CreateTopicsRequest::Topic& asked, RecordList& records,
                                                     Env& env) const {
  const auto refuse = [&asked](ErrorCode error, std::string why) {
    return CreateTopicsResponse::Topic{.name = asked.name, .error_code = error, .error_message = std::move(why)};
  };
  if (asked.name == cluster_metadata_topic)
    return refuse(ErrorCode::invalid_request, "Creation of internal topic " + asked.name + " is prohibited.");
  if (current_.topic_ids.contains(asked.name))
    return refuse(ErrorCode::topic_already_exists, "Topic '" + asked.name + "' already exists.");
  if (std::optional<std::string> fault = new_topic_name_fault(asked.name, current_))
    return refuse(ErrorCode::invalid_topic_exception, *fault);
  if (std::optional<Fault> fault = config_fault(asked)) return refuse(fault->error, fault->message);
  auto wanted = wanted_assignment(asked, current_, options_.config);
  if (!wanted) return refuse(wanted.error().error, wanted.error().message);
  const auto* numbers = std::get_if<Wanted>(&*wanted);
  const Allowed<Assignment> assignment = numbers ? place(numbers->partitions, numbers->replicas, env.random)
                                                 : Allowed<Assignment>{std::get<Assignment>(std::move(*wanted))};
  if (!assignment) return refuse(assignment.error().error, assignment.error().message);

  const std::uint64_t high = env.random.next();
  const std::uint64_t low = env.random.next();
  const Uuid id{(high & ~0xf000ULL) | 0x4000ULL,
                (low & ~(3ULL << 62)) | 2ULL << 62};  // version 4, as UUID.randomUUID makes them
  RecordList mine{TopicRecord{asked.name, id}};
  for (std::size_t i = 0; i < assignment->size(); ++i) {
    const std::vector<NodeId>& replicas = (*assignment)[i];
    PartitionRecord record{
        .partition_id = PartitionIndex{static_cast<std::int32_t>(i)}, .topic_id = id, .replicas = replicas};
    std::ranges::copy_if(replicas, std::back_inserter(record.isr),
                         [this](NodeId broker) { return is_active_broker(broker); });
    if (record.isr.empty())
      return refuse(ErrorCode::invalid_replica_assignment,
                    "All brokers specified in the manual partition assignment are fenced or in controlled shutdown.");
    record.leader = record.isr.front();
    mine.emplace_back(std::move(record));
  }
  for (const auto& config : asked.configs) {
    mine.emplace_back(ConfigRecord{ConfigResourceType::topic, asked.name, config.name, config.value});
  }
  records.insert(records.end(), std::make_move_iterator(mine.begin()), std::make_move_iterator(mine.end()));
  return {.name = asked.name,
          .topic_id = id,
          .num_partitions = static_cast<std::int32_t>(assignment->size()),
          .replication_factor = static_cast<std::int16_t>(assignment->front().size()),
          .configs = configs_of(asked)};
}

// What the topic goes by, and where each setting is from (ReplicationControlManager.createTopic).
std::vector<CreateTopicsResponse::Config> Controller::configs_of(const CreateTopicsRequest::Topic& asked) const {
  TopicImage made;
  for (const auto& config : asked.configs) {
    if (config.value) made.configs[config.name] = *config.value;
  }
  const std::vector<SettingView> built_in = kafkasim::settings_of(TopicConfig{});
  const auto given_to_all = current_.node_configs.find(std::string{});
  const auto is_given_to_all = [&](std::string_view name) {
    return given_to_all != current_.node_configs.end() && given_to_all->second.contains(std::string{name});
  };
  std::vector<CreateTopicsResponse::Config> told;
  for (const SettingView& view : kafkasim::settings_of(effective_config(made, topic_defaults()))) {
    const auto usual = std::ranges::find(built_in, view.name, &SettingView::name);
    std::int8_t source = config_source::built_in;
    if (made.configs.contains(std::string{view.name})) {
      source = config_source::topic;
    } else if (std::ranges::any_of(node_names_of(view.name), is_given_to_all)) {
      source = config_source::dynamic_default_broker;
    } else if (usual != built_in.end() && usual->value != view.value) {
      source = config_source::static_broker;
    }
    told.push_back({.name = std::string{view.name}, .value = view.value, .config_source = source});
  }
  return told;
}

void Controller::on_create_topics(const CreateTopicsRequest& request, const RequestRef& from, Env& env) {
  CreateTopicsResponse response;
  RecordList records;
  std::map<std::string, int> times;
  for (const auto& asked : request.topics) ++times[asked.name];
  for (const auto& asked : request.topics) {
    const int named = std::exchange(times[asked.name], 0);  // a name that comes again is told once
    if (named == 1) response.topics.push_back(create_topic(asked, records, env));
    if (named > 1) {
      response.topics.push_back(
          {.name = asked.name, .error_code = ErrorCode::invalid_request, .error_message = "Duplicate topic name."});
    }
  }
  if (request.validate_only) records.clear();
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

}  // namespace kafkasim

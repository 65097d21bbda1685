#include "core/client/admin_task.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/message/alter_configs.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/delete_records.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/metadata_record.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/raft_voter.hpp"

namespace kafkasim {

AdminTask::AdminTask(AdminOperation operation) : operation_{std::move(operation)} {
  const auto* elect = std::get_if<ElectPartitionLeader>(&operation_.what);
  if (elect && !elect->to) phase_ = Phase::elect;
  if (std::holds_alternative<ReassignPartition>(operation_.what)) phase_ = Phase::order;
  if (std::holds_alternative<CreateOneTopic>(operation_.what)) phase_ = Phase::create;
  if (std::holds_alternative<DeleteOneTopic>(operation_.what)) phase_ = Phase::drop;
  if (std::holds_alternative<AddPartitionsTo>(operation_.what)) phase_ = Phase::grow;
  if (std::holds_alternative<ChangeVoter>(operation_.what)) phase_ = Phase::vote;
  const auto* alter = std::get_if<AlterSettings>(&operation_.what);
  if (alter && std::holds_alternative<std::string>(alter->of)) phase_ = Phase::alter;
}

std::string AdminTask::last_error() const { return seen_.empty() ? "" : std::string{error_name(seen_.back().error)}; }

// ---- what to ask -----------------------------------------------------------------------------------

std::set<std::string> AdminTask::topics() const {
  if (const auto* reset = std::get_if<ResetGroupOffsets>(&operation_.what))
    return {reset->topics.begin(), reset->topics.end()};
  if (const auto* elect = std::get_if<ElectPartitionLeader>(&operation_.what)) return {elect->partition.topic};
  if (const auto* remove = std::get_if<DeleteRecordsBefore>(&operation_.what)) return {remove->partition.topic};
  return {};
}

AdminTask::Ask AdminTask::next(Duration timeout) const {
  const auto at = [this](NodeId node) { return std::optional{std::pair{node, brokers_.at(node)}}; };
  switch (phase_) {
    case Phase::look_up: {
      MetadataRequest ask{.allow_auto_topic_creation = false};
      ask.topics.emplace();
      for (const std::string& name : topics()) ask.topics->push_back({Uuid{}, name});
      return {std::nullopt, Message::of(std::move(ask))};
    }
    case Phase::order: break;
    case Phase::elect: return {std::nullopt, elect_request(timeout)};
    case Phase::create: {
      CreateTopicsRequest ask{.topics = {std::get<CreateOneTopic>(operation_.what).topic}, .timeout = timeout};
      return {std::nullopt, Message::of(std::move(ask))};
    }
    case Phase::remove: {
      const auto& remove = std::get<DeleteRecordsBefore>(operation_.what);
      DeleteRecordsRequest ask{.timeout = timeout};
      ask.topics.push_back({remove.partition.topic, {{remove.partition.partition, remove.before}}});
      return {at(*leader_to_ask()), Message::of(std::move(ask))};
    }
    case Phase::list: {
      const NodeId leader = *leader_to_ask();
      return {at(leader), list_request(leader)};
    }
    case Phase::coordinate: {
      FindCoordinatorRequest ask{.key_type = CoordinatorType::group,
                                 .coordinator_keys = {std::get<ResetGroupOffsets>(operation_.what).group}};
      return {std::nullopt, Message::of(std::move(ask))};
    }
    case Phase::commit: return {coordinator_, commit_request()};
    case Phase::drop: {
      DeleteTopicsRequest ask{.topics = {{.name = std::get<DeleteOneTopic>(operation_.what).topic}}, .timeout = timeout};
      return {std::nullopt, Message::of(std::move(ask))};
    }
    case Phase::grow: {
      const auto& grow = std::get<AddPartitionsTo>(operation_.what);
      CreatePartitionsRequest ask{.timeout = timeout};
      ask.topics.push_back({grow.topic, grow.count, std::nullopt});
      return {std::nullopt, Message::of(std::move(ask))};
    }
    case Phase::alter: {
      const auto* broker = std::get_if<NodeId>(&std::get<AlterSettings>(operation_.what).of);
      return {broker ? at(*broker) : std::nullopt, alter_request()};
    }
    case Phase::vote: return {std::nullopt, vote_request(timeout)};
  }
  return {std::nullopt, order_request(timeout)};
}

Message AdminTask::order_request(Duration timeout) const {
  TopicPartition partition;
  std::optional<std::vector<NodeId>> replicas;
  if (const auto* order = std::get_if<ReassignPartition>(&operation_.what)) {
    partition = order->partition;
    replicas = order->replicas;
  } else {
    const auto& elect = std::get<ElectPartitionLeader>(operation_.what);
    partition = elect.partition;
    replicas = partitions_.at(partition).replicas;
    const auto preferred = std::ranges::find(*replicas, *elect.to);
    std::rotate(replicas->begin(), preferred, preferred + 1);
  }
  AlterPartitionReassignmentsRequest ask{.timeout = timeout};
  ask.topics.push_back({partition.topic, {{partition.partition, std::move(replicas)}}});
  return Message::of(std::move(ask));
}

Message AdminTask::alter_request() const {
  const auto& alter = std::get<AlterSettings>(operation_.what);
  const auto* topic = std::get_if<std::string>(&alter.of);
  IncrementalAlterConfigsRequest::Resource resource;
  resource.resource_type = static_cast<std::int8_t>(topic ? ConfigResourceType::topic : ConfigResourceType::broker);
  resource.resource_name = topic ? *topic : std::to_string(std::get<NodeId>(alter.of).value);
  for (const auto& [name, value] : alter.settings) resource.configs.push_back({name, config_operation::set, value});
  return Message::of(IncrementalAlterConfigsRequest{.resources = {std::move(resource)}});
}

Message AdminTask::vote_request(Duration timeout) const {
  const auto& change = std::get<ChangeVoter>(operation_.what);
  if (change.kind == ChangeVoter::Kind::remove)
    return Message::of(RemoveRaftVoterRequest{.voter_id = change.voter, .voter_directory_id = change.directory_id});
  AddRaftVoterRequest ask{.timeout = timeout, .voter_id = change.voter, .voter_directory_id = change.directory_id};
  ask.listeners.push_back({"CONTROLLER", change.endpoint.host, change.endpoint.port});
  return Message::of(std::move(ask));
}

Message AdminTask::elect_request(Duration timeout) const {
  const auto& elect = std::get<ElectPartitionLeader>(operation_.what);
  ElectLeadersRequest ask{.timeout = timeout};
  ask.election_type = elect.kind == ElectionKind::unclean ? unclean_election : preferred_election;
  ask.topic_partitions = {{elect.partition.topic, {elect.partition.partition}}};
  return Message::of(std::move(ask));
}

// ---- answers -----------------------------------------------------------------------------------------

AdminTask::Progress AdminTask::over(std::string verdict) {
  verdict_ = std::move(verdict);
  return Progress::over;
}

AdminTask::Progress AdminTask::failed(ApiKey api, ErrorCode error, const std::optional<std::string>& why) {
  if (is_retriable(error) || error == ErrorCode::not_controller) {
    seen_.push_back({api, error});
    const bool leader_asked = phase_ == Phase::remove || phase_ == Phase::list;
    if (leader_asked && invalidates_metadata(error)) phase_ = Phase::look_up;
    if (phase_ == Phase::commit) phase_ = Phase::coordinate;
    return Progress::again;
  }
  return refused(api, error, why);
}

AdminTask::Progress AdminTask::refused(ApiKey api, ErrorCode error, const std::optional<std::string>& why) {
  seen_.push_back({api, error});
  return over(fmt::format("{}{}", error_name(error), why && !why->empty() ? ": " + *why : ""));
}

AdminTask::Progress AdminTask::unanswered() {
  const auto* alter = std::get_if<AlterSettings>(&operation_.what);
  const bool broker_asked = alter && std::holds_alternative<NodeId>(alter->of);
  if (phase_ == Phase::remove || phase_ == Phase::list || broker_asked) phase_ = Phase::look_up;
  if (phase_ == Phase::commit) phase_ = Phase::coordinate;
  return Progress::again;
}

AdminTask::Progress AdminTask::take(const Message& answer) {
  if (const auto* metadata = answer.get_if<MetadataResponse>()) return on_metadata(*metadata);
  if (const auto* listed = answer.get_if<ListOffsetsResponse>()) return on_listed(*listed);
  switch (phase_) {
    case Phase::order: return on_ordered(answer);
    case Phase::elect: return on_elected(answer);
    case Phase::remove: return on_removed(answer);
    case Phase::create: return on_created(answer);
    case Phase::drop: return on_dropped(answer);
    case Phase::grow: return on_grown(answer);
    case Phase::alter: return on_altered(answer);
    case Phase::vote: return on_voted(answer);
    case Phase::coordinate: return on_coordinator(answer);
    case Phase::commit: return on_committed(answer);
    default: return Progress::again;
  }
}

AdminTask::Progress AdminTask::on_metadata(const MetadataResponse& answer) {
  brokers_.clear();
  partitions_.clear();
  for (const auto& broker : answer.brokers) brokers_[broker.node_id] = Endpoint{broker.host, broker.port};
  for (const auto& topic : answer.topics) {
    if (topic.error_code != ErrorCode::none) return failed(ApiKey::metadata, topic.error_code, std::nullopt);
    for (const auto& partition : topic.partitions) {
      const bool known = partition.leader_id && brokers_.contains(*partition.leader_id);
      partitions_[{topic.name.value_or(""), partition.partition_index}] = {
          known ? partition.leader_id : std::nullopt, partition.replica_nodes};
    }
  }
  if (const auto* elect = std::get_if<ElectPartitionLeader>(&operation_.what)) {
    const auto found = partitions_.find(elect->partition);
    if (found == partitions_.end()) return failed(ApiKey::metadata, ErrorCode::unknown_topic_or_partition, {});
    const std::vector<NodeId>& replicas = found->second.replicas;
    if (std::ranges::find(replicas, *elect->to) == replicas.end())
      return over(fmt::format("broker {} holds no replica of {}", elect->to->value, to_string(elect->partition)));
    phase_ = Phase::order;
    return Progress::on;
  }
  if (const auto* remove = std::get_if<DeleteRecordsBefore>(&operation_.what)) {
    const auto found = partitions_.find(remove->partition);
    if (found == partitions_.end()) return failed(ApiKey::metadata, ErrorCode::unknown_topic_or_partition, {});
    if (!found->second.leader) return failed(ApiKey::metadata, ErrorCode::leader_not_available, {});
    phase_ = Phase::remove;
    return Progress::on;
  }
  if (const auto* alter = std::get_if<AlterSettings>(&operation_.what)) {  // a broker's
    if (!brokers_.contains(std::get<NodeId>(alter->of))) return Progress::again;
    phase_ = Phase::alter;
    return Progress::on;
  }
  const bool leaderless = std::ranges::any_of(partitions_, [](const auto& p) { return !p.second.leader; });
  if (leaderless) return failed(ApiKey::metadata, ErrorCode::leader_not_available, {});
  phase_ = open_question() ? Phase::list : Phase::coordinate;
  return Progress::on;
}

AdminTask::Progress AdminTask::on_ordered(const Message& answer) {
  const auto* told = answer.get_if<AlterPartitionReassignmentsResponse>();
  if (!told) return Progress::again;
  if (told->error_code != ErrorCode::none)
    return failed(ApiKey::alter_partition_reassignments, told->error_code, told->error_message);
  for (const auto& topic : told->responses) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::none)
        return refused(ApiKey::alter_partition_reassignments, partition.error_code, partition.error_message);
    }
  }
  if (const auto* order = std::get_if<ReassignPartition>(&operation_.what))
    return over(order->replicas ? "the controller takes the partition there" : "the partition goes back to where it was");
  phase_ = Phase::elect;
  return Progress::on;
}

AdminTask::Progress AdminTask::on_elected(const Message& answer) {
  const auto* told = answer.get_if<ElectLeadersResponse>();
  if (!told) return Progress::again;
  if (told->error_code != ErrorCode::none) return failed(ApiKey::elect_leaders, told->error_code, std::nullopt);
  for (const auto& topic : told->replica_election_results) {
    for (const auto& partition : topic.partition_result) {
      if (partition.error_code == ErrorCode::election_not_needed) return over("the election is not needed");
      if (partition.error_code != ErrorCode::none)
        return refused(ApiKey::elect_leaders, partition.error_code, partition.error_message);
    }
  }
  return over("the leader is elected");
}

AdminTask::Progress AdminTask::on_removed(const Message& answer) {
  const auto* told = answer.get_if<DeleteRecordsResponse>();
  if (!told || told->topics.empty() || told->topics.front().partitions.empty()) return Progress::again;
  const auto& partition = told->topics.front().partitions.front();
  if (partition.error_code != ErrorCode::none)
    return failed(ApiKey::delete_records, partition.error_code, std::nullopt);
  return over(fmt::format("the log starts at {} on all live replicas", partition.low_watermark.value_or(Offset{}).value));
}

AdminTask::Progress AdminTask::on_created(const Message& answer) {
  const auto* told = answer.get_if<CreateTopicsResponse>();
  if (!told || told->topics.empty()) return Progress::again;
  const auto& topic = told->topics.front();
  return decided(ApiKey::create_topics, topic.error_code, topic.error_message, "the topic is created");
}

AdminTask::Progress AdminTask::decided(ApiKey api, ErrorCode error, const std::optional<std::string>& why,
                                       std::string done) {
  if (error == ErrorCode::none) return over(std::move(done));
  return error == ErrorCode::not_controller ? failed(api, error, why) : refused(api, error, why);
}

AdminTask::Progress AdminTask::on_dropped(const Message& answer) {
  const auto* told = answer.get_if<DeleteTopicsResponse>();
  if (!told || told->responses.empty()) return Progress::again;
  const auto& topic = told->responses.front();
  return decided(ApiKey::delete_topics, topic.error_code, topic.error_message, "the topic is deleted");
}

AdminTask::Progress AdminTask::on_grown(const Message& answer) {
  const auto* told = answer.get_if<CreatePartitionsResponse>();
  if (!told || told->results.empty()) return Progress::again;
  const auto& topic = told->results.front();
  return decided(ApiKey::create_partitions, topic.error_code, topic.error_message, "the partitions are added");
}

AdminTask::Progress AdminTask::on_altered(const Message& answer) {
  const auto* told = answer.get_if<IncrementalAlterConfigsResponse>();
  if (!told || told->responses.empty()) return Progress::again;
  const auto& resource = told->responses.front();
  return decided(ApiKey::incremental_alter_configs, resource.error_code, resource.error_message,
                 "the settings are changed");
}

// A change that the leader had no time for is asked for again; one that was made meanwhile is told as such.
AdminTask::Progress AdminTask::on_voted(const Message& answer) {
  if (const auto* added = answer.get_if<AddRaftVoterResponse>()) {
    if (added->error_code != ErrorCode::none) return failed(ApiKey::add_raft_voter, added->error_code, added->error_message);
    return over("the controller votes");
  }
  const auto* removed = answer.get_if<RemoveRaftVoterResponse>();
  if (!removed) return Progress::again;
  if (removed->error_code != ErrorCode::none) return failed(ApiKey::remove_raft_voter, removed->error_code, removed->error_message);
  return over("the controller votes no more");
}

}  // namespace kafkasim

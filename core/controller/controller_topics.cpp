// Topics that go and topics that grow: DeleteTopics and CreatePartitions (ControllerApis, ReplicationControlManager).
#include <algorithm>
#include <set>

#include "core/controller/controller.hpp"

namespace kafkasim {

namespace {

using Deleted = DeleteTopicsResponse::Topic;

constexpr std::int32_t most_partitions_added = 10'000;  // as many records as one write may have, and Kafka no more

Deleted refused(const DeleteTopicsRequest::Topic& asked, ErrorCode error, std::string why) {
  return {.name = asked.name, .topic_id = asked.topic_id, .error_code = error, .error_message = std::move(why)};
}

// What is wrong with it before anything is looked up. Of what stands twice both are refused.
std::optional<Deleted> fault_of(const DeleteTopicsRequest::Topic& asked, const DeleteTopicsRequest& request) {
  if (!asked.name && asked.topic_id.is_zero())
    return refused(asked, ErrorCode::invalid_request, "Neither topic name nor id were specified.");
  if (asked.name && !asked.topic_id.is_zero())
    return refused(asked, ErrorCode::invalid_request, "You may not specify both topic name and topic id.");
  if (std::ranges::count(request.topics, asked) == 1) return std::nullopt;
  return refused(asked, ErrorCode::invalid_request, asked.name ? "Duplicate topic name." : "Duplicate topic id.");
}

bool names_twice(std::vector<NodeId> ids) {
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) != ids.end();
}

}  // namespace

void Controller::on_delete_topics(const DeleteTopicsRequest& request, const RequestRef& from, Env& env) {
  DeleteTopicsResponse response;
  if (!options_.config.delete_topic_enable) {  // ControllerApis.deleteTopics
    const ErrorCode disabled = from.version < 3 ? ErrorCode::invalid_request : ErrorCode::topic_deletion_disabled;
    for (const auto& asked : request.topics) response.responses.push_back(refused(asked, disabled, "Topic deletion is disabled."));
    return answer(from, std::move(response), env);
  }
  RecordList records;
  std::set<DeleteTopicsRequest::Topic, decltype([](const auto& a, const auto& b) {
             return std::tie(a.name, a.topic_id) < std::tie(b.name, b.topic_id);
           })>
      seen;
  std::set<Uuid> going;
  for (const auto& asked : request.topics) {
    if (!seen.insert(asked).second) continue;  // answered once
    if (std::optional<Deleted> fault = fault_of(asked, request)) {
      response.responses.push_back(std::move(*fault));
      continue;
    }
    const TopicImage* topic = asked.name ? current_.topic(*asked.name) : current_.topic(asked.topic_id);
    if (!topic) {
      const ErrorCode unknown = asked.name ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id;
      response.responses.push_back(refused(
          asked, unknown,
          asked.name ? "This server does not host this topic-partition." : "This server does not host this topic ID."));
    } else if (!going.insert(topic->id).second) {
      response.responses.push_back(refused(asked, ErrorCode::invalid_request,
                                           "The provided topic name maps to an ID that was already supplied."));
    } else {
      records.emplace_back(RemoveTopicRecord{topic->id});
      response.responses.push_back({.name = topic->name, .topic_id = topic->id});
    }
  }
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

Controller::Allowed<Controller::Assignment> Controller::added_assignment(const CreatePartitionsRequest::Topic& asked,
                                                                         const TopicImage& topic,
                                                                         Random& random) const {
  const auto refuse = [](ErrorCode error, std::string why) { return tl::unexpected(Refusal{error, std::move(why)}); };
  const auto now = static_cast<std::int32_t>(topic.partitions.size());
  const std::size_t replicas = topic.partitions.front().replicas.size();
  const std::int32_t additional = asked.count - now;
  if (!asked.assignments) return place(additional, static_cast<std::int64_t>(replicas), random);
  if (std::ssize(*asked.assignments) != additional) {
    return refuse(ErrorCode::invalid_replica_assignment,
                  "Attempted to add " + std::to_string(additional) + " additional partition(s), but only "
                      + std::to_string(asked.assignments->size()) + " assignment(s) were specified.");
  }
  Assignment assignment;
  for (const auto& one : *asked.assignments) {
    if (one.broker_ids.size() != replicas || names_twice(one.broker_ids)) {
      return refuse(ErrorCode::invalid_replica_assignment,
                    "The manual partition assignment names a broker twice, or not as many as the topic has replicas.");
    }
    for (const NodeId id : one.broker_ids) {
      if (!current_.broker(id))
        return refuse(ErrorCode::invalid_replica_assignment, "The manual partition assignment includes broker "
                                                                 + std::to_string(id.value)
                                                                 + ", but no such broker is registered.");
    }
    assignment.push_back(one.broker_ids);
  }
  return assignment;
}

std::optional<Controller::Refusal> Controller::add_partitions(const CreatePartitionsRequest::Topic& asked,
                                                              RecordList& records, Env& env) const {
  const TopicImage* topic = current_.topic(asked.name);
  if (!topic) return Refusal{ErrorCode::unknown_topic_or_partition, "This server does not host this topic-partition."};
  const auto now = static_cast<std::int32_t>(topic->partitions.size());
  if (asked.count == now)
    return Refusal{ErrorCode::invalid_partitions, "Topic already has " + std::to_string(now) + " partition(s)."};
  if (asked.count < now) {
    return Refusal{ErrorCode::invalid_partitions, "The topic " + asked.name + " currently has " + std::to_string(now)
                                                      + " partition(s); " + std::to_string(asked.count)
                                                      + " would not be an increase."};
  }
  if (asked.count - now > most_partitions_added)
    return Refusal{ErrorCode::policy_violation, "Excessively large number of partitions per request."};
  const Allowed<Assignment> assignment = added_assignment(asked, *topic, env.random);
  if (!assignment) return assignment.error();
  RecordList mine;
  std::int32_t index = now;
  for (const std::vector<NodeId>& replicas : *assignment) {
    PartitionRecord record{.partition_id = PartitionIndex{index}, .topic_id = topic->id, .replicas = replicas};
    std::ranges::copy_if(replicas, std::back_inserter(record.isr), [this](NodeId id) { return is_active_broker(id); });
    if (record.isr.empty()) {
      return Refusal{ErrorCode::invalid_replica_assignment,
                     "All brokers specified in the manual partition assignment for partition " + std::to_string(index)
                         + " are fenced or in controlled shutdown."};
    }
    record.leader = record.isr.front();
    mine.emplace_back(std::move(record));
    ++index;
  }
  records.insert(records.end(), std::make_move_iterator(mine.begin()), std::make_move_iterator(mine.end()));
  return std::nullopt;
}

void Controller::on_create_partitions(const CreatePartitionsRequest& request, const RequestRef& from, Env& env) {
  CreatePartitionsResponse response;
  RecordList records;
  std::set<std::string> seen;
  for (const auto& asked : request.topics) {
    if (!seen.insert(asked.name).second) continue;  // answered once
    if (std::ranges::count(request.topics, asked.name, &CreatePartitionsRequest::Topic::name) > 1) {
      response.results.push_back({asked.name, ErrorCode::invalid_request, "Duplicate topic name."});
    } else if (std::optional<Refusal> refusal = add_partitions(asked, records, env)) {
      response.results.push_back({asked.name, refusal->error, std::move(refusal->message)});
    } else {
      response.results.push_back({asked.name, ErrorCode::none, std::nullopt});
    }
  }
  if (request.validate_only) records.clear();
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

}  // namespace kafkasim

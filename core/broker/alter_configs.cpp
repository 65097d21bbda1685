#include "core/broker/alter_configs.hpp"

#include <algorithm>

#include "core/message/metadata_record.hpp"
#include "core/model/config.hpp"

namespace kafkasim {

namespace {

struct RefusedConfig {
  ErrorCode error{ErrorCode::none};
  std::string message;
};

std::int8_t operation_of(const AlterConfigsRequest::Config&) { return config_operation::set; }
std::int8_t operation_of(const IncrementalAlterConfigsRequest::Config& config) { return config.config_operation; }

// What a broker does not take while it runs.
template <class Resource>
RefusedConfig fault_of_broker_resource(const Resource& resource, NodeId broker) {
  const std::string own = std::to_string(broker.value);
  if (!resource.resource_name.empty() && resource.resource_name != own) {
    return {ErrorCode::invalid_request,
            "Unexpected broker id, expected " + own + ", but received " + resource.resource_name};
  }
  NodeConfig scratch;
  std::string fixed;
  for (const auto& config : resource.configs) {
    if (!is_dynamic_node_setting(config.name)) {
      fixed += (fixed.empty() ? "" : ", ") + config.name;
    } else if (operation_of(config) == config_operation::set) {
      if (const Result<void> ok = set(scratch, config.name, SettingValue{*config.value}); !ok)
        return {ErrorCode::invalid_request, ok.error().message};
    }
  }
  if (fixed.empty()) return {};
  return {ErrorCode::invalid_request, "Cannot update these configs dynamically: Set(" + fixed + ")"};
}

// KIP-412: a broker's loggers, of which there is none (RuntimeLoggerManager).
template <class Resource>
RefusedConfig fault_of_loggers(const Resource& resource, NodeId broker) {
  const std::string own = std::to_string(broker.value);
  if (resource.resource_name != own)
    return {ErrorCode::invalid_request, "Unexpected broker id, expected " + own + ", but received " + resource.resource_name};
  if (resource.configs.empty()) return {};
  const auto& first = resource.configs.front();
  const std::int8_t operation = operation_of(first);
  if (operation == config_operation::append || operation == config_operation::subtract)
    return {ErrorCode::invalid_request, "The level of a logger is no list: " + first.name};
  return {ErrorCode::invalid_config, "Logger " + first.name + " does not exist!"};
}

constexpr bool takes_loggers(const AlterConfigsRequest&) { return false; }
constexpr bool takes_loggers(const IncrementalAlterConfigsRequest&) { return true; }

template <class Resource>
RefusedConfig fault_of(const Resource& resource, NodeId broker, bool may_be_loggers) {
  std::string nulls;
  for (const auto& config : resource.configs) {
    const std::int8_t operation = operation_of(config);
    if (operation < config_operation::set || operation > config_operation::subtract)
      return {ErrorCode::invalid_request, "Unknown operations type " + std::to_string(operation)};
    const auto same = [&config](const auto& other) { return other.name == config.name; };
    if (std::ranges::count_if(resource.configs, same) > 1)
      return {ErrorCode::invalid_request, "Error due to duplicate config keys"};
    if (operation != config_operation::remove && !config.value) nulls += (nulls.empty() ? "" : ", ") + config.name;
  }
  if (!nulls.empty()) return {ErrorCode::invalid_request, "Null value not supported for : " + nulls};
  switch (static_cast<ConfigResourceType>(resource.resource_type)) {
    case ConfigResourceType::topic:
    case ConfigResourceType::group: return {};
    case ConfigResourceType::broker: return fault_of_broker_resource(resource, broker);
    case ConfigResourceType::broker_logger:
      if (may_be_loggers) return fault_of_loggers(resource, broker);
      break;
    default: break;
  }
  return {ErrorCode::invalid_request, "Unknown resource type " + std::to_string(resource.resource_type)};
}

template <class Request>
std::vector<ResourceVerdict> verdicts_on(const Request& request, NodeId broker) {
  std::vector<ResourceVerdict> verdicts;
  for (const auto& resource : request.resources) {
    const auto same = [&resource](const auto& other) {
      return other.resource_type == resource.resource_type && other.resource_name == resource.resource_name;
    };
    const bool twice = std::ranges::count_if(request.resources, same) > 1;
    RefusedConfig fault = twice ? RefusedConfig{ErrorCode::invalid_request, "Each resource must appear at most once."}
                                : fault_of(resource, broker, takes_loggers(request));
    const bool of_loggers = resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::broker_logger);
    const bool is_decided = fault.error != ErrorCode::none || of_loggers;
    verdicts.push_back({resource.resource_type, resource.resource_name, fault.error, std::move(fault.message), is_decided});
  }
  return verdicts;
}

template <class Request>
std::optional<Message> remaining_of(const Request& request, const std::vector<ResourceVerdict>& verdicts) {
  Request rest;
  rest.validate_only = request.validate_only;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (!verdicts[i].is_decided) rest.resources.push_back(request.resources[i]);
  }
  return rest.resources.empty() ? std::nullopt : std::optional{Message::of(std::move(rest))};
}

template <class Response>
Message whole(const std::vector<ResourceVerdict>& verdicts, const Response* decided) {
  Response response;
  std::size_t next = 0;  // of the controller's, which keep the order
  for (const ResourceVerdict& verdict : verdicts) {
    auto& told = response.responses.emplace_back();
    if (!verdict.is_decided && decided != nullptr && next < decided->responses.size()) {
      told = decided->responses[next++];
      continue;
    }
    told.resource_type = verdict.resource_type;
    told.resource_name = verdict.resource_name;
    told.error_code = verdict.error;
    if (verdict.error != ErrorCode::none) told.error_message = verdict.message;
  }
  return Message::of(std::move(response));
}

}  // namespace

std::vector<ResourceVerdict> preprocess(const IncrementalAlterConfigsRequest& request, NodeId broker) {
  return verdicts_on(request, broker);
}
std::vector<ResourceVerdict> preprocess(const AlterConfigsRequest& request, NodeId broker) {
  return verdicts_on(request, broker);
}

std::optional<Message> remaining(const Message& request, const std::vector<ResourceVerdict>& verdicts) {
  if (const auto* alter = request.get_if<AlterConfigsRequest>()) return remaining_of(*alter, verdicts);
  return remaining_of(request.as<IncrementalAlterConfigsRequest>(), verdicts);
}

Message reassembled(ApiKey api, const std::vector<ResourceVerdict>& verdicts, const std::optional<Message>& response) {
  if (api == ApiKey::alter_configs)
    return whole(verdicts, response ? response->get_if<AlterConfigsResponse>() : nullptr);
  return whole(verdicts, response ? response->get_if<IncrementalAlterConfigsResponse>() : nullptr);
}

}  // namespace kafkasim

// Settings that topics, groups and nodes are given while they run: IncrementalAlterConfigs and AlterConfigs
// (ConfigurationControlManager, ControllerConfigurationValidator). Brokers have looked at the requests before.
#include <algorithm>
#include <charconv>

#include "core/controller/controller.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim {

namespace {

std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    if (comma > at) parts.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string list;
  for (const std::string& part : parts) list += (list.empty() ? "" : ",") + part;
  return list;
}

std::string with_parts(const std::string& list, std::int8_t operation, const std::string& operand) {
  std::vector<std::string> parts = parts_of(list);
  for (const std::string& part : parts_of(operand)) {
    const auto found = std::ranges::find(parts, part);
    if (operation == config_operation::append && found == parts.end()) parts.push_back(part);
    if (operation == config_operation::subtract && found != parts.end()) parts.erase(found);
  }
  return joined(parts);
}

// To what is appended where nothing is set.
std::string default_of_list(const std::string& name) {
  for (const SettingView& view : settings_of(TopicConfig{})) {
    if (view.name == name) return view.value.value_or("");
  }
  return {};
}

bool is_number(const std::string& text) {
  std::int32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc{} && end == text.data() + text.size() && n >= 0;
}

template <class Config>
std::vector<std::string> names_in(const std::vector<Config>& configs) {
  std::vector<std::string> names;
  for (const Config& config : configs) names.push_back(config.name);
  return names;
}

// Both requests have answers of one form.
template <class Asked, class Refusal, class Told>
void tell_outcome(const Asked& resource, const std::optional<Refusal>& refusal, Told& told) {
  told.resource_type = resource.resource_type;
  told.resource_name = resource.resource_name;
  if (!refusal) return;
  told.error_code = refusal->error;
  told.error_message = refusal->message;
}

}  // namespace

const Controller::Settings* Controller::settings_of(ConfigResourceType type, const std::string& name) const {
  if (type == ConfigResourceType::topic) {
    const TopicImage* topic = current_.topic(name);
    return topic ? &topic->configs : nullptr;
  }
  const auto& of_kind = type == ConfigResourceType::group ? current_.group_configs : current_.node_configs;
  const auto found = of_kind.find(name);
  return found == of_kind.end() ? nullptr : &found->second;
}

// With eligible leader replicas the controller must know what every leader goes by: one value for all brokers, which topics
// may override (ConfigurationControlManager, KIP-966).
std::optional<Controller::Refusal> Controller::check_min_isr(const std::string& node, const Settings& wanted) const {
  if (!current_.has_eligible_leader_replicas()) return std::nullopt;
  const std::string setting{min_isr_setting};
  if (!node.empty() && wanted.contains(setting)) {
    return Refusal{ErrorCode::invalid_config,
                   "Broker-level " + setting + " cannot be altered while ELR is enabled."};
  }
  const Settings* of_all = settings_of(ConfigResourceType::broker, "");
  if (node.empty() && of_all && of_all->contains(setting) && !wanted.contains(setting)) {
    return Refusal{ErrorCode::invalid_config,
                   "Cluster-level " + setting + " cannot be removed while ELR is enabled."};
  }
  return std::nullopt;
}

std::optional<Controller::Refusal> Controller::check_settings(ConfigResourceType type, const std::string& name,
                                                              const Settings& settings) const {
  if (type == ConfigResourceType::topic) {
    if (name.empty()) return Refusal{ErrorCode::invalid_request, "Default topic resources are not allowed."};
    if (const auto fault = topic_name_fault(name))
      return Refusal{ErrorCode::invalid_topic_exception, "Topic name is invalid: " + *fault};
    TopicConfig scratch;
    for (const auto& [setting, value] : settings) {
      if (const Result<void> ok = set(scratch, setting, SettingValue{value}); !ok)
        return Refusal{ErrorCode::invalid_config, ok.error().message};
    }
    if (!current_.topic(name))
      return Refusal{ErrorCode::unknown_topic_or_partition, "The topic '" + name + "' does not exist."};
    return std::nullopt;
  }
  if (type == ConfigResourceType::group) return check_group_settings(name, settings);
  if (std::optional<Refusal> refusal = check_min_isr(name, settings)) return refusal;
  if (name.empty()) return std::nullopt;
  if (!is_number(name)) return Refusal{ErrorCode::invalid_request, "Unable to parse broker name as a base 10 number."};
  if (!current_.broker(NodeId{std::stoi(name)}) && name != std::to_string(options_.id.value))
    return Refusal{ErrorCode::broker_id_not_registered, "No node with id " + name + " found."};
  return std::nullopt;
}

// The group need not exist: it may come later.
std::optional<Controller::Refusal> Controller::check_group_settings(const std::string& name, const Settings& settings) const {
  if (name.empty()) return Refusal{ErrorCode::invalid_request, "Default group resources are not allowed."};
  GroupConfig config = group_defaults(options_.config);
  for (const auto& [setting, value] : settings) {
    if (const Result<void> ok = set(config, setting, SettingValue{value}); !ok)
      return Refusal{ErrorCode::invalid_config, ok.error().message};
  }
  if (const Result<void> ok = check_bounds(config, options_.config); !ok) return Refusal{ErrorCode::invalid_config, ok.error().message};
  return std::nullopt;
}

std::optional<Controller::Refusal> Controller::alter_settings(std::int8_t type_number, const std::string& name,
                                                              const Settings& wanted,
                                                              const std::vector<std::string>& named,
                                                              RecordList& records) const {
  const auto type = static_cast<ConfigResourceType>(type_number);
  if (type != ConfigResourceType::topic && type != ConfigResourceType::broker && type != ConfigResourceType::group)
    return Refusal{ErrorCode::invalid_request, "Unknown resource type " + std::to_string(type_number)};
  if (std::optional<Refusal> refusal = check_settings(type, name, wanted)) return refusal;
  static const Settings none;
  const Settings* known = settings_of(type, name);
  const Settings& current = known ? *known : none;
  for (const auto& [setting, value] : wanted) {
    const auto before = current.find(setting);
    const bool changes = before == current.end() || before->second != value;
    // A node's settings are written down even if nothing changes, so that it takes them up again (KAFKA-14136).
    const bool repeated = type == ConfigResourceType::broker && std::ranges::find(named, setting) != named.end();
    if (changes || repeated) records.emplace_back(ConfigRecord{type, name, setting, value});
  }
  for (const auto& [setting, value] : current) {
    if (!wanted.contains(setting)) records.emplace_back(ConfigRecord{type, name, setting, std::nullopt});
  }
  return std::nullopt;
}

Controller::Allowed<Controller::Settings> Controller::after(
    const IncrementalAlterConfigsRequest::Resource& resource) const {
  const auto type = static_cast<ConfigResourceType>(resource.resource_type);
  const Settings* known = settings_of(type, resource.resource_name);
  Settings settings = known ? *known : Settings{};
  for (const auto& config : resource.configs) {
    const std::string value = config.value.value_or(std::string{});
    if (config.config_operation == config_operation::set) {
      settings[config.name] = value;
    } else if (config.config_operation == config_operation::remove) {
      settings.erase(config.name);
    } else if (!is_list_setting(config.name)) {
      const char* verb = config.config_operation == config_operation::append ? "APPEND" : "SUBTRACT";
      return tl::unexpected(Refusal{ErrorCode::invalid_config, std::string{"Can't "} + verb + " to key " + config.name
                                                                   + " because its type is not LIST."});
    } else {
      const auto [list, made] = settings.try_emplace(config.name, default_of_list(config.name));
      list->second = with_parts(list->second, config.config_operation, value);
    }
  }
  return settings;
}

// Who is eligible by the old min.insync.replicas need not have what was acknowledged under the new one.
void Controller::clear_elr_where_needed(RecordList& records) const {
  if (!current_.has_eligible_leader_replicas()) return;
  RecordList clearing;
  for (const MetadataRecord& record : records) {
    const auto* config = std::get_if<ConfigRecord>(&record);
    if (!config || config->name != min_isr_setting) continue;
    const bool of_topic = config->resource_type == ConfigResourceType::topic;
    clearing.emplace_back(ClearElrRecord{of_topic ? config->resource_name : std::string{}});
  }
  records.insert(records.end(), clearing.begin(), clearing.end());
}

void Controller::on_incremental_alter_configs(const IncrementalAlterConfigsRequest& request, const RequestRef& from,
                                              Env& env) {
  IncrementalAlterConfigsResponse response;
  RecordList records;
  for (const auto& resource : request.resources) {
    const Allowed<Settings> wanted = after(resource);
    const std::optional<Refusal> refusal = wanted ? alter_settings(resource.resource_type, resource.resource_name,
                                                                   *wanted, names_in(resource.configs), records)
                                                  : std::optional{wanted.error()};
    tell_outcome(resource, refusal, response.responses.emplace_back());
  }
  clear_elr_where_needed(records);
  if (request.validate_only) records.clear();
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

void Controller::on_alter_configs(const AlterConfigsRequest& request, const RequestRef& from, Env& env) {
  AlterConfigsResponse response;
  RecordList records;
  for (const auto& resource : request.resources) {
    Settings wanted;
    for (const auto& config : resource.configs) wanted[config.name] = config.value.value_or(std::string{});
    const std::optional<Refusal> refusal =
        alter_settings(resource.resource_type, resource.resource_name, wanted, names_in(resource.configs), records);
    tell_outcome(resource, refusal, response.responses.emplace_back());
  }
  clear_elr_where_needed(records);
  if (request.validate_only) records.clear();
  write_and_answer(records, from, Message::of(std::move(response)), env);
}

}  // namespace kafkasim

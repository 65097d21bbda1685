#include "core/broker/describe_configs.hpp"

#include <algorithm>

#include "core/message/metadata_record.hpp"
#include "core/model/topic_name.hpp"

namespace kafkasim {

namespace {

using Config = DescribeConfigsResponse::Config;
using Synonym = DescribeConfigsResponse::Synonym;
using Views = std::vector<SettingView>;

std::optional<std::string> value_in(const Views& views, std::string_view name) {
  const auto found = std::ranges::lower_bound(views, name, {}, &SettingView::name);
  return found == views.end() || found->name != name ? std::nullopt : found->value;
}

enum class Access : std::uint8_t { read_only, dynamic };
Access access_to(std::string_view node_setting) {
  return is_dynamic_node_setting(node_setting) ? Access::dynamic : Access::read_only;
}

class Describer {
 public:
  Describer(const DescribeConfigsRequest& request, const DescribingBroker& broker)
      : request_{request},
        broker_{broker},
        started_{settings_of(broker.started_with)},
        built_in_{settings_of(NodeConfig{})} {}

  [[nodiscard]] DescribeConfigsResponse::Result result(const DescribeConfigsRequest::Resource& resource) const {
    DescribeConfigsResponse::Result told;
    told.resource_type = resource.resource_type;
    told.resource_name = resource.resource_name;
    const auto refuse = [&told](ErrorCode error, std::optional<std::string> why) {
      told.error_code = error;
      told.error_message = std::move(why);
      return told;
    };
    if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::topic)) {
      if (const auto fault = topic_name_fault(resource.resource_name))
        return refuse(ErrorCode::invalid_topic_exception, "Topic name is invalid: " + *fault);
      const TopicImage* topic = broker_.image.topic(resource.resource_name);
      if (!topic) return refuse(ErrorCode::unknown_topic_or_partition, std::nullopt);
      told.configs = of_topic(resource, *topic);
    } else if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::broker)) {
      const std::string own = std::to_string(broker_.id.value);
      if (!resource.resource_name.empty() && resource.resource_name != own) {
        return refuse(ErrorCode::invalid_request, "Unexpected broker id, expected " + own
                                                      + " or empty string, but received " + resource.resource_name);
      }
      told.configs = resource.resource_name.empty() ? of_all_brokers(resource) : of_broker(resource);
    } else if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::broker_logger)) {  // there is none
      const std::string own = std::to_string(broker_.id.value);
      if (resource.resource_name.empty()) return refuse(ErrorCode::invalid_request, "Broker id must not be empty");
      if (resource.resource_name != own)
        return refuse(ErrorCode::invalid_request, "Unexpected broker id, expected " + own + " but received " + resource.resource_name);
    } else if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::group)) {
      if (resource.resource_name.empty()) return refuse(ErrorCode::invalid_request, "Group name must not be empty");
      told.configs = of_group(resource);
    } else {
      return refuse(ErrorCode::invalid_request, "Unsupported resource type: " + std::to_string(resource.resource_type));
    }
    return told;
  }

 private:
  static bool wanted(const DescribeConfigsRequest::Resource& resource, std::string_view name) {
    const auto& keys = resource.configuration_keys;
    return !keys || keys->empty() || std::ranges::find(*keys, name) != keys->end();
  }

  // Where a broker looks for a setting that has these names: source by source, in each by name.
  [[nodiscard]] std::vector<Synonym> of_names(const std::vector<std::string_view>& names) const {
    std::vector<Synonym> found;
    const auto add_dynamic = [&](const std::string& owner, std::int8_t source) {
      const auto settings = broker_.image.node_configs.find(owner);
      if (settings == broker_.image.node_configs.end()) return;
      for (const std::string_view name : names) {
        const auto set = settings->second.find(std::string{name});
        if (set != settings->second.end()) found.push_back({set->first, set->second, source});
      }
    };
    add_dynamic(std::to_string(broker_.id.value), config_source::dynamic_broker);
    add_dynamic({}, config_source::dynamic_default_broker);
    for (const std::string_view name : names) {
      const std::optional<std::string> value = value_in(started_, name);
      if (value && value != value_in(built_in_, name))
        found.push_back({std::string{name}, value, config_source::static_broker});
    }
    for (const std::string_view name : names) {
      if (std::optional<std::string> value = value_in(built_in_, name))
        found.push_back({std::string{name}, std::move(value), config_source::built_in});
    }
    return found;
  }

  [[nodiscard]] Config config(const SettingView& view, std::vector<Synonym> synonyms, Access access) const {
    Config told{.name = std::string{view.name}, .value = view.value, .read_only = access == Access::read_only};
    told.config_source = synonyms.empty() ? config_source::built_in : synonyms.front().source;
    told.config_type = static_cast<std::int8_t>(view.type);
    if (request_.include_synonyms) told.synonyms = std::move(synonyms);
    return told;
  }

  [[nodiscard]] std::vector<Config> of_topic(const DescribeConfigsRequest::Resource& resource,
                                             const TopicImage& topic) const {
    std::vector<Config> configs;
    const NodeConfig node = effective_config(broker_.image, broker_.id, broker_.started_with);
    for (const SettingView& view : settings_of(effective_config(topic, node.topic_defaults))) {
      if (!wanted(resource, view.name)) continue;
      std::vector<Synonym> synonyms = of_names(node_names_of(view.name));
      if (topic.configs.contains(std::string{view.name}))
        synonyms.insert(synonyms.begin(), {std::string{view.name}, view.value, config_source::topic});
      configs.push_back(config(view, std::move(synonyms), Access::dynamic));
    }
    return configs;
  }

  // Of a group that nobody has heard of as well.
  [[nodiscard]] std::vector<Config> of_group(const DescribeConfigsRequest::Resource& resource) const {
    static const std::map<std::string, std::string> none;
    const auto found = broker_.image.group_configs.find(resource.resource_name);
    const auto& own = found == broker_.image.group_configs.end() ? none : found->second;
    std::vector<Config> configs;
    for (const SettingView& view : settings_of(effective_config(own, broker_.started_with))) {
      if (!wanted(resource, view.name)) continue;
      const std::string name{view.name};
      const std::int8_t source = own.contains(name) ? config_source::group : config_source::built_in;
      configs.push_back(config(view, {{name, view.value, source}}, Access::dynamic));
    }
    return configs;
  }

  // Names that stand for one setting in several units are looked for together.
  static std::vector<std::string_view> siblings_of(std::string_view name) {
    for (const std::string_view topic_setting : topic_setting_names()) {
      std::vector<std::string_view> names = node_names_of(topic_setting);
      const auto found = std::ranges::find(names, name);
      if (found != names.end()) return {found, names.end()};
    }
    return {name};
  }

  [[nodiscard]] std::vector<Config> of_broker(const DescribeConfigsRequest::Resource& resource) const {
    std::vector<Config> configs;
    for (const SettingView& view : settings_of(effective_config(broker_.image, broker_.id, broker_.started_with))) {
      if (wanted(resource, view.name))
        configs.push_back(config(view, of_names(siblings_of(view.name)), access_to(view.name)));
    }
    if (wanted(resource, "node.id")) {
      const std::string id = std::to_string(broker_.id.value);
      const SettingView view{"node.id", SettingType::integer, id};
      configs.push_back(config(view, {{"node.id", id, config_source::static_broker}}, Access::read_only));
    }
    return configs;
  }

  // Only what all brokers were given while they ran.
  [[nodiscard]] std::vector<Config> of_all_brokers(const DescribeConfigsRequest::Resource& resource) const {
    std::vector<Config> configs;
    const auto settings = broker_.image.node_configs.find(std::string{});
    if (settings == broker_.image.node_configs.end()) return configs;
    for (SettingView view : built_in_) {
      const auto set = settings->second.find(std::string{view.name});
      if (set == settings->second.end() || !wanted(resource, view.name)) continue;
      view.value = set->second;
      std::vector<Synonym> synonyms{{set->first, set->second, config_source::dynamic_default_broker}};
      configs.push_back(config(view, std::move(synonyms), access_to(view.name)));
    }
    return configs;
  }

  const DescribeConfigsRequest& request_;
  const DescribingBroker& broker_;
  Views started_;
  Views built_in_;
};

}  // namespace

DescribeConfigsResponse describe_configs(const DescribeConfigsRequest& request, const DescribingBroker& broker) {
  const Describer describer{request, broker};
  DescribeConfigsResponse response;
  for (const auto& resource : request.resources) response.results.push_back(describer.result(resource));
  return response;
}

}  // namespace kafkasim

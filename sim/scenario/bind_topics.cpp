#include <algorithm>

#include "core/model/topic_name.hpp"
#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_partitions = 10'000;       // of a topic
constexpr std::size_t most_replicas_in_all = 200'000;  // of all topics together

enum class Made : std::uint8_t { at_first, by_entry };

// Topic.validate and what CreateTopics refuses. What an entry creates may be there already: it is told so, or has been deleted by then.
bool good_topic_name(Binder& b, const JsonValue& at, const std::string& name, Made made) {
  if (topic_name_fault(name)) {
    b.faults.error(at, quote(name) + " is no topic name: 1 to 249 letters, digits, '.', '_' and '-', not '.' or '..'");
    return false;
  }
  if (is_made_by_cluster(name)) {
    b.faults.error(at, quote(name) + " is an internal topic: the cluster makes it by itself");
    return false;
  }
  if (b.names.topics.contains(name)) {
    if (made == Made::at_first) b.faults.error(at, "there are two topics " + quote(name));
    if (made == Made::by_entry && !b.names.deleted_topics.contains(name))
      b.faults.warning(at, "there is a topic " + quote(name) + " already, and nothing deletes it");
    return made == Made::by_entry;
  }
  const auto folded = [](std::string text) {
    std::ranges::replace(text, '.', '_');
    return text;
  };
  const auto [entry, fresh] = b.names.folded_topics.emplace(folded(name), name);
  if (fresh) return true;
  b.faults.error(at,
                 "topic " + quote(name) + " collides with " + quote(entry->second) + ": '.' and '_' count as the same");
  return false;
}

void read_assignment(Binder& b, const JsonValue& value, TopicSpec& topic, const JsonValue* partitions,
                     const JsonValue* factor) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.empty() || value.items.size() > static_cast<std::size_t>(most_partitions)) {
    b.faults.error(value, "there must be between 1 and " + std::to_string(most_partitions) + " partitions");
    return;
  }
  for (const JsonValue& item : value.items) topic.assignment.push_back(read_replicas(b, item));
  const std::size_t replicas = value.items.front().items.size();
  for (const JsonValue& item : value.items) {
    if (item.is(JsonKind::array) && item.items.size() != replicas) {
      b.faults.error(item,
                     "all partitions must have the same number of replicas: the first has " + std::to_string(replicas));
    }
  }
  const std::size_t count = topic.assignment.size();
  if (partitions != nullptr && topic.partitions != static_cast<std::int64_t>(count)) {
    b.faults.error(value, "'assignment' lists " + std::to_string(count) + " partitions, 'partitions' says "
                              + std::to_string(topic.partitions));
  }
  topic.partitions = static_cast<std::int32_t>(count);
  if (factor != nullptr && topic.replication_factor != static_cast<std::int64_t>(replicas)) {
    b.faults.error(value, "'assignment' gives " + std::to_string(replicas) + " replicas, 'replication_factor' says "
                              + std::to_string(topic.replication_factor));
  }
  topic.replication_factor = static_cast<std::int16_t>(replicas);
}

std::string as_kafka_writes(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<bool>(value) ? "true" : "false";
}

void read_topic_config(Binder& b, const JsonValue& value, TopicSpec& topic, TopicConfig& config) {
  apply_settings(b.faults, config, value, topic_setting_names());
  topic.config = settings_as_text(value);
}

std::optional<TopicSpec> read_topic(Binder& b, const JsonValue& value, Made made) {
  ObjectReader object{b.faults, value, "topic"};
  if (!object.ok()) return std::nullopt;
  const NodeConfig node = b.out.cluster.brokers.empty() ? NodeConfig{} : b.out.cluster.brokers.front().config;
  TopicSpec topic;
  topic.partitions = static_cast<std::int32_t>(std::min(node.num_partitions, most_partitions));
  topic.replication_factor = static_cast<std::int16_t>(node.default_replication_factor);
  const JsonValue* partitions = object.find("partitions");
  bool counted = true;
  if (partitions != nullptr) {
    const std::optional<std::int64_t> count = read_integer(b.faults, *partitions, 1, most_partitions);
    counted = count.has_value();
    topic.partitions = static_cast<std::int32_t>(count.value_or(1));
  }
  const JsonValue* factor = object.find("replication_factor");
  if (factor != nullptr) {
    topic.replication_factor = static_cast<std::int16_t>(read_integer(b.faults, *factor, 1, INT16_MAX).value_or(1));
  }
  if (const JsonValue* v = object.find("assignment")) {
    read_assignment(b, *v, topic, counted ? partitions : nullptr, factor);
  } else if (!b.names.brokers.empty() && topic.replication_factor > std::ssize(b.names.brokers)) {
    b.faults.error(factor != nullptr ? *factor : value, std::to_string(topic.replication_factor)
                                                            + " replicas need as many brokers: there are only "
                                                            + std::to_string(b.names.brokers.size()));
  }
  TopicConfig config = node.topic_defaults;
  if (const JsonValue* v = object.find("config")) read_topic_config(b, *v, topic, config);
  if (config.min_insync_replicas > topic.replication_factor) {
    b.faults.warning(value, "'min.insync.replicas' is " + std::to_string(config.min_insync_replicas) + " and there are "
                                + std::to_string(topic.replication_factor) + " replicas: acks=all asks for no more than there are");
  }
  const JsonValue* name = object.require("name");
  const std::optional<std::string> text = name != nullptr ? read_string(b.faults, *name) : std::nullopt;
  if (!text || !good_topic_name(b, *name, *text, made)) return std::nullopt;
  topic.name = *text;
  const auto [known, is_new] = b.names.topics.emplace(topic.name, counted ? std::optional{topic.partitions} : std::nullopt);
  if (!is_new && known->second) known->second = counted ? std::optional{std::max(*known->second, topic.partitions)} : std::nullopt;
  return topic;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> settings_as_text(const JsonValue& object) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    const JsonValue& item = object.items[i];
    if (item.is(JsonKind::string) || item.is(JsonKind::fraction)) settings.emplace_back(object.keys[i].name, item.text);
    if (item.is(JsonKind::boolean)) settings.emplace_back(object.keys[i].name, as_kafka_writes(item.boolean));
    if (const auto number = item.as_i64()) settings.emplace_back(object.keys[i].name, as_kafka_writes(*number));
  }
  return settings;
}

std::vector<NodeId> read_replicas(Binder& b, const JsonValue& value) {
  std::vector<NodeId> replicas;
  if (!expect_kind(b.faults, value, JsonKind::array)) return replicas;
  if (value.items.empty()) b.faults.error(value, "a partition must have a replica");
  for (const JsonValue& item : value.items) {
    const std::optional<NodeId> broker = read_broker(b, item);
    if (!broker) continue;
    if (std::ranges::find(replicas, *broker) != replicas.end()) {
      b.faults.error(item, "broker " + std::to_string(broker->value) + " cannot hold two replicas of a partition");
      continue;
    }
    replicas.push_back(*broker);
  }
  return replicas;
}

void bind_topics(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  std::size_t replicas = 0;
  for (const JsonValue& item : value.items) {
    std::optional<TopicSpec> read = read_topic(b, item, Made::at_first);
    if (!read) continue;
    const TopicSpec& topic = b.out.topics.emplace_back(std::move(*read));
    replicas += static_cast<std::size_t>(topic.partitions) * static_cast<std::size_t>(topic.replication_factor);
    if (replicas > most_replicas_in_all) {
      b.faults.error(item, "more than " + std::to_string(most_replicas_in_all) + " replicas in all");
      return;
    }
  }
}

void collect_created_topics(Binder& b, const JsonValue& timeline) {
  if (!timeline.is(JsonKind::array)) return;  // bind_timeline says so
  for (const JsonValue& entry : timeline.items) {
    const JsonValue* value = entry.find("delete_topic");
    if (value != nullptr && value->is(JsonKind::string)) b.names.deleted_topics.insert(value->text);
  }
  for (const JsonValue& entry : timeline.items) {
    const JsonValue* value = entry.find("create_topic");
    if (value == nullptr) continue;
    if (std::optional<TopicSpec> topic = read_topic(b, *value, Made::by_entry)) b.created.emplace(pointer_to(*value), std::move(*topic));
  }
  for (const JsonValue& entry : timeline.items) {  // partitions that come later may be named as well
    const JsonValue* value = entry.find("add_partitions");
    const JsonValue* topic = value != nullptr ? value->find("topic") : nullptr;
    const JsonValue* to = value != nullptr ? value->find("to") : nullptr;
    const auto count = to != nullptr ? to->as_i64() : std::nullopt;
    const auto known = topic != nullptr ? b.names.topics.find(topic->text) : b.names.topics.end();
    if (!count || *count > most_partitions || known == b.names.topics.end() || !known->second) continue;
    known->second = std::max(*known->second, static_cast<std::int32_t>(*count));
  }
}

std::optional<TopicSpec> find_created_topic(const Binder& b, const JsonValue& value) {
  const auto found = b.created.find(pointer_to(value));
  return found == b.created.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace kafkasim::sim

// Entries for an administrator, and those that change the members of a group.
#include <algorithm>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_members = 1'000;  // that come or go by one entry
constexpr std::int64_t most_partitions_of_a_topic = 10'000;

std::optional<TopicPartition> required_partition(Binder& b, ObjectReader& object) {
  const JsonValue* value = object.require("partition");
  return value != nullptr ? read_partition(b, *value) : std::nullopt;
}

std::optional<std::string> required_group(Binder& b, ObjectReader& object) {
  const JsonValue* value = object.require("group");
  const std::optional<std::string> group = value != nullptr ? read_string(b.faults, *value) : std::nullopt;
  if (!group || b.names.groups.contains(*group)) return group;
  std::vector<std::string_view> known;
  for (const std::string& name : b.names.groups) known.push_back(name);
  b.faults.error(*value, "there is no group " + quote(*group) + suggestion(*group, known));
  return std::nullopt;
}

// Where the file says which brokers hold the partition.
const std::vector<NodeId>* assigned_replicas(const Binder& b, const TopicPartition& partition) {
  for (const TopicSpec& topic : b.out.topics) {
    if (topic.name == partition.topic && !topic.assignment.empty())
      return &topic.assignment[static_cast<std::size_t>(partition.partition.value)];
  }
  return nullptr;
}

std::optional<Operation> read_elect_leader(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "elect_leader"};
  ElectLeader out;
  if (const JsonValue* v = object.find("unclean"))
    out.mode = read_bool(b.faults, *v) == true ? ElectionMode::unclean : ElectionMode::preferred;
  const std::optional<TopicPartition> partition = required_partition(b, object);
  if (const JsonValue* v = object.find("to")) {
    out.to = read_broker(b, *v);
    if (!out.to) return std::nullopt;
    const std::vector<NodeId>* replicas = partition ? assigned_replicas(b, *partition) : nullptr;
    if (replicas != nullptr && std::ranges::find(*replicas, *out.to) == replicas->end()) {
      b.faults.warning(*v, "broker " + std::to_string(out.to->value) + " holds no replica of " + to_string(*partition)
                               + " unless the partition is reassigned to it");
    }
  }
  if (!partition) return std::nullopt;
  out.partition = *partition;
  return Operation{std::move(out)};
}

std::optional<Operation> read_reassign(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "reassign"};
  const std::optional<TopicPartition> partition = required_partition(b, object);
  const JsonValue* cancel = object.find("cancel");
  const JsonValue* to = object.find("to");
  const bool given_up = cancel != nullptr && read_bool(b.faults, *cancel) == true;
  if (given_up == (to != nullptr)) {
    b.faults.error(value, "'reassign' needs 'to', or 'cancel': true, and not both");
    return std::nullopt;
  }
  if (given_up) return partition ? std::optional{Operation{Reassign{*partition, std::nullopt}}} : std::nullopt;
  std::vector<NodeId> replicas = read_replicas(b, *to);
  if (!partition || replicas.empty() || replicas.size() != to->items.size()) return std::nullopt;  // reported
  return Operation{Reassign{*partition, std::move(replicas)}};
}

std::optional<Operation> read_delete_records(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "delete_records"};
  const std::optional<TopicPartition> partition = required_partition(b, object);
  const JsonValue* before = object.require("before");
  const auto offset = before != nullptr ? read_integer(b.faults, *before, -1, INT64_MAX) : std::nullopt;
  if (!partition || !offset) return std::nullopt;
  return Operation{DeleteRecords{*partition, *offset < 0 ? std::nullopt : std::optional{Offset{*offset}}}};
}

template <class Op>
std::optional<Operation> read_members(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "members"};
  const std::optional<std::string> group = required_group(b, object);
  const JsonValue* count = object.require("count");
  const auto number = count != nullptr ? read_integer(b.faults, *count, 1, most_members) : std::nullopt;
  if (!group || !number) return std::nullopt;
  return Operation{Op{*group, static_cast<std::int32_t>(*number)}};
}

std::optional<Operation> read_seek(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "seek"};
  const std::optional<std::string> group = required_group(b, object);
  const JsonValue* to = object.require("to");
  if (to == nullptr) return std::nullopt;
  Seek out;
  if (to->is(JsonKind::object)) {
    ObjectReader when{b.faults, *to, "seek_time"};
    const JsonValue* time = when.require("time");
    const auto moment = time != nullptr ? read_duration(b.faults, *time) : std::nullopt;
    if (!moment) return std::nullopt;
    out.to = *moment;
  } else if (to->is(JsonKind::integer)) {
    const auto offset = read_integer(b.faults, *to, 0, INT64_MAX);
    if (!offset) return std::nullopt;
    out.to = Offset{*offset};
  } else if (to->is(JsonKind::string)) {
    const auto end = read_choice(b.faults, *to, {"earliest", "latest"});
    if (!end) return std::nullopt;
    out.to = *end == 0 ? SeekEnd::earliest : SeekEnd::latest;
  } else {
    if (!to->is(JsonKind::unusable))
      b.faults.error(*to, "'to' is \"earliest\", \"latest\", an offset, or {\"time\": ...}");
    return std::nullopt;
  }
  if (!group) return std::nullopt;
  out.group = *group;
  return Operation{std::move(out)};
}

std::optional<std::string> read_topic_name(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_string(b.faults, value);
  return name && known_topic(b, value, *name) ? name : std::nullopt;
}

std::optional<Operation> read_delete_topic(Binder& b, const JsonValue& value) {
  const std::optional<std::string> name = read_topic_name(b, value);
  return name ? std::optional<Operation>{DeleteTopic{*name}} : std::nullopt;
}

std::optional<Operation> read_add_partitions(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "add_partitions"};
  const JsonValue* topic = object.require("topic");
  const JsonValue* to = object.require("to");
  const auto name = topic != nullptr ? read_topic_name(b, *topic) : std::nullopt;
  const auto count = to != nullptr ? read_integer(b.faults, *to, 2, most_partitions_of_a_topic) : std::nullopt;
  if (!name || !count) return std::nullopt;
  const TopicSpec* spec = find_topic(b.out, *name);
  if (spec != nullptr && *count <= spec->partitions) {
    b.faults.error(*to, "topic " + quote(*name) + " has " + std::to_string(spec->partitions) + " partitions already");
    return std::nullopt;
  }
  return Operation{AddPartitions{*name, static_cast<std::int32_t>(*count)}};
}

// What a broker takes while it runs, by its own names.
void check_dynamic(Binder& b, const JsonValue& config) {
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const std::string& name = config.keys[i].name;
    const std::vector<std::string_view> known = node_setting_names();
    if (std::ranges::find(known, std::string_view{name}) != known.end() && !is_dynamic_node_setting(name))
      b.faults.error_at_key(config, i, quote(name) + " cannot be changed while a broker runs");
  }
}

std::optional<Operation> read_configure(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "configure"};
  const JsonValue* topic = object.find("topic");
  const JsonValue* broker = object.find("broker");
  const JsonValue* config = object.require("config");
  if ((topic == nullptr) == (broker == nullptr)) {
    b.faults.error(value, "'configure' needs either 'topic' or 'broker'");
    return std::nullopt;
  }
  if (config == nullptr) return std::nullopt;
  Configure out;
  if (topic != nullptr) {
    TopicConfig scratch;
    apply_settings(b.faults, scratch, *config, topic_setting_names());
    const auto name = read_topic_name(b, *topic);
    if (!name) return std::nullopt;
    out.of = *name;
  } else {
    NodeConfig scratch;
    apply_settings(b.faults, scratch, *config, node_setting_names());
    check_dynamic(b, *config);
    std::optional<Target> target = read_target(b, *broker);
    if (!target) return std::nullopt;
    out.of = std::move(*target);
  }
  out.config = settings_as_text(*config);
  return Operation{std::move(out)};
}

template <class Op>
std::optional<Operation> read_voter(Binder& b, const JsonValue& value) {
  std::optional<Target> target = read_target(b, value);
  if (!target) return std::nullopt;
  if (b.out.cluster.features.kraft_version == 0) {
    b.faults.error(value, "voters can change only with \"features\": {\"kraft_version\": 1} in 'cluster'");
    return std::nullopt;
  }
  return Operation{Op{std::move(*target)}};
}

}  // namespace

std::optional<Operation> read_admin_operation(Binder& b, std::string_view key, const JsonValue& value) {
  if (key == "elect_leader") return read_elect_leader(b, value);
  if (key == "reassign") return read_reassign(b, value);
  if (key == "delete_records") return read_delete_records(b, value);
  if (key == "add_consumers") return read_members<AddConsumers>(b, value);
  if (key == "remove_consumers") return read_members<RemoveConsumers>(b, value);
  if (key == "crash_consumers") return read_members<CrashConsumers>(b, value);
  if (key == "seek") return read_seek(b, value);
  if (key == "delete_topic") return read_delete_topic(b, value);
  if (key == "add_partitions") return read_add_partitions(b, value);
  if (key == "configure") return read_configure(b, value);
  if (key == "add_voter") return read_voter<AddVoter>(b, value);
  if (key == "remove_voter") return read_voter<RemoveVoter>(b, value);
  const std::optional<TopicSpec> topic = find_created_topic(b, value);  // create_topic
  return topic ? std::optional<Operation>{CreateTopic{*topic}} : std::nullopt;
}

}  // namespace kafkasim::sim

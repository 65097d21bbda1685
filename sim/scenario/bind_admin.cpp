// Entries for an administrator, and those that change the members of a group.
#include <algorithm>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_members = 1'000;  // that come or go by one entry

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
      b.faults.error(*v, "broker " + std::to_string(out.to->value) + " holds no replica of " + to_string(*partition));
      return std::nullopt;
    }
  }
  if (!partition) return std::nullopt;
  out.partition = *partition;
  return Operation{std::move(out)};
}

std::vector<NodeId> sorted(std::vector<NodeId> ids) {
  std::ranges::sort(ids);
  return ids;
}

std::optional<Operation> read_reassign(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "reassign"};
  const std::optional<TopicPartition> partition = required_partition(b, object);
  const JsonValue* to = object.require("to");
  if (to == nullptr) return std::nullopt;
  std::vector<NodeId> replicas = read_replicas(b, *to);
  if (!partition || replicas.empty()) return std::nullopt;
  const std::vector<NodeId>* assigned = assigned_replicas(b, *partition);
  const TopicSpec* topic = find_topic(b.out, partition->topic);
  const bool other_set = assigned != nullptr ? sorted(*assigned) != sorted(replicas)
                                             : topic != nullptr && topic->replication_factor != std::ssize(replicas);
  if (other_set) {
    b.faults.error(*to, not_available("reassign") + " to other brokers than hold the partition: only to the same in "
                            + "another order");
    return std::nullopt;
  }
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

}  // namespace

std::optional<Operation> read_admin_operation(Binder& b, std::string_view key, const JsonValue& value) {
  if (key == "elect_leader") return read_elect_leader(b, value);
  if (key == "reassign") return read_reassign(b, value);
  if (key == "delete_records") return read_delete_records(b, value);
  if (key == "add_consumers") return read_members<AddConsumers>(b, value);
  if (key == "remove_consumers") return read_members<RemoveConsumers>(b, value);
  if (key == "crash_consumers") return read_members<CrashConsumers>(b, value);
  if (key == "seek") return read_seek(b, value);
  const std::optional<TopicSpec> topic = find_created_topic(b, value);  // create_topic
  return topic ? std::optional<Operation>{CreateTopic{*topic}} : std::nullopt;
}

}  // namespace kafkasim::sim

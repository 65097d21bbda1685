#include "core/client/admin_operation.hpp"

#include <fmt/format.h>

namespace kafkasim {

namespace {

std::string list_of(const std::vector<NodeId>& ids) {
  std::string text;
  for (const NodeId id : ids) text += (text.empty() ? "" : ",") + std::to_string(id.value);
  return "[" + text + "]";
}

struct Words {
  std::string operator()(const ElectPartitionLeader& o) const {
    const std::string_view how = o.kind == ElectionKind::unclean ? ", unclean" : "";
    const std::string whom = o.to ? fmt::format(" to {}", o.to->value) : "";
    return fmt::format("elect_leader {}{}{}", to_string(o.partition), whom, how);
  }
  std::string operator()(const ReassignPartition& o) const {
    if (!o.replicas) return fmt::format("reassign {}, given up", to_string(o.partition));
    return fmt::format("reassign {} to {}", to_string(o.partition), list_of(*o.replicas));
  }
  std::string operator()(const DeleteRecordsBefore& o) const {
    const std::string end = o.before ? std::to_string(o.before->value) : "the high watermark";
    return fmt::format("delete_records {} before {}", to_string(o.partition), end);
  }
  std::string operator()(const CreateOneTopic& o) const {
    std::string text = "create_topic " + o.topic.name;
    if (o.topic.num_partitions) text += fmt::format(", {} partitions", *o.topic.num_partitions);
    if (o.topic.replication_factor) text += fmt::format(", {} replicas", *o.topic.replication_factor);
    for (const auto& one : o.topic.assignments)
      text += fmt::format(", {} on {}", one.partition_index.value, list_of(one.broker_ids));
    for (const auto& config : o.topic.configs) text += fmt::format(", {}={}", config.name, config.value.value_or(""));
    return text;
  }
  std::string operator()(const DeleteOneTopic& o) const { return "delete_topic " + o.topic; }
  std::string operator()(const AddPartitionsTo& o) const {
    return fmt::format("add_partitions {} to {}", o.topic, o.count);
  }
  std::string operator()(const AlterSettings& o) const {
    const auto* topic = std::get_if<std::string>(&o.of);
    std::string text =
        topic ? "configure topic " + *topic : fmt::format("configure broker {}", std::get<NodeId>(o.of).value);
    for (const auto& [name, value] : o.settings) text += fmt::format(", {}={}", name, value);
    return text;
  }
  std::string operator()(const ChangeVoter& o) const {
    return fmt::format("{} {}", o.kind == ChangeVoter::Kind::add ? "add_voter" : "remove_voter", o.voter.value);
  }
  std::string operator()(const ResetGroupOffsets& o) const {
    std::string text = "seek " + o.group + " to ";
    if (const auto* end = std::get_if<LogEnd>(&o.to)) text += *end == LogEnd::earliest ? "earliest" : "latest";
    if (const auto* offset = std::get_if<Offset>(&o.to)) text += fmt::format("offset {}", offset->value);
    if (const auto* time = std::get_if<Timestamp>(&o.to)) text += fmt::format("timestamp {}", time->value);
    for (std::size_t i = 0; i < o.topics.size(); ++i) text += (i == 0 ? " in " : ", ") + o.topics[i];
    return text;
  }
};

}  // namespace

std::string describe(const AdminOperation& operation) { return std::visit(Words{}, operation.what); }

}  // namespace kafkasim

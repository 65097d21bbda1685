#include "viz/panels/group_matrix.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

// All partitions of the topics that the group has to do with.
std::set<TopicPartition> partitions_of_group(const sim::Frame& frame, const sim::FrameGroup& group) {
  std::set<TopicPartition> all;
  for (const sim::FrameMember& member : group.members) all.insert(member.partitions.begin(), member.partitions.end());
  for (const sim::FrameGroup::Progress& progress : group.progress) all.insert(progress.partition);
  std::set<std::string> topics;
  for (const TopicPartition& partition : all) topics.insert(partition.topic);
  for (const sim::FramePartition& partition : frame.partitions) {
    if (topics.contains(partition.name.topic)) all.insert(partition.name);
  }
  return all;
}

GroupColumn column_of(const sim::Frame& frame, const sim::FrameGroup& group, const TopicPartition& name) {
  GroupColumn column{.partition = name};
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const auto& theirs = group.members[i].partitions;
    if (std::find(theirs.begin(), theirs.end(), name) != theirs.end()) column.owner = i;
  }
  for (const sim::FrameGroup::Progress& progress : group.progress) {
    if (progress.partition != name) continue;
    column.committed = progress.committed;
    column.end = progress.end;
    column.lag = std::max<std::int64_t>(0, progress.end - progress.committed);
  }
  const sim::FramePartition* partition = frame.partition(name);
  if (partition == nullptr) return column;
  column.end = std::max(column.end, partition->committed_to);
  for (const sim::FrameReader& reader : partition->readers) {
    if (reader.group != group.name) continue;
    column.committed = reader.committed;  // absent: nothing is committed yet, wherever reading would begin
    column.position = reader.position;
    column.lag = reader.lag;
  }
  return column;
}

std::int64_t group_span_up(std::int64_t span) {  // to 1, 2 or 5 times a power of ten
  std::int64_t nice = 10;
  for (int i = 0; nice < span; ++i) nice = i % 3 == 1 ? nice / 2 * 5 : nice * 2;
  return nice;
}

}  // namespace

GroupMatrix group_matrix(const sim::Frame& frame, const sim::FrameGroup& group) {
  GroupMatrix matrix;
  std::int64_t most = 0;
  for (const TopicPartition& name : partitions_of_group(frame, group)) {
    matrix.columns.push_back(column_of(frame, group, name));
    const GroupColumn& column = matrix.columns.back();
    if (!column.owner) ++matrix.unassigned;
    most = std::max(most, column.lag);
    if (matrix.topics.empty() || matrix.topics.back().name != name.topic) matrix.topics.push_back({name.topic, 0});
    ++matrix.topics.back().columns;
  }
  matrix.span = group_span_up(most * 3 / 2);
  return matrix;
}

GroupCalm calm_of(const sim::FrameGroup& group) {
  if (group.state == "Stable") return GroupCalm::stable;
  if (group.state == "Empty") return GroupCalm::empty;
  if (group.state == "Dead") return GroupCalm::dead;
  return group.members.empty() && group.state.empty() ? GroupCalm::empty : GroupCalm::rebalancing;
}

std::string state_text(const sim::FrameGroup& group) {
  switch (calm_of(group)) {
    case GroupCalm::stable: return "stable";
    case GroupCalm::empty: return "empty: nobody reads";
    case GroupCalm::dead: return "dead";
    case GroupCalm::rebalancing: break;
  }
  return group.state.empty() ? "rebalancing" : fmt::format("rebalancing ({})", group.state);
}

std::string idle_text(const sim::FrameGroup& group, const GroupMatrix& matrix, std::size_t member) {
  if (!group.members[member].partitions.empty()) return {};
  if (calm_of(group) == GroupCalm::rebalancing) return "waits for its partitions";
  if (group.members.size() > matrix.columns.size()) return "idle: more members than partitions";
  return "idle: nothing is assigned to it";
}

std::string short_count(std::int64_t count) {
  if (count < 10'000) return fmt::format("{}", count);
  const bool millions = count >= 1'000'000;
  return fmt::format("{:.1f}{}", static_cast<double>(count) / (millions ? 1e6 : 1e3), millions ? "M" : "k");
}

}  // namespace kafkasim::viz

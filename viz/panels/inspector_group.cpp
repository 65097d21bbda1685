#include <algorithm>

#include <fmt/format.h>

#include "viz/panels/inspector_parts.hpp"

namespace kafkasim::viz {

namespace {

std::string list_of_partitions(const std::vector<TopicPartition>& partitions) {
  std::string out;
  for (const TopicPartition& p : partitions) out += (out.empty() ? "" : ", ") + to_string(p);
  return out.empty() ? "nothing" : out;
}

}  // namespace

void Inspector::group(const ChosenGroup& chosen) {
  const sim::FrameGroup* group = app_.frame().group(chosen.group);
  if (!group) {
    flow_.title(chosen.group);
    return flow_.dim("No coordinator knows this group at this moment.");
  }
  const bool stable = group->state == "Stable";
  flow_.title(group->name, group->state, stable ? ui_.theme.good : ui_.theme.warning);
  const bool consumer = group->type == "consumer";
  flow_.dim(consumer ? "a consumer group of the new protocol (KIP-848)" : "a consumer group");
  flow_.pair(consumer ? "epoch" : "generation",
             fmt::format("{}, after {} rebalance{}", group->generation.value, group->rebalances, group->rebalances == 1 ? "" : "s"));
  if (group->assignment_epoch) flow_.pair("target of epoch", fmt::format("{}", group->assignment_epoch->value));
  if (!group->protocol.empty()) flow_.pair("assignor", group->protocol);
  flow_.pair("partitions", fmt::format("{} given up, {} moved", group->partitions_revoked, group->partitions_moved));
  flow_.pair("lag", fmt::format("{} record{}", with_commas(group->lag), group->lag == 1 ? "" : "s"),
             group->lag > 0 ? std::optional{ui_.theme.warning} : std::nullopt);
  const sim::FrameNode* coordinator = group->coordinator ? app_.frame().node(*group->coordinator) : nullptr;
  if (coordinator) node_link("inspect.coordinator", *coordinator, "its coordinator is " + coordinator->name);
  else flow_.coloured(ui_.theme.bad, "it has no coordinator");
  flow_.gap(2);
  ask("why.lag", sim::WhyLag{group->name});
  flow_.heading("Members");
  if (group->members.empty()) flow_.dim("none");
  for (const sim::FrameMember& member : group->members) {
    const std::string name = member.name.empty() ? member.id : member.name;
    std::string text = fmt::format("{} reads {}", name, list_of_partitions(member.partitions));
    if (member.epoch) text += fmt::format(", in epoch {}", member.epoch->value);
    if (!member.revoking.empty()) text += ", has to give up " + list_of_partitions(member.revoking);
    if (member.epoch && member.target != member.partitions) text += ", is to have " + list_of_partitions(member.target);
    if (member.of_classic_protocol) text += ", speaks the classic protocol";
    const sim::FrameNode* node = app_.frame().node(std::string_view{member.name});
    if (node) node_link("member." + name, *node, text);
    else flow_.text(text);
  }
  flow_.heading("How far");
  std::vector<std::vector<Cell>> rows;
  for (const sim::FrameGroup::Progress& p : group->progress) {
    const std::int64_t lag = std::max<std::int64_t>(0, p.end - p.committed);
    rows.push_back({{to_string(p.partition), {}},
                    {std::to_string(p.committed.value), {}},
                    {std::to_string(p.end.value), {}},
                    {std::to_string(lag), lag > 0 ? std::optional{ui_.theme.warning} : std::nullopt}});
  }
  if (rows.empty()) flow_.dim("It has committed no offset yet.");
  else if (const auto clicked = flow_.table({"partition", "committed", "HW", "lag"}, rows, "progress")) {
    app_.choose(ChosenPartition{group->progress[*clicked].partition});
  }
  act_buttons({"add-consumer", "remove-consumer", "crash-consumer", "seek-earliest"});
}

}  // namespace kafkasim::viz

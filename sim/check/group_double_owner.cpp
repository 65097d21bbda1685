#include "sim/check/group_double_owner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/group_home.hpp"

namespace kafkasim::sim {

void GroupDoubleOwner::on(const Observation& o, const trace::GroupChanged& e, const History& history,
                          Findings& findings) {
  const bool of_consumer_group = e.type == "consumer";
  Holdings& holdings = groups_[e.group].edit();
  if (!of_consumer_group && holdings.of_consumer_group && e.state != "Dead") {
    // Generations may begin anew: who is no member any more can have been in an epoch of the same number.
    std::erase_if(holdings.members, [&e](const auto& entry) {
      return std::ranges::find(e.members, entry.second.member, &trace::GroupChanged::Member::id) == e.members.end();
    });
  }
  if (of_consumer_group || e.state != "Dead") holdings.of_consumer_group = of_consumer_group;
  holdings.known.clear();
  for (const auto& member : e.members)
    holdings.known[member.id] = of_consumer_group && member.of_classic_protocol ? member.epoch : std::nullopt;
  if (!of_consumer_group && e.state != "Stable") return;
  ++evaluations;
  std::map<TopicPartition, std::string> owners;
  for (const auto& member : e.members) {
    std::vector<TopicPartition> held = member.assignment;
    held.insert(held.end(), member.revoking.begin(), member.revoking.end());
    for (const TopicPartition& tp : held) {
      const auto [owner, is_new] = owners.emplace(tp, member.id);
      if (is_new) continue;
      findings.add({std::string{id},
                    o.at,
                    e.group,
                    fmt::format("{} is assigned to {} and to {} in generation {}", to_string(tp), owner->second,
                                member.id, e.generation.value),
                    {},
                    excuse_of(e.group, history)});
    }
  }
}

void GroupDoubleOwner::on(const Observation& o, const trace::PartitionsAssigned& e, const History& history,
                          Findings& findings) {
  ++evaluations;
  Holdings& holdings = groups_[e.group].edit();
  for (const TopicPartition& tp : e.partitions) {
    for (const auto& [host, holding] : holdings.members) {
      if (host == o.host || !both_count(*groups_[e.group], holding, e) || !holding.partitions.contains(tp)) continue;
      findings.add({std::string{id},
                    o.at,
                    e.group,
                    fmt::format("{} takes {} in generation {}, which {} holds in the same generation",
                                history.subjects().client_name(o.host), to_string(tp), e.generation.value,
                                history.subjects().client_name(host)),
                    {},
                    excuse_of(e.group, history)});
    }
  }
  holdings.members[o.host] = {e.member_id, e.generation, {e.partitions.begin(), e.partitions.end()}};
}

bool GroupDoubleOwner::both_count(const Holdings& holdings, const Holding& other, const trace::PartitionsAssigned& e) {
  if (!holdings.of_consumer_group) {
    // A static member that another process has replaced in the same generation counts no more: it is fenced at its next request.
    const bool members = holdings.known.empty() || (holdings.known.contains(other.member) && holdings.known.contains(e.member_id));
    return members && other.generation == e.generation;
  }
  const auto counts = [&holdings](const std::string& member, Generation generation) {
    const auto known = holdings.known.find(member);
    return known != holdings.known.end() && (!known->second || known->second == generation);
  };
  return counts(other.member, other.generation) && counts(e.member_id, e.generation);
}

void GroupDoubleOwner::on(const Observation& o, const trace::PartitionsRevoked& e, const History&, Findings&) {
  const auto group = groups_.find(e.group);
  if (group == groups_.end()) return;
  auto& members = group->second.edit().members;
  const auto member = members.find(o.host);
  if (member == members.end()) return;
  for (const TopicPartition& tp : e.partitions) member->second.partitions.erase(tp);
  if (member->second.partitions.empty()) members.erase(member);
}

void GroupDoubleOwner::on(const Observation& o, const ProcessExited&, const History&, Findings&) { forget(o.host); }
void GroupDoubleOwner::on(const Observation& o, const ProcessCrashed&, const History&, Findings&) { forget(o.host); }
void GroupDoubleOwner::on(const Observation& o, const PowerLost&, const History&, Findings&) { forget(o.host); }

void GroupDoubleOwner::forget(HostId host) {
  for (auto& [name, group] : groups_) {
    if (group->members.contains(host)) group.edit().members.erase(host);
  }
}

}  // namespace kafkasim::sim

#include "sim/check/group_double_owner.hpp"

#include <fmt/format.h>

#include "sim/check/group_home.hpp"

namespace kafkasim::sim {

void GroupDoubleOwner::on(const Observation& o, const trace::GroupChanged& e, const History& history,
                          Findings& findings) {
  if (e.state != "Stable") return;
  ++evaluations;
  std::map<TopicPartition, std::string> owners;
  for (const auto& member : e.members) {
    for (const TopicPartition& tp : member.assignment) {
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
      if (host == o.host || holding.generation != e.generation || !holding.partitions.contains(tp)) continue;
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
  holdings.members[o.host] = {e.generation, {e.partitions.begin(), e.partitions.end()}};
}

void GroupDoubleOwner::on(const Observation& o, const trace::PartitionsRevoked& e, const History&, Findings&) {
  const auto group = groups_.find(e.group);
  if (group != groups_.end()) group->second.edit().members.erase(o.host);
}

void GroupDoubleOwner::on(const Observation& o, const ProcessStarted&, const History&, Findings&) {
  for (auto& [name, group] : groups_) {
    if (group->members.contains(o.host)) group.edit().members.erase(o.host);
  }
}

}  // namespace kafkasim::sim

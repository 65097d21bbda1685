#include "sim/check/membership_lost.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/group_home.hpp"

namespace kafkasim::sim {

void MembershipLost::on(const Observation& o, const trace::PartitionsAssigned& e, const History&, Findings&) {
  groups_[e.group].edit().members[o.host] = Membership{e.member_id, e.generation};
}

// It may join under another id now, and be stored under that before it hears of it.
void MembershipLost::on(const Observation& o, const trace::PartitionsRevoked& e, const History&, Findings&) {
  const auto group = groups_.find(e.group);
  if (group != groups_.end()) group->second.edit().members.erase(o.host);
}

void MembershipLost::on(const Observation& o, const ProcessCrashed&, const History&, Findings&) { process_gone(o.host); }
void MembershipLost::on(const Observation& o, const ProcessExited&, const History&, Findings&) { process_gone(o.host); }
void MembershipLost::on(const Observation& o, const PowerLost&, const History&, Findings&) { process_gone(o.host); }

void MembershipLost::process_gone(HostId host) {
  for (auto& [name, group] : groups_) {
    if (group->members.contains(host)) group.edit().members.erase(host);
    if (group->coordinator == host) group.edit().coordinator.reset();
  }
}

void MembershipLost::on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings) {
  Cow<Group>& group = groups_[e.group];
  const auto is_listed = [&e](const Membership& told) {
    return std::ranges::find(e.members, told.member, &trace::GroupChanged::Member::id) != e.members.end();
  };
  if (group->coordinator == o.host) {
    // Whom it has removed, a generation of the same number need not have: generations begin anew, or those of another kind of group.
    const bool removes = std::ranges::any_of(group->members, [&](const auto& entry) { return !is_listed(entry.second); });
    if (removes) std::erase_if(group.edit().members, [&](const auto& entry) { return !is_listed(entry.second); });
    return;
  }
  const PartitionHistory* home = home_of(e.group, history);
  if (!home || home->leader != history.node(o.host)) return;  // who was a coordinator once and does not know better
  group.edit().coordinator = o.host;
  if (e.type != "classic" || e.state != "Stable") return;
  ++evaluations;
  for (const auto& [host, told] : group->members) {
    if (told.generation != e.generation) continue;
    if (is_listed(told)) continue;
    findings.add({std::string{id},
                  o.at,
                  e.group,
                  fmt::format("{} is member {} of generation {}, and the new coordinator, broker {}, does not know it",
                              history.subjects().client_name(host), told.member, told.generation.value, home->leader->value),
                  {},
                  excuse_of(e.group, history)});
  }
}

}  // namespace kafkasim::sim

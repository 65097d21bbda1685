#include "sim/check/churn.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kafkasim::sim {

void Churn::changed(const Observation& o, const std::string& name, std::string_view what, std::int64_t version,
                    const History& history, Findings& findings) {
  Subject& subject = subjects_[name];
  if (version <= subject.version) return;  // told by another node before
  const bool is_first = subject.version < 0;
  subject.version = version;
  if (is_first) return;
  const std::optional<Instant> quiet = history.vitals().quiet_since();
  if (!quiet || o.at < *quiet + history.subjects().settling) return subject.changes.clear();
  ++evaluations;
  while (!subject.changes.empty() && subject.changes.front() + within < o.at) subject.changes.pop_front();
  subject.changes.push_back(o.at);
  if (subject.changes.size() < too_many) return;
  findings.add(
      {std::string{id},
       o.at,
       name,
       fmt::format("{} changes {} times within {} ms, with nothing wrong for {} ms", what, subject.changes.size(),
                   (o.at - subject.changes.front()).whole_ms(), (o.at - *quiet).whole_ms()),
       {},
       {}});
  subject.changes.clear();
}

void Churn::on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings) {
  changed(o, history.name(e.partition), "its epoch", e.partition_epoch.value, history, findings);
}

void Churn::on(const Observation& o, const trace::ControllerActivated& e, const History& history, Findings& findings) {
  changed(o, "active controller", "its epoch", e.epoch, history, findings);
}

// The group is restless because an application takes too long: that is wrong, and it is told.
void Churn::on(const Observation&, const trace::PollTimedOut& e, const History&, Findings&) { subjects_.erase(e.group); }

void Churn::on(const Observation& o, const trace::GroupChanged& e, const History& history, Findings& findings) {
  // Real clients come and go as their users like: nobody tells.
  const auto is_ours = [&history](const trace::GroupChanged::Member& member) {
    return std::ranges::find(history.subjects().clients, member.client_id, &ClientFacts::name) != history.subjects().clients.end();
  };
  if (!std::ranges::all_of(e.members, is_ours)) {
    subjects_.erase(e.group);
    return;
  }
  changed(o, e.group, "its generation", e.generation.value, history, findings);
}

}  // namespace kafkasim::sim

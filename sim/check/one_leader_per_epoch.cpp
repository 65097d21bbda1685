#include "sim/check/one_leader_per_epoch.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void OneLeaderPerEpoch::leads(const Observation& o, const TopicIdPartition& partition, LeaderEpoch epoch, Leader leader,
                              const History& history, Findings& findings) {
  ++evaluations;
  const auto [known, is_new] = leaders_.try_emplace({partition, epoch}, leader);
  if (is_new || known->second.node == leader.node) return;
  const auto spoken = [](How how) { return how == How::acts ? "leads" : "was decided on"; };
  findings.add({std::string{id},
                o.at,
                history.name(partition),
                fmt::format("in epoch {} broker {} {}, and broker {} {}", epoch.value, known->second.node.value,
                            spoken(known->second.how), leader.node.value, spoken(leader.how)),
                {},
                {}});
}

void OneLeaderPerEpoch::on(const Observation& o, const trace::BecameLeader& e, const History& history,
                           Findings& findings) {
  if (const auto broker = history.node(o.host))
    leads(o, e.partition, e.leader_epoch, {*broker, How::acts}, history, findings);
}

void OneLeaderPerEpoch::on(const Observation& o, const trace::LogAppended& e, const History& history,
                           Findings& findings) {
  const auto broker = history.node(o.host);
  if (broker && e.role == trace::ReplicaRole::leader)
    leads(o, e.partition, e.leader_epoch, {*broker, How::acts}, history, findings);
}

void OneLeaderPerEpoch::on(const Observation& o, const trace::ProduceAnswered& e, const History& history,
                           Findings& findings) {
  const auto broker = history.node(o.host);
  if (broker && e.error == ErrorCode::none)
    leads(o, e.partition, e.leader_epoch, {*broker, How::acts}, history, findings);
}

void OneLeaderPerEpoch::on(const Observation& o, const trace::PartitionChanged& e, const History& history,
                           Findings& findings) {
  if (e.leader) leads(o, e.partition, e.leader_epoch, {*e.leader, How::decided}, history, findings);
}

}  // namespace kafkasim::sim

// The epilogue: what is left when the scenario is over, on a copy of the run. Producers stop, a core of the cluster is
// healed and all else stays as it is for good, the core has to come to rest within its budget, and a reader reads every
// partition from the start. It ends as soon as both is done.
#include <algorithm>

#include "sim/run/healing.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

namespace {

std::vector<std::string> names_of(const Core& core) {
  std::vector<std::string> names;
  for (const NodeId id : core.brokers) names.push_back("broker " + std::to_string(id.value));
  for (const NodeId id : core.controllers) names.push_back("controller " + std::to_string(id.value));
  return names;
}

std::vector<HostId> outside_of(const Core& core, const Cluster& cluster) {
  std::vector<HostId> outside;
  for (const auto* nodes : {&cluster.brokers, &cluster.controllers}) {
    for (const auto& [id, host] : *nodes) {
      const bool inside = core.has_broker(id) || std::ranges::find(core.controllers, id) != core.controllers.end();
      if (!inside) outside.push_back(host);
    }
  }
  return outside;
}

}  // namespace

Liveness Simulation::converge(const Core& core) {
  absorbed_ = world_.observations().size();
  const Patient patient{*scenario_, world_, cluster_, checks_.history()};
  Liveness verdict;
  verdict.core = names_of(core);
  verdict.whole = outside_of(core, cluster_).empty();
  verdict.budget = convergence_budget(patient, core);
  if (guests_.host()) guests_.hang_up_all(world_);  // nobody speaks for them here
  for (const ClientHost& client : cluster_.clients) {
    if (client.kind == ClientKind::producer) world_.command(client.host, Finish{});
  }
  heal(hosts_of(core, cluster_), cluster_, checks_.history(), world_);
  absorb();
  const std::vector<std::string> hopeless = unrecoverable(patient, core);
  if (driver_.has_faults_in_force() || !verdict.whole)
    checks_.edit_history().edit_vitals().disturb(world_.now(), Vitals::Faults::none);
  const Instant begin = world_.now();
  Instant look_again = begin;
  const auto at_rest = [&] {
    if (world_.observations().empty() && world_.now() < look_again) return false;
    const std::vector<Unmet> missing = unmet(checks_.history(), core, world_.now(), 1);
    look_again = checks_.history().vitals().last_change() + quiet_for;
    return missing.empty();
  };
  if (advance_forming(begin + verdict.budget, at_rest)) {
    verdict.after = world_.now() - begin;
  } else {
    constexpr std::size_t most_told = 16;
    verdict.unmet = unmet(checks_.history(), core, world_.now(), most_told);
    verdict.unrecoverable = hopeless;
  }
  return verdict;
}

void Simulation::run_epilogue() {
  Simulation after = *this;
  after.checks_.edit_findings().enter_epilogue();
  after.formed_ = false;  // the timeline and the story are over; checks and measures go on
  const Core core = draw_core({*scenario_, world_, cluster_, checks_.history()}, world_.random("epilogue"));
  liveness_ = after.converge(core);
  const Observation end{after.world_.now(), 0, HostId{-1}, KernelEvent{ProcessReady{}}};
  after.checks_.judge(end, {liveness_->budget, liveness_->unmet, liveness_->unrecoverable});
  after.final_read(outside_of(core, cluster_));
  checks_.adopt(after.checks_);
}

}  // namespace kafkasim::sim

#include "sim/run/simulation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/broker/broker.hpp"
#include "sim/fault/replica_bytes.hpp"
#include "sim/run/access.hpp"
#include "sim/scenario/chaos.hpp"

namespace kafkasim::sim {

namespace {
constexpr Duration longest_forming = seconds(300);
// Each replica of a new topic costs its disk half a dozen synchronisations: a run begins when that is done. Where it would take minutes,
// disks cost no time until the run begins.
constexpr Duration caught_up = seconds(1);
constexpr std::int64_t most_replicas_on_disks_with_time = 1'000;  // a broker

std::int64_t replicas_a_broker(const Scenario& scenario) {
  std::int64_t all = 0;
  for (const TopicSpec& topic : scenario.topics) all += std::int64_t{topic.partitions} * topic.replication_factor;
  return all / std::max<std::int64_t>(1, std::ssize(scenario.cluster.brokers));
}

// What runs is a plain timeline: the drawn one is the same in a file of its own.
std::shared_ptr<const Scenario> drawn_out(std::shared_ptr<const Scenario> scenario) {
  return scenario->chaos ? std::make_shared<const Scenario>(with_chaos_drawn(*scenario)) : scenario;
}

}  // namespace

Simulation::Simulation(std::shared_ptr<const Scenario> scenario, WireMode mode)
    : scenario_{drawn_out(std::move(scenario))},
      world_{scenario_->seed, mode, everywhere(scenario_->network)},
      cluster_{add_nodes(*scenario_, world_)},
      checks_{subjects_of(*scenario_, cluster_)},
      driver_{scenario_, world_.random("timeline")} {
  for (const auto& [id, host] : cluster_.brokers) story_.name_host(host, spoken_name(host, cluster_));
  for (const auto& [id, host] : cluster_.controllers) story_.name_host(host, spoken_name(host, cluster_));
  story_.name_host(*cluster_.admin, "admin");
}

void Simulation::appoint(Instant at, Planned kind, std::uint64_t what) {
  plans_.push_back({kind, what});
  world_.schedule(std::max(at, world_.now()), plans_.size() - 1);
}

void Simulation::absorb() {
  if (watching_ == Watching::nothing) return;
  while (absorbed_ < world_.observations().size()) {  // a fault that answers an observation makes further ones
    std::vector<Observation> may_act_on;  // the driver: a copy, for what it does is observed as well
    const auto fresh = world_.observations().subspan(absorbed_);
    absorbed_ += fresh.size();
    for (const Observation& o : fresh) {
      const bool of_kafka = !cluster_.beside_kafka.contains(o.host);
      if (o.get_if<PowerLost>()) look_at_disk(o.host);
      if (of_kafka) checks_.observe(o, watching_ == Watching::all ? Checks::Asked::all_invariants : Checks::Asked::none);
      if (of_kafka) probes_.observe(o, checks_.history());
      measures_.observe(o, checks_.history());
      story_.observe(o, checks_.history());
      disk_uses_.observe(o, checks_.history());
      if (o.kernel() || o.get_if<trace::LogDirectoryFailed>()) may_act_on.push_back(o);
    }
    if (!formed_) continue;
    for (; findings_told_ < checks_.findings().kept().size(); ++findings_told_) {
      const Finding& finding = checks_.findings().kept()[findings_told_];
      const std::string verdict =
          finding.excuse ? fmt::format("excused ({})", excuse_name(*finding.excuse)) : "VIOLATION";
      story_.tell(finding.at, "finding", finding.subject,
                  fmt::format("{} {}: {}", verdict, finding.invariant, finding.detail),
                  finding.excuse ? Tone::warning : Tone::violation);
    }
    Access access{*this};
    driver_.on_observations(may_act_on, access);
    note_interventions();
    watch_expectations();
  }
}

// What a machine that has lost its power will find when it is back.
void Simulation::look_at_disk(HostId host) {
  const std::optional<NodeId> broker = checks_.history().node(host);
  if (!broker) return;
  std::map<TopicIdPartition, Offset> ends;
  for (const auto& [id, partition] : checks_.history().partitions()) {
    const ReplicaHistory* replica = partition->replica(*broker);
    if (!replica) continue;
    Offset& end = ends[id] = replica->log_start;
    for (const StoredSegment& segment : stored_segments(world_.disk(host), partition->name)) {
      if (!segment.batches.empty()) end = std::max(end, segment.batches.back().next_offset());
    }
  }
  checks_.edit_history().disk_kept(*broker, ends);
}

// ---- before time 0 --------------------------------------------------------------------------------------------------

bool Simulation::is_formed(bool topics_too) const {
  for (const auto& [id, host] : cluster_.brokers) {
    const Broker* broker = world_.machine<Broker>(host);
    if (!broker || broker->state() != BrokerState::running) return false;
  }
  if (!topics_too) return true;
  for (const TopicSpec& topic : scenario_->topics) {
    for (std::int32_t i = 0; i < topic.partitions; ++i) {
      const PartitionHistory* partition = checks_.history().partition(TopicPartition{topic.name, PartitionIndex{i}});
      if (!partition || partition->isr.size() != partition->assigned.size() || !partition->acting_leader())
        return false;
      const auto follows = [partition](NodeId id) { return partition->replica(id) && partition->replica(id)->role; };
      if (!std::ranges::all_of(partition->assigned, follows)) return false;
    }
  }
  return true;
}

bool Simulation::disks_have_caught_up() const {
  return std::ranges::all_of(cluster_.brokers, [this](const auto& entry) {
    return world_.host(entry.second).disk_free_at() <= world_.now() + caught_up;
  });
}

bool Simulation::advance_forming(Instant limit, const std::function<bool()>& done) {
  while (!done()) {
    const std::optional<Instant> next = world_.next_event_at();
    if (!next || *next > limit) return false;
    absorbed_ = 0;
    (void)world_.step();
    absorb();
  }
  return true;
}

Result<void> Simulation::form() {
  const Instant limit = world_.now() + longest_forming;
  const bool disks_take_time = replicas_a_broker(*scenario_) <= most_replicas_on_disks_with_time;
  const auto set_disk_times = [this](std::int64_t permille) {
    for (const auto& [id, host] : cluster_.brokers) world_.set_disk_times(host, permille);
  };
  if (!disks_take_time) set_disk_times(0);
  for (const auto& [id, host] : cluster_.controllers) world_.start(host);
  for (const auto& [id, host] : cluster_.brokers) world_.start(host);
  absorb();
  if (!advance_forming(limit, [this] { return is_formed(false); }))
    return fail("the cluster did not form within 300 s of virtual time: not every broker was unfenced");
  if (!scenario_->topics.empty()) {
    world_.start(*cluster_.admin);
    if (!advance_forming(limit, [this] { return disks_have_caught_up() && is_formed(true); }))
      return fail("the cluster did not form within 300 s of virtual time: not every topic has all its replicas in sync");
    world_.request_stop(*cluster_.admin);
    const HostId admin = *cluster_.admin;
    if (!advance_forming(limit, [this, admin] { return !world_.is_up(admin); }))
      return fail("the admin client did not end");
  }
  if (!disks_take_time) set_disk_times(1'000);
  begin();
  return {};
}

void Simulation::begin() {
  origin_ = world_.now();
  end_ = origin_ + scenario_->duration;
  events_before_ = world_.events_executed();
  formed_ = true;
  add_clients(*scenario_, origin_, world_, cluster_);
  checks_.set_subjects(subjects_of(*scenario_, cluster_));
  probes_.begin();
  story_.begin(origin_);
  measures_.begin(origin_);
  disk_uses_.begin(origin_);
  for (const auto& [id, host] : cluster_.brokers)
    disk_uses_.add_disk(id, world_.disk(host).spec().capacity, world_.disk(host).free_bytes());
  for (const auto& [name, host] : cluster_.beside) story_.name_host(host, name);
  for (std::size_t i = 0; i < cluster_.clients.size(); ++i) {
    const ClientHost& client = cluster_.clients[i];
    story_.name_host(client.host, client.name);
    measures_.name_client(client.host, client.name);
    appoint(origin_ + client.from, Planned::start_client, i);
  }
  Access access{*this};
  driver_.begin(origin_, access);
  plan_expectations();
  appoint(end_, Planned::end, 0);
}

HostId Simulation::administrator() {
  if (!administrator_) {
    administrator_ = add_administrator(*scenario_, world_);
    story_.name_host(*administrator_, "admin");
    measures_.name_client(*administrator_, "admin");
  }
  world_.start(*administrator_);
  return *administrator_;
}

std::optional<HostId> Simulation::join(const std::string& group) {
  constexpr std::size_t most_clients = 60'000;  // an Origin has 16 bits for them
  if (cluster_.clients.size() >= most_clients) return std::nullopt;
  const HostId host = add_member(*scenario_, group, world_, cluster_);
  introduce_newest_client();
  return host;
}

void Simulation::introduce_newest_client() {
  const ClientHost& client = cluster_.clients.back();
  checks_.set_subjects(subjects_of(*scenario_, cluster_));
  story_.name_host(client.host, client.name);
  measures_.name_client(client.host, client.name);
}

// ---- from time 0 on -------------------------------------------------------------------------------------------------

void Simulation::note_interventions() {
  if (driver_.interventions() == interventions_) return;
  interventions_ = driver_.interventions();
  const Vitals::Faults faults = driver_.has_faults_in_force() ? Vitals::Faults::in_force : Vitals::Faults::none;
  checks_.edit_history().edit_vitals().disturb(world_.now(), faults);
}

void Simulation::on_appointment(const Plan& plan) {
  switch (plan.kind) {
    case Planned::driver: {
      Access access{*this};
      driver_.on_appointment(plan.what, access);
      note_interventions();
      break;
    }
    case Planned::start_client: world_.start(cluster_.clients[static_cast<std::size_t>(plan.what)].host); break;
    case Planned::expectation: {
      const auto i = static_cast<std::size_t>(plan.what);
      decide(i, std::get<ExpectMetric>(scenario_->expect[i].what).condition);
      break;
    }
    case Planned::end: break;
  }
}

bool Simulation::step() {
  if (ended_) return false;
  const std::optional<Instant> next = world_.next_event_at();
  if (!next || *next > end_) {
    ended_ = true;
    (void)world_.run_until(end_);
    return false;
  }
  absorbed_ = 0;
  const std::optional<StepResult> result = world_.step();
  if (guests_.host()) guests_.collect(checks_.history(), world_);
  if (!world_.interceptions().empty()) {
    Access access{*this};
    driver_.on_interceptions(world_.interceptions(), access);
  }
  absorb();
  if (result && result->appointment) {
    on_appointment(plans_[static_cast<std::size_t>(*result->appointment)]);
    absorb();
  }
  return true;
}

void Simulation::finish() {
  for (std::size_t i = 0; i < scenario_->expect.size(); ++i) {
    if (std::holds_alternative<ExpectMetric>(scenario_->expect[i].what)
        || std::holds_alternative<ExpectRecords>(scenario_->expect[i].what)) {
      results_.push_back(evaluate(scenario_->expect[i], i));
    }
  }
  if (ended_ && scenario_->epilogue == Epilogue::run) run_epilogue();
  for (std::size_t i = 0; i < scenario_->expect.size(); ++i) {  // what the epilogue finds counts for these
    if (std::holds_alternative<ExpectNo>(scenario_->expect[i].what)
        || std::holds_alternative<ExpectViolates>(scenario_->expect[i].what)) {
      results_.push_back(evaluate(scenario_->expect[i], i));
    }
  }
}

}  // namespace kafkasim::sim

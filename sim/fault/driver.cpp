#include "sim/fault/driver.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/fault/replica_bytes.hpp"

namespace kafkasim::sim {

Driver::Driver(std::shared_ptr<const Scenario> scenario, Random random)
    : scenario_{std::move(scenario)}, random_{random}, entries_(scenario_->timeline.size()) {}

void Driver::come(std::size_t i, Instant when, Host& host) {
  if (entry(i).trigger.when.empty()) return fall_due(i, when, host);
  host.appoint(when, appointment(What::arm, i));
}

void Driver::fall_due(std::size_t i, Instant when, Host& host) {
  due_.emplace(when, i);
  host.appoint(when, appointment(What::fire, i));
}

// Whichever appointment came first: entries due at the same moment fire in the order of the file.
void Driver::fire_due(Host& host) {
  while (!due_.empty() && due_.begin()->first <= host.world.now()) {
    const std::size_t i = due_.begin()->second;
    due_.erase(due_.begin());
    fire(i, host);
  }
}

void Driver::begin(Instant origin, Host& host) {
  origin_ = origin;
  for (std::size_t i = 0; i < entries_.size(); ++i) arm(i, host);
}

void Driver::arm(std::size_t i, Host& host) {
  const Trigger& trigger = entry(i).trigger;
  if (trigger.hit) return;
  if (trigger.after) {  // what it waits for may have fired already, if it came later
    for (std::size_t j = 0; j < entries_.size(); ++j) {
      if (entries_[j].fired && entry(j).name == *trigger.after) come(i, host.world.now() + trigger.plus, host);
    }
  } else if (trigger.at) {
    come(i, std::max(origin_ + *trigger.at + trigger.plus, host.world.now()), host);
  } else {
    come(i, host.world.now(), host);  // a condition that stands alone
  }
}

void Driver::extend(std::shared_ptr<const Scenario> scenario, Host& host) {
  scenario_ = std::move(scenario);
  const std::size_t before = entries_.size();
  entries_.resize(scenario_->timeline.size());
  for (std::size_t i = before; i < entries_.size(); ++i) arm(i, host);
}

void Driver::on_appointment(std::uint64_t what, Host& host) {
  const std::size_t i = static_cast<std::size_t>(what / 4);
  switch (static_cast<What>(what % 4)) {
    case What::fire: fire_due(host); break;
    case What::arm:
      entries_[i].condition_armed = true;
      on_observations({}, host);
      break;
    case What::undo: undo(i, host); break;
  }
}

void Driver::on_observations(std::span<const Observation> observations, Host& host) {
  for (const Observation& o : observations) {
    const bool ended = o.get_if<ProcessExited>() || o.get_if<ProcessCrashed>() || o.get_if<PowerLost>();
    if (ended && restarting_.erase(o.host) > 0) host.world.start(o.host);
    if (ended) end_freezes(o.host, host);
    on_disk_failure(o, host);
  }
  if (!seeks_.empty()) go_on_seeking(host);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].condition_armed || entries_[i].fired) continue;
    const Trigger& trigger = entry(i).trigger;
    if (!std::ranges::all_of(trigger.when, [&host](const Condition& c) { return host.holds(c); })) continue;
    entries_[i].condition_armed = false;
    const bool alone = !trigger.at && !trigger.after && !trigger.hit;
    if (alone && trigger.plus.ns > 0) {
      fall_due(i, host.world.now() + trigger.plus, host);
    } else {
      fire(i, host);
    }
  }
}

void Driver::fire(std::size_t i, Host& host) {
  if (entries_[i].fired) return;
  entries_[i].fired = true;
  entries_[i].fired_at = host.world.now();
  const Operation& operation = entry(i).operation;
  if (!std::holds_alternative<ExpectNow>(operation) && !std::holds_alternative<NoteText>(operation)) ++interventions_;
  std::visit([&](const auto& op) { act(i, op, host); }, entry(i).operation);
  if (entry(i).undo_after) host.appoint(host.world.now() + *entry(i).undo_after, appointment(What::undo, i));
  if (entry(i).name.empty()) return;
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    if (entry(j).trigger.after == entry(i).name) come(j, host.world.now() + entry(j).trigger.plus, host);
  }
}

std::vector<HostId> Driver::hit(std::size_t i, const Target& target, Host& host, const Unfit& unfit) {
  Random random = random_.fork(i);
  std::vector<HostId> hosts = resolve(target, {host.world, host.cluster, host.history, host.measures}, random);
  if (hosts.empty()) warn(i, fmt::format("{} is nobody at the moment: nothing happens", target.text), host);
  std::erase_if(hosts, [&](HostId h) {
    const std::string_view why = unfit ? unfit(host.world.host(h)) : "";
    if (!why.empty()) warn(i, fmt::format("{} {}: nothing happens", spoken_name(h, host.cluster), why), host);
    return !why.empty();
  });
  entries_[i].hit = hosts;
  if (!hosts.empty()) remember(i, host);
  return hosts;
}

std::string Driver::spoken_names(const std::vector<HostId>& hosts, const Host& host) {
  std::string names;
  for (const HostId h : hosts) names += (names.empty() ? "" : ", ") + spoken_name(h, host.cluster);
  return names;
}

void Driver::remember(std::size_t i, Host& host) {
  const std::string whom = entries_[i].hit.empty() ? "everyone" : spoken_names(entries_[i].hit, host);
  const std::string fault{operation_info(entry(i).operation).name};
  faults_.push_back({host.world.now() - origin_, fault, whom});
  const std::string asked = describe(entry(i).operation);
  const std::string lasts = entry(i).undo_after ? fmt::format(" for {} ms", entry(i).undo_after->whole_ms()) : "";
  host.story.tell(host.world.now(), "fault", whom, asked + lasts, Tone::fault);
}

namespace {
std::string_view unless_up(const sim::Host& host) { return host.is_up() ? "" : "is down already"; }
std::string_view unless_powered(const sim::Host& host) { return host.has_power() ? "" : "has no power as it is"; }
std::string_view unless_moving(const sim::Host& host) { return !host.is_up() ? "is down" : host.is_paused() ? "is paused already" : ""; }
std::string_view unless_down(const sim::Host& host) { return host.is_up() && !host.is_stopping() ? "runs already" : ""; }
}  // namespace

void Driver::take_down(HostId h, std::size_t i) {
  taken_down_by_[h] = i;
  restarting_.erase(h);
  gave_up_.erase(h);
}

void Driver::act(std::size_t i, const Crash& op, Host& host) {
  for (const HostId h : hit(i, op.target, host, unless_up)) {
    take_down(h, i);
    host.world.crash(h);
  }
}

void Driver::act(std::size_t i, const PowerOff& op, Host& host) {
  for (const HostId h : hit(i, op.target, host, unless_powered)) {
    take_down(h, i);
    PowerLossSpec spec;
    if (op.torn == LeftTorn::yes) spec.torn = Torn::always;
    if (const auto* keep = std::get_if<Keep>(&op.keep)) {
      spec.keep = *keep;
      if (*keep == Keep::none && op.torn == LeftTorn::yes) {  // of each replica a part of the next record
        spec.keep = Keep::drawn;
        spec.rules = keep_synced_and_tear(host.world.disk(h));
      }
    } else {
      const KeepRecords& records = std::get<KeepRecords>(op.keep);
      const TearNext tear = op.torn == LeftTorn::yes ? TearNext::yes : TearNext::no;
      spec.rules = keep_first_records(host.world.disk(h), records.partition, records.records, tear);
    }
    host.world.power_off(h, spec);
  }
}

void Driver::act(std::size_t i, const Restart& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) {
    if (host.world.is_up(h)) {
      stop(h, host);
      restarting_.insert(h);
    } else {
      host.world.start(h);
    }
  }
}

void Driver::act(std::size_t i, const Start& op, Host& host) {
  for (const HostId h : hit(i, op.target, host, unless_down)) {
    if (host.world.host(h).is_stopping()) restarting_.insert(h);  // it has not got down yet
    host.world.start(h);
  }
}

void Driver::act(std::size_t i, const Stop& op, Host& host) {
  for (const HostId h : hit(i, op.target, host, unless_up)) {
    take_down(h, i);
    stop(h, host);
  }
}

void Driver::stop(HostId h, Host& host) {
  restarting_.erase(h);
  host.world.request_stop(h);
}

void Driver::act(std::size_t i, const Pause& op, Host& host) {
  for (const HostId h : hit(i, op.target, host, unless_moving)) host.world.pause(h);
}

void Driver::act(std::size_t i, const Partition& op, Host& host) {
  Random random = random_.fork(i);
  const Surroundings at{host.world, host.cluster, host.history, host.measures};
  const std::vector<HostId> a = resolve(op.a, at, random);
  std::vector<HostId> b = resolve(op.b, at, random);
  if (op.b.empty()) {
    for (const HostId h : host.all_hosts()) {
      if (std::ranges::find(a, h) == a.end()) b.push_back(h);
    }
  }
  if (a.empty() || b.empty()) {
    return warn(i, "one of the groups is empty at the moment: nothing happens", host);
  }
  entries_[i].hit = a;
  entries_[i].cut = host.world.cut(a, b, op.direction == CutDirection::one_way ? OneWay::yes : OneWay::no);
  remember(i, host);
}

void Driver::act(std::size_t i, const Traffic& op, Host& host) {
  const ClientHost* one = host.cluster.client(op.producer);  // "shop/2": one of several
  const Target target = one ? Target{ClientTarget{ClientKind::producer, one->owner, one->number}, op.producer}
                            : Target{ClientTarget{ClientKind::producer, op.producer, std::nullopt}, op.producer};
  const SetRate change{op.permille, op.rate ? std::optional{op.rate->records_per_1000_s} : std::nullopt};
  for (const HostId h : hit(i, target, host)) host.world.command(h, change);
}

void Driver::act(std::size_t i, const Produce& op, Host& host) {
  const ClientHost* client = host.cluster.client(op.as.value_or(producer_by_hand));
  if (!client) return warn(i, "there is no producer that could send it: name one by 'as'", host);
  entries_[i].hit = {client->host};
  host.story.tell(host.world.now(), "produce", client->name, describe(entry(i).operation), Tone::note);
  host.world.command(client->host, ProduceCommand{op.topic, op.key, op.value, op.partition, op.headers});
}

void Driver::act(std::size_t i, const Transact& op, Host& host) {
  const ClientHost* client = host.cluster.client(op.as);
  if (!client) return warn(i, "there is no such producer", host);
  entries_[i].hit = {client->host};
  host.story.tell(host.world.now(), "transaction", client->name, describe(entry(i).operation), Tone::note);
  host.world.command(client->host, TransactionCommand{op.step});
}

void Driver::act(std::size_t, const ExpectNow& op, Host& host) { host.expect_now(op.expectation); }

void Driver::act(std::size_t, const NoteText& op, Host& host) {
  host.story.tell(host.world.now(), "note", "note", op.text, Tone::note);
}

void Driver::act(std::size_t, const Undo& op, Host& host) {
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    if (entry(j).name == op.name) undo(j, host);
  }
}

bool Driver::is_in_force(std::size_t i) const {
  const Entry& state = entries_[i];
  if (!state.fired || state.undone) return false;
  if (state.hit.empty() && !state.cut && !state.impairment && !state.intercept) return false;  // it has hit nobody
  const Operation& operation = entry(i).operation;
  const bool breaks_nothing = std::holds_alternative<Traffic>(operation) || std::holds_alternative<AddConsumers>(operation)
                              || std::holds_alternative<RemoveConsumers>(operation);
  return operation_info(operation).undoable == Undoable::yes && !breaks_nothing;
}

bool Driver::has_faults_in_force() const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (is_in_force(i)) return true;
  }
  return false;
}

std::vector<Driver::InForce> Driver::faults_in_force() const {
  std::vector<InForce> faults;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (is_in_force(i)) faults.push_back({i, entries_[i].fired_at});
  }
  return faults;
}

// Of what nobody else tells of.
void Driver::tell_end(std::size_t i, Host& host) const {
  const Operation& op = entry(i).operation;
  const bool silent = std::holds_alternative<SlowDisk>(op) || std::holds_alternative<SlowCpu>(op) || std::holds_alternative<FullDisk>(op)
                      || std::holds_alternative<FailDisk>(op) || std::holds_alternative<ClockFault>(op)
                      || std::holds_alternative<MetadataFreeze>(op);
  if (!silent || entries_[i].hit.empty()) return;
  host.story.tell(host.world.now(), "heal", spoken_names(entries_[i].hit, host),
                  fmt::format("{} is over", operation_info(op).name), Tone::good);
}

void Driver::undo(std::size_t i, Host& host) {
  Entry& state = entries_[i];
  if (!state.fired || state.undone) return;
  state.undone = true;
  ++interventions_;
  const Operation& operation = entry(i).operation;
  if (state.cut) {
    host.story.tell(host.world.now(), "heal", "network", "the partition is over", Tone::good);
    host.world.heal(*state.cut);
  }
  undo_network(i, host);
  tell_end(i, host);
  for (const HostId h : state.hit) {
    undo_host_fault(i, h, host);
    if (std::holds_alternative<Pause>(operation)) host.world.resume(h);
    if (std::holds_alternative<Traffic>(operation)) host.world.command(h, SetRate{});
    if (std::holds_alternative<AddConsumers>(operation)) host.world.request_stop(h);
    const bool leaves = std::holds_alternative<Stop>(operation) || std::holds_alternative<RemoveConsumers>(operation);
    const bool starts = leaves || std::holds_alternative<Crash>(operation)
                        || std::holds_alternative<PowerOff>(operation)
                        || std::holds_alternative<CrashConsumers>(operation);
    const auto later = taken_down_by_.find(h);
    if (!starts || (later != taken_down_by_.end() && later->second != i)) continue;  // another fault keeps it down
    if (leaves && host.world.is_up(h)) {
      restarting_.insert(h);  // it has not got down yet
    } else {
      host.world.start(h);
    }
  }
}

}  // namespace kafkasim::sim

#include "sim/scenario/chaos.hpp"

#include <algorithm>
#include <array>

#include "core/base/random.hpp"
#include "sim/scenario/json_edit.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

// Operations after which a broker does not work for a time: its process is down or frozen, or nobody reaches it. A
// broker all of whose disks fail shuts down.
constexpr std::array<std::string_view, 9> takes_down{"crash", "power_off", "wipe",      "stop",     "restart",
                                                     "pause", "partition", "full_disk", "fail_disk"};
// A controlled shutdown is over some time after it was asked for, and only then does the process start again.
constexpr Duration shutting_down = seconds(5);

std::int64_t brokers_in(const Target& target, const Scenario& scenario) {
  const auto& brokers = scenario.cluster.brokers;
  const auto all = static_cast<std::int64_t>(brokers.size());
  if (const auto* node = std::get_if<NodeTarget>(&target.what)) {
    return std::ranges::any_of(brokers, [node](const NodeSpec& b) { return b.id == node->node; }) ? 1 : 0;
  }
  if (const auto* group = std::get_if<ClusterTarget>(&target.what)) {
    if (*group == ClusterTarget::all_brokers) return all;
    if (*group == ClusterTarget::any_broker) return 1;
    const auto& controllers = scenario.cluster.controllers;
    const bool combined = std::ranges::any_of(brokers, [&](const NodeSpec& b) { return b.id == controllers.front().id; });
    if (!combined) return 0;
    return *group == ClusterTarget::all_controllers ? static_cast<std::int64_t>(controllers.size()) : 1;
  }
  if (const auto* rack = std::get_if<RackTarget>(&target.what)) {
    return std::ranges::count_if(brokers, [rack](const NodeSpec& b) { return b.rack == rack->rack; });
  }
  if (std::holds_alternative<FollowersTarget>(target.what)) return all - 1;
  return std::holds_alternative<ClientTarget>(target.what) ? 0 : 1;
}

std::int64_t brokers_in(const std::vector<Target>& targets, const Scenario& scenario) {
  std::int64_t sum = 0;
  for (const Target& target : targets) sum += brokers_in(target, scenario);
  return std::min(sum, static_cast<std::int64_t>(scenario.cluster.brokers.size()));
}

// Those in the smaller of both groups: they are cut off from the rest.
std::int64_t brokers_cut_off(const Partition& cut, const Scenario& scenario) {
  const std::int64_t a = brokers_in(cut.a, scenario);
  if (cut.b.empty()) return std::min(a, static_cast<std::int64_t>(scenario.cluster.brokers.size()) - a);
  const std::int64_t b = brokers_in(cut.b, scenario);
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);  // from the controllers, say
}

struct Taken {  // both ends included
  Duration from;
  Duration to;
  std::int64_t brokers{};
};

constexpr Duration for_ever = longest_duration;

std::optional<Taken> taken_by(const Operation& operation, Duration at, std::optional<Duration> lasts,
                              const Scenario& scenario) {
  const std::int64_t brokers = brokers_taken(operation, scenario);
  if (brokers == 0) return std::nullopt;
  const std::string_view name = operation_info(operation).name;
  if (name == "restart") return Taken{at, at + shutting_down, brokers};
  if (name == "wipe" && !lasts) return Taken{at, at, brokers};
  if (!lasts) return Taken{at, for_ever, brokers};
  return Taken{at, at + *lasts + (name == "stop" ? shutting_down : Duration{}), brokers};
}

// Who is down or cut off when, as far as it is known beforehand.
class Ledger {
 public:
  explicit Ledger(const Scenario& scenario) : most_{scenario.chaos->most_down} {
    for (const TimelineEntry& entry : scenario.timeline) {
      if (!entry.trigger.at) continue;
      const auto taken = taken_by(entry.operation, *entry.trigger.at + entry.trigger.plus, entry.undo_after, scenario);
      if (taken) takes_.push_back(*taken);
    }
  }

  bool admit(const Taken& fresh) {  // in order of `from`
    std::erase_if(takes_, [&fresh](const Taken& t) { return t.to < fresh.from; });
    std::vector<Duration> moments{fresh.from};  // the peak is where something begins
    for (const Taken& t : takes_) {
      if (t.from > fresh.from && t.from <= fresh.to) moments.push_back(t.from);
    }
    for (const Duration moment : moments) {
      std::int64_t down = fresh.brokers;
      for (const Taken& t : takes_) down += t.from <= moment && moment <= t.to ? t.brokers : 0;
      if (down > most_) return false;
    }
    takes_.push_back(fresh);
    return true;
  }

 private:
  std::int64_t most_;
  std::vector<Taken> takes_;
};

std::vector<bool> draw_families(std::size_t count, Random random) {
  std::vector<bool> on(count);
  while (std::ranges::find(on, true) == on.end()) {
    for (std::size_t i = 0; i < count; ++i) on[i] = random.chance(1, 2);
  }
  return on;
}

// In whole milliseconds or microseconds where both ends are: what is drawn can be read.
Duration draw_duration(const Range<Duration>& range, Random& random) {
  std::int64_t unit = 1;
  for (const std::int64_t candidate : {microseconds(1).ns, milliseconds(1).ns}) {
    if (range.least.ns % candidate == 0 && range.most.ns % candidate == 0) unit = candidate;
  }
  return Duration{random.between(range.least.ns / unit, range.most.ns / unit) * unit};
}

// The family's own object with a moment in place of the period.
JsonValue entry_of(const JsonValue& family, const DrawnFault& fault) {
  JsonValue entry = json_object();
  set_member(entry, "at", json_text(format_duration(fault.at)));
  for (std::size_t i = 0; i < family.keys.size(); ++i) {
    if (family.keys[i].name != "every") set_member(entry, family.keys[i].name, family.items[i]);
  }
  if (fault.lasts) set_member(entry, "for", json_text(format_duration(*fault.lasts)));
  return entry;
}

}  // namespace

std::int64_t brokers_taken(const Operation& operation, const Scenario& scenario) {
  if (std::ranges::find(takes_down, operation_info(operation).name) == takes_down.end()) return 0;
  return std::visit(
      [&scenario](const auto& op) -> std::int64_t {
        if constexpr (requires { brokers_cut_off(op, scenario); }) {
          return brokers_cut_off(op, scenario);
        } else if constexpr (requires { brokers_in(op.target, scenario); }) {
          return brokers_in(op.target, scenario);
        } else {
          return 0;
        }
      },
      operation);
}

DrawnChaos draw_chaos(const Scenario& scenario) {
  DrawnChaos drawn;
  if (!scenario.chaos) return drawn;
  const ChaosSpec& chaos = *scenario.chaos;
  const Random root = Random{scenario.seed}.fork("chaos");
  drawn.on = draw_families(chaos.faults.size(), root.fork("families"));
  std::vector<DrawnFault> wanted;
  for (std::size_t i = 0; i < chaos.faults.size(); ++i) {
    const ChaosFamily& family = chaos.faults[i];
    if (!drawn.on[i]) continue;
    Random random = root.fork(i);
    for (Duration at = chaos.from; at <= chaos.to; at = at + family.every) {
      wanted.push_back({i, at, family.lasts ? std::optional{draw_duration(*family.lasts, random)} : std::nullopt});
    }
  }
  std::ranges::stable_sort(wanted, {}, &DrawnFault::at);
  Ledger ledger{scenario};
  for (const DrawnFault& fault : wanted) {
    const auto taken = taken_by(chaos.faults[fault.family].operation, fault.at, fault.lasts, scenario);
    if (!taken || ledger.admit(*taken)) drawn.faults.push_back(fault);
  }
  return drawn;
}

Scenario with_chaos_drawn(Scenario scenario) {
  for (const DrawnFault& fault : draw_chaos(scenario).faults) {
    const ChaosFamily& family = scenario.chaos->faults[fault.family];
    TimelineEntry entry;
    entry.trigger.at = fault.at;
    entry.undo_after = fault.lasts;
    entry.operation = family.operation;
    entry.pointer = family.pointer;
    scenario.timeline.push_back(std::move(entry));
  }
  scenario.chaos.reset();
  return scenario;
}

void write_drawn_chaos(JsonValue& root, const DrawnChaos& drawn) {
  const JsonValue* chaos = root.find("chaos");
  const JsonValue* families = chaos ? chaos->find("faults") : nullptr;
  if (!families) return;
  JsonValue timeline = json_list();
  if (const JsonValue* own = root.find("timeline")) timeline = *own;
  for (const DrawnFault& fault : drawn.faults) timeline.items.push_back(entry_of(families->items[fault.family], fault));
  erase_member(root, "chaos");
  set_member(root, "timeline", std::move(timeline));
}

}  // namespace kafkasim::sim

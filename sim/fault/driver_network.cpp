// The part of Driver that acts on the network, on messages and on the metadata that nodes apply.
#include <algorithm>

#include <fmt/format.h>

#include "core/controller/controller.hpp"
#include "sim/fault/driver.hpp"

namespace kafkasim::sim {

namespace {

struct ThenInto {
  InterceptRule& rule;
  void operator()(const DropIt&) const { rule.fate = InterceptFate::drop; }
  void operator()(const HoldIt&) const { rule.fate = InterceptFate::hold; }
  void operator()(const DisconnectIt&) const { rule.fate = InterceptFate::disconnect; }
  void operator()(const DelayIt& then) const {
    rule.fate = InterceptFate::delay;
    rule.delay = then.by;
  }
  void operator()(const FailIt& then) const {
    rule.fate = InterceptFate::error;
    rule.error = then.error;
  }
};

bool is_node(HostId host, const std::map<NodeId, HostId>& nodes) {
  return std::ranges::any_of(nodes, [host](const auto& node) { return node.second == host; });
}

}  // namespace

void Driver::warn(std::size_t i, std::string text, Host& host) const {
  host.story.tell(host.world.now(), "fault", std::string{operation_info(entry(i).operation).name}, std::move(text),
                  Tone::warning);
}

std::optional<Driver::Pair> Driver::hit_pair(std::size_t i, const std::vector<Target>& one,
                                             const std::vector<Target>& two, Host& host) {
  Random random = random_.fork(i);
  const Surroundings at{host.world, host.cluster, host.history, host.measures};
  Pair pair;
  pair.a = resolve(one, at, random);
  pair.b = resolve(two, at, random);
  if (pair.a.empty() || pair.b.empty()) {
    warn(i, "one of the two is nobody at the moment: nothing happens", host);
    return std::nullopt;
  }
  entries_[i].hit = pair.a;
  remember(i, host);
  return pair;
}

void Driver::act(std::size_t i, const SlowLink& op, Host& host) {
  std::optional<Pair> ends = hit_pair(i, op.a, op.b, host);
  if (!ends) return;
  Impairment how;
  if (op.latency) how.latency = Impairment::Latency{op.latency->least, op.latency->most};
  if (op.bytes_per_s) how.bytes_per_second = static_cast<std::uint64_t>(*op.bytes_per_s);
  how.loss_per_million = op.loss_per_million;
  entries_[i].impairment = host.world.impair(std::move(ends->a), std::move(ends->b), how);
}

void Driver::act(std::size_t i, const ResetConnections& op, Host& host) {
  if (const std::optional<Pair> ends = hit_pair(i, op.a, op.b, host)) host.world.reset_connections(ends->a, ends->b);
}

void Driver::act(std::size_t i, const Intercept& op, Host& host) {
  Random random = random_.fork(i);
  const Surroundings at{host.world, host.cluster, host.history, host.measures};
  InterceptRule rule;
  if (!op.from.empty()) rule.from = resolve(op.from, at, random);
  if (!op.to.empty()) rule.to = resolve(op.to, at, random);
  if ((rule.from && rule.from->empty()) || (rule.to && rule.to->empty())) {
    return warn(i, "its sender or its receiver is nobody at the moment: nothing happens", host);
  }
  rule.api = op.api;
  rule.kind = op.kind;
  rule.skip = op.skip;
  rule.most = op.count;
  std::visit(ThenInto{rule}, op.then);
  entries_[i].hit = rule.to ? *rule.to : rule.from.value_or(std::vector<HostId>{});
  entries_[i].intercept = host.world.intercept(std::move(rule));
  remember(i, host);
}

void Driver::act(std::size_t i, const Release& op, Host& host) {
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    if (entry(j).name != op.name || !entries_[j].intercept) continue;
    const std::size_t held = host.world.intercepts().held_by(*entries_[j].intercept);
    if (held == 0) return warn(i, op.name + " holds nothing at the moment", host);
    host.world.release(*entries_[j].intercept, op.count);
    return host.story.tell(host.world.now(), "release", op.name,
                           fmt::format("{} of {} held message{} go on", std::min<std::size_t>(op.count.value_or(held), held),
                                       held, held == 1 ? "" : "s"),
                           Tone::good);
  }
  warn(i, op.name + " is not in force", host);
}

void Driver::act(std::size_t i, const MetadataFreeze& op, Host& host) {
  std::vector<HostId> frozen;
  for (const HostId h : hit(i, op.target, host)) {
    if (is_node(h, host.cluster.brokers) && host.world.is_up(h)) {
      frozen.push_back(h);
    } else {
      warn(i, spoken_name(h, host.cluster) + " is no broker that runs: nothing happens there", host);
    }
  }
  entries_[i].hit = frozen;
  for (const HostId h : frozen) host.world.command(h, FreezeMetadata{op.partition, op.leader_epoch});
}

// The other freezes of the host stay in force: the command takes the place of all that were given before.
void Driver::thaw(std::size_t i, HostId h, Host& host) {
  host.world.command(h, ThawMetadata{});
  for (std::size_t j = 0; j < entries_.size(); ++j) {
    const auto* other = std::get_if<MetadataFreeze>(&entry(j).operation);
    if (other == nullptr || j == i || !entries_[j].fired || entries_[j].undone) continue;
    if (std::ranges::find(entries_[j].hit, h) == entries_[j].hit.end()) continue;
    host.world.command(h, FreezeMetadata{other->partition, other->leader_epoch});
  }
}

void Driver::end_freezes(HostId h, Host& host) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& state = entries_[i];
    const bool in_force = state.fired && !state.undone && std::holds_alternative<MetadataFreeze>(entry(i).operation);
    const bool is_of_the_next_process = state.fired_at == host.world.now() && host.world.is_up(h);
    if (!in_force || is_of_the_next_process || std::erase(state.hit, h) == 0) continue;
    host.story.tell(host.world.now(), "heal", spoken_name(h, host.cluster), "freeze_metadata is over: the process that was frozen has ended", Tone::good);
    state.undone = state.hit.empty();
    ++interventions_;
  }
}

void Driver::act(std::size_t i, const StandForElection& op, Host& host) {
  for (const HostId h : hit(i, op.target, host)) {
    const Controller* controller = host.world.machine<Controller>(h);
    if (controller == nullptr) {
      warn(i, spoken_name(h, host.cluster) + " is no controller that runs: nothing happens", host);
    } else if (controller->raft().is_leader()) {
      warn(i, spoken_name(h, host.cluster) + " leads already: nothing happens", host);
    } else {
      host.world.command(h, Campaign{});
    }
  }
}

void Driver::on_interceptions(std::span<const Interception> messages, Host& host) {
  for (const Interception& message : messages) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& state = entries_[i];
      if (state.intercept != message.by || ++state.taken > 1) continue;
      const std::string_view kind = message.kind == MessageKind::request ? "request" : "response";
      host.story.tell(host.world.now(), "intercept", spoken_name(message.to, host.cluster),
                      fmt::format("the {} {} from {} is the first that {} takes", api_name(message.api), kind,
                                  spoken_name(message.from, host.cluster),
                                  entry(i).name.empty() ? "the intercept" : entry(i).name),
                      Tone::warning);
      if (entry(i).name.empty()) continue;
      for (std::size_t j = 0; j < entries_.size(); ++j) {
        if (entry(j).trigger.hit == entry(i).name) come(j, host.world.now() + entry(j).trigger.plus, host);
      }
    }
  }
}

void Driver::undo_network(std::size_t i, Host& host) {
  Entry& state = entries_[i];
  if (state.impairment) {
    host.story.tell(host.world.now(), "heal", "network", "the link is as it was", Tone::good);
    host.world.mend(*state.impairment);
  }
  if (state.intercept) {
    const std::size_t held = host.world.intercepts().held_by(*state.intercept);
    host.story.tell(host.world.now(), "heal", "network",
                    fmt::format("the intercept is over after {} message{}{}", state.taken, state.taken == 1 ? "" : "s",
                                held > 0 ? fmt::format(", {} held go on", held) : std::string{}),
                    Tone::good);
    host.world.lift(*state.intercept);
  }
  if (!std::holds_alternative<MetadataFreeze>(entry(i).operation)) return;
  for (const HostId h : state.hit) thaw(i, h, host);
}

}  // namespace kafkasim::sim

#include "sim/net/intercepts.hpp"

#include <algorithm>
#include <utility>

namespace kafkasim::sim {
namespace {

bool names(const std::optional<std::vector<HostId>>& hosts, HostId host) {
  return !hosts || std::ranges::find(*hosts, host) != hosts->end();
}

bool matches(const InterceptRule& rule, HostId from, HostId to, const Message& message) {
  return (!rule.api || *rule.api == message.api()) && (!rule.kind || *rule.kind == message.kind())
         && names(rule.from, from) && names(rule.to, to);
}

}  // namespace

void hash_rule(RunningHash& hash, const InterceptRule& rule) {
  for (const auto* hosts : {&rule.from, &rule.to}) {
    hash.add(static_cast<std::uint64_t>(*hosts ? (*hosts)->size() + 1 : 0));
    if (!*hosts) continue;
    for (const HostId host : **hosts) hash.add(static_cast<std::uint64_t>(host.value));
  }
  hash.add(static_cast<std::uint64_t>(rule.api ? static_cast<int>(*rule.api) + 1 : 0));
  hash.add(static_cast<std::uint64_t>(rule.kind ? static_cast<int>(*rule.kind) + 1 : 0));
  hash.add(static_cast<std::uint64_t>(rule.fate));
  hash.add(rule.delay.ns);
  hash.add(static_cast<std::uint64_t>(rule.error));
  hash.add(rule.skip);
  hash.add(static_cast<std::uint64_t>(rule.most.has_value()));
  hash.add(rule.most.value_or(0));
}

InterceptId Intercepts::add(InterceptRule rule) {
  const InterceptId id{++rules_made_};
  rules_.emplace(id, Rule{std::move(rule), 0, {}});
  return id;
}

std::optional<Intercepts::Taken> Intercepts::take(HostId from, HostId to, const Message& message) {
  if (!spared_.empty() && names(spared_, from) && names(spared_, to)) return std::nullopt;
  for (auto& [id, state] : rules_) {
    const InterceptRule& rule = state.rule;
    if (!matches(rule, from, to, message)) continue;
    if (rule.most && state.matched >= rule.skip && state.matched - rule.skip >= *rule.most) continue;
    if (++state.matched <= rule.skip) continue;
    return Taken{id, &rule};
  }
  return std::nullopt;
}

std::uint64_t Intercepts::keep_held(InterceptId by, Parcel parcel) {
  const std::uint64_t number = keep_delayed(std::move(parcel));
  rules_.at(by).held.push_back(number);
  return number;
}

std::uint64_t Intercepts::keep_delayed(Parcel parcel) {
  parcels_.emplace(++parcels_made_, std::move(parcel));
  return parcels_made_;
}

std::vector<std::uint64_t> Intercepts::release(InterceptId by, std::optional<std::uint64_t> most) {
  const auto found = rules_.find(by);
  if (found == rules_.end()) return {};
  std::vector<std::uint64_t>& held = found->second.held;
  const std::uint64_t count = std::min<std::uint64_t>(most.value_or(held.size()), held.size());
  const auto end = held.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::uint64_t> released{held.begin(), end};
  held.erase(held.begin(), end);
  return released;
}

std::vector<std::uint64_t> Intercepts::spare(std::vector<HostId> hosts) {
  spared_ = std::move(hosts);
  std::vector<std::uint64_t> released;
  for (auto& [id, rule] : rules_) {
    std::vector<std::uint64_t> kept;
    for (const std::uint64_t number : rule.held)
      (names(spared_, parcels_.at(number).to) ? released : kept).push_back(number);
    rule.held = std::move(kept);
  }
  return released;
}

std::vector<std::uint64_t> Intercepts::remove(InterceptId id) {
  std::vector<std::uint64_t> held = release(id, std::nullopt);
  rules_.erase(id);
  return held;
}

std::optional<Parcel> Intercepts::open(std::uint64_t parcel) {
  const auto found = parcels_.find(parcel);
  if (found == parcels_.end()) return std::nullopt;
  std::optional<Parcel> opened{std::move(found->second)};
  parcels_.erase(found);
  return opened;
}

std::size_t Intercepts::held_by(InterceptId id) const {
  const auto found = rules_.find(id);
  return found == rules_.end() ? 0 : found->second.held.size();
}

}  // namespace kafkasim::sim

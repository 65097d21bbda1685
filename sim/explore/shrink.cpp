#include "sim/explore/shrink.hpp"

#include <set>

#include <fmt/format.h>

#include "sim/explore/failing.hpp"
#include "sim/explore/reduce.hpp"
#include "sim/explore/trial.hpp"
#include "sim/scenario/chaos.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

struct Broken {  // how a run ended that failed
  Breach breach;
  std::optional<Duration> at;                // of the violation, where it did not take the epilogue
  std::map<std::size_t, std::string> hit;    // by entries of the timeline that hit one node: which
};

std::map<std::size_t, std::string> nodes_hit(const Simulation& run) {
  std::map<std::size_t, std::string> names;
  for (std::size_t i = 0; i < run.scenario().timeline.size(); ++i) {
    const std::vector<HostId>& hosts = run.driver().hit_by(i);
    if (hosts.size() != 1) continue;
    for (const auto& nodes : {run.cluster().brokers, run.cluster().controllers}) {
      for (const auto& [id, host] : nodes) {
        if (host == hosts.front()) names[i] = std::to_string(id.value);
      }
    }
  }
  return names;
}

// Runs until the invariant breaks (excused findings do not count), or to the end. Absent: nothing failed, or `stop`.
std::optional<Broken> run_until_broken(const Scenario& scenario, const std::string& invariant, const std::function<bool()>& stop) {
  try {
    Simulation run{std::make_shared<const Scenario>(scenario), WireMode::fast};
    if (const Result<void> formed = run.form(); !formed)
      return Broken{{BreachKind::not_formed, "", formed.error().message, ""}, std::nullopt, {}};
    std::uint64_t steps = 0;
    const auto broken = [&] { return !invariant.empty() && run.findings().violations_of(invariant) > 0; };
    while (!broken() && run.step()) {
      if (++steps % 1024 == 0 && stop()) return std::nullopt;
    }
    const bool early = broken();
    run.finish();
    std::optional<Breach> breach = breach_of(run);
    if (!breach) return std::nullopt;
    return Broken{*breach, early ? std::optional{run.now()} : std::nullopt, nodes_hit(run)};
  } catch (const std::exception& error) {
    return Broken{{BreachKind::internal_error, "", error.what(), ""}, std::nullopt, {}};
  }
}

class Shrinker {
 public:
  Shrinker(JsonValue start, Broken first, const ShrinkLimits& limits, const ShrinkWatch& watch)
      : broken_{std::move(first)},
        limits_{limits},
        watch_{watch},
        reduction_{std::move(start), [this](const JsonValue& candidate) { return still_fails(candidate); }} {}

  Shrunk shrink() {
    said("the moment");
    if (broken_.at) reduction_.end_at(*broken_.at);
    said("targets");
    reduction_.settle_targets(broken_.hit);
    std::string before;
    do {  // what one pass takes out may free another
      before = write_json(reduction_.best());
      said("faults");
      reduction_.take_out_faults();
      said("clients");
      reduction_.take_out_clients();
      said("topics");
      reduction_.take_out_topics();
      said("nodes");
      reduction_.take_out_nodes();
      said("time");
      if (broken_.at) reduction_.end_at(*broken_.at);
      if (!broken_.at) reduction_.shorten();
      said("load");
      reduction_.lighten();
    } while (!limited_ && write_json(reduction_.best()) != before);
    return {write_json(reduction_.best()), broken_.breach, runs_, !limited_};
  }

 private:
  void said(std::string step) { step_ = std::move(step); }

  bool still_fails(const JsonValue& candidate) {
    limited_ = limited_ || runs_ >= limits_.most_runs || limits_.stop();
    if (limited_) return false;
    const std::string text = write_json(candidate);
    if (!tried_.insert(text).second) return false;
    const Parsed parsed = parse_scenario(text);
    if (!parsed.scenario) return false;
    watch_.tick(step_, runs_);
    ++runs_;
    std::optional<Broken> broken = run_until_broken(*parsed.scenario, broken_.breach.invariant, limits_.stop);
    if (!broken || !broken->breach.same_as(broken_.breach)) return false;
    broken_ = std::move(*broken);
    return true;
  }

  Broken broken_;  // of the best so far
  const ShrinkLimits& limits_;
  const ShrinkWatch& watch_;
  std::string step_;
  std::set<std::string> tried_;
  std::uint64_t runs_{1};  // the first has been
  bool limited_{false};
  Reduction reduction_;
};

}  // namespace

Result<Shrunk> shrink(const std::string& text, const Scenario& scenario, const ShrinkLimits& limits,
                      const ShrinkWatch& watch) {
  watch.tick("the failure", 0);
  const std::optional<Broken> first = run_until_broken(scenario, "", limits.stop);
  if (!first) {
    if (limits.stop()) return fail("stopped before the failure was seen");
    return fail(fmt::format("seed {} breaks nothing that the scenario expects: there is nothing to shrink", scenario.seed));
  }
  const JsonDocument document = read_json(text);
  if (!document.root) return fail("the scenario file has changed");
  const JsonValue start = failing_scenario(*document.root, scenario, first->breach);
  const Parsed plain = parse_scenario(write_json(start));
  if (!plain.scenario) return fail("internal error: the failing scenario does not parse");
  // Again, up to the moment of the violation only: in its own file the failure must be the same.
  const std::optional<Broken> again = run_until_broken(*plain.scenario, first->breach.invariant, limits.stop);
  if (!again || !again->breach.same_as(first->breach))
    return fail(limits.stop() ? "stopped before the failure was seen" : "internal error: the failure is another in a file of its own");
  return Shrinker{start, *again, limits, watch}.shrink();
}

}  // namespace kafkasim::sim

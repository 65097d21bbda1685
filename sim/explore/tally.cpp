#include "sim/explore/tally.hpp"

#include <algorithm>
#include <numeric>

#include <nlohmann/json.hpp>

namespace kafkasim::sim {

using PlainJson = nlohmann::json;

std::string what_broke(const Breach& breach) {
  switch (breach.kind) {
    case BreachKind::invariant: return breach.invariant;
    case BreachKind::expectation: return "expectation";
    case BreachKind::not_formed: return "not formed";
    case BreachKind::internal_error: break;
  }
  return "internal error";
}

void Tally::add(const Tally& other) {
  if (runs.size() < other.runs.size()) runs.resize(other.runs.size());
  for (std::size_t i = 0; i < other.runs.size(); ++i) runs[i] += other.runs[i];
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
  for (const auto& [id, count] : other.evaluations) evaluations[id] += count;
  for (const auto& [name, count] : other.probes) probes[name] += count;
}

void Tally::sort() {
  std::ranges::stable_sort(failures, {}, [](const Failure& f) { return std::pair{f.seed, f.scenario}; });
}

std::uint64_t Tally::all_runs() const { return std::accumulate(runs.begin(), runs.end(), std::uint64_t{0}); }

std::uint64_t Tally::seeds() const { return runs.empty() ? 0 : *std::ranges::max_element(runs); }

std::string to_bytes(const Tally& tally) {
  PlainJson failures = PlainJson::array();
  for (const Failure& f : tally.failures) {
    failures.push_back({f.seed, f.scenario, static_cast<int>(f.breach.kind), f.breach.invariant, f.breach.detail,
                        f.breach.pointer, f.file});
  }
  const PlainJson all{
      {"runs", tally.runs}, {"failures", failures}, {"evaluations", tally.evaluations}, {"probes", tally.probes}};
  return all.dump(-1, ' ', false, PlainJson::error_handler_t::replace);
}

Result<Tally> tally_from(const std::string& bytes) {
  try {
    const PlainJson all = PlainJson::parse(bytes);
    Tally tally;
    all.at("runs").get_to(tally.runs);
    all.at("evaluations").get_to(tally.evaluations);
    all.at("probes").get_to(tally.probes);
    for (const PlainJson& f : all.at("failures")) {
      const int kind = f.at(2).get<int>();
      if (kind < 0 || kind > static_cast<int>(BreachKind::internal_error)) return fail("no such kind of failure");
      tally.failures.push_back({f.at(0), f.at(1), {static_cast<BreachKind>(kind), f.at(3), f.at(4), f.at(5)}, f.at(6)});
    }
    return tally;
  } catch (const PlainJson::exception& error) { return fail(std::string{"not a tally: "} + error.what()); }
}

}  // namespace kafkasim::sim

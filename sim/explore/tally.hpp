#pragma once
// Tally: what one or many runs have come to. Adding two is associative, and but for the order of failures, which
// sort() makes that of the seeds, commutative: so nothing depends on which process ran what.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace kafkasim::sim {

// Why a run failed: an invariant, an expectation of another kind, or something wrong with kafkasim itself.
enum class BreachKind : std::uint8_t { invariant, expectation, not_formed, internal_error };
struct Breach {
  BreachKind kind{};
  std::string invariant;  // of that kind; else empty
  std::string detail;     // "orders-0: ...", the expectation's sentence, what was thrown
  std::string pointer;    // where the expectation stands in the scenario, if it is one
  [[nodiscard]] bool same_as(const Breach& o) const { return kind == o.kind && invariant == o.invariant; }
};

[[nodiscard]] std::string what_broke(const Breach& breach);  // the invariant, or "expectation", "not formed", "internal error"

struct Failure {
  std::uint64_t seed{};
  std::uint64_t scenario{};  // of the sweep's list
  Breach breach;
  std::string file;  // where it was saved; empty: nowhere
};

struct Tally {
  std::vector<std::uint64_t> runs;  // of each scenario
  std::vector<Failure> failures;
  std::map<std::string, std::uint64_t> evaluations;  // by invariant
  std::map<std::string, std::uint64_t> probes;       // by name, those of the table that were never reached too

  void add(const Tally& other);
  void sort();
  [[nodiscard]] std::uint64_t all_runs() const;
  [[nodiscard]] std::uint64_t seeds() const;  // how many seeds at least one scenario has run with
};

[[nodiscard]] std::string to_bytes(const Tally& tally);
[[nodiscard]] Result<Tally> tally_from(const std::string& bytes);

}  // namespace kafkasim::sim

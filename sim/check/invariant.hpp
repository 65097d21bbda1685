#pragma once
// An invariant: a promise of Kafka that is looked at after every observation that could break it. Each has a file of
// its own, is a value (its memory is copied with the run), and reports to Findings. The history has taken in the
// observation already. Beside `id`, `promise` (its row in the list) and `evaluations`, it has one or more of
//   void check(const Observation& o, History& h, Findings& f);                      looks at every observation
//   void on(const Observation& o, const E& event, const History& h, Findings& f);   is given events of kind E only, of
//                                   trace.hpp or the kernel's: costs nothing otherwise. As many as it needs.
//   void on(const Observation& o, const NewlyCommitted& n, const History& h, Findings& f);   a leader's high watermark
//                                                                                             has revealed batches
// To add one: its file, its line in invariants.hpp, its row in README.md, its test.
#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/check/committed_log.hpp"
#include "sim/check/finding.hpp"
#include "sim/check/history.hpp"

namespace kafkasim::sim {

struct InvariantInfo {
  std::string_view id;
  std::string_view promise;
};

// All invariants of this release, in the order of the list.
[[nodiscard]] const std::vector<InvariantInfo>& invariant_table();

struct NewlyCommitted {
  const PartitionHistory& partition;
  const CommittedLog& log;  // that of the partition, with the news
  const CommittedLog::News& news;
};

template <class I>
concept Invariant = std::copyable<I> && requires(I i) {
  { I::id } -> std::convertible_to<std::string_view>;
  { I::promise } -> std::convertible_to<std::string_view>;
  { i.evaluations } -> std::convertible_to<std::uint64_t>;
};

}  // namespace kafkasim::sim

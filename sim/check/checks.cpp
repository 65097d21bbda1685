#include "sim/check/checks.hpp"

#include <variant>

#include "sim/check/invariants.hpp"

namespace kafkasim::sim {

struct Checks::All {
  Invariants invariants;
};

namespace {

template <class Each>
void for_each(Invariants& invariants, const Each& each) {
  std::apply([&each](auto&... i) { (each(i), ...); }, invariants);
}
template <class Each>
void for_each(const Invariants& invariants, const Each& each) {
  std::apply([&each](const auto&... i) { (each(i), ...); }, invariants);
}

// Gives an event to the invariants that want events of its kind.
template <class E>
void tell(Invariants& invariants, const Observation& o, const E& event, History& history, Findings& findings) {
  for_each(invariants, [&](Invariant auto& invariant) {
    if constexpr (requires { invariant.on(o, event, history, findings); }) invariant.on(o, event, history, findings);
  });
}

}  // namespace

const std::vector<InvariantInfo>& invariant_table() {
  static const std::vector<InvariantInfo> table = [] {
    std::vector<InvariantInfo> rows;
    for_each(Invariants{}, [&rows]<Invariant I>(const I&) { rows.push_back({I::id, I::promise}); });
    return rows;
  }();
  return table;
}

Checks::Checks(Subjects subjects) : history_{std::move(subjects)} {}

const CommittedLog* Checks::committed(const TopicIdPartition& id) const {
  const PartitionHistory* partition = history_.partition(id);
  return partition ? &*partition->committed : nullptr;
}

void Checks::tell_commits(const Observation& o, const trace::HighWatermarkMoved& moved) {
  const CommittedLog::News news = history_.extend_committed(o, moved);
  if (news.committed == 0) return;
  const PartitionHistory& partition = *history_.partition(moved.partition);
  tell(all_.edit().invariants, o, NewlyCommitted{partition, *partition.committed, news}, history_, findings_);
}

void Checks::observe(const Observation& o, Asked asked) {
  if (history_.is_of_deleted_topic(o)) return;
  history_.observe(o);
  const auto* moved = o.get_if<trace::HighWatermarkMoved>();
  if (asked == Asked::all_invariants) {
    if (moved) tell_commits(o, *moved);
    ask(o);
  } else if (moved) {
    (void)history_.extend_committed(o, *moved);
  }
  if (const auto* led = o.get_if<trace::BecameLeader>()) history_.follow_new_leader(o, led->partition);
}

void Checks::ask(const Observation& o) {
  Invariants& invariants = all_.edit().invariants;
  const auto give = [&](const auto& event) { tell(invariants, o, event, history_, findings_); };
  if (const KernelEvent* kernel = o.kernel()) {
    std::visit(give, *kernel);
  } else {
    o.note()->visit(give);
  }
  for_each(invariants, [&](auto& invariant) {
    if constexpr (requires { invariant.check(o, history_, findings_); }) invariant.check(o, history_, findings_);
  });
}

void Checks::judge(const Observation& o, const ConvergenceJudged& judged) {
  tell(all_.edit().invariants, o, judged, history_, findings_);
}

void Checks::adopt(const Checks& epilogue) {
  findings_ = epilogue.findings_;
  all_ = epilogue.all_;
}

std::map<std::string_view, std::uint64_t> Checks::evaluations() const {
  std::map<std::string_view, std::uint64_t> counts;
  for_each(all_->invariants, [&counts]<Invariant I>(const I& i) { counts[I::id] = i.evaluations; });
  return counts;
}

}  // namespace kafkasim::sim

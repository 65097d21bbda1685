#include "viz/panels/branch_differences.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "viz/panels/strip_geometry.hpp"

namespace kafkasim::viz {

namespace {

enum class Wanted : std::uint8_t { more, less, either };

DifferenceRow difference_of_numbers(std::string name, std::int64_t first, std::int64_t second, Wanted wanted) {
  DifferenceRow row{std::move(name), fmt::format("{}", first), fmt::format("{}", second), Favour::neither};
  if (first == second || wanted == Wanted::either) return row;
  const bool first_is_more = first > second;
  row.favour = first_is_more == (wanted == Wanted::more) ? Favour::first : Favour::second;
  return row;
}

std::int64_t lag_of_groups(const sim::Frame& frame) {
  std::int64_t lag = 0;
  for (const sim::FrameGroup& group : frame.groups) lag += group.lag;
  return lag;
}

std::string milliseconds_text(const std::optional<Duration>& time) {
  return time ? fmt::format("{:.1f} ms", static_cast<double>(time->ns) / 1e6) : "-";
}

std::string difference_leader(const sim::FramePartition& partition) { return partition.leader ? fmt::format("broker {}", partition.leader->value) : "none"; }

Offset highest_offset(const sim::FramePartition& partition, Offset sim::FrameReplica::* what) {
  Offset most{};
  for (const sim::FrameReplica& replica : partition.replicas) most = std::max(most, replica.*what);
  return most;
}

// What the leader has; without one, the highest of the replicas.
Offset offset_of_leader(const sim::FramePartition& partition, Offset sim::FrameReplica::* what) {
  for (const sim::FrameReplica& replica : partition.replicas) {
    if (partition.leader == replica.node && replica.state != sim::ReplicaState::absent) return replica.*what;
  }
  return highest_offset(partition, what);
}

}  // namespace

bool DifferenceTable::differs() const {
  return std::any_of(rows.begin(), rows.end(), [](const DifferenceRow& row) { return row.differs(); });
}

DifferenceTable totals_table(const sim::Frame& first, const sim::Frame& second) {
  const auto count = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
  const sim::FrameTotals& a = first.totals;
  const sim::FrameTotals& b = second.totals;
  DifferenceTable table{"Records so far", {}};
  table.rows.push_back(difference_of_numbers("sent", a.sent, b.sent, Wanted::either));
  table.rows.push_back(difference_of_numbers("acknowledged", a.acked, b.acked, Wanted::more));
  table.rows.push_back(difference_of_numbers("failed", a.failed, b.failed, Wanted::less));
  table.rows.push_back(difference_of_numbers("acknowledged, then lost", a.lost, b.lost, Wanted::less));
  table.rows.push_back(difference_of_numbers("duplicated", a.duplicated, b.duplicated, Wanted::less));
  table.rows.push_back(difference_of_numbers("consumed", a.consumed, b.consumed, Wanted::more));
  table.rows.push_back(difference_of_numbers("lag of all groups", lag_of_groups(first), lag_of_groups(second), Wanted::less));
  table.rows.push_back({"produce p99", milliseconds_text(a.produce_p99), milliseconds_text(b.produce_p99), Favour::neither});
  table.rows.push_back(difference_of_numbers("violations", count(first.verdict.violations), count(second.verdict.violations), Wanted::less));
  table.rows.push_back(difference_of_numbers("excused findings", count(first.verdict.excused), count(second.verdict.excused), Wanted::less));
  return table;
}

DifferenceTable partition_table(const sim::FramePartition* first, const sim::FramePartition* second) {
  if (first == nullptr && second == nullptr) return {};
  DifferenceTable table{to_string((first != nullptr ? first : second)->name), {}};
  if (first == nullptr || second == nullptr) {
    table.rows.push_back({"exists", first != nullptr ? "yes" : "no", second != nullptr ? "yes" : "no", Favour::neither});
    return table;
  }
  const auto number = [&](const char* name, std::int64_t a, std::int64_t b, Wanted wanted) { table.rows.push_back(difference_of_numbers(name, a, b, wanted)); };
  const Favour leader = first->leader.has_value() == second->leader.has_value() ? Favour::neither : first->leader ? Favour::first : Favour::second;
  table.rows.push_back({"leader", difference_leader(*first), difference_leader(*second), leader});
  number("leader epoch", first->epoch.value, second->epoch.value, Wanted::either);
  const bool more = first->isr.size() > second->isr.size();
  const Favour isr = first->isr.size() == second->isr.size() ? Favour::neither : more ? Favour::first : Favour::second;
  table.rows.push_back({"ISR", brokers_text(first->isr), brokers_text(second->isr), isr});
  const auto offsets = [&](const char* name, Offset sim::FrameReplica::* what, Wanted wanted) {
    number(name, offset_of_leader(*first, what).value, offset_of_leader(*second, what).value, wanted);
  };
  offsets("high watermark", &sim::FrameReplica::high_watermark, Wanted::more);
  offsets("log end", &sim::FrameReplica::log_end, Wanted::either);
  number("lost", static_cast<std::int64_t>(first->lost), static_cast<std::int64_t>(second->lost), Wanted::less);
  return table;
}

std::vector<TopicPartition> partitions_of_both(const sim::Frame& first, const sim::Frame& second) {
  std::vector<TopicPartition> names;
  for (const sim::FramePartition& partition : first.partitions) names.push_back(partition.name);
  for (const sim::FramePartition& partition : second.partitions) {
    if (first.partition(partition.name) == nullptr) names.push_back(partition.name);
  }
  return names;
}

bool logs_differ(const sim::FramePartition* first, const sim::FramePartition* second) {
  if (first == nullptr || second == nullptr) return first != second;
  if (partition_table(first, second).differs() || first->replicas.size() != second->replicas.size()) return true;
  for (std::size_t i = 0; i < first->replicas.size(); ++i) {
    const sim::FrameReplica& a = first->replicas[i];
    const sim::FrameReplica& b = second->replicas[i];
    if (a.state != b.state || a.log_end != b.log_end || a.high_watermark != b.high_watermark || a.in_isr != b.in_isr) return true;
  }
  return false;
}

}  // namespace kafkasim::viz

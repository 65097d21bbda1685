#include "sim/check/raft_safety.hpp"

#include <fmt/format.h>

namespace kafkasim::sim {

void RaftSafety::report(const Observation& o, NodeId node, std::string detail, Findings& findings) const {
  findings.add({std::string{id}, o.at, fmt::format("node {}", node.value), std::move(detail), {}, {}});
}

void RaftSafety::on(const Observation& o, NodeId node, const trace::RaftRoleChanged& e, Findings& findings) {
  if (e.role != trace::RaftRole::leader) return;
  const auto [known, is_new] = leaders_.try_emplace(e.epoch, node);
  if (!is_new && known->second != node) {
    report(o, node, fmt::format("leads epoch {}, which node {} has led", e.epoch, known->second.value), findings);
  }
}

void RaftSafety::on(const Observation& o, NodeId node, const trace::RaftVoted& e, Findings& findings) {
  const auto [known, is_new] = votes_.try_emplace({node, e.epoch}, e.candidate);
  if (!is_new && known->second != e.candidate) {
    report(o, node, fmt::format("voted for {} in epoch {}, after {}", e.candidate.value, e.epoch, known->second.value),
           findings);
  }
}

void RaftSafety::on(const Observation& o, NodeId node, const trace::RaftAppended& e, Findings& findings) {
  Node& mine = nodes_[node].edit();
  if (!mine.log.empty()
      && e.base <= mine.log.back().last) {  // a process that came back without the end of its log writes it again
    const bool may_forget = mine.lost_power && !mine.voter;
    if (e.base < mine.high_watermark && !may_forget)
      report(o, node, fmt::format("writes offset {} again, which it knew as committed", e.base), findings);
    mine.log.truncate(mine.log.partition_point([&e](const Entry& x) { return x.last < e.base; }));
  }
  mine.log.push_back({e.base, e.last, e.epoch, e.hash});
}

void RaftSafety::on(const Observation& o, NodeId node, const trace::RaftTruncated& e, Findings& findings) {
  Node& mine = nodes_[node].edit();
  if (e.to < mine.high_watermark)
    report(o, node, fmt::format("cut its log at {}, below its high watermark {}", e.to, mine.high_watermark), findings);
  mine.log.truncate(mine.log.partition_point([&e](const Entry& x) { return x.last < e.to; }));
}

void RaftSafety::on(const Observation& o, NodeId node, const trace::RaftCommitted& e, Findings& findings) {
  Node& mine = nodes_[node].edit();
  mine.high_watermark = std::max(mine.high_watermark, e.high_watermark);
  // What was compared before has not changed since: go on where the committed entries begin that this node has not been
  // held against.
  const std::size_t count = mine.log.partition_point([&e](const Entry& x) { return x.last < e.high_watermark; });
  const std::size_t first = count > 64 ? count - 64 : 0;
  for (std::size_t i = first; i < count; ++i) {
    const Entry& held = mine.log[i];
    if (i < committed_.size()) {
      if (committed_[i] == held) continue;
      report(o, node, fmt::format("holds another entry at offset {} than was committed", held.base), findings);
      return;
    }
    committed_.push_back(held);
  }
}

void RaftSafety::check(const Observation& o, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  if (o.get_if<PowerLost>()) nodes_[*node].edit().lost_power = true;
  const trace::Event* note = o.note();
  if (!note) return;
  if (note->is<trace::RaftAppended>())
    nodes_[*node].edit().voter = history.subjects().controllers.contains(*node);
  note->visit([&](const auto& e) {
    if constexpr (requires { on(o, *node, e, findings); }) {
      ++evaluations;
      on(o, *node, e, findings);
    }
  });
}

}  // namespace kafkasim::sim

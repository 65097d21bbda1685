#include "sim/check/raft_safety.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/hash.hpp"

namespace kafkasim::sim {

void RaftSafety::Node::cut(std::int64_t to) {
  log.truncate(log.last_partition_point([to](const Entry& x) { return x.last < to; }));
  compared = std::min(compared, log.size());
}

void RaftSafety::report(const Observation& o, NodeId node, std::string detail, const History& history,
                        Findings& findings) const {
  findings.add(
      {std::string{id},
       o.at,
       fmt::format("node {}", node.value),
       std::move(detail),
       {fmt::format("{} of {} voters had their disks wiped", wiped_.size(), history.subjects().controllers.size())},
       wiped_.empty() || voters_change_ ? std::nullopt : std::optional{Excuse::power_loss}});
}

void RaftSafety::on(const Observation& o, const DisksWiped&, const History& history, Findings&) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  nodes_[*node] = Cow<Node>{};
  if (!history.subjects().controllers.contains(*node)) return;
  wiped_.insert(*node);
  std::erase_if(votes_, [&node](const auto& vote) { return vote.first.first == *node; });
}

void RaftSafety::on(const Observation& o, const trace::RaftRoleChanged& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  Node& mine = nodes_[*node].edit();
  mine.leads.reset();
  if (e.role != trace::RaftRole::leader) return;
  ++evaluations;
  mine.leads = e.epoch;
  const auto [known, is_new] = leaders_.try_emplace(e.epoch, *node);
  if (!is_new && known->second != *node) {
    report(o, *node, fmt::format("leads epoch {}, which node {} has led", e.epoch, known->second.value), history,
           findings);
  }
  if (committed_.empty()) return;
  const std::size_t count = committed_.size();
  if (mine.log.size() < count || mine.log[count - 1] != committed_[count - 1]) {
    report(
        o, *node,
        fmt::format("leads epoch {} without all that is committed, up to offset {}", e.epoch, committed_.back().last),
        history, findings);
  }
}

void RaftSafety::on(const Observation& o, const trace::RaftVoted& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  const auto [known, is_new] = votes_.try_emplace({*node, e.epoch}, e.candidate);
  if (!is_new && known->second != e.candidate) {
    report(o, *node, fmt::format("voted for {} in epoch {}, after {}", e.candidate.value, e.epoch, known->second.value),
           history, findings);
  }
}

// Observers do not sync their log: a machine that has lost its power may come back without the end of it, and copies it again.
bool RaftSafety::keeps_what_it_knew(NodeId node, const History& history) const {
  return history.subjects().controllers.contains(node) || !nodes_.at(node)->lost_power;
}

void RaftSafety::on(const Observation& o, const trace::RaftAppended& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  Node& mine = nodes_[*node].edit();
  if (!mine.log.empty() && e.base <= mine.log.back().last) {
    if (e.base < mine.high_watermark && keeps_what_it_knew(*node, history))
      report(o, *node, fmt::format("writes offset {} again, which it knew as committed", e.base), history, findings);
    mine.cut(e.base);
  }
  RunningHash chain;
  chain.add(mine.log.empty() ? 0 : mine.log.back().chain);
  chain.add(e.base);
  chain.add(e.hash);
  mine.log.push_back({e.base, e.last, e.epoch, e.hash, chain.value()});
  const auto [known, is_new] = chains_.try_emplace({e.last, e.epoch}, chain.value());
  if (!is_new && known->second != chain.value()) {
    report(o, *node, fmt::format("holds offset {} of epoch {} behind other entries than another node", e.last, e.epoch),
           history, findings);
  }
}

void RaftSafety::on(const Observation& o, const trace::RaftTruncated& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  Node& mine = nodes_[*node].edit();
  if (e.to < mine.high_watermark && keeps_what_it_knew(*node, history))
    report(o, *node, fmt::format("cut its log at {}, below its high watermark {}", e.to, mine.high_watermark), history,
           findings);
  mine.cut(e.to);
}

void RaftSafety::on(const Observation& o, const trace::RaftCommitted& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  Node& mine = nodes_[*node].edit();
  mine.high_watermark = std::max(mine.high_watermark, e.high_watermark);
  const std::size_t count = mine.log.last_partition_point([&e](const Entry& x) { return x.last < e.high_watermark; });
  const std::size_t committed_before = committed_.size();
  for (; mine.compared < count; ++mine.compared) {
    const Entry& held = mine.log[mine.compared];
    if (mine.compared >= committed_.size()) {
      committed_.push_back(held);
    } else if (committed_[mine.compared] != held) {
      report(o, *node, fmt::format("holds another entry at offset {} than was committed", held.base), history,
             findings);
      return;
    }
  }
  if (committed_.size() > committed_before && mine.leads) check_majority(o, *node, history, findings);
}

std::optional<std::size_t> RaftSafety::committed_below(std::int64_t end) const {
  const std::size_t count = committed_.last_partition_point([end](const Entry& x) { return x.last < end; });
  const bool ends_there = count > 0 && committed_[count - 1].last + 1 == end;
  return ends_there ? std::optional{count} : std::nullopt;
}

void RaftSafety::on(const Observation& o, const trace::RaftSnapshotKept& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  const std::optional<std::size_t> count = committed_below(e.end);
  if (!count || committed_[*count - 1].epoch != e.epoch)
    report(o, *node, fmt::format("keeps a snapshot of all below {} of epoch {}, which is not what was committed", e.end, e.epoch),
           history, findings);
}

void RaftSafety::on(const Observation& o, const trace::RaftLogReplaced& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  Node& mine = nodes_[*node].edit();
  if (e.end < mine.high_watermark && keeps_what_it_knew(*node, history))
    report(o, *node, fmt::format("has a snapshot up to {} in place of its log, below its high watermark {}", e.end, mine.high_watermark),
           history, findings);
  const std::optional<std::size_t> count = committed_below(e.end);
  if (!count) return;  // told of the snapshot
  mine.log = committed_;
  mine.log.truncate(*count);
  mine.compared = *count;
  mine.high_watermark = std::max(mine.high_watermark, e.end);
}

void RaftSafety::on(const Observation& o, const trace::RaftVotersChanged& e, const History& history, Findings&) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  voters_change_ = true;
  nodes_[*node].edit().voters = e.voters;
}

void RaftSafety::check_majority(const Observation& o, NodeId node, const History& history, Findings& findings) {
  const Entry& entry = committed_.back();
  std::size_t holders = 0;
  const std::set<NodeId>& all = history.subjects().controllers;
  const std::vector<NodeId> voters = nodes_.at(node)->voters.value_or(std::vector<NodeId>(all.begin(), all.end()));
  for (const NodeId voter : voters) {
    const auto found = nodes_.find(voter);
    if (found == nodes_.end()) continue;
    const Chunked<Entry>& log = found->second->log;
    if (log.size() >= committed_.size() && log[committed_.size() - 1] == entry) ++holders;
  }
  if (holders * 2 <= voters.size()) {
    report(o, node,
           fmt::format("committed offset {} with {} of {} voters holding it", entry.last, holders,
                       voters.size()),
           history, findings);
  }
}

void RaftSafety::on(const Observation& o, const trace::MetadataApplied& e, const History& history, Findings& findings) {
  const std::optional<NodeId> node = history.node(o.host);
  if (!node) return;
  ++evaluations;
  const std::int64_t committed = committed_.empty() ? 0 : committed_.back().last + 1;
  if (e.offset > committed)
    report(o, *node, fmt::format("applied metadata up to {}, of which {} is committed", e.offset, committed), history,
           findings);
}

void RaftSafety::on(const Observation& o, const PowerLost& /*e*/, const History& history, Findings& /*findings*/) {
  if (const std::optional<NodeId> node = history.node(o.host)) nodes_[*node].edit().lost_power = true;
}

}  // namespace kafkasim::sim

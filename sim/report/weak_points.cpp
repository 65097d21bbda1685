#include "sim/report/weak_points.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/graph/adjacency_list.hpp>
#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_sets = 50;  // that are told
constexpr std::size_t most_lines = 4;

using Brokers = std::set<NodeId>;

// Partitions, and the brokers that hold them: an edge is a replica that counts.
class Holding {
 public:
  struct Held {
    TopicPartition name;
    std::size_t vertex{};
    std::size_t safe_vertex{};
    std::size_t wanted{};  // replicas in sync, for acks=all
    bool has_leader{};
  };

  explicit Holding(const History& history) {
    for (const auto& [id, p] : history.partitions()) {
      Held held{p->name, boost::add_vertex(graph_), boost::add_vertex(graph_), 0, p->leader.has_value()};
      held.wanted = static_cast<std::size_t>(std::max<std::int64_t>(
          1, std::min<std::int64_t>(p->min_insync_replicas, std::ssize(p->assigned))));
      for (const NodeId broker : p->isr) {
        boost::add_edge(held.vertex, vertex_of(broker), graph_);
        boost::add_edge(held.safe_vertex, vertex_of(broker), graph_);
      }
      for (const NodeId broker : p->elr) boost::add_edge(held.safe_vertex, vertex_of(broker), graph_);
      partitions_.push_back(std::move(held));
    }
    std::ranges::sort(partitions_, {}, [](const Held& held) { return held.name; });
  }

  [[nodiscard]] const std::vector<Held>& partitions() const { return partitions_; }
  [[nodiscard]] bool is_unavailable(const Held& held, const Brokers& without) const {
    return !held.has_leader || left(held.vertex, without) < held.wanted;
  }
  [[nodiscard]] bool is_lost(const Held& held, const Brokers& without) const {
    return boost::out_degree(held.safe_vertex, graph_) > 0 && left(held.safe_vertex, without) == 0;
  }
  [[nodiscard]] std::vector<NodeId> holders(std::size_t vertex) const {
    std::vector<NodeId> found;
    for (const auto& [broker, its] : brokers_) {
      if (boost::edge(vertex, its, graph_).second) found.push_back(broker);
    }
    return found;
  }

 private:
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  std::size_t vertex_of(NodeId broker) {
    const auto known = brokers_.find(broker);
    if (known != brokers_.end()) return known->second;
    return brokers_.emplace(broker, boost::add_vertex(graph_)).first->second;
  }
  [[nodiscard]] std::size_t left(std::size_t vertex, const Brokers& without) const {
    std::size_t gone = 0;
    for (const NodeId broker : without) {
      const auto its = brokers_.find(broker);
      if (its != brokers_.end() && boost::edge(vertex, its->second, graph_).second) ++gone;
    }
    return boost::out_degree(vertex, graph_) - gone;
  }
  Graph graph_;
  std::map<NodeId, std::size_t> brokers_;
  std::vector<Held> partitions_;
};

WeakPoint without(const Brokers& gone, std::string rack, const Holding& holding) {
  WeakPoint point{std::move(rack), {gone.begin(), gone.end()}, {}, {}};
  for (const Holding::Held& held : holding.partitions()) {
    if (!holding.is_unavailable(held, {}) && holding.is_unavailable(held, gone)) point.unavailable.push_back(held.name);
    if (holding.is_lost(held, gone)) point.lost.push_back(held.name);
  }
  return point;
}

// All subsets of that size, in order.
void each_subset(const std::vector<NodeId>& of, std::size_t size, std::size_t from, Brokers& chosen,
                 std::set<Brokers>& out) {
  if (chosen.size() == size) {
    out.insert(chosen);
    return;
  }
  for (std::size_t i = from; i < of.size(); ++i) {
    chosen.insert(of[i]);
    each_subset(of, size, i + 1, chosen, out);
    chosen.erase(of[i]);
  }
}

// The smallest sets that make some partition unavailable: of its replicas in sync, one more than it can spare.
std::set<Brokers> smallest_sets(const Holding& holding) {
  std::size_t smallest = SIZE_MAX;
  std::set<Brokers> sets;
  for (const Holding::Held& held : holding.partitions()) {
    if (holding.is_unavailable(held, {})) continue;
    const std::vector<NodeId> in_sync = holding.holders(held.vertex);
    const std::size_t size = in_sync.size() - held.wanted + 1;
    if (size > smallest) continue;
    if (size < smallest) sets.clear();
    smallest = size;
    Brokers chosen;
    each_subset(in_sync, size, 0, chosen, sets);
  }
  return sets;
}

std::string number_of(const std::vector<TopicPartition>& partitions) {
  if (partitions.size() == 1) return to_string(partitions.front());
  return fmt::format("{} partitions", partitions.size());
}

}  // namespace

WeakPoints weak_points(const Simulation& run) {
  const Holding holding{run.checks().history()};
  WeakPoints points;
  for (const Holding::Held& held : holding.partitions()) {
    if (holding.is_unavailable(held, {})) points.unavailable_now.push_back(held.name);
  }
  for (const Brokers& set : smallest_sets(holding)) {
    if (points.sets.size() < most_sets) {
      points.sets.push_back(without(set, "", holding));
    } else {
      ++points.sets_left_out;
    }
  }
  std::map<std::string, Brokers> racks;
  for (const NodeSpec& broker : run.scenario().cluster.brokers) {
    if (broker.rack) racks[*broker.rack].insert(broker.id);
  }
  for (const auto& [rack, brokers] : racks) {
    WeakPoint point = without(brokers, rack, holding);
    if (!point.unavailable.empty() || !point.lost.empty()) points.racks.push_back(std::move(point));
  }
  return points;
}

std::vector<std::string> weak_lines(const WeakPoints& points) {
  std::vector<std::string> lines;
  const auto tell = [&lines](const WeakPoint& point, const std::string& whom) {
    std::string text = fmt::format("without {} {} unavailable", whom, number_of(point.unavailable)
                                   + (point.unavailable.size() == 1 ? " is" : " are"));
    if (point.unavailable.empty()) text = fmt::format("without {}", whom);
    if (!point.lost.empty()) text += fmt::format(", acknowledged records of {} gone", number_of(point.lost));
    lines.push_back(std::move(text));
  };
  for (const WeakPoint& point : points.racks) tell(point, "rack " + point.rack);
  for (const WeakPoint& point : points.sets) {
    if (point.brokers.size() == 1) tell(point, fmt::format("broker {}", point.brokers.front().value));
  }
  if (lines.size() > most_lines) {
    const std::size_t more = lines.size() - most_lines;
    lines.resize(most_lines);
    lines.push_back(fmt::format("and {} more", more));
  }
  return lines;
}

}  // namespace kafkasim::sim

#include "sim/check/transaction_cycle.hpp"

#include <algorithm>
#include <utility>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <fmt/format.h>

#include "core/client/client_identity.hpp"

namespace kafkasim::sim {

namespace {

using ReadGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using ReadNode = boost::graph_traits<ReadGraph>::vertex_descriptor;

// The shortest way from `start` back to it; empty: there is none.
std::vector<ReadNode> shortest_cycle(const ReadGraph& graph, ReadNode start) {
  std::vector<ReadNode> before(boost::num_vertices(graph), start);
  std::vector<std::size_t> far(boost::num_vertices(graph), 0);
  boost::breadth_first_search(
      graph, start,
      boost::visitor(boost::make_bfs_visitor(std::make_pair(boost::record_predecessors(before.data(), boost::on_tree_edge{}),
                                                            boost::record_distances(far.data(), boost::on_tree_edge{})))));
  std::optional<ReadNode> last;
  for (ReadNode node = 0; node < boost::num_vertices(graph); ++node) {
    const bool reached = node == start || far[node] > 0;
    if (reached && boost::edge(node, start, graph).second && (!last || far[node] < far[*last])) last = node;
  }
  std::vector<ReadNode> cycle;
  if (!last) return cycle;
  for (ReadNode node = *last; node != start; node = before[node]) cycle.push_back(node);
  cycle.push_back(start);
  std::ranges::reverse(cycle);
  return cycle;
}

}  // namespace

void TransactionCycle::on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings&) {
  const ClientFacts* reader = history.subjects().client_at(o.host);
  if (reader == nullptr || !reader->reads_committed || !reader->pipeline) return;
  for (const auto& record : e.records) {
    if (const auto writer = history.transactions().transaction_of(e.partition, record.origin)) has_read_[o.host].insert(*writer);
  }
}

void TransactionCycle::on(const Observation& o, const ProcessStarted&, const History&, Findings&) { has_read_.erase(o.host); }

void TransactionCycle::on(const Observation& o, const trace::TransactionEnded& e, const History& history, Findings& findings) {
  const auto reads = has_read_.extract(o.host);
  if (reads.empty() || e.fate != trace::TransactionFate::committed) return;
  ++evaluations;
  const Name name{e.client, e.number};
  Readers& readers = readers_.edit();
  for (const Name& writer : reads.mapped()) readers[writer].push_back(name);
  if (!readers.contains(name)) return;  // nobody has read from it yet
  const std::optional<std::vector<Name>> cycle = cycle_through(name, readers);
  if (!cycle) return;
  std::vector<std::string> told;
  for (const Name& one : *cycle) {
    const std::string& client = history.subjects().client(Origin{one.client, 0}).name;
    told.push_back(fmt::format("transaction {} of {} has read from the one before it in this list, the first from the last", one.number, client));
  }
  findings.add({std::string{id},
                o.at,
                history.subjects().client(Origin{e.client, 0}).name,
                fmt::format("transaction {} is one of {} that have read from each other in a circle", e.number, cycle->size()),
                std::move(told),
                {}});
}

std::optional<std::vector<TransactionCycle::Name>> TransactionCycle::cycle_through(const Name& name, const Readers& readers) {
  std::map<Name, ReadNode> nodes{{name, 0}};
  std::vector<Name> names{name};
  ReadGraph graph(1);
  for (std::size_t i = 0; i < names.size(); ++i) {  // what follows from it by reading
    const auto after = readers.find(names[i]);
    if (after == readers.end()) continue;
    for (const Name& reader : after->second) {
      const auto [known, fresh] = nodes.try_emplace(reader, names.size());
      if (fresh) {
        names.push_back(reader);
        boost::add_vertex(graph);
      }
      boost::add_edge(i, known->second, graph);
    }
  }
  std::vector<Name> cycle;
  for (const ReadNode node : shortest_cycle(graph, 0)) cycle.push_back(names[node]);
  return cycle.empty() ? std::nullopt : std::optional{std::move(cycle)};
}

}  // namespace kafkasim::sim

#include "sim/check/causality.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>

#include "core/base/check.hpp"

namespace kafkasim::sim {

// Edges lead from an effect to its causes.
struct Causality::Graph {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> edges;
};

Causality::Causality() : graph_{std::make_unique<Graph>()} {}
Causality::~Causality() = default;

std::size_t Causality::size() const { return boost::num_vertices(graph_->edges); }

Causality::Node Causality::begin(HostId host) {
  const Node node = boost::add_vertex(graph_->edges);
  const auto [known, is_new] = last_.try_emplace(host, node);
  if (!is_new) boost::add_edge(node, std::exchange(known->second, node), graph_->edges);
  return node;
}

Causality::Node Causality::observe(const Observation& o) {
  if (const auto* step = o.get_if<StepBegan>()) {
    const Node node = begin(o.host);
    if (step->message) {
      if (step->message->connection.dialler != o.host) acceptors_[step->message->connection] = o.host;
      const auto sent = sent_.find(*step->message);
      if (sent != sent_.end()) {
        boost::add_edge(node, sent->second, graph_->edges);
        sent_.erase(sent);
      }
    }
    return node;
  }
  if (const auto* left = o.get_if<MessageLeft>()) {
    // The step that sent it: the last one of the host is at most later than that, which adds causes and leaves out none.
    const auto sender = last_.find(o.host);
    const Node node = sender == last_.end() ? begin(o.host) : sender->second;
    sent_[left->message] = node;
    return node;
  }
  if (const auto* lost = o.get_if<ConnectionLost>()) {  // by what happened at its other end
    const bool dialled = lost->connection.dialler == o.host;
    const auto acceptor = acceptors_.find(lost->connection);
    const Node node = begin(o.host);
    const HostId other =
        dialled ? (acceptor == acceptors_.end() ? o.host : acceptor->second) : lost->connection.dialler;
    const auto end = last_.find(other);
    if (other != o.host && end != last_.end()) boost::add_edge(node, end->second, graph_->edges);
    return node;
  }
  const KernelEvent* kernel = o.kernel();
  const auto known = last_.find(o.host);
  if (kernel && !o.get_if<StepCharged>()) return begin(o.host);  // a crash, a pause, a start
  return known == last_.end() ? begin(o.host) : known->second;   // a note of the step that is on
}

std::vector<bool> Causality::past_of(Node node) const {
  KAFKASIM_CHECK(node < size(), "a node that happened");
  std::vector<bool> past(size(), false);
  struct Mark : boost::default_bfs_visitor {
    explicit Mark(std::vector<bool>& p) : past{&p} {}
    void discover_vertex(Node found, const decltype(Graph::edges)& /*all of it*/) const { (*past)[found] = true; }
    std::vector<bool>* past;
  };
  boost::breadth_first_search(graph_->edges, node, boost::visitor(Mark{past}));
  return past;
}

}  // namespace kafkasim::sim

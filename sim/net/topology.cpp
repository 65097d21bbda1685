#include "sim/net/topology.hpp"

#include <algorithm>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/strong_components.hpp>

#include "core/base/check.hpp"

namespace kafkasim::sim {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
using Directed = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
constexpr std::uint32_t core_vertex = 0;

bool contains(const std::vector<HostId>& sorted, HostId host) { return std::ranges::binary_search(sorted, host); }

std::vector<HostId> normalised(std::vector<HostId> hosts) {
  std::ranges::sort(hosts);
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  return hosts;
}

// Hosts by the number of their component, the groups in order of their first host.
std::vector<std::vector<HostId>> grouped(const std::vector<std::size_t>& component) {
  std::map<std::size_t, std::size_t> place;
  std::vector<std::vector<HostId>> groups;
  for (std::size_t i = 0; i < component.size(); ++i) {
    const auto [at, is_new] = place.try_emplace(component[i], groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(HostId{static_cast<std::int32_t>(i)});
  }
  return groups;
}

void check_quality(const LinkQuality& quality) {
  KAFKASIM_CHECK(quality.least.ns >= 0 && quality.least <= quality.most, "a latency range that is none");
  KAFKASIM_CHECK(quality.bytes_per_second != std::uint64_t{0}, "a bandwidth of nothing");
}

}  // namespace

Topology::Topology(LinkQuality everywhere) : everywhere_{everywhere} { check_quality(everywhere); }

void Topology::add_host(HostId host, const std::optional<std::string>& rack) {
  KAFKASIM_CHECK(host.value == static_cast<std::int32_t>(host_vertex_.size()), "host ids ascend from 0");
  const Vertex hangs_on = rack ? vertex_of_rack(*rack) : core_vertex;
  host_vertex_.push_back(vertices_++);
  switch_of_host_.push_back(hangs_on);
  links_changed();
}

Topology::Vertex Topology::vertex_of_rack(const std::string& rack) {
  const auto [entry, is_new] = racks_.try_emplace(rack, vertices_);
  if (is_new) ++vertices_;
  return entry->second;
}

void Topology::set_everywhere(const LinkQuality& quality) {
  check_quality(quality);
  everywhere_ = quality;
  links_changed();
}

std::optional<Topology::Vertex> Topology::find(const Place& place) const {
  if (const auto* host = std::get_if<HostId>(&place)) {
    const auto index = static_cast<std::size_t>(host->value);
    return host->value >= 0 && index < host_vertex_.size() ? std::optional{host_vertex_[index]} : std::nullopt;
  }
  const auto rack = racks_.find(std::get<Rack>(place).name);
  return rack == racks_.end() ? std::nullopt : std::optional{rack->second};
}

const Topology::Link* Topology::find_link(const Place& a, const Place& b) const {
  const std::optional<Vertex> x = find(a);
  const std::optional<Vertex> y = find(b);
  if (!x || !y) return nullptr;
  const auto found = std::ranges::find_if(
      links_, [&](const Link& link) { return (link.a == *x && link.b == *y) || (link.a == *y && link.b == *x); });
  return found == links_.end() ? nullptr : &*found;
}

void Topology::set_link(const Place& a, const Place& b, const LinkQuality& quality) {
  check_quality(quality);
  if (const Link* known = find_link(a, b)) {
    links_[static_cast<std::size_t>(known - links_.data())].quality = quality;
  } else {
    for (const Place* place : {&a, &b}) {
      if (const auto* rack = std::get_if<Rack>(place)) (void)vertex_of_rack(rack->name);
    }
    const std::optional<Vertex> x = find(a);
    const std::optional<Vertex> y = find(b);
    KAFKASIM_CHECK(x && y && *x != *y, "a link needs two ends that exist");
    links_.push_back(Link{*x, *y, quality});
  }
  links_changed();
}

void Topology::remove_link(const Place& a, const Place& b) {
  const Link* known = find_link(a, b);
  if (known == nullptr) return;
  links_[static_cast<std::size_t>(known - links_.data())].quality.reset();
  links_changed();
}

std::optional<LinkQuality> Topology::link(const Place& a, const Place& b) const {
  const Link* known = find_link(a, b);
  return known ? known->quality : std::nullopt;
}

const LinkQuality& Topology::quality(LinkIndex link) const {
  const Link& known = links_[link.value];
  KAFKASIM_CHECK(known.quality.has_value(), "a route over a link that was removed");
  return *known.quality;
}

void Topology::links_changed() {
  routes_.clear();
  routes_.resize(host_vertex_.size());
}

// The graph is built anew for each search: edge descriptors of a copied Boost graph would write to the original.
std::vector<Route> Topology::routes_from(HostId from) const {
  constexpr std::uint32_t no_link = UINT32_MAX;
  std::map<std::pair<Vertex, Vertex>, std::uint32_t> link_between;
  const Vertex start = host_vertex_[static_cast<std::size_t>(from.value)];
  std::vector<std::uint8_t> forwards(vertices_, 1);  // other hosts are the end of a route, never on its way
  for (const Vertex host : host_vertex_) forwards[host] = host == start ? 1 : 0;
  Directed graph(vertices_);
  const auto connect = [&](Vertex a, Vertex b) {
    if (forwards[a] != 0) boost::add_edge(a, b, graph);
    if (forwards[b] != 0) boost::add_edge(b, a, graph);
  };
  for (std::size_t i = 0; i < host_vertex_.size(); ++i) connect(host_vertex_[i], switch_of_host_[i]);
  for (const auto& [name, vertex] : racks_) connect(vertex, core_vertex);
  for (std::uint32_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    if (!link.quality || link.a == link.b) continue;  // an impairment's lies between no vertices
    connect(link.a, link.b);
    link_between[{std::min(link.a, link.b), std::max(link.a, link.b)}] = i;
  }
  std::vector<Directed::vertex_descriptor> before(vertices_);
  for (std::size_t v = 0; v < before.size(); ++v) before[v] = v;
  boost::breadth_first_search(
      graph, start,
      boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(before.data(), boost::on_tree_edge()))));

  std::vector<Route> routes(host_vertex_.size());
  for (std::size_t i = 0; i < routes.size(); ++i) {
    Route& route = routes[i];
    for (Vertex v = host_vertex_[i]; v != start; v = static_cast<Vertex>(before[v])) {
      const auto previous = static_cast<Vertex>(before[v]);
      const auto entry = link_between.find({std::min(v, previous), std::max(v, previous)});
      const std::uint32_t index = entry == link_between.end() ? no_link : entry->second;
      if (index == no_link) continue;
      const LinkQuality& quality = *links_[index].quality;
      route.hops.insert(route.hops.begin(), Hop{LinkIndex{index}, links_[index].a == previous});
      route.least += quality.least;
      route.most += quality.most;
      route.loss_per_million = std::min(route.loss_per_million + quality.loss_per_million, 1'000'000U);
    }
    if (route.hops.empty()) {
      route.least = everywhere_.least;
      route.most = everywhere_.most;
      route.loss_per_million = everywhere_.loss_per_million;
    }
    impair_route(from, HostId{static_cast<std::int32_t>(i)}, route);
  }
  return routes;
}

void Topology::impair_route(HostId from, HostId to, Route& route) const {
  if (contains(healed_, from) && contains(healed_, to)) return;
  for (const Impaired& one : impairments_) {
    const bool forward = contains(one.a, from) && contains(one.b, to);
    if (!forward && !(contains(one.b, from) && contains(one.a, to))) continue;
    if (one.how.latency) {
      route.least = one.how.latency->least;
      route.most = one.how.latency->most;
    }
    if (one.how.bytes_per_second) route.hops = {Hop{one.link, forward}};
    if (one.how.loss_per_million) route.loss_per_million = *one.how.loss_per_million;
  }
}

ImpairmentId Topology::impair(std::vector<HostId> a, std::vector<HostId> b, const Impairment& how) {
  const ImpairmentId id{++impairments_made_};
  const LinkIndex link{static_cast<std::uint32_t>(links_.size())};
  links_.push_back(Link{core_vertex, core_vertex, LinkQuality{{}, {}, how.bytes_per_second, 0}});
  impairments_.push_back(Impaired{id, normalised(std::move(a)), normalised(std::move(b)), how, link});
  links_changed();
  return id;
}

void Topology::mend(ImpairmentId impairment) {
  const auto found = std::ranges::find(impairments_, impairment, &Impaired::id);
  if (found == impairments_.end()) return;
  links_[found->link.value].quality.reset();
  impairments_.erase(found);
  links_changed();
}

const Route& Topology::route(HostId from, HostId to) {
  auto& routes = routes_[static_cast<std::size_t>(from.value)];
  if (!routes) routes.emplace(routes_from(from));
  return (**routes)[static_cast<std::size_t>(to.value)];
}

CutId Topology::cut(std::vector<HostId> a, std::vector<HostId> b, OneWay one_way) {
  const CutId id{++cuts_made_};
  cuts_.push_back(Cut{id, normalised(std::move(a)), normalised(std::move(b)), one_way});
  return id;
}

void Topology::heal(CutId cut) {
  std::erase_if(cuts_, [cut](const Cut& c) { return c.id == cut; });
}

void Topology::heal_among(std::vector<HostId> hosts) {
  healed_ = normalised(std::move(hosts));
  links_changed();
}

bool Topology::open(HostId from, HostId to) const {
  if (cuts_.empty() || from == to) return true;
  if (contains(healed_, from) && contains(healed_, to)) return true;
  return std::ranges::none_of(cuts_, [&](const Cut& cut) {
    return (contains(cut.a, from) && contains(cut.b, to))
           || (cut.one_way == OneWay::no && contains(cut.b, from) && contains(cut.a, to));
  });
}

bool Topology::impaired(HostId from, HostId to) const {
  if (contains(healed_, from) && contains(healed_, to)) return false;
  return std::ranges::any_of(impairments_, [&](const Impaired& one) {
    return (contains(one.a, from) && contains(one.b, to)) || (contains(one.b, from) && contains(one.a, to));
  });
}

std::vector<std::vector<HostId>> Topology::islands() const {
  const auto count = static_cast<std::int32_t>(host_count());
  Graph graph(host_count());
  for (std::int32_t a = 0; a < count; ++a) {
    for (std::int32_t b = a + 1; b < count; ++b) {
      if (!open(HostId{a}, HostId{b}) || !open(HostId{b}, HostId{a})) continue;
      boost::add_edge(static_cast<std::size_t>(a), static_cast<std::size_t>(b), graph);
    }
  }
  std::vector<std::size_t> component(host_count());
  if (component.empty()) return {};
  (void)boost::connected_components(graph, component.data());
  return grouped(component);
}

std::vector<std::vector<HostId>> Topology::strong_components() const {
  const auto count = static_cast<std::int32_t>(host_count());
  Directed graph(host_count());
  for (std::int32_t a = 0; a < count; ++a) {
    for (std::int32_t b = 0; b < count; ++b) {
      if (a != b && open(HostId{a}, HostId{b}))
        boost::add_edge(static_cast<std::size_t>(a), static_cast<std::size_t>(b), graph);
    }
  }
  std::vector<std::size_t> component(host_count());
  if (component.empty()) return {};
  (void)boost::strong_components(graph, component.data());
  return grouped(component);
}

}  // namespace kafkasim::sim

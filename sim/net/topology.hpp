#pragma once
// Topology: hosts and racks, the links between them, and what cuts them. A copyable value; knows nothing of messages.
//
// Each host has a network card of its own, with the bandwidth of the network. Hosts of a rack hang on its switch, all
// switches and the hosts without a rack on one core; set_link() adds a link between two hosts, two racks, or a host and
// a rack. A message takes the route of the fewest links (Boost.Graph): so a link between two hosts wins over one
// between their racks, and that over the core; hosts do not forward. Where a route uses links that were set, their
// latencies add up and their bandwidths are shared by all that uses them; elsewhere the latency of the whole network
// stands.
//
// Impairments: a path between two groups of hosts is worse for a while than its links make it. What an impairment says
// (latency, bandwidth, loss) holds in place of what the path has; of several that say it, the latest. A bandwidth is
// shared by all that passes between the groups.
//
// Cuts: no packet passes from one group to the other. Several may be in force; a path is open when none blocks it. A
// host always reaches itself.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/strong.hpp"
#include "core/base/time.hpp"
#include "core/machine/seam.hpp"

namespace kafkasim::sim {

struct LinkQuality {
  Duration least{microseconds(200)};  // latency, one way: uniform, both ends included
  Duration most{milliseconds(1)};
  std::optional<std::uint64_t> bytes_per_second{std::uint64_t{1} << 30};  // each way; absent: without limit
  std::uint32_t loss_per_million{0};                                      // packets that have to be sent again
  friend bool operator==(const LinkQuality&, const LinkQuality&) = default;
};

struct Rack {
  std::string name;
  friend auto operator<=>(const Rack&, const Rack&) = default;
};
using Place = std::variant<HostId, Rack>;

using LinkIndex = Id<struct LinkIndexTag, std::uint32_t>;
struct Hop {
  LinkIndex link;
  bool forward{};  // from the first to the second of its ends
};
struct Route {
  std::vector<Hop> hops;  // only links that were set; network cards are not told
  Duration least;
  Duration most;
  std::uint32_t loss_per_million{0};
};

enum class OneWay : std::uint8_t { no, yes };  // yes: only from the first group to the second
using CutId = Id<struct CutIdTag, std::uint64_t>;

struct Impairment {
  struct Latency {
    Duration least{};
    Duration most{};
  };
  std::optional<Latency> latency;  // one way
  std::optional<std::uint64_t> bytes_per_second;
  std::optional<std::uint32_t> loss_per_million;
};
using ImpairmentId = Id<struct ImpairmentIdTag, std::uint64_t>;

class Topology {
 public:
  explicit Topology(LinkQuality everywhere = {});

  void add_host(HostId host, const std::optional<std::string>& rack);  // ids ascend from 0
  [[nodiscard]] std::size_t host_count() const { return host_vertex_.size(); }
  [[nodiscard]] const LinkQuality& everywhere() const { return everywhere_; }
  void set_everywhere(const LinkQuality& quality);

  // Adds a link, or gives the one there is another quality. The order of the ends does not matter.
  void set_link(const Place& a, const Place& b, const LinkQuality& quality);
  void remove_link(const Place& a, const Place& b);
  [[nodiscard]] std::optional<LinkQuality> link(const Place& a, const Place& b) const;
  [[nodiscard]] const LinkQuality& quality(LinkIndex link) const;
  [[nodiscard]] std::size_t link_count() const { return links_.size(); }  // removed ones keep their index

  [[nodiscard]] const Route& route(HostId from, HostId to);  // remembered until a link changes

  // Between a host of `a` and one of `b`, both ways.
  ImpairmentId impair(std::vector<HostId> a, std::vector<HostId> b, const Impairment& how);
  void mend(ImpairmentId impairment);  // of one that is over: nothing

  CutId cut(std::vector<HostId> a, std::vector<HostId> b, OneWay one_way);
  void heal(CutId cut);  // of a cut that is healed: nothing
  // No cut, now or later, is between two of these any more.
  void heal_among(std::vector<HostId> hosts);
  [[nodiscard]] bool open(HostId from, HostId to) const;
  [[nodiscard]] bool has_cuts() const { return !cuts_.empty(); }
  [[nodiscard]] bool has_impairments() const { return !impairments_.empty(); }
  [[nodiscard]] bool impaired(HostId from, HostId to) const;
  // Groups of hosts that reach each other, by any number of steps that are open both ways; each sorted, in order of
  // their first host.
  [[nodiscard]] std::vector<std::vector<HostId>> islands() const;
  // Groups of hosts that reach each other, there and back, by any number of steps: with one-way cuts more may hang
  // together than an island. In the same order.
  [[nodiscard]] std::vector<std::vector<HostId>> strong_components() const;

 private:
  using Vertex = std::uint32_t;
  struct Link {
    Vertex a{};
    Vertex b{};
    std::optional<LinkQuality> quality;  // absent: removed
  };
  struct Cut {
    CutId id;
    std::vector<HostId> a;  // sorted
    std::vector<HostId> b;
    OneWay one_way{};
  };
  struct Impaired {
    ImpairmentId id;
    std::vector<HostId> a;  // sorted
    std::vector<HostId> b;
    Impairment how;
    LinkIndex link;  // its bandwidth's
  };
  [[nodiscard]] Vertex vertex_of_rack(const std::string& rack);
  [[nodiscard]] std::optional<Vertex> find(const Place& place) const;
  [[nodiscard]] const Link* find_link(const Place& a, const Place& b) const;
  [[nodiscard]] std::vector<Route> routes_from(HostId from) const;
  void impair_route(HostId from, HostId to, Route& route) const;
  void links_changed();

  LinkQuality everywhere_;
  std::uint32_t vertices_{1};  // 0 is the core
  std::vector<Vertex> host_vertex_;
  std::vector<Vertex> switch_of_host_;
  std::map<std::string, Vertex> racks_;
  std::vector<Link> links_;
  std::vector<std::optional<Cow<std::vector<Route>>>> routes_;  // by source
  std::vector<Cut> cuts_;
  std::vector<HostId> healed_;  // sorted: no cut counts among them
  std::uint64_t cuts_made_{0};
  std::vector<Impaired> impairments_;
  std::uint64_t impairments_made_{0};
};

}  // namespace kafkasim::sim

#include "sim/net/topology.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr HostId one{0};
constexpr HostId two{1};
constexpr HostId three{2};
constexpr HostId outside{3};

LinkQuality latency(std::int64_t ms) { return {milliseconds(ms), milliseconds(ms + 1), std::nullopt, 0}; }

Topology three_racks() {
  Topology topology{latency(1)};
  topology.add_host(one, "a");
  topology.add_host(two, "a");
  topology.add_host(three, "b");
  topology.add_host(outside, std::nullopt);
  return topology;
}

}  // namespace

TEST_CASE("a path has the latency of the whole network unless a link on it was set") {
  Topology topology = three_racks();
  CHECK(topology.route(one, two).least == milliseconds(1));
  CHECK(topology.route(one, three).least == milliseconds(1));

  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  CHECK(topology.route(one, two).least == milliseconds(1));
  CHECK(topology.route(one, three).least == milliseconds(20));
  CHECK(topology.route(three, two).most == milliseconds(21));
  CHECK(topology.route(outside, three).least == milliseconds(1));
}

TEST_CASE("a link between two hosts wins over the link between their racks") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  topology.set_link(one, three, latency(50));
  CHECK(topology.route(one, three).least == milliseconds(50));
  CHECK(topology.route(two, three).least == milliseconds(20));

  topology.remove_link(three, one);
  CHECK(topology.route(one, three).least == milliseconds(20));
  CHECK_FALSE(topology.link(one, three).has_value());
}

TEST_CASE("the hops of a route tell the direction in which each link is passed") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  REQUIRE(topology.route(one, three).hops.size() == 1);
  CHECK(topology.route(one, three).hops[0].forward);
  CHECK_FALSE(topology.route(three, one).hops[0].forward);
}

TEST_CASE("a cut blocks both ways and a one way cut only from the first group") {
  Topology topology = three_racks();
  const CutId both = topology.cut({one}, {two, three}, OneWay::no);
  CHECK_FALSE(topology.open(one, two));
  CHECK_FALSE(topology.open(three, one));
  CHECK(topology.open(two, three));
  CHECK(topology.open(one, outside));

  topology.heal(both);
  topology.cut({one}, {two}, OneWay::yes);
  CHECK_FALSE(topology.open(one, two));
  CHECK(topology.open(two, one));
}

TEST_CASE("where two cuts block a path it opens when both are healed") {
  Topology topology = three_racks();
  const CutId first = topology.cut({one}, {two}, OneWay::no);
  const CutId second = topology.cut({two}, {one, three}, OneWay::no);
  topology.heal(first);
  CHECK_FALSE(topology.open(one, two));
  topology.heal(second);
  CHECK(topology.open(one, two));
}

TEST_CASE("islands are the hosts that still reach each other both ways") {
  Topology topology = three_racks();
  CHECK(topology.islands().size() == 1);
  topology.cut({one, outside}, {two}, OneWay::no);
  topology.cut({one, outside}, {three}, OneWay::yes);
  const std::vector<std::vector<HostId>> expected{{one, outside}, {two, three}};
  CHECK(topology.islands() == expected);
}

TEST_CASE("hosts that reach each other by a ring of one way paths are one strong component and no island") {
  Topology topology = three_racks();
  topology.cut({two}, {one}, OneWay::yes);
  topology.cut({three}, {two}, OneWay::yes);
  topology.cut({one}, {three}, OneWay::yes);
  topology.cut({outside}, {one, two, three}, OneWay::no);
  const std::vector<std::vector<HostId>> expected{{one, two, three}, {outside}};
  CHECK(topology.strong_components() == expected);
  CHECK(topology.islands().size() == 4);
}

TEST_CASE("no cut counts among hosts that were healed and outside them all do") {
  Topology topology = three_racks();
  topology.cut({one}, {two, three}, OneWay::no);
  topology.heal_among({two, one});
  CHECK(topology.open(one, two));
  CHECK(topology.open(two, one));
  CHECK_FALSE(topology.open(one, three));
  CHECK(topology.has_cuts());
}

TEST_CASE("a copied topology goes its own way") {
  Topology topology = three_racks();
  (void)topology.route(one, three);
  Topology copy = topology;
  copy.set_link(one, three, latency(9));
  copy.cut({one}, {two}, OneWay::no);
  CHECK(copy.route(one, three).least == milliseconds(9));
  CHECK(topology.route(one, three).least == milliseconds(1));
  CHECK(topology.open(one, two));
}

TEST_CASE("an impaired path has what the impairment says and keeps what it does not say") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  const ImpairmentId slow = topology.impair({one}, {three}, {Impairment::Latency{milliseconds(90), milliseconds(95)}, {}, {}});
  CHECK(topology.route(one, three).least == milliseconds(90));
  CHECK(topology.route(three, one).most == milliseconds(95));
  CHECK(topology.route(two, three).least == milliseconds(20));
  CHECK(topology.route(one, three).hops.size() == 1);  // the link between the racks still limits

  const ImpairmentId lossy = topology.impair({one, two}, {three}, {{}, std::uint64_t{1000}, 50'000});
  CHECK(topology.route(one, three).least == milliseconds(90));
  CHECK(topology.route(one, three).loss_per_million == 50'000);
  CHECK(topology.route(two, three).least == milliseconds(20));
  REQUIRE(topology.route(two, three).hops.size() == 1);
  CHECK(topology.quality(topology.route(two, three).hops[0].link).bytes_per_second == std::uint64_t{1000});
  CHECK(topology.route(one, three).hops[0].link == topology.route(two, three).hops[0].link);  // they share it

  topology.mend(slow);
  CHECK(topology.route(one, three).least == milliseconds(20));
  topology.mend(lossy);
  topology.mend(lossy);
  CHECK(topology.route(one, three).loss_per_million == 0);
}

#include "sim/net/topology.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

constexpr HostId in_a{0};
constexpr HostId too_in_a{1};
constexpr HostId in_b{2};
constexpr HostId outside{3};

LinkQuality latency(std::int64_t ms) { return {milliseconds(ms), milliseconds(ms + 1), std::nullopt, 0}; }

Topology three_racks() {
  Topology topology{latency(1)};
  topology.add_host(in_a, "a");
  topology.add_host(too_in_a, "a");
  topology.add_host(in_b, "b");
  topology.add_host(outside, std::nullopt);
  return topology;
}

}  // namespace

TEST_CASE("a path has the latency of the whole network unless a link on it was set") {
  Topology topology = three_racks();
  CHECK(topology.route(in_a, too_in_a).least == milliseconds(1));
  CHECK(topology.route(in_a, in_b).least == milliseconds(1));

  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  CHECK(topology.route(in_a, too_in_a).least == milliseconds(1));
  CHECK(topology.route(in_a, in_b).least == milliseconds(20));
  CHECK(topology.route(in_b, too_in_a).most == milliseconds(21));
  CHECK(topology.route(outside, in_b).least == milliseconds(1));
}

TEST_CASE("a link between two hosts wins over the link between their racks") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  topology.set_link(in_a, in_b, latency(50));
  CHECK(topology.route(in_a, in_b).least == milliseconds(50));
  CHECK(topology.route(too_in_a, in_b).least == milliseconds(20));

  topology.remove_link(in_b, in_a);
  CHECK(topology.route(in_a, in_b).least == milliseconds(20));
  CHECK_FALSE(topology.link(in_a, in_b).has_value());
}

TEST_CASE("the hops of a route tell the direction in which each link is passed") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  REQUIRE(topology.route(in_a, in_b).hops.size() == 1);
  CHECK(topology.route(in_a, in_b).hops[0].forward);
  CHECK_FALSE(topology.route(in_b, in_a).hops[0].forward);
}

TEST_CASE("a cut blocks both ways and a one way cut only from the first group") {
  Topology topology = three_racks();
  const CutId both = topology.cut({in_a}, {too_in_a, in_b}, OneWay::no);
  CHECK_FALSE(topology.open(in_a, too_in_a));
  CHECK_FALSE(topology.open(in_b, in_a));
  CHECK(topology.open(too_in_a, in_b));
  CHECK(topology.open(in_a, outside));

  topology.heal(both);
  topology.cut({in_a}, {too_in_a}, OneWay::yes);
  CHECK_FALSE(topology.open(in_a, too_in_a));
  CHECK(topology.open(too_in_a, in_a));
}

TEST_CASE("where two cuts block a path it opens when both are healed") {
  Topology topology = three_racks();
  const CutId first = topology.cut({in_a}, {too_in_a}, OneWay::no);
  const CutId second = topology.cut({too_in_a}, {in_a, in_b}, OneWay::no);
  topology.heal(first);
  CHECK_FALSE(topology.open(in_a, too_in_a));
  topology.heal(second);
  CHECK(topology.open(in_a, too_in_a));
}

TEST_CASE("islands are the hosts that still reach each other both ways") {
  Topology topology = three_racks();
  CHECK(topology.islands().size() == 1);
  topology.cut({in_a, outside}, {too_in_a}, OneWay::no);
  topology.cut({in_a, outside}, {in_b}, OneWay::yes);
  const std::vector<std::vector<HostId>> expected{{in_a, outside}, {too_in_a, in_b}};
  CHECK(topology.islands() == expected);
}

TEST_CASE("hosts that reach each other by a ring of one way paths are one strong component and no island") {
  Topology topology = three_racks();
  topology.cut({too_in_a}, {in_a}, OneWay::yes);
  topology.cut({in_b}, {too_in_a}, OneWay::yes);
  topology.cut({in_a}, {in_b}, OneWay::yes);
  topology.cut({outside}, {in_a, too_in_a, in_b}, OneWay::no);
  const std::vector<std::vector<HostId>> expected{{in_a, too_in_a, in_b}, {outside}};
  CHECK(topology.strong_components() == expected);
  CHECK(topology.islands().size() == 4);
}

TEST_CASE("no cut counts among hosts that were healed and outside them all do") {
  Topology topology = three_racks();
  topology.cut({in_a}, {too_in_a, in_b}, OneWay::no);
  topology.heal_among({too_in_a, in_a});
  CHECK(topology.open(in_a, too_in_a));
  CHECK(topology.open(too_in_a, in_a));
  CHECK_FALSE(topology.open(in_a, in_b));
  CHECK(topology.has_cuts());
}

TEST_CASE("a copied topology goes its own way") {
  Topology topology = three_racks();
  (void)topology.route(in_a, in_b);
  Topology copy = topology;
  copy.set_link(in_a, in_b, latency(9));
  copy.cut({in_a}, {too_in_a}, OneWay::no);
  CHECK(copy.route(in_a, in_b).least == milliseconds(9));
  CHECK(topology.route(in_a, in_b).least == milliseconds(1));
  CHECK(topology.open(in_a, too_in_a));
}

TEST_CASE("an impaired path has what the impairment says and keeps what it does not say") {
  Topology topology = three_racks();
  topology.set_link(Rack{"a"}, Rack{"b"}, latency(20));
  const ImpairmentId slow =
      topology.impair({in_a}, {in_b}, {Impairment::Latency{milliseconds(90), milliseconds(95)}, {}, {}});
  CHECK(topology.route(in_a, in_b).least == milliseconds(90));
  CHECK(topology.route(in_b, in_a).most == milliseconds(95));
  CHECK(topology.route(too_in_a, in_b).least == milliseconds(20));
  CHECK(topology.route(in_a, in_b).hops.size() == 1);  // the link between the racks still limits

  const ImpairmentId lossy = topology.impair({in_a, too_in_a}, {in_b}, {{}, std::uint64_t{1000}, 50'000});
  CHECK(topology.route(in_a, in_b).least == milliseconds(90));
  CHECK(topology.route(in_a, in_b).loss_per_million == 50'000);
  CHECK(topology.route(too_in_a, in_b).least == milliseconds(20));
  REQUIRE(topology.route(too_in_a, in_b).hops.size() == 1);
  CHECK(topology.quality(topology.route(too_in_a, in_b).hops[0].link).bytes_per_second == std::uint64_t{1000});
  CHECK(topology.route(in_a, in_b).hops[0].link == topology.route(too_in_a, in_b).hops[0].link);  // they share it

  topology.mend(slow);
  CHECK(topology.route(in_a, in_b).least == milliseconds(20));
  topology.mend(lossy);
  topology.mend(lossy);
  CHECK(topology.route(in_a, in_b).loss_per_million == 0);
}

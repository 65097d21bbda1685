// What a stream of messages goes through: order, bandwidth, send buffer, loss, cuts.
#include <catch2/catch.hpp>

#include "tests/sim/net/net_bench.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

std::vector<std::int32_t> up_to(std::int32_t count) {
  std::vector<std::int32_t> numbers;
  for (std::int32_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("messages of one connection arrive in order although each draws a latency") {
  NetBench bench{LinkQuality{microseconds(1), milliseconds(50), std::nullopt, 0}};
  const ConnectionId connection = bench.connected();
  for (std::int32_t i = 0; i < 200; ++i) {
    bench.send(client, connection, i);
    bench.run_for(microseconds(100));
  }
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == up_to(200));
}

TEST_CASE("a lossy link costs time and neither messages nor their order") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), std::nullopt, 200'000}};
  const ConnectionId connection = bench.dial();
  bench.run_for(seconds(130));
  REQUIRE(bench.all<Connected>(client).size() == 1);
  const Instant begin = bench.now;
  for (std::int32_t i = 0; i < 100; ++i) bench.send(client, connection, i);
  bench.run_for(seconds(600));
  CHECK(bench.received(server) == up_to(100));
  CHECK(bench.all<Received>(server).back().at >= begin + milliseconds(201));
}

TEST_CASE("bytes take their time on a link") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), 1'000'000, 0}};
  const ConnectionId connection = bench.connected();
  const Instant begin = bench.now;
  bench.send(client, connection, 0, 100'000);
  bench.send(client, connection, 1, 100'000);
  bench.run_for(seconds(1));
  const auto got = bench.all<Received>(server);
  REQUIRE(got.size() == 2);
  CHECK(got[0].at == begin + milliseconds(101));
  CHECK(got[1].at == begin + milliseconds(201));
}

TEST_CASE("the connections of a host share the bandwidth of its card") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), 1'000'000, 0}};
  const ConnectionId first = bench.connected();
  const ConnectionId second = bench.connected(third, "server");
  const Instant begin = bench.now;
  bench.send(client, first, 0, 100'000);
  bench.send(third, second, 1, 100'000);
  bench.run_for(seconds(1));
  const auto got = bench.all<Received>(server);
  REQUIRE(got.size() == 2);
  CHECK(got[1].at == begin + milliseconds(201));
}

TEST_CASE("the racks share the bandwidth of the link between them") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), std::nullopt, 0}};
  bench.net.edit_topology().set_link(Rack{"a"}, Rack{"b"}, {milliseconds(5), milliseconds(5), 1'000'000, 0});
  const ConnectionId across = bench.connected(server, "third");
  const ConnectionId within = bench.connected();
  const Instant begin = bench.now;
  bench.send(server, across, 0, 100'000);
  bench.send(server, within, 1, 100'000);
  bench.run_for(seconds(1));
  CHECK(bench.all<Received>(third).at(0).at == begin + milliseconds(105));
  CHECK(bench.all<Received>(client).at(0).at == begin + milliseconds(1));
}

TEST_CASE("a message that trickles in over a slow link does not delay what another host sends to the same receiver") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), 1'000'000, 0}};
  SECTION("of a link") { bench.net.edit_topology().set_link(Rack{"a"}, Rack{"b"}, {milliseconds(1), milliseconds(1), 10'000, 0}); }
  SECTION("of a link that a fault has made slow") {
    Impairment how;
    how.bytes_per_second = 10'000;
    bench.net.edit_topology().impair({third}, {server}, how);
  }
  const ConnectionId slow = bench.connected(third, "server");
  const ConnectionId fast = bench.connected();
  const Instant begin = bench.now;
  bench.send(third, slow, 0, 10'000);
  bench.send(client, fast, 1, 1'000);
  bench.send(third, slow, 2, 10'000);
  bench.run_for(seconds(5));
  CHECK(bench.received(server) == std::vector<std::int32_t>{1, 0, 2});
  const auto got = bench.all<Received>(server);
  REQUIRE(got.size() == 3);
  CHECK(got[0].at <= begin + milliseconds(25));  // what the card needs for all of it
  CHECK(got[1].at >= begin + seconds(1));
  CHECK(got[2].at >= begin + seconds(2));
  CHECK(got[2].at <= begin + milliseconds(2'010));
}

TEST_CASE("what comes over many slow links does not come faster than the receiver's card takes it") {
  NetBench bench{LinkQuality{milliseconds(1), milliseconds(1), 1'000'000, 0}};
  Impairment how;
  how.bytes_per_second = 600'000;
  bench.net.edit_topology().impair({third}, {server}, how);
  bench.net.edit_topology().impair({client}, {server}, how);
  const ConnectionId one = bench.connected(third, "server");
  const ConnectionId two = bench.connected();
  const Instant begin = bench.now;
  for (std::int32_t i = 0; i < 10; ++i) {
    bench.send(third, one, 2 * i, 60'000);
    bench.send(client, two, 2 * i + 1, 60'000);
  }
  bench.run_for(seconds(5));
  const auto got = bench.all<Received>(server);
  REQUIRE(got.size() == 20);
  CHECK(got.back().at >= begin + milliseconds(1'200));
  CHECK(got.back().at <= begin + milliseconds(1'300));
}

TEST_CASE("no more than the send buffer is under way at once") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  for (std::int32_t i = 0; i < 3; ++i) bench.send(client, connection, i, send_buffer / 2);
  const Stream& stream = bench.net.find(connection)->stream(Side::dialler);
  CHECK(stream.segments[1].state == SegmentState::on_wire);
  CHECK(stream.segments[2].state == SegmentState::waiting);
  bench.process_ends(client, ProcessEnd::crash);
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == up_to(2));  // the third never left the process
}

TEST_CASE("a message under way when the link is cut is sent again and arrives once") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const Instant begin = bench.now;
  bench.send(client, connection, 0);
  const CutId cut = bench.cut(client, server);
  bench.run_for(milliseconds(100));
  bench.net.edit_topology().heal(cut);
  bench.send(client, connection, 1);
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == up_to(2));
  CHECK(bench.all<Received>(server)[0].at == begin + milliseconds(201));
}

TEST_CASE("a healed link delivers at the next retry and not before") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const Instant begin = bench.now;
  const CutId cut = bench.cut(client, server);
  bench.send(client, connection, 0);
  bench.run_until(begin + milliseconds(1'500));  // retries after 200, 600, 1400, 3000 ms
  bench.net.edit_topology().heal(cut);
  bench.send(client, connection, 1);
  bench.run_until(begin + milliseconds(2'999));
  CHECK(bench.heard.empty());
  bench.run_until(begin + seconds(4));
  CHECK(bench.received(server) == up_to(2));
  CHECK(bench.all<Received>(server)[0].at == begin + milliseconds(3'001));
}

TEST_CASE("retries come at most 120 seconds apart") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const CutId cut = bench.cut(client, server);
  bench.send(client, connection, 0);
  bench.run_for(seconds(500));
  bench.net.edit_topology().heal(cut);
  bench.run_for(seconds(121));
  CHECK(bench.received(server) == up_to(1));
}

TEST_CASE("a cut that lasts ends a connection only after a quarter of an hour") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.cut(client, server);
  bench.send(server, connection, 0);
  bench.run_for(seconds(890));
  CHECK(bench.heard.empty());
  bench.run_for(seconds(200));
  CHECK(bench.lost(server) == DisconnectReason::timed_out);
  CHECK(bench.all<Disconnected>(client).empty());
}

TEST_CASE("when only the way back is cut the first messages pass and later ones wait for an acknowledgement") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const CutId cut = bench.cut(server, client, OneWay::yes);
  bench.send(client, connection, 0);
  bench.run_for(milliseconds(100));
  CHECK(bench.received(server) == up_to(1));
  bench.run_for(milliseconds(200));
  bench.send(client, connection, 1);
  bench.run_for(seconds(5));
  CHECK(bench.received(server) == up_to(1));
  bench.net.edit_topology().heal(cut);
  bench.run_for(seconds(10));
  CHECK(bench.received(server) == up_to(2));
}

TEST_CASE("what the other side sends against a one way cut arrives when it is healed") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const CutId cut = bench.cut(client, server, OneWay::yes);
  bench.send(client, connection, 0);
  bench.run_for(seconds(1));
  CHECK(bench.received(server).empty());
  bench.net.edit_topology().heal(cut);
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == up_to(1));
}

TEST_CASE("messages on the wire can be seen") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.send(client, connection, 0);
  const auto flying = bench.net.in_flight();
  REQUIRE(flying.size() == 1);
  CHECK(flying[0].from == client);
  CHECK(flying[0].to == server);
  CHECK(flying[0].api == ApiKey::heartbeat);
  CHECK(flying[0].arrives == bench.now + milliseconds(1));
  bench.run_for(seconds(1));
  CHECK(bench.net.in_flight().empty());
}

TEST_CASE("a copied network goes on as the original does") {
  NetBench bench{LinkQuality{microseconds(1), milliseconds(50), 1'000'000, 100'000}};
  const ConnectionId connection = bench.dial();
  bench.run_for(seconds(130));
  for (std::int32_t i = 0; i < 50; ++i) bench.send(client, connection, i, 1'000);
  bench.run_for(milliseconds(20));
  NetBench copy = bench;
  for (NetBench* one : {&bench, &copy}) one->run_for(seconds(100));
  const auto a = bench.all<Received>(server);
  const auto b = copy.all<Received>(server);
  REQUIRE(a.size() == 50);
  REQUIRE(b.size() == 50);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].at == b[i].at);
}

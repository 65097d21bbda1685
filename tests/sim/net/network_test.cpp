#include "sim/net/network.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/net/net_bench.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("a connection is made in a round trip") {
  NetBench bench;
  bench.dial();
  bench.run_for(seconds(1));
  REQUIRE(bench.all<Connected>(client).size() == 1);
  CHECK(bench.all<Connected>(client)[0].at == Instant{} + milliseconds(2));
  CHECK(bench.heard.size() == 1);
}

TEST_CASE("a machine without a process refuses a connection after a round trip") {
  NetBench bench;
  bench.net.set_machine(server, MachineState::not_listening);
  bench.dial();
  bench.run_for(seconds(1));
  CHECK(bench.lost(client) == DisconnectReason::refused);
  CHECK(bench.heard[0].at == Instant{} + milliseconds(2));
  CHECK(bench.net.connection_count() == 0);
}

TEST_CASE("an address where nobody ever listens refuses at once") {
  NetBench bench;
  bench.dial(client, "nobody");
  bench.run_for(seconds(1));
  CHECK(bench.lost(client) == DisconnectReason::refused);
  CHECK(bench.heard[0].at == Instant{});
}

TEST_CASE("connecting to a dead machine is silence until it is back and the next retry comes") {
  NetBench bench;
  bench.net.set_machine(server, MachineState::dead);
  bench.dial();
  bench.run_until(Instant{} + milliseconds(2'900));
  CHECK(bench.heard.empty());
  bench.net.set_machine(server, MachineState::listening);
  bench.run_until(Instant{} + seconds(10));
  REQUIRE(bench.all<Connected>(client).size() == 1);
  CHECK(bench.heard[0].at == Instant{} + milliseconds(3'002));  // SYN at 0, 1 and 3 seconds
}

TEST_CASE("a connection that nobody answers is given up after 127 seconds") {
  NetBench bench;
  bench.cut(client, server);
  bench.dial();
  bench.run_until(Instant{} + seconds(126));
  CHECK(bench.heard.empty());
  bench.run_until(Instant{} + seconds(128));
  CHECK(bench.lost(client) == DisconnectReason::timed_out);
  CHECK(bench.heard[0].at == Instant{} + seconds(127));
}

TEST_CASE("a cut of the way back alone keeps a connection from being made") {
  NetBench bench;
  const CutId cut = bench.cut(server, client, OneWay::yes);
  bench.dial();
  bench.run_until(Instant{} + milliseconds(500));
  CHECK(bench.heard.empty());
  bench.net.edit_topology().heal(cut);
  bench.run_until(Instant{} + milliseconds(1'100));
  CHECK(bench.all<Connected>(client).size() == 1);
}

TEST_CASE("a dialler that closes while it connects hears nothing more") {
  NetBench bench;
  const ConnectionId connection = bench.dial();
  bench.close(client, connection);
  bench.run_for(seconds(200));
  CHECK(bench.heard.empty());
  CHECK(bench.net.connection_count() == 0);
}

TEST_CASE("who closes is not told and the peer hears it after all that was sent") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  for (std::int32_t i = 0; i < 5; ++i) bench.send(client, connection, i);
  bench.close(client, connection);
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == std::vector<std::int32_t>{0, 1, 2, 3, 4});
  CHECK(bench.lost(server) == DisconnectReason::closed_by_peer);
  CHECK(std::holds_alternative<Disconnected>(bench.heard.back().input));
  CHECK(bench.all<Disconnected>(client).empty());
  CHECK(bench.net.connection_count() == 0);
}

TEST_CASE("a crash resets connections after what was in the network has arrived") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.send(client, connection, 7);
  bench.process_ends(client, ProcessEnd::crash);
  bench.run_for(seconds(1));
  CHECK(bench.received(server) == std::vector<std::int32_t>{7});
  CHECK(bench.lost(server) == DisconnectReason::reset);
  CHECK(bench.heard.back().at > Instant{} + seconds(1));
  CHECK(bench.all<Disconnected>(client).empty());
  CHECK(bench.net.connection_count() == 0);
}

TEST_CASE("a message to a process that has died is void and is answered by a reset") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  const CutId cut = bench.cut(server, client, OneWay::yes);  // so that the reset of the crash is lost
  bench.process_ends(server, ProcessEnd::crash);
  bench.run_for(milliseconds(10));
  bench.net.edit_topology().heal(cut);
  bench.send(client, connection, 1);
  bench.run_for(seconds(1));
  CHECK(bench.received(server).empty());
  CHECK(bench.lost(client) == DisconnectReason::reset);
}

TEST_CASE("a machine that lost its power is silent and after its restart resets old connections") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.process_ends(server, ProcessEnd::power_loss);
  bench.send(client, connection, 1);
  bench.run_for(seconds(2));
  CHECK(bench.heard.empty());
  bench.net.set_machine(server, MachineState::listening);
  const Instant back = bench.now;
  bench.run_for(seconds(30));
  CHECK(bench.received(server).empty());
  CHECK(bench.lost(client) == DisconnectReason::reset);
  CHECK(bench.heard[0].at > back);
}

TEST_CASE("the first sender to a machine that stays dead gives up after a quarter of an hour") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.process_ends(server, ProcessEnd::power_loss);
  const Instant sent = bench.now;
  bench.send(client, connection, 1);
  bench.run_until(sent + seconds(899));
  CHECK(bench.heard.empty());
  bench.run_until(sent + seconds(1'100));
  CHECK(bench.lost(client) == DisconnectReason::timed_out);
  CHECK(bench.net.connection_count() == 0);
}

TEST_CASE("an orderly end closes the connections of a process") {
  NetBench bench;
  const ConnectionId connection = bench.connected();
  bench.send(server, connection, 3);
  bench.process_ends(server, ProcessEnd::orderly);
  bench.run_for(seconds(1));
  CHECK(bench.received(client) == std::vector<std::int32_t>{3});
  CHECK(bench.lost(client) == DisconnectReason::closed_by_peer);
}

TEST_CASE("injected resets reach both sides of the connections between two groups only") {
  NetBench bench;
  bench.connected();
  bench.connected(client, "third");
  NetOut out;
  bench.net.reset_between(bench.now, {server}, {client}, out);
  bench.take(out);
  bench.run_for(seconds(1));
  CHECK(bench.lost(client) == DisconnectReason::reset);
  CHECK(bench.lost(server) == DisconnectReason::reset);
  CHECK(bench.all<Disconnected>(third).empty());
  CHECK(bench.net.connection_count() == 1);
}

TEST_CASE("a host that is added leaves the latencies of all others as they were") {
  const LinkQuality varied{microseconds(200), milliseconds(5), std::nullopt, 0};
  std::vector<Instant> arrivals;
  for (const bool with_stranger : {false, true}) {
    NetBench bench{varied};
    if (with_stranger) {
      bench.net.add_host(HostId{3}, "stranger", std::nullopt, std::nullopt);
      bench.net.set_machine(HostId{3}, MachineState::listening);
      (void)bench.dial(HostId{3});
    }
    NetOut out;
    const ConnectionId connection{client, 99};
    bench.net.connect(bench.now, connection, Endpoint{"server", 9092}, out);
    bench.take(out);
    bench.run_for(seconds(1));
    arrivals.push_back(bench.all<Connected>(client).at(0).at);
  }
  CHECK(arrivals[0] == arrivals[1]);
}

TEST_CASE("a request tells by which of the two listeners of a machine its connection came in") {
  NetBench bench;
  bench.net.add_second_listener(server, Endpoint{"server-too", 9092});
  for (const std::string name : {"server", "server-too"}) {
    const ConnectionId connection = bench.connected(client, name);
    bench.send(client, connection, 1);
    bench.run_for(seconds(1));
    bench.send(server, connection, 1);
    bench.run_for(seconds(1));
    const auto at_server = bench.all<Received>(server);
    REQUIRE(at_server.size() == 1);
    CHECK(std::get<Received>(at_server[0].input).listener == (name == "server" ? Listener::first : Listener::second));
    const auto at_client = bench.all<Received>(client);
    REQUIRE(at_client.size() == 1);
    CHECK(std::get<Received>(at_client[0].input).listener == Listener::first);
  }
}

#include "tests/sim/serve/live_server.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {

TEST_CASE("an address is a host and a port") {
  CHECK(*parse_endpoint("127.0.0.1:9092") == Endpoint{"127.0.0.1", 9092});
  CHECK(*parse_endpoint("[::1]:0") == Endpoint{"::1", 0});
  CHECK(*parse_endpoint("localhost:65535") == Endpoint{"localhost", 65535});
  for (const char* text : {"", ":", ":1", "host", "host:", "host:x", "host:-1", "host:65536", "host:1 ", "a b:1", "[]:1", "a\"b:1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_endpoint(text).has_value());
  }
}

TEST_CASE("the ready line tells each broker's port and the control address") {
  LiveServer server;
  const auto ready = nlohmann::json::parse(server.line());
  CHECK(ready.at("ready") == true);
  REQUIRE(ready.at("brokers").size() == 3);
  CHECK(ready.at("brokers")[0].at("id") == 1);
  CHECK(ready.at("brokers")[0].at("host") == "127.0.0.1");
}

TEST_CASE("stopping gives the verdict and what was recorded replays to its hash") {
  const test::TemporaryDirectory folder;
  ServeOptions options;
  options.record = folder.path() + "/r.ksrec";
  LiveServer server{options};
  Caller caller{server.port(1)};
  caller.ask(which_versions, 3, 5);
  CHECK(caller.answer() == 5);
  const auto report = nlohmann::json::parse(server.stop());
  CHECK(report.at("outcome") == "pass");
  const Result<Recording> recording = read_recording(*options.record);
  REQUIRE(recording.has_value());
  const Result<Replayed> replayed = replay(*recording, [](const Simulation&) {});
  REQUIRE(replayed.has_value());
  CHECK_FALSE(replayed->difference.has_value());
}

}  // namespace kafkasim::sim

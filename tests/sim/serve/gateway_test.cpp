#include "sim/serve/gateway.hpp"

#include <functional>

#include "tests/sim/serve/live_server.hpp"

namespace kafkasim::sim {

namespace {
bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}
}  // namespace

TEST_CASE("a crashed broker resets its clients and refuses until it is back on the same port") {
  LiveServer server;
  Caller before{server.port(2)};
  before.ask(which_versions, 3, 1);
  REQUIRE(before.answer() == 1);
  server.fire(R"({"crash": 2, "for": "500ms"})");
  CHECK_FALSE(before.answer());
  CHECK(eventually([&] { return !Caller{server.port(2)}.connected(); }));
  CHECK(Caller{server.port(1)}.connected());
  CHECK(eventually([&] {
    Caller again{server.port(2)};
    if (!again.connected()) return false;
    again.ask(which_versions, 3, 2);
    return again.answer() == 2;
  }));
}

TEST_CASE("connections that are opened and dropped leave nothing behind") {
  LiveServer server;
  for (int i = 0; i < 300; ++i) {
    Caller caller{server.port(1)};
    if (i % 2) caller.send(std::string("\0\0", 2));
  }
  Caller caller{server.port(1)};
  caller.ask(which_versions, 3, 9);
  CHECK(caller.answer() == 9);
}

}  // namespace kafkasim::sim

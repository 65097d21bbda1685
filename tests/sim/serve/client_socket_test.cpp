#include "sim/serve/client_socket.hpp"

#include <numeric>

#include "core/message/vote.hpp"
#include "tests/sim/serve/live_server.hpp"

namespace kafkasim::sim {

TEST_CASE("requests of one connection are answered in their order however they come") {
  LiveServer server;
  Caller caller{server.port(3)};
  std::string all;
  for (std::int32_t id = 1; id <= 200; ++id) {
    const SharedBytes frame = as_frame(which_versions, 3, id);
    ByteWriter out;
    out.i32(static_cast<std::int32_t>(frame.size()));
    out.bytes(frame.span());
    all += as_text(out.span());
  }
  for (std::size_t at = 0; at < all.size(); at += 777) caller.send(all.substr(at, 777));
  std::vector<std::int32_t> order;
  for (int i = 0; i < 200; ++i) order.push_back(caller.answer().value_or(-1));
  std::vector<std::int32_t> expected(200);
  std::iota(expected.begin(), expected.end(), 1);
  CHECK(order == expected);
}

TEST_CASE("what is no request ends its connection and says why") {
  LiveServer server;
  const std::vector<std::string> bad{std::string("\x7f\xff\xff\xff", 4), std::string("\xff\xff\xff\xff", 4), std::string("\0\0\0\2ab", 6)};
  for (const std::string& bytes : bad) {
    Caller caller{server.port(1)};
    caller.send(bytes);
    CHECK_FALSE(caller.answer());
  }
  Caller caller{server.port(1)};
  caller.ask(Message::of(VoteRequest{}), 0, 1);
  CHECK_FALSE(caller.answer());
  (void)server.stop();
  REQUIRE(server.warnings().size() == 4);
  CHECK(server.warnings()[0].find("connection closed: frame of 2147483647 bytes") != std::string::npos);
  CHECK(server.warnings()[3].find("Vote version 0") != std::string::npos);
}

}  // namespace kafkasim::sim

#include <catch2/catch.hpp>

#include "sim/serve/asio.hpp"
#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

namespace {
testing::Outcome serve_with(std::vector<std::string> more) {
  std::vector<std::string> arguments{"serve", example, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return call(arguments);
}
}  // namespace

TEST_CASE("serve refuses what it cannot do with 2 and a reason") {
  CHECK(serve_with({"--speed", "0"}).code == exit_code::bad_input);
  CHECK(serve_with({"--speed", "fast"}).code == exit_code::bad_input);
  CHECK(serve_with({"--listen", "nowhere"}).code == exit_code::bad_input);
  CHECK(serve_with({"--listen", "127.0.0.1:99999"}).code == exit_code::bad_input);
  CHECK(serve_with({"--advertise", "a b"}).code == exit_code::bad_input);
  CHECK(serve_with({"--record", "/no/such/folder/r.ksrec"}).code == exit_code::bad_input);
  CHECK(has(serve_with({"--listen", "127.0.0.1:65535"}).err, "not enough ports"));
  CHECK(has(serve_with({"--listen", "0.0.0.0:0"}).err, "--allow-remote"));
  CHECK(has(call({"serve", "/no/such.json"}).err, "/no/such.json:1:1: error: there is no such file"));
}

TEST_CASE("serve says which port is taken") {
  asio::io_context io;
  const Tcp::acceptor taken{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  const std::string address = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  const testing::Outcome refused = serve_with({"--control", address});
  CHECK(refused.code == exit_code::bad_input);
  CHECK(has(refused.err, "cannot listen on " + address));
}

TEST_CASE("disks are not mirrored into a folder of somebody else's") {
  const testing::Outcome refused = serve_with({"--data", "/"});
  CHECK(refused.code == exit_code::bad_input);
  CHECK(has(refused.err, "is not empty"));
}

TEST_CASE("serve takes the variant that it is told and knows no other") {
  const TemporaryFile file{"serve-variants.json",
                           R"({"name": "v", "duration": "1s", "cluster": {"brokers": 1}, "variants": [{"name": "a", "set": {"/seed": 1}}]})"};
  CHECK(has(call({"serve", file.path(), "--variant", "b"}).err, "it has no variant 'b'; it has 'a'"));
}

#include "sim/run/timers.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a cluster has 180 s to come to rest with Kafka's timers and 20 s with those of the fast profile") {
  CHECK(time_to_rest(*scenario(R"({"name": "x", "duration": "1s", "cluster": {"brokers": 3}})")) == seconds(180));
  CHECK(time_to_rest(*scenario(small(3, "1s", ""))) == seconds(20));
}

TEST_CASE("longer timers give a cluster longer to come to rest") {
  const auto slow = scenario(small(3, "1s", ""), {{"/cluster/config/broker.session.timeout.ms", "5900"}});
  CHECK(time_to_rest(*slow) == seconds(35));
  CHECK(time_to_settle(*slow) < time_to_rest(*slow));
}

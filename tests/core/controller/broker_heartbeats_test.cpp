#include "core/controller/broker_heartbeats.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {
constexpr NodeId one{1};
constexpr NodeId two{2};
using State = BrokerControlState;
}  // namespace

TEST_CASE("a fenced broker is unfenced once it has replayed its own registration and asks for it", "[controller]") {
  BrokerHeartbeats heartbeats{seconds(9)};
  heartbeats.register_broker(one, true, Instant{0});
  CHECK(heartbeats.next_state(one, {true, false, 50}, 50, false) == State::fenced);
  CHECK(heartbeats.next_state(one, {false, false, 49}, 50, false) == State::fenced);
  CHECK(heartbeats.next_state(one, {false, false, 50}, 50, false) == State::unfenced);
}

TEST_CASE("an unfenced broker that is silent for the session timeout is stale and the longest silent comes first",
          "[controller]") {
  BrokerHeartbeats heartbeats{seconds(9)};
  heartbeats.register_broker(one, false, Instant{0} + seconds(1));
  heartbeats.register_broker(two, false, Instant{0});
  CHECK(heartbeats.stale(Instant{0} + seconds(9)) == std::nullopt);
  CHECK(heartbeats.next_check() == Instant{0} + seconds(9) + nanoseconds(1));
  CHECK(heartbeats.stale(Instant{0} + seconds(20)) == two);
  heartbeats.fence(two);
  CHECK(heartbeats.stale(Instant{0} + seconds(20)) == one);
  heartbeats.touch(one, false, 7, Instant{0} + seconds(20));
  CHECK(heartbeats.stale(Instant{0} + seconds(20)) == std::nullopt);
}

TEST_CASE("a fenced broker has no session that keeps a new incarnation out", "[controller]") {
  BrokerHeartbeats heartbeats{seconds(9)};
  heartbeats.register_broker(one, false, Instant{0});
  CHECK(heartbeats.has_valid_session(one, Instant{0} + seconds(9)));
  heartbeats.fence(one);
  CHECK_FALSE(heartbeats.has_valid_session(one, Instant{0}));
}

TEST_CASE("a broker in controlled shutdown may go when it leads nothing and every active broker knows",
          "[controller]") {
  BrokerHeartbeats heartbeats{seconds(9)};
  heartbeats.register_broker(one, false, Instant{0});
  heartbeats.register_broker(two, false, Instant{0});
  CHECK(heartbeats.next_state(one, {false, true, 10}, 1, true) == State::controlled_shutdown);
  CHECK(heartbeats.next_state(one, {false, true, 10}, 1, false) == State::shutdown_now);
  heartbeats.enter_controlled_shutdown(one, 20);
  heartbeats.touch(two, false, 19, Instant{1});
  CHECK(heartbeats.next_state(one, {false, true, 30}, 1, true) == State::controlled_shutdown);
  CHECK(heartbeats.next_state(one, {false, true, 30}, 1, false) == State::controlled_shutdown);
  heartbeats.touch(two, false, 20, Instant{2});
  CHECK(heartbeats.next_state(one, {false, true, 30}, 1, false) == State::shutdown_now);
}

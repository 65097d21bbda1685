#include "core/broker/lifecycle.hpp"

#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace kafkasim;

namespace {

BrokerRegistrationRequest registration() {
  BrokerRegistrationRequest request{.broker_id = NodeId{1}, .cluster_id = "a-cluster"};
  request.listeners.push_back({"PLAINTEXT", "b1", 9001, 0});
  return request;
}

// A broker's life and, by hand, the controller that it speaks to.
class LifecycleBench {
 public:
  explicit LifecycleBench(const NodeConfig& config = {}) : life{registration(), config} {}

  void start(std::optional<BrokerEpoch> previous = {}) {
    stage.act([&](Env& env) { life.start(Started{StartKind::restart, HostId{1}, ++incarnation_}, previous, env); });
    step(Woken{});
  }
  void stop() {
    stage.act([&](Env& env) { life.stop(env); });
    step(Woken{});
  }
  void step(const Input& in) {
    stage.act([&](Env& env) { life.step(in, active, replayed, env); });
    for (const Send& one : stage.take<Send>()) asked.push_back(one);
    for (const Connect& one : stage.take<Connect>()) step(Connected{one.connection});
  }
  void wait(Duration time) {
    const Instant end = stage.now + time;
    for (int wakes = 0; life.next_deadline(active) && *life.next_deadline(active) <= end; ++wakes) {
      REQUIRE(wakes < 10'000);
      stage.now = std::max(stage.now, *life.next_deadline(active));
      step(Woken{});
    }
    stage.now = end;
  }
  // How long it is silent, a minute at most.
  Duration silence() {
    const Instant from = stage.now;
    while (asked.empty() && stage.now - from < seconds(60)) {
      REQUIRE(life.next_deadline(active));
      stage.now = std::max(stage.now, *life.next_deadline(active));
      step(Woken{});
    }
    return stage.now - from;
  }
  template <class Request>
  [[nodiscard]] const Request& last() const {
    REQUIRE_FALSE(asked.empty());
    return asked.back().envelope.message.as<Request>();
  }
  template <class Response>
  void reply(Response response) {
    REQUIRE_FALSE(asked.empty());
    const Send to = asked.back();
    asked.clear();
    step(Received{to.connection, Envelope{to.envelope.correlation_id, 1, {}, Message::of(std::move(response))}});
  }
  void beat(BrokerHeartbeatResponse response) {
    silence();
    (void)last<BrokerHeartbeatRequest>();
    reply(response);
  }
  void register_it() { reply(BrokerRegistrationResponse{.broker_epoch = BrokerEpoch{40}}); }
  void run() {
    start();
    register_it();
    replayed = Offset{40};
    beat({.is_caught_up = true});
    beat({.is_caught_up = true, .is_fenced = false});
    REQUIRE(life.state() == BrokerState::running);
  }

  test::Stage stage;
  BrokerLifecycle life;
  std::optional<ControllerChannel::Active> active{{NodeId{3000}, {"c3000", 9093}}};
  std::optional<Offset> replayed;
  std::vector<Send> asked;

 private:
  std::uint32_t incarnation_{0};
};

}  // namespace

TEST_CASE("a broker begins with its registration and knows its epoch from the answer") {
  LifecycleBench bench;
  bench.start(BrokerEpoch{17});
  REQUIRE(bench.asked.size() == 1);
  const auto& request = bench.last<BrokerRegistrationRequest>();
  CHECK(request.broker_id == NodeId{1});
  CHECK(request.cluster_id == "a-cluster");
  CHECK(request.listeners == registration().listeners);
  CHECK(request.previous_broker_epoch == BrokerEpoch{17});
  CHECK_FALSE(request.incarnation_id.is_zero());
  CHECK(bench.life.state() == BrokerState::registering);
  CHECK_FALSE(bench.life.epoch());
  bench.register_it();
  CHECK(bench.life.state() == BrokerState::catching_up);
  CHECK(bench.life.epoch() == BrokerEpoch{40});
}

TEST_CASE("every process registers as an incarnation of its own") {
  LifecycleBench bench;
  bench.start();
  const Uuid first = bench.last<BrokerRegistrationRequest>().incarnation_id;
  BrokerLifecycle next{registration(), {}};
  bench.life = next;
  bench.start();
  CHECK(bench.last<BrokerRegistrationRequest>().incarnation_id != first);
}

TEST_CASE("a broker that nobody registers for a minute gives up") {
  LifecycleBench bench;
  bench.active.reset();
  bench.start();
  bench.wait(seconds(60) - nanoseconds(1));
  CHECK(bench.stage.take<Exit>().empty());
  bench.wait(nanoseconds(1));
  const auto exits = bench.stage.take<Exit>();
  REQUIRE(exits.size() == 1);
  CHECK_FALSE(exits[0].orderly);
}

TEST_CASE("once registered it is no matter that the time to register is over") {
  LifecycleBench bench;
  bench.run();
  for (int i = 0; i < 40; ++i) bench.beat({.is_caught_up = true, .is_fenced = false});
  CHECK(bench.stage.take<Exit>().empty());
}

TEST_CASE("a refused registration is tried again after 100 ms doubling up to the session") {
  NodeConfig config;
  config.initial_broker_registration_timeout = seconds(600);
  LifecycleBench bench{config};
  bench.start();
  Duration expected = milliseconds(100);
  for (int i = 0; i < 10; ++i) {
    bench.reply(BrokerRegistrationResponse{.error_code = ErrorCode::duplicate_broker_registration});
    const Duration silent = bench.silence();
    INFO(i);
    CHECK(silent >= expected * 98 / 100);
    CHECK(silent <= expected * 102 / 100);
    expected = std::min(expected * 2, seconds(9));
  }
  bench.register_it();
  CHECK(bench.life.state() == BrokerState::catching_up);
}

TEST_CASE("a broker asks to stay fenced until the controller says that it has caught up") {
  LifecycleBench bench;
  bench.start();
  bench.register_it();
  {
    const auto& first = bench.last<BrokerHeartbeatRequest>();
    CHECK(first.broker_epoch == BrokerEpoch{40});
    CHECK(first.want_fence);
    CHECK_FALSE(first.want_shut_down);
    CHECK_FALSE(first.current_metadata_offset);
  }
  bench.reply(BrokerHeartbeatResponse{.is_caught_up = false});
  CHECK(bench.life.state() == BrokerState::catching_up);
  bench.replayed = Offset{41};
  CHECK(bench.silence() == milliseconds(10));
  CHECK(bench.last<BrokerHeartbeatRequest>().want_fence);
  CHECK(bench.last<BrokerHeartbeatRequest>().current_metadata_offset == Offset{41});
  bench.reply(BrokerHeartbeatResponse{.is_caught_up = true});
  CHECK(bench.life.state() == BrokerState::recovering);
  CHECK(bench.silence() == milliseconds(10));
  CHECK_FALSE(bench.last<BrokerHeartbeatRequest>().want_fence);
  bench.reply(BrokerHeartbeatResponse{.is_caught_up = true, .is_fenced = true});
  CHECK(bench.life.state() == BrokerState::recovering);
  bench.beat({.is_caught_up = true, .is_fenced = false});
  CHECK(bench.life.state() == BrokerState::running);
}

TEST_CASE("a running broker sends a heartbeat every two seconds and goes on when it was fenced") {
  LifecycleBench bench;
  bench.run();
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.silence() == seconds(2));
    CHECK_FALSE(bench.last<BrokerHeartbeatRequest>().want_fence);
    bench.reply(BrokerHeartbeatResponse{.is_caught_up = true, .is_fenced = i == 1});
    CHECK(bench.life.state() == BrokerState::running);
  }
}

TEST_CASE("a heartbeat under a stale epoch is repeated ever more slowly and changes nothing") {
  LifecycleBench bench;
  bench.run();
  bench.silence();
  Duration before{};
  for (int i = 0; i < 4; ++i) {
    bench.reply(BrokerHeartbeatResponse{.error_code = ErrorCode::stale_broker_epoch,
                                        .is_caught_up = true,
                                        .is_fenced = false,
                                        .should_shut_down = true});
    const Duration silent = bench.silence();
    CHECK(silent > before);
    CHECK(silent < seconds(1));
    before = silent;
    CHECK(bench.life.state() == BrokerState::running);
  }
}

TEST_CASE("a heartbeat that stays unanswered for half a session is given up and sent again") {
  LifecycleBench bench;
  bench.run();
  bench.silence();
  bench.asked.clear();  // nobody answers
  const Duration silent = bench.silence();
  CHECK(silent >= milliseconds(4'500));
  CHECK(silent <= milliseconds(5'000));
}

TEST_CASE("a broker that is stopped asks to leave and waits until it may") {
  LifecycleBench bench;
  bench.run();
  bench.stop();
  CHECK(bench.life.state() == BrokerState::leaving);
  REQUIRE(bench.asked.size() == 1);  // at once
  CHECK(bench.last<BrokerHeartbeatRequest>().want_shut_down);
  CHECK_FALSE(bench.last<BrokerHeartbeatRequest>().want_fence);
  bench.reply(BrokerHeartbeatResponse{.is_fenced = false});
  CHECK(bench.silence() == milliseconds(50));  // in a small cluster that is all it takes
  bench.reply(BrokerHeartbeatResponse{.is_fenced = false});
  CHECK(bench.life.state() == BrokerState::leaving);
  CHECK(bench.silence() == seconds(2));
  bench.reply(BrokerHeartbeatResponse{.should_shut_down = true});
  CHECK(bench.life.state() == BrokerState::stopped);
  CHECK_FALSE(bench.life.next_deadline(bench.active));
}

TEST_CASE("leaving ends after five minutes whatever the controller says") {
  LifecycleBench bench;
  bench.run();
  bench.active.reset();
  bench.stop();
  bench.wait(seconds(300) - nanoseconds(1));
  CHECK(bench.life.state() == BrokerState::leaving);
  bench.wait(nanoseconds(1));
  CHECK(bench.life.state() == BrokerState::stopped);
}

TEST_CASE("a broker that does not run yet or may not leave in order just stops") {
  LifecycleBench bench;
  SECTION("not registered") { bench.start(); }
  SECTION("catching up") {
    bench.start();
    bench.register_it();
  }
  SECTION("without controlled shutdown") {
    NodeConfig config;
    config.controlled_shutdown_enable = false;
    bench.life = BrokerLifecycle{registration(), config};
    bench.run();
  }
  bench.stop();
  CHECK(bench.life.state() == BrokerState::stopped);
}

TEST_CASE("a second request to stop changes nothing") {
  LifecycleBench bench;
  bench.run();
  bench.stop();
  bench.wait(seconds(1));
  bench.stop();
  CHECK(bench.life.state() == BrokerState::leaving);
  CHECK(bench.asked.size() == 1);
}

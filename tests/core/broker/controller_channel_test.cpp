#include "core/broker/controller_channel.hpp"

#include <catch2/catch.hpp>

#include "core/message/allocate_producer_ids.hpp"
#include "core/message/alter_partition.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/broker_heartbeat.hpp"
#include "core/message/broker_registration.hpp"
#include "core/message/create_topics.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/metadata.hpp"
#include "tests/support/stage.hpp"

using namespace kafkasim;

namespace {

using Active = ControllerChannel::Active;
using Retry = ControllerChannel::Retry;

const Active first_controller{NodeId{3000}, {"c3000", 9093}};
const Active second_controller{NodeId{3001}, {"c3001", 9093}};

// Connections are made as soon as they are asked for.
class ChannelBench {
 public:
  ChannelBench() { channel.start(Started{StartKind::first, HostId{1}, 1}); }

  std::uint64_t send(std::int32_t number, std::optional<Duration> patience = {}, Retry retry = Retry::until_deadline) {
    const std::uint64_t id = stage.act([&](Env& env) {
      return channel.send(Message::of(BrokerHeartbeatRequest{.broker_id = NodeId{number}}), patience, retry, active,
                          env);
    });
    connect();
    return id;
  }
  void step(const Input& in) {
    for (const auto& one : stage.act([&](Env& env) { return channel.step(in, active, env); })) done.push_back(one);
    connect();
  }
  void wait(Duration time) {
    const Instant end = stage.now + time;
    while (channel.next_deadline(active) && *channel.next_deadline(active) <= end) {
      stage.now = std::max(stage.now, *channel.next_deadline(active));
      step(Woken{});
    }
    stage.now = end;
    step(Woken{});
  }
  // The numbers of the requests that have gone to that controller since the last call.
  std::vector<std::int32_t> sent_to(const Active& controller) {
    std::vector<std::int32_t> numbers;
    for (const Send& one : sends_) {
      if (dialled_.at(one.connection) != controller.endpoint) continue;
      numbers.push_back(one.envelope.message.as<BrokerHeartbeatRequest>().broker_id.value);
    }
    std::erase_if(sends_, [&](const Send& one) { return dialled_.at(one.connection) == controller.endpoint; });
    return numbers;
  }
  void respond(ErrorCode error) {
    step(Received{
        last_.connection,
        Envelope{last_.envelope.correlation_id, 1, {}, Message::of(BrokerHeartbeatResponse{.error_code = error})}});
  }
  void lose_connection() { step(Disconnected{last_.connection, DisconnectReason::reset}); }

  test::Stage stage;
  ControllerChannel channel{3, "broker-1", seconds(30)};
  std::optional<Active> active{first_controller};
  std::vector<ControllerChannel::Done> done;

 private:
  void connect() {
    for (;;) {
      for (const Send& one : stage.take<Send>()) {
        sends_.push_back(one);
        last_ = one;
      }
      const auto connects = stage.take<Connect>();
      if (connects.empty()) return;
      for (const Connect& one : connects) {
        dialled_.emplace(one.connection, one.to);
        step(Connected{one.connection});
      }
    }
  }
  std::map<ConnectionId, Endpoint> dialled_;
  std::vector<Send> sends_;
  Send last_{{}, Envelope{0, 0, {}, Message::of(BrokerHeartbeatRequest{})}};
};

using Numbers = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("a request to the controller waits until one is known") {
  ChannelBench bench;
  bench.active.reset();
  bench.send(1);
  bench.wait(seconds(1));
  CHECK(bench.sent_to(first_controller).empty());
  bench.active = first_controller;
  bench.wait(milliseconds(0));
  CHECK(bench.sent_to(first_controller) == Numbers{1});
}

TEST_CASE("a request that waited is due as soon as a controller is known") {
  ChannelBench bench;
  bench.active.reset();
  bench.send(1, seconds(5));
  CHECK(bench.channel.next_deadline(bench.active) == bench.stage.now + seconds(5));
  bench.active = first_controller;
  REQUIRE(bench.channel.next_deadline(bench.active));
  CHECK(*bench.channel.next_deadline(bench.active) <= bench.stage.now);
  bench.step(Woken{});
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  CHECK(*bench.channel.next_deadline(bench.active) > bench.stage.now);
}

TEST_CASE("requests go to the controller one at a time in order") {
  ChannelBench bench;
  const std::uint64_t first = bench.send(1);
  bench.send(2);
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  bench.respond(ErrorCode::none);
  REQUIRE(bench.done.size() == 1);
  CHECK(bench.done[0].id == first);
  CHECK(bench.done[0].response.has_value());
  CHECK(bench.sent_to(first_controller) == Numbers{2});
}

TEST_CASE("after NOT_CONTROLLER the request goes to whoever is active 100 ms later") {
  ChannelBench bench;
  const std::uint64_t id = bench.send(1);
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  bench.respond(ErrorCode::not_controller);
  CHECK(bench.done.empty());
  bench.active = second_controller;
  bench.wait(milliseconds(99));
  CHECK(bench.sent_to(second_controller).empty());
  bench.wait(milliseconds(1));
  CHECK(bench.sent_to(second_controller) == Numbers{1});
  CHECK(bench.sent_to(first_controller).empty());
  bench.respond(ErrorCode::none);
  REQUIRE(bench.done.size() == 1);
  CHECK(bench.done[0].id == id);
}

TEST_CASE("a request whose connection breaks is sent again before those behind it") {
  ChannelBench bench;
  bench.send(1);
  bench.send(2);
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  bench.lose_connection();
  CHECK(bench.done.empty());
  bench.wait(milliseconds(200));
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  bench.respond(ErrorCode::none);
  CHECK(bench.sent_to(first_controller) == Numbers{2});
}

TEST_CASE("a controller that does not answer is asked again after the request timeout") {
  ChannelBench bench;
  bench.send(1);
  CHECK(bench.sent_to(first_controller) == Numbers{1});
  bench.wait(seconds(29));
  CHECK(bench.sent_to(first_controller).empty());
  bench.active = second_controller;
  bench.wait(seconds(2));
  CHECK(bench.sent_to(second_controller) == Numbers{1});
}

TEST_CASE("any other error is for the one who asked") {
  ChannelBench bench;
  bench.send(1);
  bench.respond(ErrorCode::stale_broker_epoch);
  REQUIRE(bench.done.size() == 1);
  CHECK(controller_error(*bench.done[0].response) == ErrorCode::stale_broker_epoch);
  bench.wait(seconds(40));
  CHECK(bench.sent_to(first_controller) == Numbers{1});
}

TEST_CASE("a request that its sender repeats itself is tried once") {
  ChannelBench bench;
  bench.send(1, {}, Retry::no);
  bench.respond(ErrorCode::not_controller);
  REQUIRE(bench.done.size() == 1);
  CHECK(controller_error(*bench.done[0].response) == ErrorCode::not_controller);
  bench.send(2, {}, Retry::no);
  bench.lose_connection();
  REQUIRE(bench.done.size() == 2);
  CHECK_FALSE(bench.done[1].response);
}

TEST_CASE("a request is given up when its time is over and no controller was found") {
  ChannelBench bench;
  bench.active.reset();
  const std::uint64_t hasty = bench.send(1, seconds(2));
  bench.send(2);
  bench.wait(seconds(2) - nanoseconds(1));
  CHECK(bench.done.empty());
  bench.wait(nanoseconds(1));
  REQUIRE(bench.done.size() == 1);
  CHECK(bench.done[0].id == hasty);
  CHECK_FALSE(bench.done[0].response);
  bench.active = first_controller;
  bench.wait(milliseconds(0));
  CHECK(bench.sent_to(first_controller) == Numbers{2});
}

TEST_CASE("a request that is refused until its time is over is given up") {
  ChannelBench bench;
  bench.send(1, milliseconds(250));
  for (int i = 0; i < 10 && bench.done.empty(); ++i) {
    bench.respond(ErrorCode::not_controller);
    bench.wait(milliseconds(100));
  }
  REQUIRE(bench.done.size() == 1);
  CHECK_FALSE(bench.done[0].response);
  CHECK(bench.sent_to(first_controller).size() == 3);
}

TEST_CASE("a new process knows nothing of the requests of the one before") {
  ChannelBench bench;
  bench.send(1);
  bench.send(2);
  (void)bench.sent_to(first_controller);
  bench.channel.start(Started{StartKind::restart, HostId{1}, 2});
  CHECK_FALSE(bench.channel.next_deadline(bench.active));
  bench.send(3);
  CHECK(bench.sent_to(first_controller) == Numbers{3});
}

TEST_CASE("the error of a controller is found in every kind of its answers") {
  constexpr ErrorCode error = ErrorCode::not_controller;
  CHECK(controller_error(Message::of(BrokerRegistrationResponse{.error_code = error})) == error);
  CHECK(controller_error(Message::of(BrokerHeartbeatResponse{.error_code = error})) == error);
  CHECK(controller_error(Message::of(AlterPartitionResponse{.error_code = error})) == error);
  CHECK(controller_error(Message::of(AllocateProducerIdsResponse{.error_code = error})) == error);
  CHECK(controller_error(Message::of(ElectLeadersResponse{.error_code = error})) == error);
  CHECK(controller_error(Message::of(AlterPartitionReassignmentsResponse{.error_code = error})) == error);
  CreateTopicsResponse created;
  created.topics.push_back({.name = "a"});
  CHECK(controller_error(Message::of(created)) == ErrorCode::none);
  created.topics.push_back({.name = "b", .error_code = ErrorCode::topic_already_exists});
  CHECK(controller_error(Message::of(created)) == ErrorCode::none);  // of that topic alone
  created.topics.push_back({.name = "c", .error_code = error});
  CHECK(controller_error(Message::of(created)) == error);
  CHECK(controller_error(Message::of(MetadataResponse{})) == ErrorCode::none);
}

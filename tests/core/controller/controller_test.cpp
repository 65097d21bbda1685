#include "core/controller/controller.hpp"

#include <catch2/catch.hpp>

#include "core/message/metadata.hpp"
#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::Lone;

namespace {

// The first of three voters, elected and active, with one broker: what it decides waits for another voter.
struct OfThree : Lone {
  OfThree() : Lone{{}, 3} {
    elect();
    follow(3001);
    REQUIRE(controller.is_active());
  }
  [[nodiscard]] static BrokerRegistrationRequest joining(std::int32_t id) {
    BrokerRegistrationRequest request = registration(id);
    request.cluster_id = "a-cluster";
    return request;
  }
};

}  // namespace

TEST_CASE("the only voter of a quorum is the active controller at once", "[controller]") {
  const Lone lone;
  CHECK(lone.controller.is_active());
  CHECK(lone.noted<trace::ControllerActivated>() == 1);
}

TEST_CASE("a controller acts only after its first record is committed", "[controller]") {
  Lone lone{{}, 3};
  lone.elect();
  CHECK(lone.controller.raft().is_leader());
  CHECK_FALSE(lone.controller.is_active());
  lone.follow(3001);
  CHECK(lone.controller.is_active());
}

TEST_CASE("a controller that is not the active one says so to every request of a broker", "[controller]") {
  Lone lone{{}, 3};
  CHECK(lone.register_broker(Lone::registration(1)).error_code == ErrorCode::not_controller);
  CHECK(lone.beat(1, BrokerEpoch{5}).error_code == ErrorCode::not_controller);
  CHECK(lone.ask(AlterPartitionRequest{})->as<AlterPartitionResponse>().error_code == ErrorCode::not_controller);
  CHECK(lone.ask(AllocateProducerIdsRequest{})->as<AllocateProducerIdsResponse>().error_code
        == ErrorCode::not_controller);
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::not_controller);
}

TEST_CASE("what is no business of a controller closes the connection", "[controller]") {
  Lone active;
  Lone standby{{}, 3};
  for (Lone* one : {&active, &standby}) {
    CHECK_FALSE(one->ask(MetadataRequest{}));
    CHECK(one->closed.size() == 1);
  }
}

TEST_CASE("a decision is told only when a majority of the voters has it", "[controller]") {
  OfThree three;
  const std::int32_t request = three.send(OfThree::joining(1));
  three.wait(milliseconds(300));
  CHECK_FALSE(three.answer(request));
  CHECK(three.controller.committed().brokers.empty());
  three.follow(3002);
  REQUIRE(three.answer(request));
  CHECK(three.answer(request)->as<BrokerRegistrationResponse>().error_code == ErrorCode::none);
  CHECK(three.controller.committed().brokers.size() == 1);
}

TEST_CASE("the next request is decided on what is not committed yet and neither is told before", "[controller]") {
  OfThree three;
  const std::int32_t first = three.send(OfThree::joining(1));
  const BrokerEpoch epoch{three.controller.raft().log_end_offset().value - 1};
  const std::int32_t second =
      three.send(three.heartbeat(1, epoch));  // the broker is known, its record is not committed
  CHECK_FALSE(three.answer(first));
  CHECK_FALSE(three.answer(second));
  three.follow(3001);
  REQUIRE(three.answer(first));
  CHECK(three.answer(first)->as<BrokerRegistrationResponse>().broker_epoch == epoch);
  REQUIRE(three.answer(second));
  CHECK(three.answer(second)->as<BrokerHeartbeatResponse>().error_code == ErrorCode::none);
}

TEST_CASE("what waits when the leadership is lost is answered with NOT_CONTROLLER and forgotten", "[controller]") {
  OfThree three;
  const std::int32_t request = three.send(OfThree::joining(1));
  three.send(raft_test::leader_says<BeginQuorumEpochRequest>(3001, three.epoch() + 1));
  CHECK_FALSE(three.controller.is_active());
  REQUIRE(three.answer(request));
  CHECK(three.answer(request)->as<BrokerRegistrationResponse>().error_code == ErrorCode::not_controller);
  CHECK(three.noted<trace::ControllerResigned>() == 1);
  CHECK(three.register_broker(OfThree::joining(1)).error_code == ErrorCode::not_controller);
}

TEST_CASE("an idle controller writes a record every half second for brokers to count by", "[controller]") {
  Lone lone;
  lone.wait(milliseconds(1));
  const std::int64_t before = lone.controller.committed().end_offset;
  lone.wait(milliseconds(2'500));
  const std::int64_t after = lone.controller.committed().end_offset;
  CHECK(after >= before + 4);
  CHECK(after <= before + 5);
}

TEST_CASE("the only voter stops at once when it is asked to", "[controller]") {
  Lone lone;
  lone.step(StopRequested{});
  lone.wait(seconds(6));
  REQUIRE(lone.exits.size() == 1);
  CHECK(lone.exits[0].orderly);
}

TEST_CASE("a copy of a controller decides alike and neither disturbs the other", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  const Controller copy = lone.controller;
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::none);
  CHECK(copy.committed().topic_ids.empty());
}

TEST_CASE("the log of a new cluster begins with its features and what eligible leaders are judged by", "[controller]") {
  NodeConfig config;
  config.topic_defaults.min_insync_replicas = 2;
  Lone with{config, 1, {{"eligible.leader.replicas.version", 1}, {"metadata.version", 27}}};
  with.wait(seconds(1));
  CHECK(with.controller.committed().features.at("metadata.version") == 27);
  CHECK(with.controller.committed().has_eligible_leader_replicas());
  CHECK(with.controller.committed().node_configs.at("").at("min.insync.replicas") == "2");
  Lone without{config, 1, {{"metadata.version", 27}}};
  without.wait(seconds(1));
  CHECK_FALSE(without.controller.committed().has_eligible_leader_replicas());
  CHECK(without.controller.committed().node_configs.empty());
}

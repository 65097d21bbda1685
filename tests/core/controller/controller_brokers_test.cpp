#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::Lone;

TEST_CASE("a broker registers fenced and is unfenced by a heartbeat that has caught up", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.register_broker(Lone::registration(1)).broker_epoch.value();
  CHECK(lone.broker(1).fenced);
  CHECK(lone.broker(1).epoch == epoch);
  CHECK(lone.broker(1).endpoint == Endpoint{"broker-1", 9092});
  BrokerHeartbeatRequest behind = lone.heartbeat(1, epoch);
  behind.current_metadata_offset = Offset{epoch.value - 1};
  CHECK_FALSE(lone.beat(behind).is_caught_up);
  CHECK(lone.broker(1).fenced);
  const BrokerHeartbeatResponse caught_up = lone.beat(1, epoch);
  CHECK(caught_up.is_caught_up);
  CHECK_FALSE(caught_up.is_fenced);
  CHECK(lone.broker(1).is_active());
  CHECK(lone.noted<trace::BrokerUnfenced>() == 1);
}

TEST_CASE("a broker that asks to stay fenced stays so however far it has read", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.register_broker(Lone::registration(1)).broker_epoch.value();
  BrokerHeartbeatRequest request = lone.heartbeat(1, epoch);
  request.want_fence = true;
  const BrokerHeartbeatResponse told = lone.beat(request);
  CHECK(told.is_caught_up);
  CHECK(told.is_fenced);
  CHECK(lone.broker(1).fenced);
}

TEST_CASE("another incarnation of a broker that is heard is refused", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  BrokerRegistrationRequest second = Lone::registration(1, 7);
  CHECK(lone.register_broker(second).error_code == ErrorCode::duplicate_broker_registration);
  second.cluster_id = "other";
  CHECK(lone.register_broker(second).error_code == ErrorCode::inconsistent_cluster_id);
}

TEST_CASE("a registration without a listener is invalid", "[controller]") {
  Lone lone;
  BrokerRegistrationRequest request = Lone::registration(1);
  request.listeners.clear();
  CHECK(lone.register_broker(request).error_code == ErrorCode::invalid_registration);
  CHECK(lone.controller.committed().brokers.empty());
}

TEST_CASE("the same incarnation registers again under its epoch and stays unfenced", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.add_broker(1);
  CHECK(lone.register_broker(Lone::registration(1)).broker_epoch == epoch);
  CHECK(lone.broker(1).is_active());
}

TEST_CASE("the next incarnation may register when the session of the one before is over", "[controller]") {
  Lone lone;
  const BrokerEpoch first = lone.add_broker(1);
  lone.wait(seconds(10));
  const BrokerRegistrationResponse again = lone.register_broker(Lone::registration(1, 7));
  REQUIRE(again.error_code == ErrorCode::none);
  CHECK(again.broker_epoch > first);
  CHECK(lone.broker(1).fenced);
  CHECK(lone.beat(1, first).error_code == ErrorCode::stale_broker_epoch);
  CHECK(lone.beat(1, *again.broker_epoch).error_code == ErrorCode::none);
}

TEST_CASE("a heartbeat of a broker that never registered is refused", "[controller]") {
  Lone lone;
  CHECK(lone.beat(5, BrokerEpoch{1}).error_code == ErrorCode::broker_id_not_registered);
}

TEST_CASE("a broker that is silent for its session is fenced and its leaderships and ISR memberships go",
          "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  const BrokerEpoch second = lone.add_broker(2);
  const Uuid topic = lone.create_on("orders", {b1, b2});
  lone.now = lone.now + seconds(8);
  (void)lone.beat(2, second);
  lone.now = lone.now + seconds(2);
  lone.step(Woken{});
  CHECK(lone.broker(1).fenced);
  CHECK_FALSE(lone.broker(2).fenced);
  CHECK(lone.partition(topic).leader == b2);
  CHECK(lone.partition(topic).isr == std::vector{b2});
  CHECK(lone.partition(topic).leader_epoch == LeaderEpoch{1});
}

TEST_CASE("a broker is fenced at the end of its session and not before", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  lone.wait(seconds(9));
  CHECK_FALSE(lone.broker(1).fenced);
  lone.wait(nanoseconds(1));
  CHECK(lone.broker(1).fenced);
}

TEST_CASE("the last in-sync replica keeps its place while it is away and leads again when it is back", "[controller]") {
  Lone lone;
  const BrokerEpoch first = lone.add_broker(1);
  const BrokerEpoch second = lone.add_broker(2);
  const Uuid topic = lone.create_on("orders", {b1, b2});
  for (int i = 0; i < 3; ++i) {  // 2 falls silent, then 1 as well
    lone.wait(seconds(4));
    (void)lone.beat(1, first);
  }
  CHECK(lone.partition(topic).isr == std::vector{b1});
  lone.wait(seconds(10));
  CHECK_FALSE(lone.partition(topic).leader);
  CHECK(lone.partition(topic).isr == std::vector{b1});
  CHECK_FALSE(lone.beat(2, second).is_fenced);  // it lacks what 1 alone acknowledged
  CHECK_FALSE(lone.partition(topic).leader);
  CHECK_FALSE(lone.beat(1, first).is_fenced);
  CHECK(lone.partition(topic).leader == b1);
  CHECK_FALSE(lone.partition(topic).recovering);
}

TEST_CASE("with unclean elections allowed whoever is back leads and what it lacks is lost", "[controller]") {
  Lone lone;
  const BrokerEpoch first = lone.add_broker(1);
  const BrokerEpoch second = lone.add_broker(2);
  const Uuid topic = lone.create_on("orders", {b1, b2}, {{"unclean.leader.election.enable", "true"}});
  for (int i = 0; i < 3; ++i) {
    lone.wait(seconds(4));
    (void)lone.beat(1, first);
  }
  lone.wait(seconds(10));
  REQUIRE_FALSE(lone.partition(topic).leader);
  (void)lone.beat(2, second);
  CHECK(lone.partition(topic).leader == b2);
  CHECK(lone.partition(topic).isr == std::vector{b2});
  CHECK(lone.partition(topic).recovering);
}

TEST_CASE("a broker that wants to leave hands over its leaderships and may go when the others know", "[controller]") {
  Lone lone;
  const BrokerEpoch first = lone.add_broker(1);
  const BrokerEpoch second = lone.add_broker(2);
  const Uuid topic = lone.create_on("orders", {b1, b2});
  (void)lone.beat(2, second);
  BrokerHeartbeatRequest leaving = lone.heartbeat(1, first);
  leaving.want_shut_down = true;
  CHECK_FALSE(lone.beat(leaving).should_shut_down);
  CHECK(lone.broker(1).in_controlled_shutdown);
  CHECK_FALSE(lone.broker(1).fenced);
  CHECK(lone.partition(topic).leader == b2);
  CHECK(lone.partition(topic).isr == std::vector{b2});
  leaving = lone.heartbeat(1, first);
  leaving.want_shut_down = true;
  CHECK_FALSE(lone.beat(leaving).should_shut_down);  // broker 2 has not read of it yet
  (void)lone.beat(2, second);
  const BrokerHeartbeatResponse last = lone.beat(leaving);
  CHECK(last.should_shut_down);
  CHECK(last.is_fenced);
  CHECK(lone.broker(1).fenced);
}

TEST_CASE("a broker that leads nothing may leave at once", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.add_broker(1);
  BrokerHeartbeatRequest leaving = lone.heartbeat(1, epoch);
  leaving.want_shut_down = true;
  CHECK(lone.beat(leaving).should_shut_down);
  CHECK(lone.broker(1).fenced);
}

TEST_CASE("the next incarnation of a broker in controlled shutdown may register before its session ends",
          "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.add_broker(1);
  (void)lone.add_broker(2);
  (void)lone.create_on("orders", {b1, b2});
  BrokerHeartbeatRequest leaving = lone.heartbeat(1, epoch);
  leaving.want_shut_down = true;
  REQUIRE_FALSE(lone.beat(leaving).should_shut_down);
  CHECK(lone.register_broker(Lone::registration(1, 7)).error_code == ErrorCode::none);
  CHECK_FALSE(lone.broker(1).in_controlled_shutdown);
}

TEST_CASE("blocks of producer ids do not overlap and go to registered brokers only", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.add_broker(1);
  const auto block = [&](std::int32_t id, BrokerEpoch e) {
    return lone.ask(AllocateProducerIdsRequest{NodeId{id}, e})->as<AllocateProducerIdsResponse>();
  };
  const AllocateProducerIdsResponse first = block(1, epoch);
  CHECK(first.producer_id_len == 1000);
  CHECK(block(1, epoch).producer_id_start.value == first.producer_id_start.value + 1000);
  CHECK(block(1, BrokerEpoch{epoch.value + 1}).error_code == ErrorCode::stale_broker_epoch);
  CHECK(block(2, epoch).error_code == ErrorCode::broker_id_not_registered);
}

// ---- eligible leader replicas (KIP-966) ---------------------------------------------------------------

using test::b3;
using test::Led;

TEST_CASE("brokers that are fenced one after the other stay eligible and the first to be heard again leads", "[controller][elr]") {
  Led cluster{{{"min.insync.replicas", "2"}}, test::with_elr};
  cluster.only({1});
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1});
  CHECK(cluster.partition(cluster.topic).elr().size() == 1);  // of the two the one that left last
  cluster.only({});
  CHECK(cluster.partition(cluster.topic).isr.empty());
  CHECK(cluster.partition(cluster.topic).elr().size() == 2);
  CHECK_FALSE(cluster.partition(cluster.topic).leader.has_value());
  CHECK(cluster.partition(cluster.topic).last_known_elr() == std::vector{b1});
  const NodeId other = cluster.partition(cluster.topic).elr().back();
  (void)cluster.beat(other.value, cluster.epochs.at(other.value));
  CHECK(cluster.partition(cluster.topic).leader == other);
  CHECK(cluster.partition(cluster.topic).isr == std::vector{other});
  CHECK(cluster.partition(cluster.topic).elr() == std::vector{b1});
  CHECK(cluster.partition(cluster.topic).last_known_elr().empty());
  CHECK_FALSE(cluster.partition(cluster.topic).recovering);
}

TEST_CASE("a broker that comes back without a clean shutdown is in sync and eligible nowhere", "[controller][elr]") {
  Led cluster{{{"min.insync.replicas", "3"}}, test::with_elr};
  cluster.only({1, 2});
  REQUIRE(cluster.partition(cluster.topic).elr() == std::vector{b3});
  cluster.register_again(3, Led::After::a_crash);
  CHECK(cluster.partition(cluster.topic).elr().empty());
  cluster.only({1});
  REQUIRE(cluster.partition(cluster.topic).elr() == std::vector{b2});
  cluster.register_again(2, Led::After::a_clean_stop);
  CHECK(cluster.partition(cluster.topic).elr() == std::vector{b2});
}

TEST_CASE("the last leader comes back from a crash and leads what nobody else may", "[controller][elr]") {
  Led cluster{{{"min.insync.replicas", "2"}}, test::with_elr};
  REQUIRE(cluster.shrink(1, {1, 2}) == ErrorCode::none);
  REQUIRE(cluster.shrink(1, {1}) == ErrorCode::none);
  cluster.only({3});
  REQUIRE(cluster.partition(cluster.topic).isr.empty());
  REQUIRE(cluster.partition(cluster.topic).elr() == std::vector{b1, b2});
  REQUIRE(cluster.partition(cluster.topic).last_known_elr() == std::vector{b2});  // it led until its own session was over
  cluster.back(2);
  CHECK(cluster.partition(cluster.topic).elr() == std::vector{b1});
  CHECK_FALSE(cluster.partition(cluster.topic).leader.has_value());  // 1 may have more
  cluster.register_again(1, Led::After::a_crash);  // it surely has not
  CHECK(cluster.partition(cluster.topic).elr().empty());
  CHECK(cluster.partition(cluster.topic).leader == b2);
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b2});
  CHECK(cluster.partition(cluster.topic).recovering);
}

TEST_CASE("a topic that has fewer replicas than min.insync.replicas goes by their number", "[controller][elr]") {
  Led cluster{{}, test::with_elr};
  const Uuid pair = cluster.create_on("bills", {b1, b2}, {{"min.insync.replicas", "5"}});
  cluster.only({1, 3});
  CHECK(cluster.partition(pair).elr() == std::vector{b2});
  CHECK(cluster.partition(cluster.topic).elr().empty());
}

TEST_CASE("without eligible leader replicas a crash takes a broker out of the ISR and no more", "[controller][elr]") {
  Led cluster{{{"min.insync.replicas", "2"}}};
  cluster.only({1});
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1});
  CHECK(cluster.partition(cluster.topic).elr().empty());
  cluster.only({});
  CHECK(cluster.partition(cluster.topic).isr == std::vector{b1});
  CHECK(cluster.partition(cluster.topic).last_known_elr().empty());
}

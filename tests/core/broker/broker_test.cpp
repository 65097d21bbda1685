#include "core/broker/broker.hpp"

#include <catch2/catch.hpp>

#include "tests/core/broker/rig.hpp"

using namespace kafkasim;
using test::Asked;
using test::b1;
using test::b2;
using test::orders_id;
using test::Rig;

namespace {

constexpr TopicIdPartition orders{orders_id, PartitionIndex{0}};

ProduceRequest produce_to_first(const Uuid& topic, std::int16_t acks = 1) {
  ProduceRequest request{.acks = acks, .timeout = seconds(1)};
  ProduceRequest::Partition partition;
  partition.records.batches.push_back(test::make_batch());
  request.topic_data.push_back({.topic_id = topic, .partition_data = {partition}});
  return request;
}
ErrorCode produce(Rig& rig, const Uuid& topic = orders_id) {
  return rig.ask<ProduceResponse>(produce_to_first(topic)).responses.at(0).partition_responses.at(0).error_code;
}

std::vector<trace::LogLoaded> loaded_orders(const Rig& rig) {
  std::vector<trace::LogLoaded> found = rig.noted<trace::LogLoaded>();
  std::erase_if(found, [](const trace::LogLoaded& one) { return one.partition != orders; });
  return found;
}

}  // namespace

// ---- finding the controller and joining ----------------------------------------------------------------

TEST_CASE("a broker registers with the controller that the quorum follows whichever voter it asked first") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Rig rig;
    rig.random = Random{seed};
    rig.leader = NodeId{3001};
    rig.start();
    rig.wait(seconds(1));
    const Asked one = rig.take<BrokerRegistrationRequest>();
    CHECK(one.to == NodeId{3001});
    const auto& request = one.message.as<BrokerRegistrationRequest>();
    CHECK(request.broker_id == b1);
    CHECK(request.cluster_id == "a-cluster");
    REQUIRE(request.listeners.size() == 1);
    CHECK(request.listeners[0].host == "b1");
    CHECK(request.listeners[0].port == 9001);
    CHECK_FALSE(request.previous_broker_epoch);
    CHECK(rig.count<BrokerRegistrationRequest>() == 0);
  }
}

TEST_CASE("a broker that hears NOT_CONTROLLER finds the new controller and registers there") {
  Rig rig;
  rig.start();
  rig.wait(milliseconds(100));
  const Asked first = rig.take<BrokerRegistrationRequest>();
  CHECK(first.to == NodeId{3000});
  rig.leader = NodeId{3001};
  rig.epoch = 2;
  rig.let_quorum_answer();
  rig.reply(first, BrokerRegistrationResponse{.error_code = ErrorCode::not_controller});
  rig.wait(seconds(2));
  const Asked second = rig.take<BrokerRegistrationRequest>();
  CHECK(second.to == NodeId{3001});
  CHECK(second.message.as<BrokerRegistrationRequest>().incarnation_id
        == first.message.as<BrokerRegistrationRequest>().incarnation_id);
}

TEST_CASE("a broker registers as soon as it knows the controller") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Rig rig;
    rig.random = Random{seed};
    rig.start();
    rig.wait(milliseconds(50));  // one wrong voter costs a retry of 20 ms
    CHECK(rig.count<BrokerRegistrationRequest>() == 1);
  }
}

TEST_CASE("a broker that finds no quorum for a minute ends with an error") {
  Rig rig;
  rig.unreachable = {NodeId{3000}, NodeId{3001}};
  rig.start();
  rig.wait(milliseconds(59'990));
  CHECK(rig.exits.empty());
  rig.wait(milliseconds(20));
  REQUIRE(rig.exits.size() == 1);
  CHECK_FALSE(rig.exits[0].orderly);
}

TEST_CASE("a broker stays fenced and publishes nothing until it has read its own registration") {
  Rig rig;
  rig.add_topic("orders", orders_id, {{b1}});
  rig.start();
  rig.wait(milliseconds(100));
  rig.quorum_answers = false;  // from now on it hears nothing of the log
  rig.admit(rig.take<BrokerRegistrationRequest>());
  const Asked early = rig.take<BrokerHeartbeatRequest>();
  const auto& behind = early.message.as<BrokerHeartbeatRequest>();
  CHECK(behind.broker_epoch == *rig.broker_epoch);
  CHECK(behind.current_metadata_offset == Offset{rig.broker_epoch->value - 1});
  CHECK(behind.want_fence);
  rig.reply(early, BrokerHeartbeatResponse{.is_caught_up = false});
  rig.wait(milliseconds(15));
  CHECK(rig.broker.state() == BrokerState::catching_up);
  CHECK(rig.noted<trace::BecameLeader>().empty());
  rig.let_quorum_answer();
  rig.reply(rig.take<BrokerHeartbeatRequest>(), BrokerHeartbeatResponse{.is_caught_up = false});  // sent before
  rig.wait(milliseconds(15));
  const Asked late = rig.take<BrokerHeartbeatRequest>();
  CHECK(late.message.as<BrokerHeartbeatRequest>().current_metadata_offset == Offset{rig.broker_epoch->value});
  CHECK(rig.noted<trace::BecameLeader>().empty());
  rig.reply(late, BrokerHeartbeatResponse{.is_caught_up = true});
  CHECK(rig.broker.state() == BrokerState::recovering);
  CHECK(rig.noted<trace::BecameLeader>().size() == 1);
  rig.wait(milliseconds(15));
  const Asked unfence = rig.take<BrokerHeartbeatRequest>();
  CHECK_FALSE(unfence.message.as<BrokerHeartbeatRequest>().want_fence);
  rig.reply(unfence, BrokerHeartbeatResponse{.is_caught_up = true, .is_fenced = false});
  CHECK(rig.broker.state() == BrokerState::running);
}

TEST_CASE("requests that come while a broker starts are answered once it has caught up") {
  Rig rig;
  rig.start();
  const std::int32_t first = rig.send(MetadataRequest{});
  const std::int32_t second = rig.send(MetadataRequest{});
  const std::int32_t third = rig.send(MetadataRequest{});
  rig.step(Disconnected{Rig::client(second), DisconnectReason::reset});
  rig.wait(seconds(1));
  CHECK(rig.answers.empty());
  CHECK(rig.closes.empty());
  rig.obliging = true;
  rig.admit(rig.take<BrokerRegistrationRequest>());
  rig.wait(seconds(1));
  CHECK(rig.answered(first));
  CHECK_FALSE(rig.answered(second));  // its client is gone
  CHECK(rig.answered(third));
  CHECK(rig.answer<MetadataResponse>(first).cluster_id == "a-cluster");
}

TEST_CASE("requests that a process held when it died are not answered by the next") {
  Rig rig;
  rig.start();
  const std::int32_t before = rig.send(MetadataRequest{});
  rig.obliging = true;
  rig.crash_and_start();
  const std::int32_t after = rig.send(MetadataRequest{});
  CHECK_FALSE(rig.answered(after));
  rig.wait(seconds(3));
  CHECK(rig.answered(after));
  CHECK_FALSE(rig.answered(before));
}

TEST_CASE("a broker sees what is committed after it has joined at once") {
  Rig rig;
  rig.run();
  const std::size_t applied = rig.noted<trace::MetadataApplied>().size();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(rig.noted<trace::MetadataApplied>().size() == applied + 1);
  CHECK(rig.noted<trace::MetadataApplied>().back().offset == rig.log_end());
  CHECK(rig.broker.image().topic(std::string{"orders"}));
  const auto leads = rig.noted<trace::BecameLeader>();
  REQUIRE(leads.size() == 1);
  CHECK(leads[0].partition == orders);
  CHECK(rig.disk.exists("orders-0/partition.metadata"));
}

TEST_CASE("a broker follows where another leads and fetches under its own epoch") {
  Rig rig;
  rig.run();
  rig.add_other_broker(2);
  rig.add_topic("orders", orders_id, {{b2, b1}});
  CHECK(rig.noted<trace::BecameFollower>().size() == 1);
  const Asked fetch = rig.take<FetchRequest>();
  CHECK(fetch.to == b2);
  CHECK(fetch.message.as<FetchRequest>().replica_state.replica_id == b1);
  CHECK(fetch.message.as<FetchRequest>().replica_state.replica_epoch == rig.broker_epoch);
}

TEST_CASE("a broker whose controller moves goes on with its heartbeats there under its epoch") {
  Rig rig;
  rig.run();
  rig.obliging = false;
  rig.wait(seconds(3));
  const Asked to_old = rig.take<BrokerHeartbeatRequest>();
  CHECK(to_old.to == NodeId{3000});
  rig.leader = NodeId{3001};
  rig.epoch = 2;
  rig.let_quorum_answer();
  rig.reply(to_old, BrokerHeartbeatResponse{.error_code = ErrorCode::not_controller});
  rig.wait(seconds(2));
  const Asked to_new = rig.take<BrokerHeartbeatRequest>();
  CHECK(to_new.to == NodeId{3001});
  CHECK(to_new.message.as<BrokerHeartbeatRequest>().broker_epoch == *rig.broker_epoch);
  CHECK(rig.broker.state() == BrokerState::running);
}

TEST_CASE("a heartbeat that is due with a checkpoint leaves before it and the checkpoint comes in a step of its own") {
  constexpr std::string_view checkpoint = "replication-offset-checkpoint";
  Rig rig;
  rig.run();
  rig.obliging = false;
  REQUIRE(rig.count<BrokerHeartbeatRequest>() == 0);
  rig.now = rig.now + seconds(5);
  rig.step(Woken{});
  CHECK(rig.count<BrokerHeartbeatRequest>() == 1);
  CHECK_FALSE(rig.disk.exists(checkpoint));
  REQUIRE(rig.broker.next_deadline() <= rig.now);
  rig.step(Woken{});
  CHECK(rig.count<BrokerHeartbeatRequest>() == 1);
  CHECK(rig.disk.exists(checkpoint));
  CHECK(rig.broker.next_deadline() > rig.now);
}

TEST_CASE("a broker that was fenced goes on serving and asks to be unfenced") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  rig.obliging = false;
  rig.set_fenced(FencingChange::fence);
  CHECK(rig.broker.image().broker(b1)->fenced);
  rig.wait(seconds(3));
  const Asked beat = rig.take<BrokerHeartbeatRequest>();
  CHECK_FALSE(beat.message.as<BrokerHeartbeatRequest>().want_fence);
  CHECK(beat.message.as<BrokerHeartbeatRequest>().current_metadata_offset == Offset{rig.log_end() - 1});
  CHECK(produce(rig) == ErrorCode::none);  // it has not heard of another leader
}

TEST_CASE("a leader asks the controller for a smaller ISR when a follower is silent for too long") {
  Rig rig;
  rig.run();
  rig.add_other_broker(2);
  rig.add_topic("orders", orders_id, {{b1, b2}});
  REQUIRE(produce(rig) == ErrorCode::none);
  rig.wait(seconds(46));
  REQUIRE(rig.count<AlterPartitionRequest>() == 1);
  const Asked one = rig.take<AlterPartitionRequest>();
  const auto& request = one.message.as<AlterPartitionRequest>();
  CHECK(one.to == NodeId{3000});
  CHECK(request.broker_id == b1);
  CHECK(request.broker_epoch == *rig.broker_epoch);
  REQUIRE(request.topics.at(0).partitions.at(0).new_isr_with_epochs.size() == 1);
  CHECK(request.topics[0].partitions[0].new_isr_with_epochs[0].broker_id == b1);
  CHECK(rig.broker.replicas().report(orders)->high_watermark == Offset{0});
  AlterPartitionResponse told;
  told.topics.push_back({.topic_id = orders_id,
                         .partitions = {{.partition_index = PartitionIndex{0},
                                         .leader_id = b1,
                                         .isr = {b1},
                                         .partition_epoch = PartitionEpoch{1}}}});
  rig.reply(one, told);
  CHECK(rig.broker.replicas().report(orders)->isr == std::vector{b1});
  CHECK(rig.broker.replicas().report(orders)->high_watermark == Offset{1});
}

TEST_CASE("a leader of offsets partitions coordinates the groups that fall to them until it leads no more") {
  Rig rig;
  rig.run();
  const Uuid id{8, 8};
  rig.add_topic("__consumer_offsets", id, {{b1}});
  CHECK(rig.noted<trace::GroupsLoaded>().size() == 1);
  const HeartbeatRequest beat{"readers", Generation{1}, "member", {}};
  CHECK(rig.ask<HeartbeatResponse>(beat).error_code == ErrorCode::unknown_member_id);
  rig.add_other_broker(2);
  PartitionChangeRecord moved{.partition_id = PartitionIndex{0}, .topic_id = id};
  moved.leader = std::optional{b2};
  moved.replicas = std::vector{b2};
  moved.isr = std::vector{b2};
  rig.append({moved});
  CHECK(rig.ask<HeartbeatResponse>(beat).error_code == ErrorCode::not_coordinator);
}

// ---- leaving and coming back -----------------------------------------------------------------------------

TEST_CASE("a broker that stops in order leaves first and marks its log directory as clean") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(produce(rig) == ErrorCode::none);
  rig.obliging = false;
  rig.step(StopRequested{});
  rig.wait(seconds(3));
  CHECK(rig.exits.empty());
  CHECK(rig.broker.state() == BrokerState::leaving);
  CHECK(produce(rig) == ErrorCode::none);  // it serves until it may go
  const Asked last = rig.take<BrokerHeartbeatRequest>();
  CHECK(last.message.as<BrokerHeartbeatRequest>().want_shut_down);
  CHECK_FALSE(rig.disk.exists(".kafka_cleanshutdown"));
  rig.reply(last, BrokerHeartbeatResponse{.should_shut_down = true});
  REQUIRE(rig.exits.size() == 1);
  CHECK(rig.exits[0].orderly);
  CHECK(rig.disk.exists(".kafka_cleanshutdown"));
  rig.step(Woken{});
  const std::int32_t late = rig.send(MetadataRequest{});
  CHECK(rig.exits.size() == 1);
  CHECK_FALSE(rig.answered(late));  // the process is at its end
  CHECK_FALSE(rig.broker.next_deadline());
}

TEST_CASE("after an orderly stop a broker tells its previous epoch and loads its logs without scanning") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(produce(rig) == ErrorCode::none);
  const std::optional<BrokerEpoch> before = rig.broker_epoch;
  rig.step(StopRequested{});
  rig.wait(seconds(5));
  REQUIRE(rig.exits.size() == 1);
  rig.notes.clear();
  rig.obliging = false;
  rig.crash_and_start();
  rig.wait(milliseconds(100));
  CHECK(rig.take<BrokerRegistrationRequest>().message.as<BrokerRegistrationRequest>().previous_broker_epoch == before);
  const auto loaded = loaded_orders(rig);
  REQUIRE(loaded.size() == 1);
  CHECK(loaded[0].clean);
  CHECK(loaded[0].log_end == Offset{1});
  CHECK(loaded[0].high_watermark == Offset{1});
  CHECK_FALSE(rig.disk.exists(".kafka_cleanshutdown"));  // it holds for one start
}

TEST_CASE("after a crash a broker has its records but knows no previous epoch and is a new incarnation") {
  Rig rig;
  rig.start();
  rig.wait(milliseconds(100));
  const Asked first = rig.take<BrokerRegistrationRequest>();
  rig.obliging = true;
  rig.crash_and_start();
  rig.wait(seconds(3));
  REQUIRE(rig.broker.state() == BrokerState::running);
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(produce(rig) == ErrorCode::none);
  const std::optional<BrokerEpoch> before = rig.broker_epoch;
  rig.notes.clear();
  rig.obliging = false;
  rig.crash_and_start();
  rig.wait(milliseconds(100));
  const Asked second = rig.take<BrokerRegistrationRequest>();
  const auto& request = second.message.as<BrokerRegistrationRequest>();
  CHECK_FALSE(request.previous_broker_epoch);
  CHECK(request.incarnation_id != first.message.as<BrokerRegistrationRequest>().incarnation_id);
  const auto loaded = loaded_orders(rig);
  REQUIRE(loaded.size() == 1);
  CHECK_FALSE(loaded[0].clean);
  CHECK(loaded[0].log_end == Offset{1});
  CHECK(rig.noted<trace::BecameLeader>().empty());  // not before it has caught up
  rig.obliging = true;
  rig.admit(second);
  rig.wait(seconds(3));
  CHECK(rig.broker_epoch > before);
  CHECK(rig.noted<trace::BecameLeader>().size() == 1);
  CHECK(rig.broker.replicas().report(orders)->log_end == Offset{1});
}

TEST_CASE("a power loss before a flush costs a broker its records but not its place in the cluster") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(produce(rig) == ErrorCode::none);
  rig.disk = rig.disk.after_power_loss();
  rig.notes.clear();
  rig.start();
  rig.wait(seconds(3));
  CHECK(rig.broker.state() == BrokerState::running);
  CHECK(rig.broker.replicas().report(orders)->log_end == Offset{0});
  CHECK(produce(rig) == ErrorCode::none);
}

TEST_CASE("a process that ended in order begins anew on the same disk") {
  Rig rig;
  rig.run();
  rig.step(StopRequested{});
  rig.wait(seconds(5));
  REQUIRE(rig.exits.size() == 1);
  const std::optional<BrokerEpoch> before = rig.broker_epoch;
  rig.crash_and_start();
  rig.wait(seconds(3));
  CHECK(rig.broker.state() == BrokerState::running);
  CHECK(rig.broker_epoch > before);
}

TEST_CASE("a broker removes logs of topics that were deleted while it was away") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(rig.disk.exists("orders-0"));
  rig.quorum_answers = false;
  rig.append({RemoveTopicRecord{orders_id}});
  rig.quorum_answers = true;
  rig.crash_and_start();
  CHECK(rig.disk.exists("orders-0"));
  rig.wait(seconds(3));
  CHECK_FALSE(rig.disk.exists("orders-0"));
}

TEST_CASE("a broker that is stopped before it runs ends at once") {
  Rig rig;
  rig.start();
  rig.step(StopRequested{});
  REQUIRE(rig.exits.size() == 1);
  CHECK(rig.exits[0].orderly);
}

TEST_CASE("a broker that is stopped before it has caught up takes up none of its partitions") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  rig.crash_and_start();
  rig.notes.clear();
  rig.obliging = false;
  rig.wait(milliseconds(100));
  rig.step(StopRequested{});
  REQUIRE_FALSE(rig.exits.empty());
  CHECK(rig.exits.back().orderly);
  CHECK(rig.noted<trace::BecameLeader>().empty());
}

TEST_CASE("a broker that cannot make sense of committed metadata ends with an error") {
  Rig rig;
  rig.run();
  rig.append({PartitionRecord{.topic_id = Uuid{1, 2}}});
  REQUIRE_FALSE(rig.exits.empty());
  CHECK_FALSE(rig.exits[0].orderly);
  CHECK(rig.exits[0].reason.find("unknown topic") != std::string::npos);
}

TEST_CASE("a broker whose disk fails tells the client and ends with an error") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  rig.disk.operations_left = 0;
  CHECK(produce(rig) == ErrorCode::kafka_storage_error);
  CHECK(rig.noted<trace::LogDirectoryFailed>().size() == 1);
  REQUIRE_FALSE(rig.exits.empty());
  CHECK_FALSE(rig.exits[0].orderly);
  CHECK_FALSE(rig.broker.next_deadline());
  rig.wait(seconds(30));  // what comes before the process is gone changes nothing and says nothing more
  rig.step(Woken{});
  CHECK(rig.noted<trace::LogDirectoryFailed>().size() == 1);
  CHECK(rig.exits.size() == 1);
}

TEST_CASE("a broker that is woken early does nothing") {
  Rig rig;
  rig.run();
  rig.wait(milliseconds(333));
  const std::size_t notes = rig.notes.size();
  const std::optional<Instant> deadline = rig.broker.next_deadline();
  REQUIRE(deadline);
  REQUIRE(*deadline > rig.now);
  rig.obliging = false;
  rig.step(Woken{});
  CHECK(rig.asked.empty());
  CHECK(rig.notes.size() == notes);
  CHECK(rig.broker.next_deadline() == deadline);
}

TEST_CASE("a copy of a broker goes its own way") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  Rig copy = rig;
  REQUIRE(produce(rig) == ErrorCode::none);
  CHECK(rig.broker.replicas().report(orders)->log_end == Offset{1});
  CHECK(copy.broker.replicas().report(orders)->log_end == Offset{0});
  CHECK(produce(copy) == ErrorCode::none);
  CHECK(copy.broker.replicas().report(orders)->log_end == Offset{1});
}

TEST_CASE("a broker makes snapshots of the metadata that it has applied and starts again from the last") {
  NodeConfig config;
  config.metadata_snapshot_after_bytes = 1;
  Rig rig{config};
  rig.run();
  rig.add_topic("orders", orders_id, {{b1}});
  REQUIRE(rig.broker.image().topic("orders") != nullptr);
  const auto kept = rig.noted<trace::RaftSnapshotKept>();
  REQUIRE_FALSE(kept.empty());
  CHECK(kept.back().end == rig.log_end());
  CHECK(produce(rig) == ErrorCode::none);
  rig.crash_and_start();
  rig.wait(seconds(3));
  REQUIRE(rig.broker.state() == BrokerState::running);
  REQUIRE(rig.broker.image().topic("orders") != nullptr);
  CHECK(rig.broker.image().end_offset == rig.log_end());
  CHECK(produce(rig) == ErrorCode::none);
  CHECK(rig.broker.replicas().report(orders)->log_end == Offset{2});
}

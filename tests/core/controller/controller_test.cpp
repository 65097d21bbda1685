#include "core/controller/controller.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

namespace {

// One controller, the only voter: it leads from its first step on.
class Lone {
 public:
  Lone() { step(Started{StartKind::first, HostId{0}, 1}); }

  void step(const Input& in) {
    Effects effects;
    Env env{now, Timestamp{1'000}, random_, disk_, effects};
    controller_.step(in, env);
    for (const Effect& effect : effects.list()) {
      if (const auto* send = std::get_if<Send>(&effect))
        answers_.emplace(send->envelope.correlation_id, send->envelope.message);
    }
  }
  template <class Request>
  std::optional<Message> ask(Request request) {
    const std::int32_t id = ++correlation_;
    step(Received{{HostId{9}, 1}, Envelope{id, 0, "test", Message::of(std::move(request))}});
    const auto answer = answers_.find(id);
    return answer == answers_.end() ? std::nullopt : std::optional{answer->second};
  }
  BrokerEpoch add_broker(std::int32_t id) {
    BrokerRegistrationRequest request{
        .broker_id = NodeId{id}, .cluster_id = "test", .incarnation_id = Uuid{1, static_cast<std::uint64_t>(id)}};
    request.listeners.push_back({"PLAINTEXT", "broker-" + std::to_string(id), 9092, 0});
    const BrokerEpoch epoch = *ask(request)->as<BrokerRegistrationResponse>().broker_epoch;
    CHECK_FALSE(beat(id, epoch).is_fenced);
    return epoch;
  }
  BrokerHeartbeatResponse beat(std::int32_t id, BrokerEpoch epoch) {
    const BrokerHeartbeatRequest request{.broker_id = NodeId{id},
                                         .broker_epoch = epoch,
                                         .current_metadata_offset = Offset{controller_.committed().end_offset - 1}};
    return ask(request)->as<BrokerHeartbeatResponse>();
  }
  CreateTopicsResponse::Topic create(const std::string& name, std::int32_t partitions, std::int16_t replicas) {
    CreateTopicsRequest request;
    request.topics.push_back({.name = name, .num_partitions = partitions, .replication_factor = replicas});
    return ask(request)->as<CreateTopicsResponse>().topics.front();
  }
  [[nodiscard]] const PartitionRegistration& partition(const Uuid& topic) const {
    return *controller_.committed().partition({topic, PartitionIndex{0}});
  }
  [[nodiscard]] const Controller& controller() const { return controller_; }

  Instant now{1};

 private:
  static ControllerOptions options() {
    return {NodeId{3000}, "test", {{NodeId{3000}, Endpoint{"controller-3000", 9093}}}, NodeConfig{}};
  }
  Controller controller_{options()};
  test::MemoryDisk disk_;
  Random random_{4};
  std::map<std::int32_t, Message> answers_;
  std::int32_t correlation_{0};
};

}  // namespace

TEST_CASE("the only voter of a quorum is the active controller at once", "[controller]") {
  const Lone lone;
  CHECK(lone.controller().is_active());
}

TEST_CASE("a broker registers fenced and is unfenced by a heartbeat that has caught up", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  CHECK(lone.controller().committed().broker(NodeId{1})->is_active());
}

TEST_CASE("another incarnation of a broker that is heard is refused", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  BrokerRegistrationRequest second{.broker_id = NodeId{1}, .cluster_id = "test", .incarnation_id = Uuid{7, 7}};
  second.listeners.push_back({"PLAINTEXT", "broker-1", 9092, 0});
  CHECK(lone.ask(second)->as<BrokerRegistrationResponse>().error_code == ErrorCode::duplicate_broker_registration);
  second.cluster_id = "other";
  CHECK(lone.ask(second)->as<BrokerRegistrationResponse>().error_code == ErrorCode::inconsistent_cluster_id);
}

TEST_CASE("a broker that is silent for its session is fenced and its leaderships and ISR memberships go",
          "[controller]") {
  Lone lone;
  const BrokerEpoch first = lone.add_broker(1);
  const BrokerEpoch second = lone.add_broker(2);
  const CreateTopicsResponse::Topic topic = lone.create("orders", 1, 2);
  REQUIRE(topic.error_code == ErrorCode::none);
  const NodeId leader = *lone.partition(topic.topic_id).leader;
  const std::int32_t survivor = leader == NodeId{1} ? 2 : 1;
  lone.now = lone.now + seconds(8);
  (void)lone.beat(survivor, survivor == 1 ? first : second);
  lone.now = lone.now + seconds(2);
  lone.step(Woken{});
  CHECK(lone.controller().committed().broker(leader)->fenced);
  CHECK(lone.partition(topic.topic_id).leader == NodeId{survivor});
  CHECK(lone.partition(topic.topic_id).isr == std::vector{NodeId{survivor}});
  CHECK(lone.partition(topic.topic_id).leader_epoch == LeaderEpoch{1});
}

TEST_CASE("topics are refused by Kafka's rules on names replicas and settings", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::none);
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::topic_already_exists);
  CHECK(lone.create("bad name", 1, 1).error_code == ErrorCode::invalid_topic_exception);
  CHECK(lone.create("a.b", 1, 1).error_code == ErrorCode::none);
  CHECK(lone.create("a_b", 1, 1).error_code == ErrorCode::invalid_topic_exception);
  CHECK(lone.create("wide", 1, 2).error_code == ErrorCode::invalid_replication_factor);
  CHECK(lone.create("none", 0, 1).error_code == ErrorCode::invalid_partitions);
  CHECK(lone.create("huge", 1'000'000, 1).error_code == ErrorCode::policy_violation);
  CreateTopicsRequest odd;
  odd.topics.push_back({.name = "odd",
                        .num_partitions = 1,
                        .replication_factor = std::int16_t{1},
                        .assignments = {},
                        .configs = {{"retention.mss", "1"}}});
  CHECK(lone.ask(odd)->as<CreateTopicsResponse>().topics.front().error_code == ErrorCode::invalid_config);
}

TEST_CASE("an ISR change is validated in Kafka's order", "[controller]") {
  Lone lone;
  const std::map<std::int32_t, BrokerEpoch> epochs{{1, lone.add_broker(1)}, {2, lone.add_broker(2)}};
  const CreateTopicsResponse::Topic topic = lone.create("orders", 1, 2);
  const std::int32_t leader = lone.partition(topic.topic_id).leader->value;
  const std::int32_t follower = 3 - leader;
  using Partition = AlterPartitionRequest::Partition;
  const auto alter = [&](std::int32_t sender, Partition partition) {
    AlterPartitionRequest request{.broker_id = NodeId{sender}, .broker_epoch = epochs.at(sender)};
    request.topics.push_back({.topic_name = {}, .topic_id = topic.topic_id, .partitions = {std::move(partition)}});
    return lone.ask(request)->as<AlterPartitionResponse>().topics.front().partitions.front().error_code;
  };
  Partition shrink;
  shrink.new_isr_with_epochs = {{NodeId{leader}, epochs.at(leader)}};
  SECTION("a leader may shrink and expand it") {
    CHECK(alter(leader, shrink) == ErrorCode::none);
    CHECK(lone.partition(topic.topic_id).isr == std::vector{NodeId{leader}});
    Partition expand = shrink;
    expand.partition_epoch = PartitionEpoch{1};
    expand.new_isr_with_epochs.push_back({NodeId{follower}, epochs.at(follower)});
    CHECK(alter(leader, expand) == ErrorCode::none);
    CHECK(lone.partition(topic.topic_id).isr.size() == 2);
  }
  SECTION("nobody but the leader may") { CHECK(alter(follower, shrink) == ErrorCode::invalid_request); }
  SECTION("epochs ahead of the controller's mean that it is not the active one") {
    shrink.leader_epoch = LeaderEpoch{5};
    CHECK(alter(leader, shrink) == ErrorCode::not_controller);
  }
  SECTION("a member whose process is another one than caught up is ineligible") {
    shrink.new_isr_with_epochs.push_back({NodeId{follower}, BrokerEpoch{1}});
    CHECK(alter(leader, shrink) == ErrorCode::ineligible_replica);
  }
  SECTION("the leader itself must stay") {
    shrink.new_isr_with_epochs = {{NodeId{follower}, epochs.at(follower)}};
    CHECK(alter(leader, shrink) == ErrorCode::invalid_request);
  }
}

TEST_CASE("blocks of producer ids do not overlap and go to registered brokers only", "[controller]") {
  Lone lone;
  const BrokerEpoch epoch = lone.add_broker(1);
  const auto block = [&](BrokerEpoch e) {
    return lone.ask(AllocateProducerIdsRequest{NodeId{1}, e})->as<AllocateProducerIdsResponse>();
  };
  const ProducerId first = block(epoch).producer_id_start;
  CHECK(block(epoch).producer_id_start.value == first.value + 1000);
  CHECK(block(BrokerEpoch{epoch.value + 1}).error_code == ErrorCode::stale_broker_epoch);
}

TEST_CASE("a copy of a controller decides alike and neither disturbs the other", "[controller]") {
  Lone lone;
  (void)lone.add_broker(1);
  const Controller copy = lone.controller();
  CHECK(lone.create("orders", 1, 1).error_code == ErrorCode::none);
  CHECK(copy.committed().topic_ids.empty());
}

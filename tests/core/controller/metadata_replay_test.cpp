#include "core/controller/metadata_replay.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

const Uuid topic{5, 6};

MetadataImage with_topic() {
  MetadataImage image;
  MetadataDelta delta;
  REQUIRE(replay(TopicRecord{"orders", topic}, 1, image, delta).has_value());
  PartitionRecord partition;
  partition.topic_id = topic;
  partition.replicas = partition.isr = {NodeId{1}, NodeId{2}};
  partition.leader = NodeId{1};
  REQUIRE(replay(partition, 2, image, delta).has_value());
  return image;
}

}  // namespace

TEST_CASE("a change that names a leader raises the leader epoch and every change raises the partition epoch",
          "[controller]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  PartitionChangeRecord shrink{.partition_id = PartitionIndex{0}, .topic_id = topic, .isr = std::vector{NodeId{1}}};
  REQUIRE(replay(shrink, 3, image, delta).has_value());
  const TopicIdPartition tp{topic, PartitionIndex{0}};
  CHECK(image.partition(tp)->leader_epoch == LeaderEpoch{0});
  CHECK(image.partition(tp)->partition_epoch == PartitionEpoch{1});
  PartitionChangeRecord elect{.partition_id = PartitionIndex{0}, .topic_id = topic};
  elect.leader = std::optional<NodeId>{};
  REQUIRE(replay(elect, 4, image, delta).has_value());
  CHECK(image.partition(tp)->leader_epoch == LeaderEpoch{1});
  CHECK_FALSE(image.partition(tp)->leader.has_value());
  CHECK(delta.partitions == std::vector{tp, tp});
  CHECK(image.end_offset == 5);
}

TEST_CASE("records that contradict the image are errors with their offset", "[controller]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  const auto twice = replay(TopicRecord{"orders", Uuid{9, 9}}, 7, image, delta);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().place == "metadata offset 7");
  CHECK_FALSE(
      replay(PartitionChangeRecord{.partition_id = PartitionIndex{4}, .topic_id = topic}, 8, image, delta).has_value());
  CHECK_FALSE(replay(BrokerRegistrationChangeRecord{.broker_id = NodeId{1}}, 9, image, delta).has_value());
}

TEST_CASE("a broker registers fenced and its change of registration fences and unfences it", "[controller]") {
  MetadataImage image;
  MetadataDelta delta;
  RegisterBrokerRecord record{.broker_id = NodeId{1}, .broker_epoch = BrokerEpoch{3}};
  record.end_points.push_back({"PLAINTEXT", "broker-1", 9092, 0});
  REQUIRE(replay(record, 3, image, delta).has_value());
  CHECK(image.broker(NodeId{1})->fenced);
  CHECK(image.broker(NodeId{1})->endpoint == Endpoint{"broker-1", 9092});
  BrokerRegistrationChangeRecord change{
      .broker_id = NodeId{1}, .broker_epoch = BrokerEpoch{3}, .fenced = FencingChange::unfence};
  REQUIRE(replay(change, 4, image, delta).has_value());
  CHECK(image.broker(NodeId{1})->is_active());
}

TEST_CASE("the epoch of a leader that comes back did not always rise", "[controller]") {  // no-epoch-on-reelection
  LegacyBehaviours legacy;
  legacy.bring_back(Legacy::no_epoch_on_reelection);
  MetadataImage image = with_topic();
  MetadataDelta delta;
  const TopicIdPartition tp{topic, PartitionIndex{0}};
  PartitionChangeRecord change{.partition_id = PartitionIndex{0}, .topic_id = topic};
  change.leader = std::optional<NodeId>{};
  REQUIRE(replay(change, 3, image, delta, legacy).has_value());
  change.leader = std::optional{NodeId{1}};
  REQUIRE(replay(change, 4, image, delta, legacy).has_value());
  CHECK(image.partition(tp)->leader_epoch == LeaderEpoch{0});
  change.leader = std::optional{NodeId{2}};
  REQUIRE(replay(change, 5, image, delta, legacy).has_value());
  CHECK(image.partition(tp)->leader_epoch == LeaderEpoch{1});
}

TEST_CASE("a copy of the image does not see what is replayed into the original", "[controller]") {
  MetadataImage image = with_topic();
  const MetadataImage before = image;
  MetadataDelta delta;
  PartitionChangeRecord shrink{.partition_id = PartitionIndex{0}, .topic_id = topic, .isr = std::vector{NodeId{1}}};
  REQUIRE(replay(shrink, 3, image, delta).has_value());
  CHECK(before.partition({topic, PartitionIndex{0}})->isr.size() == 2);
}

TEST_CASE("a removed topic is gone and its partitions are told by name and by id", "[controller]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  Effects notes;
  REQUIRE(replay_committed(RemoveTopicRecord{topic}, 3, image, delta, notes).has_value());
  CHECK_FALSE(image.topic("orders"));
  CHECK(delta.partitions == std::vector{TopicIdPartition{topic, PartitionIndex{0}}});
  CHECK(delta.removed == std::vector{TopicPartition{"orders", PartitionIndex{0}}});
  REQUIRE(notes.list().size() == 1);
  CHECK(std::get<Note>(notes.list().front()).event.get_if<trace::TopicDeleted>()->name == "orders");
  CHECK_FALSE(replay(RemoveTopicRecord{topic}, 4, image, delta).has_value());
}

TEST_CASE("settings of a topic concern all its partitions and those of nodes are kept by node", "[controller]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  REQUIRE(replay(ConfigRecord{ConfigResourceType::topic, "orders", "retention.ms", "5"}, 3, image, delta).has_value());
  CHECK(delta.partitions == std::vector{TopicIdPartition{topic, PartitionIndex{0}}});
  REQUIRE(replay(ConfigRecord{ConfigResourceType::broker, "1", "log.retention.ms", "7"}, 4, image, delta).has_value());
  CHECK(delta.configured_nodes == std::vector<std::string>{"1"});
  CHECK(effective_config(image, NodeId{1}, {}).topic_defaults.retention_ms == 7);
  CHECK(effective_config(image, NodeId{2}, {}) == NodeConfig{});
  REQUIRE(replay(ConfigRecord{ConfigResourceType::broker, "1", "log.retention.ms", {}}, 5, image, delta).has_value());
  CHECK(effective_config(image, NodeId{1}, {}) == NodeConfig{});
}

TEST_CASE("settings of groups are kept by group until the last is taken back", "[controller]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  REQUIRE(replay(ConfigRecord{ConfigResourceType::group, "readers", "consumer.session.timeout.ms", "50000"}, 3, image, delta).has_value());
  CHECK(delta.configured_groups);
  CHECK(effective_config(image.group_configs.at("readers"), {}).consumer_session_timeout == seconds(50));
  CHECK(effective_config(image.group_configs.at("readers"), {}).consumer_heartbeat_interval == seconds(5));
  REQUIRE(replay(ConfigRecord{ConfigResourceType::group, "readers", "consumer.session.timeout.ms", {}}, 4, image, delta).has_value());
  CHECK(image.group_configs.empty());
}

TEST_CASE("eligible replicas of a topic or of all are cleared and only partitions that had some change", "[controller][elr]") {
  MetadataImage image = with_topic();
  MetadataDelta delta;
  const TopicIdPartition tp{topic, PartitionIndex{0}};
  REQUIRE(replay(ClearElrRecord{"orders"}, 3, image, delta).has_value());
  CHECK(image.partition(tp)->partition_epoch == PartitionEpoch{0});
  CHECK(delta.partitions.empty());
  for (const std::string& name : {std::string{"orders"}, std::string{}}) {
    PartitionChangeRecord change{.partition_id = PartitionIndex{0}, .topic_id = topic, .isr = std::vector{NodeId{1}}};
    change.eligible_leader_replicas = std::vector{NodeId{2}};
    REQUIRE(replay(change, 4, image, delta).has_value());
    REQUIRE(image.partition(tp)->elr() == std::vector{NodeId{2}});
    Effects out;
    REQUIRE(replay_committed(ClearElrRecord{name}, 5, image, delta, out).has_value());
    CHECK(image.partition(tp)->elr().empty());
    CHECK(out.list().size() == 1);  // told, as every change of a partition is
  }
  CHECK_FALSE(replay(ClearElrRecord{"bills"}, 6, image, delta).has_value());
}

TEST_CASE("a feature has the level of its last record and level 0 is none", "[controller]") {
  MetadataImage image;
  MetadataDelta delta;
  REQUIRE(replay(FeatureLevelRecord{"eligible.leader.replicas.version", 1}, 1, image, delta).has_value());
  CHECK(image.has_eligible_leader_replicas());
  REQUIRE(replay(FeatureLevelRecord{"eligible.leader.replicas.version", 0}, 2, image, delta).has_value());
  CHECK_FALSE(image.has_eligible_leader_replicas());
}

TEST_CASE("replicas on the move and eligible ones are part of a partition from its first record on", "[controller]") {
  MetadataImage image;
  MetadataDelta delta;
  REQUIRE(replay(TopicRecord{"orders", topic}, 1, image, delta).has_value());
  PartitionRecord record{.topic_id = topic, .replicas = {NodeId{1}, NodeId{2}}, .isr = {NodeId{1}}};
  record.adding_replicas = {NodeId{2}};
  record.eligible_leader_replicas = std::vector{NodeId{2}};
  REQUIRE(replay(record, 2, image, delta).has_value());
  const PartitionRegistration& made = *image.partition({topic, PartitionIndex{0}});
  CHECK(made.is_reassigning());
  CHECK(made.adding() == std::vector{NodeId{2}});
  CHECK(made.elr() == std::vector{NodeId{2}});
  CHECK(made.last_known_elr().empty());
}

TEST_CASE("who leads first when a reassignment is complete is elected cleanly and whoever has not all is not", "[controller]") {
  using Nodes = std::vector<NodeId>;
  MetadataImage image;
  MetadataDelta delta;
  REQUIRE(replay(TopicRecord{"orders", topic}, 1, image, delta).has_value());
  PartitionRecord before{.topic_id = topic, .replicas = {NodeId{4}, NodeId{1}, NodeId{2}}, .isr = {NodeId{1}}};
  before.adding_replicas = {NodeId{4}};
  before.leader = NodeId{1};
  PartitionChangeRecord change{.topic_id = topic};
  bool unclean{};
  SECTION("it has joined the ISR in the change that completes it") {
    change.replicas = change.isr = Nodes{NodeId{4}};
    change.adding_replicas = Nodes{};
    change.leader = NodeId{4};
  }
  SECTION("nobody in sync was left") {
    unclean = true;
    change.isr = Nodes{NodeId{2}};
    change.leader = NodeId{2};
    change.leader_recovery_state = LeaderRecoveryState::recovering;
  }
  SECTION("it is given up while only the new replica was in sync") {
    unclean = true;
    before.isr = {NodeId{4}};
    before.leader = NodeId{4};
    change.replicas = Nodes{NodeId{1}, NodeId{2}};
    change.adding_replicas = Nodes{};
    change.isr = Nodes{NodeId{1}};
    change.leader = NodeId{1};
  }
  REQUIRE(replay(before, 2, image, delta).has_value());
  Effects out;
  REQUIRE(replay_committed(change, 3, image, delta, out).has_value());
  REQUIRE(out.list().size() == 1);
  const auto* told = std::get<Note>(out.list()[0]).event.get_if<trace::PartitionChanged>();
  REQUIRE(told);
  CHECK(told->reason == trace::ChangeReason::leader_changed);
  CHECK(told->unclean == unclean);
}

// Replicas: becoming leader or follower, stopping.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a new leader records where its epoch begins even if it never appends", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  (void)c.produce(1, "a", 1);
  c.elect(1, {1, 2});
  CHECK(c.at(1).log(orders)->epochs().entries()
        == std::vector<EpochEntry>{{LeaderEpoch{0}, Offset{0}}, {LeaderEpoch{1}, Offset{1}}});
  const auto notes = c.notes<trace::BecameLeader>(1);
  REQUIRE(notes.size() == 2);
  CHECK(notes[1].leader_epoch == LeaderEpoch{1});
  CHECK(notes[1].epoch_start == Offset{1});
  CHECK(notes[1].isr == Cluster::nodes({1, 2}));
}

TEST_CASE("metadata with the same leader epoch change only the ISR", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  (void)c.produce(1, "a", 1);
  c.cut = {{2, 1}};
  PartitionRegistration& partition = c.registration();
  partition.partition_epoch = partition.partition_epoch.next();
  partition.isr = Cluster::nodes({1});
  c.image.brokers.at(NodeId{2}).fenced = true;  // else it would be waited for: it may join again at once
  c.publish();
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  CHECK(c.high_watermark(1) == 1);  // the ISR is down to the leader
  CHECK(c.notes<trace::BecameLeader>(1).size() == 1);
  CHECK(c.notes<trace::BecameFollower>(2).size() == 1);
  CHECK(c.brokers.at(1).leaderships.size() == 1);
}

TEST_CASE("metadata older than what the controller has answered are passed over", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  c.run(seconds(1));
  (void)c.produce(1, "a", 1);
  const MetadataImage old = c.image;
  c.run(seconds(46));
  c.accept_isr(1);
  const MetadataImage now = c.image;
  c.image = old;
  c.publish({1});
  CHECK(c.report(1).isr == Cluster::nodes({1}));
  c.image = now;
  c.publish({1});
  CHECK(c.report(1).partition_epoch == PartitionEpoch{1});
}

TEST_CASE("metadata that say nothing new leave a pending ISR change alone", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.elect(1, {1});
  c.carry();
  c.run(seconds(2));
  REQUIRE(c.brokers.at(1).asked.size() == 1);
  c.image.topics.at(orders_id).edit().configs["retention.ms"] = "5000";
  c.publish({1});
  CHECK(c.report(1).maximal_isr == Cluster::nodes({1, 2}));
}

TEST_CASE("leaderships that are gained and lost are told to the coordinators", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.elect(2, {1, 2});
  const auto& first = c.brokers.at(1).leaderships;
  REQUIRE(first.size() == 2);
  CHECK(first[0].leads_in == LeaderEpoch{0});
  CHECK(first[1].leads_in == std::nullopt);
  CHECK(first[1].name.topic == "orders");
  REQUIRE(c.brokers.at(2).leaderships.size() == 1);
  CHECK(c.brokers.at(2).leaderships[0].leads_in == LeaderEpoch{1});
}

TEST_CASE("a replica of a deleted topic is removed with its log", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const int waiting = c.produce(1, "a");
  c.image.topics.erase(orders_id);
  c.image.topic_ids.erase("orders");
  c.publish();
  CHECK(c.outcome(waiting) == ErrorCode::unknown_topic_or_partition);
  CHECK(c.notes<trace::ReplicaRemoved>(1).size() == 1);
  CHECK(c.at(1).log(orders) == nullptr);
  CHECK(c.outcome(c.produce(1, "b")) == ErrorCode::unknown_topic_id);
  const std::string out = "orders-0.00000000000000070000000000000007-delete";
  c.run(seconds(59));
  CHECK(c.brokers.at(1).disk.exists(out));
  CHECK_FALSE(c.brokers.at(1).disk.exists("orders-0"));
  c.run(seconds(1));
  CHECK_FALSE(c.brokers.at(1).disk.exists(out));
}

TEST_CASE("a topic that is made again under its name begins with an empty log", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  const Uuid again{8, 8};
  TopicImage topic = *c.image.topics.at(orders_id);
  topic.id = again;
  c.image.topics.erase(orders_id);
  c.image.topics[again] = Cow{topic};
  c.image.topic_ids["orders"] = again;
  c.call(1, [&](ReplicaManager& manager, Env& env) {
    manager.apply_metadata(c.image, {{again, PartitionIndex{0}}, orders}, env);
  });
  CHECK(c.report(1, {again, PartitionIndex{0}}).log_end == Offset{0});
  CHECK_FALSE(c.at(1).report(orders));
}

TEST_CASE("a replica that a reassignment has dropped is removed", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  PartitionRegistration& partition = c.registration();
  partition.replicas = Cluster::nodes({1});
  c.elect(1, {1});
  CHECK(c.at(2).log(orders) == nullptr);
  CHECK(c.outcome(c.produce(2, "a")) == ErrorCode::not_leader_or_follower);
}

TEST_CASE("logs that nobody knows of any more are set aside after the start", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  c.kill(1);
  c.image.topics.clear();
  c.image.topic_ids.clear();
  c.boot(1);
  REQUIRE(c.at(1).log(orders));
  c.call(1, [&](ReplicaManager& manager, Env& env) { manager.remove_stray_logs(c.image, env); });
  CHECK_FALSE(c.at(1).log(orders));
  c.run(seconds(600));
  const MemoryDisk& disk = c.brokers.at(1).disk;
  CHECK(disk.exists("orders-0.00000000000000070000000000000007-stray"));
  CHECK(disk.text_of("recovery-point-offset-checkpoint") == "0\n0\n");
}

TEST_CASE("a partition without leader keeps its replicas and serves nobody", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.elect(std::nullopt, {1});
  CHECK(c.report(1).role == ReportedRole::follower);
  CHECK(c.report(1).leader == std::nullopt);
  CHECK(c.outcome(c.produce(1, "a")) == ErrorCode::not_leader_or_follower);
}

// Replicas: disk errors, checkpoints, flushes, look-ups.
#include "core/replica/replicas.hpp"

#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a disk error takes all partitions offline and the broker exits", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  const int waiting = c.produce(1, "a");
  c.brokers.at(1).disk.operations_left = 0;
  const int failing = c.produce(1, "b");
  CHECK(c.at(1).failed());
  CHECK(c.outcome(waiting) == ErrorCode::kafka_storage_error);
  CHECK(c.outcome(failing) == ErrorCode::kafka_storage_error);
  CHECK(c.notes<trace::LogDirectoryFailed>(1).size() == 1);
  CHECK(c.count_of<Exit>(1) == 1);
  CHECK(c.report(1).role == ReportedRole::offline);
  CHECK(c.fetched(c.ask(1, Cluster::fetch_request(0)))->error_code == ErrorCode::kafka_storage_error);
  c.run(seconds(120));  // timers do not touch it again
  CHECK(c.count_of<Exit>(1) == 1);
}

TEST_CASE("a log directory that cannot be opened ends the broker", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  c.kill(1);
  c.brokers.at(1).disk.operations_left = 0;
  c.boot(1);
  CHECK(c.at(1).failed());
  CHECK(c.count_of<Exit>(1) == 1);
}

TEST_CASE("a finished segment is flushed in the background and then needs no recovery", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, {{"segment.bytes", "1048576"}});
  const std::string big(400'000, 'x');
  for (int i = 0; i < 3; ++i) (void)c.produce(1, big);
  REQUIRE(c.report(1).segments == 2);
  CHECK_FALSE(c.brokers.at(1).flushes.empty());
  CHECK(c.at(1).log(orders)->recovery_point() == Offset{0});
  c.flush(1);
  CHECK(c.at(1).log(orders)->recovery_point() == Offset{2});
  c.run(seconds(60));
  CHECK(c.brokers.at(1).disk.text_of("recovery-point-offset-checkpoint") == "0\n1\norders 0 2\n");
}

TEST_CASE("a flush that fails is a disk error", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, {{"segment.bytes", "1048576"}});
  const std::string big(400'000, 'x');
  for (int i = 0; i < 3; ++i) (void)c.produce(1, big);
  c.flush(1, false);
  CHECK(c.at(1).failed());
}

TEST_CASE("high watermarks are written every five seconds", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, "a");
  c.run(seconds(5));
  CHECK(c.brokers.at(1).disk.text_of("replication-offset-checkpoint") == "0\n1\norders 0 1\n");
}

TEST_CASE("a partition that the cluster has but this broker does not is not led here", "[replica]") {
  Cluster c{2};
  c.add_topic({1});
  CHECK(c.outcome(c.produce(2, "a")) == ErrorCode::not_leader_or_follower);
  CHECK(c.at(2).report().empty());
  CHECK(c.at(1).report().size() == 1);
}

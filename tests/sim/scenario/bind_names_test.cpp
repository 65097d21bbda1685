#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
template <class T>
T target_of(const std::string& json) {
  const Scenario s = good(world + R"("timeline": [{"at": "1s", "crash": )" + json + "}]}");
  const Target& target = std::get<Crash>(s.timeline.at(0).operation).target;
  REQUIRE(std::holds_alternative<T>(target.what));
  return std::get<T>(target.what);
}
void bad_target(const std::string& json, std::string_view message) {
  check_error(world + R"("timeline": [{"at": "1s", "crash": @)" + json + "}]}", "/timeline/0/crash", message);
}
}  // namespace

TEST_CASE("every form of target is understood") {
  const TopicPartition orders1{"orders", PartitionIndex{1}};
  CHECK(target_of<NodeTarget>("2") == NodeTarget{NodeId{2}});
  CHECK(target_of<NodeTarget>("\"3001\"") == NodeTarget{NodeId{3001}});
  CHECK(target_of<LeaderTarget>("\"leader(orders-1)\"") == LeaderTarget{orders1});
  CHECK(target_of<FollowerTarget>("\"follower(orders-1)\"") == FollowerTarget{orders1});
  CHECK(target_of<FollowersTarget>("\"followers(orders-1)\"") == FollowersTarget{orders1});
  CHECK(target_of<LeaderTarget>("\"leader(__consumer_offsets-49)\"").partition.topic == "__consumer_offsets");
  CHECK(target_of<ClusterTarget>("\"controller\"") == ClusterTarget::active_controller);
  CHECK(target_of<ClusterTarget>("\"any controller\"") == ClusterTarget::any_controller);
  CHECK(target_of<ClusterTarget>("\"all controllers\"") == ClusterTarget::all_controllers);
  CHECK(target_of<ClusterTarget>("\"any broker\"") == ClusterTarget::any_broker);
  CHECK(target_of<ClusterTarget>("\"all brokers\"") == ClusterTarget::all_brokers);
  CHECK(target_of<CoordinatorTarget>("\"coordinator(analytics)\"") == CoordinatorTarget{"analytics"});
  CHECK(target_of<RackTarget>("\"rack(b)\"") == RackTarget{"b"});
  CHECK(target_of<ClientTarget>("\"shop\"") == ClientTarget{ClientKind::producer, "shop", std::nullopt});
  CHECK(target_of<ClientTarget>("\"many/2\"") == ClientTarget{ClientKind::producer, "many", 2});
  CHECK(target_of<ClientTarget>("\"analytics/5\"") == ClientTarget{ClientKind::group_member, "analytics", 5});
  CHECK(target_of<ClientTarget>("\"reader\"") == ClientTarget{ClientKind::assigned_consumer, "reader", std::nullopt});
}

TEST_CASE("a target that the scenario does not have is an error with the nearest name") {
  bad_target("4", "there is no node 4");
  bad_target("-1", "there is no node -1");
  bad_target("99999999999", "there is no node 99999999999");
  bad_target("\"any brokers\"", "unknown target 'any brokers', did you mean 'any broker'?");
  bad_target("\"shopp\"", "unknown target 'shopp', did you mean 'shop'?");
  bad_target("\"many/3\"", "unknown target 'many/3', did you mean 'many'?");
  bad_target("\"leadr(orders-0)\"", "unknown target 'leadr(orders-0)', did you mean 'leader'?");
  bad_target("\"leader(order-0)\"", "there is no topic 'order', did you mean 'orders'?");
  bad_target("\"leader(orders-3)\"", "topic 'orders' has no partition 3: it has 3, from 0 on");
  bad_target("\"leader(orders)\"", "'orders' is no partition: it is written TOPIC-NUMBER, as in 'orders-0'");
  bad_target("\"coordinator(analytic)\"", "there is no group 'analytic', did you mean 'analytics'?");
  bad_target("\"rack(z)\"", "there is no rack 'z', did you mean 'a'?");
  bad_target("\"transaction_coordinator()\"", "a transactional id must not be empty");
  bad_target("true", "a target must be a node's id or a string like \"leader(orders-0)\"");
}

TEST_CASE("one fault does not breed others in what refers to it") {
  check_error(
      head
          + R"("cluster": {"brokers": @"x"}, "topics": [{"name": "t", "replication_factor": 3, "assignment": [[4, 5, 6]]}],
    "timeline": [{"at": "1s", "crash": 9}], "expect": [{"metric": "leader", "of": "t-0", "is": 5}]})",
      "/cluster/brokers", "'brokers' must be a number of brokers, or a list of their ids");
  check_error(head + R"x("cluster": {"brokers": 1}, "topics": [{"name": "t", "partitions": @0}],
    "timeline": [{"at": "1s", "crash": "leader(t-7)"}]})x",
              "/topics/0/partitions", "this must be between 1 and 10000");
}

TEST_CASE("names and sentences have no control characters but line breaks and tabs and what is written has any") {
  const std::string least = R"("cluster": {"brokers": 1}})";
  check_error(head + R"("title": @"red \u001b[31m", )" + least, "/title", "a control character has no place in this text");
  check_error(head + R"("title": @"\u007f", )" + least, "/title", "a control character has no place in this text");
  CHECK(good(head + R"("title": "one\n\ttwo", )" + least).title == "one\n\ttwo");
  check_error(timeline(R"({"at": "1s", "note": @"\u0007"})"), "/timeline/0/note", "a control character has no place in this text");
  CHECK(operation<Produce>(R"("produce": {"topic": "orders", "key": "\u0001", "value": "\u0002"})").value == "\x02");
}

#include "tests/core/group/consumer_harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Owned = ConsumerHarness::Owned;

TEST_CASE("the first member of a consumer group gets everything with its first heartbeat", "[group]") {
  ConsumerHarness h;
  const auto& entered = h.beaten(h.enter("a"));
  CHECK(entered.error_code == ErrorCode::none);
  CHECK(entered.member_epoch == 1);
  CHECK(entered.heartbeat_interval == seconds(5));
  CHECK(h.assigned(entered) == Owned{0, 1, 2, 3});
  CHECK(h.state() == "Stable");
}

TEST_CASE("a second member waits until the first has given up what moves and nothing else moves", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  const auto second = h.beaten(h.enter("b"));
  CHECK(second.member_epoch == 2);
  CHECK(h.assigned(second).empty());
  CHECK(h.state() == "Reconciling");
  const auto first = h.beaten(h.beat("a", 1));
  CHECK(first.member_epoch == 1);  // until it has revoked
  CHECK(h.assigned(first) == Owned{0, 1});
  CHECK(h.assigned(h.beaten(h.beat("b", 2))) == Owned{-1});  // still not free
  const auto given_up = h.beaten(h.beat("a", 1, Owned{0, 1}));
  CHECK(given_up.member_epoch == 2);
  CHECK(h.assigned(h.beaten(h.beat("b", 2))) == Owned{2, 3});
  CHECK(h.state() == "Stable");
}

TEST_CASE("a member that still owns what it has to give up stays in its epoch", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  (void)h.enter("b");
  (void)h.beat("a", 1);
  CHECK(h.beaten(h.beat("a", 1, Owned{0, 1, 2, 3})).member_epoch == 1);
  CHECK(h.state() == "Reconciling");
}

TEST_CASE("a member that does not give up partitions in its rebalance timeout is fenced", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  (void)h.enter("b");
  (void)h.beat("a", 1);
  for (int i = 0; i < 5; ++i) {
    h.pass(seconds(5));
    (void)h.beat("b", 2);
    (void)h.beat("a", 1);
  }
  h.pass(seconds(5));
  CHECK(h.beaten(h.beat("a", 1)).error_code == ErrorCode::unknown_member_id);
  const auto left = h.beaten(h.beat("b", 2));
  CHECK(h.assigned(left) == Owned{0, 1, 2, 3});
}

TEST_CASE("a member that is silent for the session timeout is fenced and the group epoch rises", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  h.pass(seconds(44));
  CHECK(h.member_count() == 1);
  h.pass(seconds(1));
  CHECK(h.member_count() == 0);
  CHECK(h.state() == "Empty");
  CHECK(h.generation() == Generation{2});
}

TEST_CASE("a heartbeat with another epoch is fenced unless an answer was lost", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  CHECK(h.beaten(h.beat("a", 2)).error_code == ErrorCode::fenced_member_epoch);
  h.set_partitions(6);
  CHECK(h.beaten(h.beat("a", 1)).member_epoch == 2);
  const auto again = h.beaten(h.beat("a", 1, Owned{0, 1, 2, 3}));  // it has not heard of 2
  CHECK(again.error_code == ErrorCode::none);
  CHECK(again.member_epoch == 2);
  CHECK(h.beaten(h.beat("a", 1, Owned{0, 9})).error_code == ErrorCode::fenced_member_epoch);
}

TEST_CASE("more partitions of a topic lead to a new target at the next heartbeat", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a");
  h.set_partitions(6);
  const auto told = h.beaten(h.beat("a", 1));
  CHECK(told.member_epoch == 2);
  CHECK(h.assigned(told) == Owned{0, 1, 2, 3, 4, 5});
}

TEST_CASE("a static member that leaves for a while keeps its partitions for the one that takes its place", "[group]") {
  ConsumerHarness h;
  (void)h.enter("a", "one");
  CHECK(h.beaten(h.enter("b", "one")).error_code == ErrorCode::unreleased_instance_id);
  CHECK(h.beaten(h.beat("a", leaving_for_a_while_epoch, {}, "one")).error_code == ErrorCode::none);
  const Generation before = h.generation();
  const auto back = h.beaten(h.enter("b", "one"));
  CHECK(back.error_code == ErrorCode::none);
  CHECK(h.assigned(back) == Owned{0, 1, 2, 3});
  CHECK(h.generation() == before);  // no rebalance
  CHECK(h.beaten(h.beat("a", 1, {}, "one")).error_code == ErrorCode::fenced_instance_id);
}

TEST_CASE("heartbeats that make no sense are refused", "[group]") {
  ConsumerHarness h;
  CHECK(h.beaten(h.enter("")).error_code == ErrorCode::invalid_request);
  CHECK(h.beaten(h.beat("a", 1)).error_code == ErrorCode::unknown_member_id);
  CHECK(h.beaten(h.beat("a", leaving_for_a_while_epoch)).error_code == ErrorCode::invalid_request);
  ConsumerGroupHeartbeatRequest request;
  request.group_id = group_name;
  request.member_id = "a";
  CHECK(h.beaten(h.send(request)).error_code == ErrorCode::invalid_request);
  request.rebalance_timeout = seconds(30);
  request.subscribed_topic_names = std::vector<std::string>{"orders"};
  request.topic_partitions.emplace();
  request.server_assignor = "mine";
  CHECK(h.beaten(h.send(request)).error_code == ErrorCode::unsupported_assignor);
  request.server_assignor = "range";
  CHECK(h.beaten(h.send(request)).error_code == ErrorCode::none);
}

TEST_CASE("a group takes no more members than group.consumer.max.size", "[group]") {
  NodeConfig config;
  config.group_consumer_max_size = 1;
  ConsumerHarness h{4, config};
  (void)h.enter("a");
  CHECK(h.beaten(h.enter("b")).error_code == ErrorCode::group_max_size_reached);
}

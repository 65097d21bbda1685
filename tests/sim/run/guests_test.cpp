#include "sim/run/guests.hpp"

#include "core/message/consumer_group_describe.hpp"
#include "core/message/consumer_group_heartbeat.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/fetch.hpp"
#include "core/message/find_coordinator.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/list_offsets.hpp"
#include "tests/sim/serve/served_cluster.hpp"

namespace kafkasim::sim {

TEST_CASE("a guest's load counts what is unanswered and knows of a fetch under way") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = session->dial(NodeId{1});
  mail.run(milliseconds(20));
  const auto load = [&] { return session->run().guests().load(guest, session->run().world()); };
  CHECK(load().unanswered == 0);
  for (std::int32_t id = 1; id <= 3; ++id)
    REQUIRE(session->receive(guest, as_frame(Message::of(HeartbeatRequest{.group_id = "g", .member_id = "m"}), 3, id)).has_value());
  CHECK(load().unanswered == 3);
  CHECK(load().bytes_waiting > 0);
  CHECK_FALSE(load().fetching);
  mail.run(seconds(1));
  CHECK(load().unanswered == 0);
  CHECK(load().bytes_waiting == 0);
  std::vector<std::int32_t> order;
  for (const GuestAnswer& answer : mail.of<GuestAnswer>(guest)) {
    ByteReader in{ByteSpan{answer.frame}.subspan(frame_size_bytes)};
    order.push_back(in.i32());
  }
  CHECK(order == std::vector<std::int32_t>{1, 2, 3});
}

TEST_CASE("a produce with acks=0 waits for no answer") {
  const auto session = begun();
  Mailbox mail{*session};
  const NodeId leader = *session->run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}})->leader;
  const GuestId guest = session->dial(leader);
  mail.run(milliseconds(20));
  REQUIRE(session->receive(guest, as_frame(Message::of(produce_values({"a"}, 0)), 9, 1)).has_value());
  CHECK(session->run().guests().load(guest, session->run().world()).unanswered == 0);
  mail.run(milliseconds(200));
  CHECK(mail.of<GuestAnswer>(guest).empty());
  const auto* partition = session->run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}});
  CHECK(partition->replica(leader)->log_end == Offset{1});
}

TEST_CASE("records that are sent to a topic by its id are counted under its name") {
  const auto session = begun();
  Mailbox mail{*session};
  const auto* partition = session->run().checks().history().partition(TopicPartition{"orders", PartitionIndex{0}});
  const GuestId guest = session->dial(*partition->leader);
  mail.run(milliseconds(20));
  ProduceRequest request = produce_values({"a", "b"});
  request.topic_data[0].name.clear();
  request.topic_data[0].topic_id = partition->id.topic_id;
  REQUIRE(mail.ask(guest, Message::of(request), 13));
  const auto acked = session->run().measure({Metric::records_acked, {}, Subject{TopicName{"orders"}}, {}});
  CHECK(acked == MetricValue{std::int64_t{2}});
}

TEST_CASE("what comes for a guest that has hung up is dropped") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = session->dial(NodeId{1});
  session->hang_up(guest);
  session->hang_up(guest);
  CHECK(session->receive(guest, SharedBytes::of("x")).has_value());
  mail.run(seconds(1));
  CHECK(mail.news.empty());
  CHECK(session->run().guests().connections() == 0);
}

TEST_CASE("answers come to a guest in the order of its requests and none after one that is lost") {
  const std::string fate = GENERATE(R"({"delay": "2s"})", R"("drop")");
  const auto session = begun(three_brokers(
      R"(, "timeline": [{"at": "0s", "intercept": {"api": "Heartbeat", "kind": "response", "then": )" + fate + R"(, "count": 1}}])"));
  Mailbox mail{*session};
  mail.run(milliseconds(20));
  const GuestId guest = session->dial(NodeId{1});
  mail.run(milliseconds(20));
  for (std::int32_t id = 1; id <= 3; ++id)
    REQUIRE(session->receive(guest, as_frame(Message::of(HeartbeatRequest{.group_id = "g", .member_id = "m"}), 3, id)).has_value());
  mail.run(seconds(1));
  CHECK(mail.of<GuestAnswer>(guest).empty());
  mail.run(seconds(2));
  CHECK(mail.of<GuestAnswer>(guest).size() == (fate == R"("drop")" ? 0 : 3));
}

TEST_CASE("members of groups that are guests are told with the address that they have outside") {
  const auto session = begun();
  Mailbox mail{*session};
  mail.run(milliseconds(20));
  const GuestId any = session->dial(NodeId{1});
  mail.run(milliseconds(20));
  const auto coordinator_of = [&](const std::string& group) {
    for (int tries = 0; tries < 50; ++tries) {
      const auto told = mail.ask(any, Message::of(FindCoordinatorRequest{CoordinatorType::group, {group}}), 4);
      REQUIRE(told);
      const FindCoordinatorResponse::Coordinator one = told->message.as<FindCoordinatorResponse>().coordinators.at(0);
      if (one.error_code == ErrorCode::none) {
        const GuestId guest = session->dial(one.node_id.value());
        mail.run(milliseconds(20));
        return guest;
      }
      mail.run(milliseconds(100));
    }
    FAIL("no coordinator");
    return any;
  };

  const GuestId member = coordinator_of("readers");
  ConsumerGroupHeartbeatRequest beat{.group_id = "readers", .member_id = "a"};
  beat.rebalance_timeout = seconds(30);
  beat.subscribed_topic_names = std::vector<std::string>{"orders"};
  beat.topic_partitions.emplace();
  const auto entered = mail.ask(member, Message::of(beat), 1);
  REQUIRE(entered);
  REQUIRE(entered->message.as<ConsumerGroupHeartbeatResponse>().error_code == ErrorCode::none);
  const auto group = mail.ask(member, Message::of(ConsumerGroupDescribeRequest{{"readers"}}), 1);
  REQUIRE(group);
  CHECK(group->message.as<ConsumerGroupDescribeResponse>().groups.at(0).members.at(0).client_host == "/127.0.0.1");

  const GuestId classic = coordinator_of("old");
  JoinGroupRequest join{.group_id = "old", .session_timeout = seconds(30), .rebalance_timeout = seconds(30), .protocol_type = "consumer"};
  join.protocols.push_back({"range", {}});
  const auto joined = mail.ask(classic, Message::of(join), 3, seconds(10));
  REQUIRE(joined);
  REQUIRE(joined->message.as<JoinGroupResponse>().error_code == ErrorCode::none);
  const auto old = mail.ask(classic, Message::of(DescribeGroupsRequest{{"old"}}), 5);
  REQUIRE(old);
  CHECK(old->message.as<DescribeGroupsResponse>().groups.at(0).members.at(0).client_host == "/127.0.0.1");
}

TEST_CASE("a guest may ask for offsets as if it were a broker but may not fetch so") {
  const auto session = begun();
  Mailbox mail{*session};
  const GuestId guest = session->dial(NodeId{1});
  mail.run(milliseconds(20));
  ListOffsetsRequest offsets{.replica_id = NodeId{0}};
  CHECK(session->receive(guest, as_frame(Message::of(offsets), 6, 1)).has_value());
  FetchRequest fetch;
  fetch.replica_state.replica_id = NodeId{0};
  CHECK_FALSE(session->receive(guest, as_frame(Message::of(fetch), 12, 2)).has_value());
}

}  // namespace kafkasim::sim

#include "core/client/group_member.hpp"

#include <catch2/catch.hpp>

#include "core/wire/consumer_protocol_codec.hpp"
#include "tests/core/client/consumer_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("joining takes a round for the member id and carries timeouts and the subscription") {
  ConsumerRig rig;
  (void)rig.poll();
  std::vector<JoinGroupRequest> joins;
  for (int i = 0; i < 20 && !rig.bench.requests.empty(); ++i) {
    const Sent sent = rig.bench.requests.front();
    rig.bench.requests.pop_front();
    if (const auto* join = sent.envelope.message.get_if<JoinGroupRequest>()) joins.push_back(*join);
    if (const auto answer = rig.cluster.handle(sent)) rig.bench.answer(sent, *answer);
  }
  REQUIRE(joins.size() == 2);
  CHECK(joins[0].member_id.empty());
  CHECK(joins[1].member_id == "member-1");
  CHECK(joins[1].session_timeout == seconds(45));
  CHECK(joins[1].rebalance_timeout == seconds(300));
  CHECK(joins[1].protocols.front().name == "range");
  CHECK(decode_subscription(joins[1].protocols.front().metadata)->topics == std::vector<std::string>{"orders"});
}

TEST_CASE("the leader assigns ranges to all members and a follower sends an empty assignment") {
  for (const bool leads : {true, false}) {
    ConsumerRig rig{from_earliest(), 3};
    (void)rig.poll();
    std::optional<SyncGroupRequest> sync;
    for (int i = 0; i < 30 && !rig.bench.requests.empty() && !sync; ++i) {
      const Sent sent = rig.bench.requests.front();
      rig.bench.requests.pop_front();
      if (const auto* asked = sent.envelope.message.get_if<SyncGroupRequest>()) sync = *asked;
      auto answer = rig.cluster.handle(sent);
      if (const auto* joined = answer ? answer->get_if<JoinGroupResponse>() : nullptr;
          joined && !joined->members.empty()) {
        JoinGroupResponse changed = *joined;
        if (leads) {
          changed.members.push_back({"zoe", std::nullopt, joined->members.front().metadata});
        } else {
          changed.leader = "zoe";
          changed.members.clear();
        }
        answer = Message::of(changed);
      }
      if (answer) rig.bench.answer(sent, *answer);
    }
    REQUIRE(sync);
    if (!leads) {
      CHECK(sync->assignments.empty());
      continue;
    }
    REQUIRE(sync->assignments.size() == 2);
    CHECK(sync->assignments[0].member_id == "member-1");
    CHECK(decode_assignment(sync->assignments[0].assignment)->assigned_partitions.front().partitions.size() == 2);
    CHECK(decode_assignment(sync->assignments[1].assignment)->assigned_partitions.front().partitions.size() == 1);
  }
}

TEST_CASE("heartbeats go out every interval with the generation") {
  ConsumerRig rig;
  rig.poll_for(milliseconds(100));
  rig.poll_for(seconds(10));
  CHECK(rig.cluster.handled[ApiKey::heartbeat] == 3);
}

TEST_CASE("a session timeout without an answered heartbeat makes the coordinator unknown") {
  ConsumerConfig config = from_earliest();
  config.request_timeout = seconds(100);
  ConsumerRig rig{config};
  rig.poll_for(milliseconds(100));
  REQUIRE(rig.cluster.handled[ApiKey::find_coordinator] == 1);
  rig.bench.run_for(seconds(40));  // nothing is answered any more
  CHECK(rig.bench.waiting<FindCoordinatorRequest>() == 0);
  rig.bench.run_for(seconds(6));
  CHECK(rig.bench.waiting<FindCoordinatorRequest>() == 1);
}

TEST_CASE("the leader rejoins when a topic gets more partitions") {
  ConsumerRig rig{from_earliest(), 1};
  rig.poll_for(seconds(1));
  rig.cluster.topics.at("orders").partitions.emplace_back();
  rig.poll_for(seconds(310));
  const auto assigned = rig.bench.noted<trace::PartitionsAssigned>();
  REQUIRE(assigned.size() == 2);
  CHECK(assigned[1].partitions.size() == 2);
}

TEST_CASE("a member whose topic does not exist gets nothing and rejoins when it is there") {
  ConsumerRig rig;
  const auto topics = std::exchange(rig.cluster.topics, {});
  rig.poll_for(seconds(1));
  REQUIRE(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>()[0].partitions.empty());
  rig.cluster.topics = topics;
  rig.poll_for(seconds(3));
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().back().partitions.size() == 2);
}

TEST_CASE("REBALANCE_IN_PROGRESS from SyncGroup makes the member join again at once under its id") {
  ConsumerRig rig;
  rig.cluster.errors[ApiKey::sync_group] = {ErrorCode::rebalance_in_progress};
  rig.poll_for(milliseconds(20));
  CHECK(rig.cluster.handled[ApiKey::join_group] == 3);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
}

TEST_CASE("a SyncGroup without an answer fails after request.timeout.ms and the member joins again") {
  ConsumerRig rig;  // request.timeout.ms is 30 s, max.poll.interval.ms 300 s
  bool lost = false;
  const auto run = [&](Duration time) {
    rig.bench.run_until(rig.bench.now + time, [&] {
      for (int i = 0; i < 50; ++i) {
        (void)rig.poll();
        if (rig.bench.requests.empty()) break;
        const Sent sent = rig.bench.requests.front();
        rig.bench.requests.pop_front();
        const bool is_sync = sent.envelope.message.get_if<SyncGroupRequest>() != nullptr;
        if (is_sync && !std::exchange(lost, true)) continue;
        if (const auto answer = rig.cluster.handle(sent)) rig.bench.answer(sent, *answer);
      }
    });
  };
  run(milliseconds(29'900));
  REQUIRE(lost);
  CHECK(rig.cluster.handled[ApiKey::join_group] == 2);  // for its id, and with it
  run(seconds(2));
  CHECK(rig.cluster.handled[ApiKey::join_group] == 3);
  CHECK(rig.cluster.handled[ApiKey::sync_group] == 1);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 1);
}

TEST_CASE("a member that leaves because its application does not poll says so") {
  ConsumerConfig config = from_earliest();
  config.max_poll_interval = seconds(10);
  ConsumerRig rig{config};
  rig.poll_for(milliseconds(500));
  rig.write(0, {"a"});
  rig.poll_once();
  rig.cluster.run_for(rig.bench, milliseconds(9'900));
  CHECK(rig.bench.noted<trace::PollTimedOut>().empty());
  rig.cluster.run_for(rig.bench, milliseconds(200));
  REQUIRE(rig.bench.noted<trace::PollTimedOut>().size() == 1);
  CHECK(rig.bench.noted<trace::PollTimedOut>()[0].group == "analytics");
  CHECK(rig.cluster.handled[ApiKey::leave_group] == 1);
  rig.cluster.run_for(rig.bench, seconds(20));
  CHECK(rig.bench.noted<trace::PollTimedOut>().size() == 1);
}

// Members of the classic protocol in a consumer group, and groups in use that change their kind.
#include "tests/core/group/consumer_harness.hpp"

#include "core/message/list_groups.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Owned = ConsumerHarness::Owned;

namespace {

NodeConfig with_policy(std::string policy) {
  NodeConfig config;
  config.group_consumer_migration_policy = std::move(policy);
  return config;
}

std::string kind(ConsumerHarness& h) {
  return h.answer<ListGroupsResponse>(h.send(ListGroupsRequest{})).groups.at(0).group_type;
}

// Two of the classic protocol and "new", who has come last and waits; the old generation is 1.
std::vector<std::string> upgraded(ConsumerHarness& h) {
  const std::vector<std::string> old = h.two_classic();
  REQUIRE(h.generation() == Generation{1});
  REQUIRE(h.beaten(h.enter("new")).error_code == ErrorCode::none);
  return old;
}

}  // namespace

TEST_CASE("a classic group in use becomes a consumer group with the first member of the new protocol and loses nothing", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = h.two_classic();
  CHECK(h.committed(h.commit(old[0], Generation{1}, 5)) == ErrorCode::none);
  CHECK(kind(h) == "classic");
  const auto entered = h.beaten(h.enter("new"));
  CHECK(entered.error_code == ErrorCode::none);
  CHECK(entered.member_epoch == 2);
  CHECK(h.assigned(entered).empty());
  CHECK(kind(h) == "consumer");
  CHECK(h.has(old[0]) == Owned{0, 1});
  CHECK(h.has(old[1]) == Owned{2, 3});
  CHECK(h.fetch() == Offset{5});
  CHECK(h.committed(h.commit(old[0], Generation{1}, 6)) == ErrorCode::none);  // goes on in its generation
}

TEST_CASE("members of the classic protocol that give up everything before they join go to the new epoch at once", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = upgraded(h);
  for (const std::string& member : old) CHECK(h.heartbeat(member, Generation{1}) == ErrorCode::rebalance_in_progress);
  for (const std::string& member : old) {
    const auto& response = h.joined(h.join_classic(member));
    CHECK(response.error_code == ErrorCode::none);
    CHECK(response.generation_id == Generation{2});
    CHECK(response.protocol_name == "range");
    CHECK(response.leader.empty());
    CHECK(response.members.empty());
    CHECK(h.heartbeat(member, Generation{2}) == ErrorCode::none);
  }
  const Owned first = h.synced(old[0], 2);
  const Owned second = h.synced(old[1], 2);
  const Owned third = h.assigned(h.beaten(h.beat("new", 2)));
  CHECK(first.size() + second.size() + third.size() == 4);
  CHECK(third.size() == 1);
  CHECK(h.state() == "Stable");
}

TEST_CASE("a member of the classic protocol that keeps its partitions gives up what moves and joins once more", "[group]") {
  ConsumerHarness h;
  const std::string old = h.new_classic();
  h.join_classic(old);
  h.pass(seconds(9));
  (void)h.sync(old, Generation{1}, {{old, assignment_of("orders", {PartitionIndex{0}, PartitionIndex{1}, PartitionIndex{2}, PartitionIndex{3}})}});
  (void)h.enter("new");
  const auto& first = h.joined(h.join_classic(old, {0, 1, 2, 3}));
  CHECK(first.generation_id == Generation{1});  // until it has given up
  const Owned kept = h.synced(old, 1);
  CHECK(kept.size() == 2);
  CHECK(h.assigned(h.beaten(h.beat("new", 2))) == Owned{-1});
  CHECK(h.heartbeat(old, Generation{1}) == ErrorCode::rebalance_in_progress);
  CHECK(h.joined(h.join_classic(old, kept)).generation_id == Generation{2});
  CHECK(h.synced(old, 2) == kept);
  CHECK(h.assigned(h.beaten(h.beat("new", 2))).size() == 2);
  CHECK(h.heartbeat(old, Generation{2}) == ErrorCode::none);
}

TEST_CASE("a member of the classic protocol is told to join again when what it waits for is free", "[group]") {
  ConsumerHarness h;
  (void)h.enter("new");
  const std::string old = h.new_classic();
  CHECK(h.joined(h.join_classic(old)).generation_id == Generation{2});
  CHECK(h.synced(old, 2).empty());
  CHECK(h.heartbeat(old, Generation{2}) == ErrorCode::none);  // "new" still has everything
  (void)h.beat("new", 1);
  CHECK(h.heartbeat(old, Generation{2}) == ErrorCode::none);  // and has to give up
  (void)h.beat("new", 1, Owned{0, 1});
  CHECK(h.heartbeat(old, Generation{2}) == ErrorCode::rebalance_in_progress);
  CHECK(h.joined(h.join_classic(old)).generation_id == Generation{2});
  CHECK(h.synced(old, 2) == Owned{2, 3});
}

TEST_CASE("requests that wait in a classic group are sent to join the consumer group that it becomes", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = h.two_classic();
  const int waits = h.join_classic(old[0], {0});
  CHECK_FALSE(h.answered(waits));
  (void)h.enter("new");
  CHECK(h.joined(waits).error_code == ErrorCode::rebalance_in_progress);
  CHECK(h.joined(h.join_classic(old[0])).generation_id == Generation{2});
  CHECK(h.joined(h.join_classic("was-to-come-back-with-this-id")).error_code == ErrorCode::none);
}

TEST_CASE("a consumer group whose last member of the new protocol leaves becomes a classic group that rebalances", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = upgraded(h);
  CHECK(h.committed(h.commit(old[0], Generation{1}, 5)) == ErrorCode::none);
  const bool says_so = GENERATE(true, false);
  if (says_so) {
    CHECK(h.beaten(h.beat("new", leaving_epoch)).error_code == ErrorCode::none);
  } else {  // it is silent
    for (int i = 0; i < 9; ++i) {
      h.pass(seconds(5));
      for (const std::string& member : old) (void)h.heartbeat(member, Generation{1});
    }
  }
  CHECK(kind(h) == "classic");
  CHECK(h.generation() == Generation{2});
  CHECK(h.state() == "PreparingRebalance");
  SECTION("its members join the next generation") {
    const int first = h.join_classic(old[0]);
    const int second = h.join_classic(old[1]);
    CHECK(h.joined(first).generation_id == Generation{3});
    CHECK(h.joined(first).leader == h.joined(second).leader);
  }
  SECTION("another coordinator loads it as one") {
    h.resign();
    h.elect();
    CHECK(kind(h) == "classic");
    CHECK(h.member_count() == 2);
    CHECK(h.state() == "Stable");
    CHECK(h.fetch() == Offset{5});
  }
}

TEST_CASE("a static member that comes back with the classic protocol makes the group a classic one without a rebalance", "[group]") {
  ConsumerHarness h;
  (void)h.enter("new", "one");
  const auto& back = h.joined(h.join_classic({}, {}, "one"));
  CHECK(back.error_code == ErrorCode::none);
  CHECK(kind(h) == "classic");
  CHECK(h.state() == "Stable");
  CHECK(back.generation_id == h.generation());
  CHECK(h.has(back.member_id) == Owned{0, 1, 2, 3});
  SyncGroupRequest sync;
  sync.group_id = group_name;
  sync.generation_id = h.generation();
  sync.member_id = back.member_id;
  sync.group_instance_id = "one";
  CHECK(h.answer<SyncGroupResponse>(h.send(sync)).error_code == ErrorCode::none);
  SECTION("and with the new one again a consumer group") {
    const auto once_more = h.beaten(h.enter("newer", "one"));
    CHECK(once_more.error_code == ErrorCode::none);
    CHECK(h.assigned(once_more) == Owned{0, 1, 2, 3});
    CHECK(kind(h) == "consumer");
    CHECK(h.member_count() == 1);
  }
}

TEST_CASE("groups change their kind only as group.consumer.migration.policy allows", "[group]") {
  SECTION("not to a consumer group") {
    for (const char* policy : {"disabled", "downgrade"}) {
      ConsumerHarness h{4, with_policy(policy)};
      (void)h.two_classic();
      CHECK(h.beaten(h.enter("new")).error_code == ErrorCode::group_id_not_found);
      CHECK(kind(h) == "classic");
    }
  }
  SECTION("not back") {
    ConsumerHarness h{4, with_policy("upgrade")};
    (void)upgraded(h);
    (void)h.beat("new", leaving_epoch);
    CHECK(kind(h) == "consumer");
    CHECK(h.member_count() == 2);
  }
  SECTION("nor where it would be too large") {
    NodeConfig config;
    config.group_consumer_max_size = 1;
    ConsumerHarness h{4, config};
    (void)h.two_classic();
    CHECK(h.beaten(h.enter("new")).error_code == ErrorCode::group_id_not_found);
  }
}

TEST_CASE("a change of kind that cannot be stored has not happened", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = h.two_classic();
  SECTION("to a consumer group") {
    h.appends = Appends::hold;
    const int entering = h.enter("new");
    h.complete_held(ErrorCode::not_enough_replicas);
    CHECK(h.beaten(entering).error_code == ErrorCode::coordinator_not_available);
    CHECK(kind(h) == "classic");
    CHECK(h.noted<trace::GroupChanged>().back().type == "classic");  // as everybody sees
    CHECK(h.heartbeat(old[0], Generation{1}) == ErrorCode::none);
  }
  SECTION("to a classic group") {
    (void)h.enter("new");
    h.appends = Appends::hold;
    const int leaving = h.beat("new", leaving_epoch);
    const int joining = h.join_classic(old[0]);
    h.complete_held(ErrorCode::not_enough_replicas);
    CHECK(h.beaten(leaving).error_code == ErrorCode::coordinator_not_available);
    CHECK(h.joined(joining).error_code == ErrorCode::not_coordinator);
    CHECK(kind(h) == "consumer");
    CHECK(h.member_count() == 3);
  }
}

TEST_CASE("a member of the classic protocol is known by its id and instance and generation and protocols", "[group]") {
  ConsumerHarness h;
  (void)h.enter("new");
  const std::string old = h.new_classic();
  CHECK_FALSE(old.empty());
  CHECK(h.member_count() == 1);  // it is to come back with its id
  (void)h.join_classic(old);
  CHECK(h.heartbeat(old, Generation{1}) == ErrorCode::illegal_generation);
  CHECK(h.heartbeat("somebody", Generation{2}) == ErrorCode::unknown_member_id);
  CHECK(h.heartbeat("new", Generation{1}) == ErrorCode::unknown_member_id);
  CHECK(h.synced(old, 1) == Owned{-1});
  CHECK(h.synced("new", 1) == Owned{-1});
  CHECK(h.committed(h.commit(old, Generation{1}, 5)) == ErrorCode::illegal_generation);
  CHECK(h.committed(h.commit("new", Generation{0}, 5)) == ErrorCode::stale_member_epoch);
  CHECK(h.joined(h.join_classic({}, {}, {}, "sticky")).error_code == ErrorCode::inconsistent_group_protocol);
  CHECK(h.joined(h.join({})).error_code == ErrorCode::unknown_server_error);  // a subscription that nobody can read
  CHECK(h.joined(h.join_classic("somebody", {}, "instance")).error_code == ErrorCode::unknown_member_id);
  (void)h.join_classic({}, {}, "instance");
  CHECK(h.joined(h.join_classic("somebody", {}, "instance")).error_code == ErrorCode::fenced_instance_id);
  const ConsumerGroupDescribeRequest describe{{group_name}, false};
  const auto group = h.answer<ConsumerGroupDescribeResponse>(h.send(describe)).groups.at(0);
  for (const auto& member : group.members) CHECK(member.member_type == (member.member_id == "new" ? 1 : 0));
}

TEST_CASE("a member of the classic protocol is fenced when it is silent or does not join or sync in time", "[group]") {
  ConsumerHarness h;
  (void)h.enter("new");
  const std::string old = h.new_classic();
  (void)h.join_classic(old);
  const auto both_beat_for = [&](Duration time, ErrorCode expected) {
    for (Duration passed{}; passed < time; passed += seconds(5)) {
      h.pass(seconds(5));
      (void)h.beat("new", h.beaten(h.beat("new", 2)).member_epoch);
      CHECK(h.heartbeat(old, Generation{2}) == expected);
    }
  };
  SECTION("silent: by its own session timeout") {
    (void)h.synced(old, 2);
    h.pass(seconds(9));
    CHECK(h.member_count() == 2);
    h.pass(seconds(2));
  }
  SECTION("no SyncGroup: by its rebalance timeout") {
    (void)h.beat("new", 1);
    (void)h.beat("new", 1, Owned{0, 1});
    both_beat_for(seconds(55), ErrorCode::rebalance_in_progress);
    (void)h.join_classic(old);  // has what it waited for, and does not ask for it
    both_beat_for(seconds(55), ErrorCode::none);
    CHECK(h.member_count() == 2);
    h.pass(seconds(6));
  }
  SECTION("no JoinGroup: by its rebalance timeout") {
    (void)h.synced(old, 2);
    (void)h.beat("new", 1);
    (void)h.beat("new", 1, Owned{0, 1});
    both_beat_for(seconds(60), ErrorCode::rebalance_in_progress);  // what it waits for is free
    CHECK(h.member_count() == 2);
    h.pass(seconds(6));
  }
  CHECK(h.member_count() == 1);
  CHECK(h.has("new") != Owned{-1});
}

TEST_CASE("members of the classic protocol leave a consumer group which goes on", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = upgraded(h);
  const auto& left = h.answer<LeaveGroupResponse>(h.leave({old[0], "somebody", "new"}));
  REQUIRE(left.members.size() == 3);
  CHECK(left.members[0].error_code == ErrorCode::none);
  CHECK(left.members[1].error_code == ErrorCode::unknown_member_id);
  CHECK(left.members[2].error_code == ErrorCode::unknown_member_id);  // it has its own way to leave
  CHECK(h.member_count() == 2);
  CHECK(h.generation() == Generation{3});
  const auto& alone = h.answer<LeaveGroupResponse>(h.leave({old[1]}, std::int16_t{2}));
  CHECK(alone.error_code == ErrorCode::none);
  CHECK(alone.members.empty());
  CHECK(h.assigned(h.beaten(h.beat("new", 2))) == Owned{0, 1, 2, 3});
}

TEST_CASE("a consumer group survives its coordinator with members of the classic protocol", "[group]") {
  ConsumerHarness h;
  const std::vector<std::string> old = upgraded(h);
  (void)h.joined(h.join_classic(old[0]));
  h.resign();
  h.elect();
  CHECK(kind(h) == "consumer");
  CHECK(h.heartbeat(old[0], Generation{2}) == ErrorCode::none);
  CHECK(h.heartbeat(old[1], Generation{1}) == ErrorCode::rebalance_in_progress);
  CHECK(h.synced(old[0], 2).size() == h.has(old[0]).size());
}

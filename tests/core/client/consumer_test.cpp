#include "core/client/consumer.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/consumer_rig.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a member joins its group and reads from the beginning what nobody has committed") {
  ConsumerRig rig;
  rig.write(0, {"a", "b"});
  rig.write(1, {"c"});
  rig.poll_for(seconds(1));
  std::ranges::sort(rig.got);
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c"});
  const auto assigned = rig.bench.noted<trace::PartitionsAssigned>();
  REQUIRE(assigned.size() == 1);
  CHECK(assigned[0].member_id == "member-1");
  CHECK(assigned[0].generation == Generation{1});
  CHECK(assigned[0].partitions == std::vector<TopicPartition>{orders0, orders1});
  CHECK(rig.bench.noted<trace::PositionReset>()[0].reason == "auto.offset.reset=earliest");
  const auto delivered = rig.bench.noted<trace::RecordsDelivered>();
  REQUIRE(delivered.size() == 2);
  CHECK(delivered[0].records[1].origin == Origin{5, 1});
  CHECK(delivered[0].position == Offset{2});
  CHECK(rig.bench.noted<trace::ClientSawError>()[0].error == ErrorCode::member_id_required);
}

TEST_CASE("a member goes on at the committed offset") {
  ConsumerRig rig;
  rig.write(0, {"a", "b", "c"});
  rig.cluster.committed[orders0] = 2;
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"c"});
}

TEST_CASE("positions move when records are returned and not when they are fetched") {
  ConsumerConfig config = from_earliest();
  config.max_poll_records = 2;
  ConsumerRig rig{config, ConsumePartitions{{orders0}}, 1};
  rig.write(0, {"a", "b", "c"});
  (void)rig.poll();
  rig.cluster.serve(rig.bench);
  CHECK(rig.bench.machine.has_records());
  CHECK(rig.bench.machine.position(orders0) == Offset{0});
  CHECK(rig.poll().count() == 2);
  CHECK(rig.bench.machine.position(orders0) == Offset{2});
  CHECK(rig.poll().count() == 1);
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("positions are committed every interval from inside poll") {
  ConsumerRig rig;
  rig.write(0, {"a", "b"});
  rig.poll_for(milliseconds(4'900));
  CHECK(rig.cluster.committed.empty());
  rig.poll_for(milliseconds(400));
  CHECK(rig.cluster.committed.at(orders0) == 2);
  CHECK(rig.cluster.committed.at(orders1) == 0);
}

TEST_CASE("close commits and leaves the group and exits") {
  ConsumerRig rig;
  rig.write(0, {"a", "b"});
  rig.poll_for(seconds(1));
  rig.bench.step(StopRequested{});
  CHECK_FALSE(rig.bench.exit);
  rig.cluster.serve(rig.bench);
  CHECK(rig.cluster.committed.at(orders0) == 2);
  CHECK(rig.cluster.handled[ApiKey::leave_group] == 1);
  REQUIRE(rig.bench.exit);
  CHECK(rig.bench.exit->orderly);
  REQUIRE(rig.bench.noted<trace::PartitionsRevoked>().size() == 1);
  CHECK_FALSE(rig.bench.noted<trace::PartitionsRevoked>()[0].lost);
}

TEST_CASE("close gives up after thirty seconds without a coordinator") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  rig.poll_for(seconds(1));
  rig.bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  rig.bench.disconnect_all();
  rig.bench.step(StopRequested{});
  rig.bench.run_for(milliseconds(29'900));
  CHECK_FALSE(rig.bench.exit);
  rig.bench.run_for(milliseconds(200));
  CHECK(rig.bench.exit);
}

TEST_CASE("a rebalance waits for poll and then commits and revokes everything before it joins again") {
  ConsumerRig rig;
  rig.write(0, {"a", "b"});
  rig.poll_for(milliseconds(500));
  rig.write(0, {"c"});
  rig.poll_once();  // the application has c and works
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::rebalance_in_progress};
  rig.cluster.run_for(rig.bench, seconds(4));
  CHECK(rig.cluster.errors[ApiKey::heartbeat].empty());
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());
  CHECK(rig.cluster.committed.empty());
  (void)rig.poll();
  const auto commit = rig.bench.take<OffsetCommitRequest>();
  REQUIRE(commit);
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());
  rig.bench.answer(*commit, *rig.cluster.handle(*commit));
  const auto revoked = rig.bench.noted<trace::PartitionsRevoked>();
  REQUIRE(revoked.size() == 1);
  CHECK_FALSE(revoked[0].lost);
  CHECK(revoked[0].partitions.size() == 2);
  CHECK(revoked[0].committed == std::vector<TopicPartition>{orders0, orders1});
  CHECK(rig.cluster.committed.at(orders0) == 3);
  rig.write(1, {"d"});
  rig.poll_for(seconds(2));
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 2);
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("a member whose commit before a rebalance is refused gives its partitions up and tells of no commit") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(500));
  rig.write(0, {"b"});
  rig.poll_once();
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::rebalance_in_progress};
  rig.cluster.run_for(rig.bench, seconds(4));
  (void)rig.poll();
  const auto commit = rig.bench.take<OffsetCommitRequest>();
  REQUIRE(commit);
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::rebalance_in_progress};
  rig.bench.answer(*commit, *rig.cluster.handle(*commit));
  rig.poll_for(seconds(1));
  const auto revoked = rig.bench.noted<trace::PartitionsRevoked>();
  REQUIRE(revoked.size() == 1);
  CHECK_FALSE(revoked[0].lost);
  CHECK(revoked[0].committed.empty());
}

TEST_CASE("a member that is not known any more loses its partitions and joins under a new id") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  rig.poll_for(seconds(1));
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::unknown_member_id};
  rig.poll_for(seconds(4));
  const auto revoked = rig.bench.noted<trace::PartitionsRevoked>();
  REQUIRE(revoked.size() == 1);
  CHECK(revoked[0].lost);
  CHECK(rig.cluster.committed.empty());  // a lost member has nothing to commit under
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 2);
}

TEST_CASE("a commit under an old generation is not tried again and the member joins anew under its id") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  rig.poll_for(seconds(1));
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::illegal_generation};
  rig.poll_for(milliseconds(4'500));
  CHECK(rig.cluster.handled[ApiKey::offset_commit] == 1);
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().at(0).lost);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().at(1).member_id == "member-1");
}

TEST_CASE("a commit to a group that is gone is not tried again and the next heartbeat says what to do") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  rig.poll_for(seconds(1));
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::group_id_not_found};
  rig.poll_for(milliseconds(4'500));
  CHECK(rig.cluster.handled[ApiKey::offset_commit] == 1);
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());  // as for any error that a commit does not expect
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::unknown_member_id};
  rig.poll_for(seconds(4));
  REQUIRE(rig.bench.noted<trace::PartitionsRevoked>().size() == 1);
  CHECK(rig.bench.noted<trace::PartitionsRevoked>()[0].lost);
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 2);
  rig.write(0, {"b"});
  rig.poll_for(seconds(6));
  CHECK(rig.got == std::vector<std::string>{"a", "a", "b"});  // nothing had been committed
  CHECK(rig.cluster.committed.at(orders0) == 2);
}

TEST_CASE("after NOT_COORDINATOR the coordinator is looked up again and the member stays") {
  ConsumerRig rig;
  rig.poll_for(seconds(1));
  rig.cluster.coordinator = 3;
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::not_coordinator};
  rig.poll_for(seconds(5));
  CHECK(rig.cluster.handled[ApiKey::find_coordinator] == 2);
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().empty());
  CHECK(rig.cluster.handled[ApiKey::heartbeat] >= 2);
}

TEST_CASE("COORDINATOR_LOAD_IN_PROGRESS is waited for") {
  ConsumerRig rig;
  rig.write(0, {"a"});
  for (const ApiKey api : {ApiKey::find_coordinator, ApiKey::join_group, ApiKey::offset_fetch}) {
    rig.cluster.errors[api] = {ErrorCode::coordinator_load_in_progress, ErrorCode::coordinator_load_in_progress};
  }
  rig.poll_for(seconds(5));
  CHECK(rig.got == std::vector<std::string>{"a"});
  CHECK(rig.cluster.handled[ApiKey::find_coordinator] == 3);
}

TEST_CASE("an application that stays away longer than max poll interval leaves the group") {
  ConsumerConfig config = from_earliest();
  config.max_poll_interval = seconds(10);
  ConsumerRig rig{config};
  rig.poll_for(milliseconds(500));
  rig.cluster.run_for(rig.bench, seconds(20));  // it waits inside poll: that is no absence
  CHECK(rig.cluster.handled[ApiKey::leave_group] == 0);
  rig.write(0, {"a"});
  rig.poll_once();
  REQUIRE(rig.got.size() == 1);
  rig.cluster.run_for(rig.bench, milliseconds(9'900));
  CHECK(rig.cluster.handled[ApiKey::leave_group] == 0);
  rig.cluster.run_for(rig.bench, milliseconds(200));
  CHECK(rig.cluster.handled[ApiKey::leave_group] == 1);
  rig.poll_for(seconds(1));
  CHECK(rig.bench.noted<trace::PartitionsRevoked>().at(0).lost);
}

TEST_CASE("offsets committed by hand are stored and tried again while the error allows") {
  ConsumerConfig config = from_earliest();
  config.enable_auto_commit = false;
  ConsumerRig rig{config};
  rig.poll_for(seconds(1));
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::coordinator_load_in_progress};
  rig.bench.with_env([&](Env& env) { rig.bench.machine.commit({{orders0, Offset{7}}}, env); });
  rig.poll_for(seconds(1));
  CHECK(rig.cluster.handled[ApiKey::offset_commit] == 2);
  CHECK(rig.cluster.committed.at(orders0) == 7);
}

TEST_CASE("what a member has not committed by hand when it loses its partitions is not committed by their next owner") {
  ConsumerConfig config = from_earliest();
  config.enable_auto_commit = false;
  ConsumerRig rig{config};
  rig.poll_for(seconds(1));
  rig.write(0, {"a"});
  rig.poll_once();
  REQUIRE(rig.got.size() == 1);
  rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::unknown_member_id};
  rig.cluster.run_for(rig.bench, seconds(4));  // the application is at work and does not poll
  rig.bench.with_env([&](Env& env) { rig.bench.machine.commit({{orders0, Offset{1}}}, env); });
  rig.write(0, {"b"});
  rig.poll_for(seconds(10));
  CHECK(rig.bench.noted<trace::PartitionsAssigned>().size() == 2);
  CHECK_FALSE(rig.cluster.committed.contains(orders0));
  CHECK(rig.got == std::vector<std::string>{"a", "a", "b"});  // it goes on from where the last commit stands
}

TEST_CASE("with auto offset reset none a missing offset ends the consumer") {
  ConsumerConfig config;
  config.auto_offset_reset = "none";
  ConsumerRig rig{config};
  rig.poll_for(seconds(1));
  REQUIRE(rig.bench.exit);
  CHECK_FALSE(rig.bench.exit->orderly);
}

TEST_CASE("a group that refuses a member for good ends the consumer") {
  ConsumerRig rig;
  rig.cluster.errors[ApiKey::join_group] = {ErrorCode::group_max_size_reached};
  rig.poll_for(seconds(1));
  REQUIRE(rig.bench.exit);
  CHECK_FALSE(rig.bench.exit->orderly);
}

TEST_CASE("every record is read once under disconnects and moving leaders and coordinators") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    ConsumerRig rig;
    rig.bench.random = Random{seed};
    Random chaos{seed * 31};
    int written = 0;
    for (int round = 0; round < 40; ++round) {
      rig.write(static_cast<int>(chaos.below(2)), {std::to_string(written), std::to_string(written + 1)});
      written += 2;
      const std::uint64_t fate = chaos.below(6);
      if (fate == 0) rig.bench.disconnect_all();
      if (fate == 1) {
        ModelPartition& moved = rig.cluster.at("orders", static_cast<int>(chaos.below(2)));
        moved.leader = NodeId{static_cast<std::int32_t>(1 + chaos.below(3))};
        moved.epoch = moved.epoch.next();
      }
      if (fate == 2) rig.cluster.errors[ApiKey::heartbeat] = {ErrorCode::rebalance_in_progress};
      if (fate == 3)
        rig.cluster.errors[ApiKey::fetch] = {ErrorCode::unknown_leader_epoch, ErrorCode::offset_not_available};
      if (fate == 4) rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::not_coordinator};
      rig.poll_for(milliseconds(static_cast<std::int64_t>(chaos.below(3000))));
    }
    rig.poll_for(seconds(60));
    CHECK(static_cast<int>(rig.got.size()) == written);
    std::ranges::sort(rig.got);
    CHECK(std::ranges::adjacent_find(rig.got) == rig.got.end());
  }
}

TEST_CASE("a consumer that goes back to what is committed reads the rest again") {
  ConsumerConfig config = from_earliest();
  config.enable_auto_commit = false;
  ConsumerRig rig{config, 1};
  rig.write(0, {"a", "b", "c"});
  rig.poll_once();
  rig.bench.with_env([&](Env& env) { rig.bench.machine.commit({{{"orders", PartitionIndex{0}}, Offset{1}}}, env); });
  CHECK(rig.bench.machine.committed() == Consumer::Committed::under_way);
  rig.cluster.run_for(rig.bench, seconds(1));
  CHECK(rig.bench.machine.committed() == Consumer::Committed::yes);
  rig.bench.with_env([&](Env& env) { rig.bench.machine.go_back_to_committed(env); });
  rig.write(0, {"d"});  // answers the fetch that is under way
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c", "b", "c", "d"});
}

TEST_CASE("a commit by hand that is refused is told as refused") {
  ConsumerConfig config = from_earliest();
  config.enable_auto_commit = false;
  ConsumerRig rig{config, 1};
  rig.write(0, {"a"});
  rig.poll_once();
  rig.cluster.errors[ApiKey::offset_commit] = {ErrorCode::illegal_generation};
  rig.bench.with_env([&](Env& env) { rig.bench.machine.commit({{{"orders", PartitionIndex{0}}, Offset{1}}}, env); });
  rig.cluster.run_for(rig.bench, seconds(1));
  CHECK(rig.bench.machine.committed() == Consumer::Committed::refused);
}

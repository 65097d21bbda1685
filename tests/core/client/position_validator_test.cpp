#include "core/client/position_validator.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/consumer_rig.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ConsumerConfig resetting_to(const std::string& where) {
  ConsumerConfig config;
  config.auto_offset_reset = where;
  config.metadata_max_age = milliseconds(200);
  return config;
}

ConsumerRig validating_reader(const std::string& reset = "earliest") {
  return ConsumerRig{resetting_to(reset), ConsumePartitions{{orders0}}, 1};
}

// a group's member whose committed offset is 0, so that it may begin with auto.offset.reset=none
ConsumerRig member(const std::string& reset) {
  ConsumerRig rig{resetting_to(reset), 1};
  rig.cluster.committed[orders0] = 0;
  return rig;
}

// Broker 2 takes the lead in that epoch with the first `kept` batches of the log.
void move_lead(ConsumerRig& rig, std::int32_t epoch, std::size_t kept) {
  ModelPartition& partition = rig.cluster.at("orders", 0);
  partition.leader = NodeId{2};
  partition.epoch = LeaderEpoch{epoch};
  partition.log.resize(kept);
}

std::string resets(const ConsumerRig& rig) {
  std::string text;
  for (const auto& reset : rig.bench.noted<trace::PositionReset>())
    text += (text.empty() ? "" : "; ") + std::to_string(reset.to.value) + " " + reset.reason;
  return text;
}

}  // namespace

TEST_CASE("a position is validated with the new leader and reading goes on where all is still there") {
  ConsumerRig rig = validating_reader();
  rig.write(0, {"a", "b"});
  rig.poll_for(milliseconds(100));
  CHECK(rig.cluster.handled[ApiKey::offset_for_leader_epoch] == 0);  // from ListOffsets: nothing was read yet
  move_lead(rig, 1, 1);
  rig.write(0, {"c"});
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c"});
  CHECK(rig.cluster.handled[ApiKey::offset_for_leader_epoch] == 1);
  CHECK(resets(rig) == "0 auto.offset.reset=earliest");
}

TEST_CASE("a log truncated before the position is read on from where its epoch ends") {
  ConsumerRig rig = validating_reader();
  rig.write(0, {"a"});
  rig.write(0, {"b"});
  rig.write(0, {"c"});
  rig.poll_for(milliseconds(100));
  move_lead(rig, 1, 1);  // an unclean election: b and c are gone
  rig.write(0, {"x", "y", "z"});  // and the log is longer than before: no offset is out of range
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c", "x", "y", "z"});
  CHECK(resets(rig) == "0 auto.offset.reset=earliest; 1 log truncation: the epoch ends here");
}

TEST_CASE("an epoch that the leader does not know at all resets the position by the policy") {
  ConsumerRig rig = validating_reader();
  rig.write(0, {"a", "b"});
  rig.poll_for(milliseconds(100));
  move_lead(rig, 7, 0);
  rig.write(0, {"x", "y", "z"});
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"a", "b", "x", "y", "z"});
  CHECK(resets(rig) == "0 auto.offset.reset=earliest; 0 auto.offset.reset=earliest");
}

TEST_CASE("a truncation ends a consumer that is not to reset its positions") {
  ConsumerRig rig = member("none");
  rig.write(0, {"a"});
  rig.write(0, {"b"});
  rig.poll_for(seconds(2));
  REQUIRE(rig.got.size() == 2);
  SECTION("the epoch ends before the position") {
    move_lead(rig, 1, 1);
    rig.write(0, {"x", "y"});
    rig.poll_for(seconds(2));
    REQUIRE(rig.bench.exit);
    CHECK(rig.bench.exit->reason
          == "log truncation: orders-0 was truncated before offset 2, read in epoch 0: it diverges at offset 1, and "
             "auto.offset.reset is none");
  }
  SECTION("the epoch is not there") {
    move_lead(rig, 1, 0);
    rig.write(0, {"x", "y"});
    rig.poll_for(seconds(2));
    REQUIRE(rig.bench.exit);
    CHECK(rig.bench.exit->reason
          == "log truncation: orders-0 was truncated before offset 2, read in epoch 0, and auto.offset.reset is none");
  }
  CHECK_FALSE(rig.bench.exit->orderly);
  CHECK(rig.got.size() == 2);
}

TEST_CASE("a committed offset with its epoch is validated before anything is fetched") {
  ConsumerRig rig = member("earliest");
  rig.cluster.committed[orders0] = 3;
  rig.cluster.committed_epochs[orders0] = LeaderEpoch{0};
  rig.write(0, {"a"});
  move_lead(rig, 2, 1);  // what was read as offsets 1 and 2 is gone
  rig.write(0, {"x", "y", "z"});
  rig.poll_for(seconds(2));
  CHECK(rig.got == std::vector<std::string>{"x", "y", "z"});
}

TEST_CASE("a validation that fails is tried again after the retry backoff") {
  ConsumerRig rig = validating_reader();
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(100));
  move_lead(rig, 1, 1);
  rig.write(0, {"b"});
  rig.cluster.errors[ApiKey::offset_for_leader_epoch] = {ErrorCode::unknown_leader_epoch, ErrorCode::fenced_leader_epoch};
  rig.poll_for(seconds(2));
  CHECK(rig.got == std::vector<std::string>{"a", "b"});
  CHECK(rig.cluster.handled[ApiKey::offset_for_leader_epoch] == 3);
  CHECK(rig.bench.noted<trace::ClientSawError>().back().error == ErrorCode::fenced_leader_epoch);
}

TEST_CASE("a committed epoch that metadata does not know yet keeps the consumer from an older leader") {
  ConsumerRig rig = member("earliest");
  rig.cluster.committed[orders0] = 1;
  rig.cluster.committed_epochs[orders0] = LeaderEpoch{5};
  rig.write(0, {"a"});
  rig.write(0, {"b"});
  rig.poll_for(seconds(2));
  CHECK(rig.got.empty());
  move_lead(rig, 5, 1);
  rig.write(0, {"c"});
  rig.poll_for(seconds(2));
  CHECK(rig.got == std::vector<std::string>{"c"});
}

#include "core/controller/partition_change.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

const TopicIdPartition tp{Uuid{1, 2}, PartitionIndex{0}};
const std::vector<NodeId> all{NodeId{1}, NodeId{2}, NodeId{3}};

PartitionRegistration led_by(std::optional<NodeId> leader, std::vector<NodeId> isr) {
  return {all, std::move(isr), leader, LeaderEpoch{4}, PartitionEpoch{9}, false};
}

std::optional<PartitionChangeRecord> change(const PartitionRegistration& now, std::vector<NodeId> isr,
                                            const std::vector<NodeId>& live, Election election = Election::clean) {
  return build_change(
      {tp, now, std::move(isr), election, [live](NodeId id) { return std::ranges::find(live, id) != live.end(); }});
}

}  // namespace

TEST_CASE("the first live in-sync replica in order of assignment takes over from a dead leader", "[controller]") {
  const auto record = change(led_by(NodeId{1}, all), {NodeId{3}, NodeId{2}}, {NodeId{2}, NodeId{3}});
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{NodeId{2}}});
  CHECK(record->isr == std::vector{NodeId{3}, NodeId{2}});
}

TEST_CASE("a valid leader stays and an ISR change alone names no leader", "[controller]") {
  const auto record = change(led_by(NodeId{1}, all), {NodeId{1}, NodeId{2}}, all);
  REQUIRE(record.has_value());
  CHECK_FALSE(record->leader.has_value());
  CHECK_FALSE(change(led_by(NodeId{1}, all), all, all).has_value());
}

TEST_CASE("the last member stays in the ISR and the partition has no leader until it is back", "[controller]") {
  const auto record = change(led_by(NodeId{1}, {NodeId{1}}), {}, {NodeId{2}, NodeId{3}});
  REQUIRE(record.has_value());
  REQUIRE(record->leader.has_value());
  CHECK_FALSE(record->leader->has_value());
  CHECK_FALSE(record->isr.has_value());
}

TEST_CASE("an unclean election makes a live replica the whole ISR and recovering", "[controller]") {
  const auto record = change(led_by(NodeId{1}, {NodeId{1}}), {}, {NodeId{3}}, Election::unclean_allowed);
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{NodeId{3}}});
  CHECK(record->isr == std::vector{NodeId{3}});
  CHECK(record->leader_recovery_state == LeaderRecoveryState::recovering);
}

TEST_CASE("a preferred election takes the first of the replicas as they are to be ordered", "[controller]") {
  const PartitionRegistration now = led_by(NodeId{1}, all);
  const auto live = [](NodeId) { return true; };
  const std::vector<NodeId> order{NodeId{3}, NodeId{1}, NodeId{2}};
  const auto both = build_change({.partition = tp,
                                  .now = now,
                                  .target_isr = all,
                                  .election = Election::preferred,
                                  .is_acceptable_leader = live,
                                  .target_replicas = order});
  REQUIRE(both.has_value());
  CHECK(both->leader == std::optional{std::optional{NodeId{3}}});
  CHECK(both->replicas == order);
  const auto reordered = build_change(
      {.partition = tp, .now = now, .target_isr = all, .is_acceptable_leader = live, .target_replicas = order});
  REQUIRE(reordered.has_value());
  CHECK_FALSE(reordered->leader.has_value());
  CHECK_FALSE(reordered->isr.has_value());
}

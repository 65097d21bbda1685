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

// ---- reassignment (KIP-455) --------------------------------------------------------------------------

namespace {

const NodeId n1{1};
const NodeId n2{2};
const NodeId n3{3};
const NodeId n4{4};
const NodeId n5{5};

PartitionRegistration moving(std::vector<NodeId> replicas, std::vector<NodeId> isr, std::vector<NodeId> adding,
                             std::vector<NodeId> removing) {
  PartitionRegistration now{std::move(replicas), std::move(isr), n1, LeaderEpoch{4}, PartitionEpoch{9}, false};
  now.rare.set({std::move(removing), std::move(adding), {}, {}});
  return now;
}

PartitionChange to(const PartitionRegistration& now, std::vector<NodeId> isr) {
  return {.partition = tp, .now = now, .target_isr = std::move(isr), .is_acceptable_leader = [](NodeId) { return true; }};
}

}  // namespace

TEST_CASE("a partition on its way has its new replicas first and then those that are to go", "[controller]") {
  const Reassignment made = reassignment_to({n4, n1}, led_by(n1, all));
  CHECK(made.replicas == std::vector{n4, n1, n2, n3});
  CHECK(made.adding == std::vector{n4});
  CHECK(made.removing == std::vector{n2, n3});
}

TEST_CASE("replicas that are added leave leader and epoch alone until they are in sync", "[controller]") {
  const PartitionRegistration now = led_by(n1, all);
  PartitionChange change = to(now, all);
  change.target_replicas = std::vector{n1, n2, n3, n4};
  change.target_adding = std::vector{n4};
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK(record->replicas == std::vector{n1, n2, n3, n4});
  CHECK(record->adding_replicas == std::vector{n4});
  CHECK_FALSE(record->leader.has_value());
  CHECK_FALSE(record->isr.has_value());
}

TEST_CASE("a reassignment is complete with the ISR that holds all new replicas and then the old ones go", "[controller]") {
  const PartitionRegistration now = moving({n4, n5, n1, n2}, {n1, n2, n4}, {n4, n5}, {n1, n2});
  const auto waiting = build_change(to(now, {n1, n4}));
  REQUIRE(waiting.has_value());
  CHECK_FALSE(waiting->replicas.has_value());
  CHECK_FALSE(waiting->removing_replicas.has_value());
  const auto complete = build_change(to(now, {n1, n2, n4, n5}));
  REQUIRE(complete.has_value());
  CHECK(complete->replicas == std::vector{n4, n5});
  CHECK(complete->isr == std::vector{n4, n5});
  CHECK(complete->leader == std::optional{std::optional{n4}});
  CHECK(complete->adding_replicas == std::vector<NodeId>{});
  CHECK(complete->removing_replicas == std::vector<NodeId>{});
}

TEST_CASE("fewer replicas are complete at once and raise the leader epoch although the leader stays", "[controller]") {
  const PartitionRegistration now = led_by(n1, all);
  PartitionChange change = to(now, all);
  change.target_replicas = std::vector{n1, n2, n3};
  change.target_removing = std::vector{n3};
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK(record->replicas == std::vector{n1, n2});
  CHECK(record->isr == std::vector{n1, n2});
  CHECK(record->leader == std::optional{std::optional{n1}});
  CHECK_FALSE(record->removing_replicas.has_value());
}

TEST_CASE("replicas that are to go stay while nobody else is in sync", "[controller]") {
  const PartitionRegistration now = led_by(n1, {n1});
  PartitionChange change = to(now, {n1});
  change.target_replicas = std::vector{n2, n1};
  change.target_removing = std::vector{n1};
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK(record->removing_replicas == std::vector{n1});
  CHECK_FALSE(record->isr.has_value());
}

TEST_CASE("a leader that a complete reassignment takes out is deposed even if nobody can follow it", "[controller]") {
  const PartitionRegistration now = moving({n2, n3, n1}, {n1, n2, n3}, {n2, n3}, {n1});
  PartitionChange change = to(now, {n1, n2, n3});
  change.is_acceptable_leader = [](NodeId id) { return id == n1; };
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  REQUIRE(record->leader.has_value());
  CHECK_FALSE(record->leader->has_value());
  CHECK(record->isr == std::vector{n2, n3});
}

TEST_CASE("giving up a reassignment takes the new replicas out again", "[controller]") {
  const auto revert = revert_of(moving({n4, n5, n1, n2}, {n1, n4}, {n4, n5}, {n1, n2}));
  REQUIRE(revert.has_value());
  CHECK(revert->replicas == std::vector{n1, n2});
  CHECK(revert->isr == std::vector{n1});
  CHECK_FALSE(revert->unclean);
  const auto lossy = revert_of(moving({n4, n5, n1, n2}, {n4}, {n4, n5}, {n1, n2}));
  REQUIRE(lossy.has_value());
  CHECK(lossy->isr == std::vector{n1});
  CHECK(lossy->unclean);
  CHECK_FALSE(revert_of(moving({n4, n5}, {n4}, {n4, n5}, {})).has_value());
}

// ---- eligible leader replicas (KIP-966) ---------------------------------------------------------------

namespace {

PartitionRegistration eligible(std::optional<NodeId> leader, std::vector<NodeId> isr, std::vector<NodeId> elr,
                               std::vector<NodeId> last_known = {}) {
  PartitionRegistration now{{n1, n2, n3, n4}, std::move(isr), leader, LeaderEpoch{4}, PartitionEpoch{9}, false};
  now.rare.set({{}, {}, std::move(elr), std::move(last_known)});
  return now;
}

PartitionChange of_min_isr(std::int64_t min_isr, const PartitionRegistration& now, std::vector<NodeId> isr,
                           std::vector<NodeId> live = {n1, n2, n3, n4}) {
  PartitionChange change = to(now, std::move(isr));
  change.elr_min_isr = min_isr;
  change.is_acceptable_leader = [live](NodeId id) { return std::ranges::find(live, id) != live.end(); };
  return change;
}

}  // namespace

TEST_CASE("who leaves an ISR that falls under min.insync.replicas is eligible", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1, n2, n3, n4}, {});
  const auto record = build_change(of_min_isr(3, now, {n1, n2}));
  REQUIRE(record.has_value());
  CHECK(record->isr == std::vector{n1, n2});
  CHECK(record->eligible_leader_replicas == std::vector{n3, n4});
  const auto enough = build_change(of_min_isr(2, now, {n1, n2}));
  REQUIRE(enough.has_value());
  CHECK_FALSE(enough->eligible_leader_replicas.has_value());
}

TEST_CASE("an ISR of min.insync.replicas again makes nobody eligible any more", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1, n2}, {n3}, {});
  const auto record = build_change(of_min_isr(3, now, {n1, n2, n3}));
  REQUIRE(record.has_value());
  CHECK(record->eligible_leader_replicas == std::vector<NodeId>{});
}

TEST_CASE("a member that joins a small ISR from elsewhere leaves the eligible ones as they are", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1}, {n2});
  const auto record = build_change(of_min_isr(3, now, {n1, n4}));
  REQUIRE(record.has_value());
  CHECK(record->isr == std::vector{n1, n4});
  CHECK_FALSE(record->eligible_leader_replicas.has_value());
  const auto itself = build_change(of_min_isr(3, now, {n1, n2}));
  REQUIRE(itself.has_value());
  CHECK(itself->eligible_leader_replicas == std::vector<NodeId>{});
}

TEST_CASE("a replica whose process ended uncleanly is not eligible", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1, n2}, {n3});
  PartitionChange change = of_min_isr(3, now, {n1});
  change.unclean_shutdown = n2;
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK_FALSE(record->eligible_leader_replicas.has_value());  // 3 is, as before
  PartitionChange again = of_min_isr(3, now, {n1, n2});
  again.unclean_shutdown = n3;
  const auto other = build_change(std::move(again));
  REQUIRE(other.has_value());
  CHECK(other->eligible_leader_replicas == std::vector<NodeId>{});
}

TEST_CASE("the last member may leave the ISR where others or itself stay eligible", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1}, {n2});
  const auto record = build_change(of_min_isr(2, now, {}, {}));
  REQUIRE(record.has_value());
  CHECK(record->isr == std::vector<NodeId>{});
  CHECK(record->eligible_leader_replicas == std::vector{n1, n2});
  REQUIRE(record->leader.has_value());
  CHECK_FALSE(record->leader->has_value());
  CHECK(record->last_known_elr == std::vector{n1});
}

TEST_CASE("with an empty ISR a live eligible replica leads and becomes the ISR and that is clean", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1}, {n2, n3});
  const auto record = build_change(of_min_isr(2, now, {}, {n3, n4}));
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{n3}});
  CHECK(record->isr == std::vector{n3});
  CHECK(record->eligible_leader_replicas == std::vector{n1, n2});
  CHECK_FALSE(record->leader_recovery_state.has_value());
  CHECK_FALSE(record->last_known_elr.has_value());
}

TEST_CASE("an eligible replica does not lead while somebody is in the ISR", "[controller][elr]") {
  const PartitionRegistration now = eligible(std::nullopt, {n1}, {n2});
  CHECK_FALSE(build_change(of_min_isr(2, now, {n1}, {n2})).has_value());
}

TEST_CASE("the last known leader is elected where nobody else is left and has to recover", "[controller][elr]") {
  const PartitionRegistration now = eligible(std::nullopt, {}, {}, {n3});
  const auto record = build_change(of_min_isr(2, now, {}, {n3, n4}));
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{n3}});
  CHECK(record->isr == std::vector{n3});
  CHECK(record->leader_recovery_state == LeaderRecoveryState::recovering);
  CHECK(record->last_known_elr == std::vector<NodeId>{});
}

TEST_CASE("the last known leader is not elected while it is away or others are eligible or more than one is known",
          "[controller][elr]") {
  const PartitionRegistration alone = eligible(std::nullopt, {}, {}, {n3});
  CHECK_FALSE(build_change(of_min_isr(2, alone, {}, {n4})).has_value());
  const PartitionRegistration second = eligible(std::nullopt, {}, {n2}, {n3});
  CHECK_FALSE(build_change(of_min_isr(2, second, {}, {n3, n4})).has_value());
  const PartitionRegistration two = eligible(std::nullopt, {}, {}, {n3, n4});
  CHECK_FALSE(build_change(of_min_isr(2, two, {}, {n3, n4})).has_value());
}

TEST_CASE("an unclean election leaves nobody eligible", "[controller][elr]") {
  const PartitionRegistration now = eligible(std::nullopt, {}, {n1, n2}, {n1});
  PartitionChange change = of_min_isr(2, now, {}, {n4});
  change.election = Election::unclean_allowed;
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{n4}});
  CHECK(record->isr == std::vector{n4});
  CHECK(record->eligible_leader_replicas == std::vector<NodeId>{});
  CHECK(record->leader_recovery_state == LeaderRecoveryState::recovering);
}

TEST_CASE("what is left of eligible replicas goes with the first change after the feature is turned off", "[controller][elr]") {
  const PartitionRegistration now = eligible(n1, {n1, n2}, {n3}, {n3});
  const auto record = build_change(to(now, {n1}));
  REQUIRE(record.has_value());
  CHECK(record->eligible_leader_replicas == std::vector<NodeId>{});
  CHECK(record->last_known_elr == std::vector<NodeId>{});
}

TEST_CASE("a replica that a reassignment takes away is not eligible", "[controller][elr]") {
  const PartitionRegistration now = moving({n2, n1}, {n1}, {n2}, {n1});
  PartitionChange change = of_min_isr(2, now, {n1, n2});
  change.elr_min_isr = 2;
  const auto record = build_change(std::move(change));
  REQUIRE(record.has_value());
  CHECK(record->replicas == std::vector{n2});
  CHECK(record->isr == std::vector{n2});
  CHECK_FALSE(record->eligible_leader_replicas.has_value());
}

TEST_CASE("a change of leaders alone does not change the state of recovery", "[controller]") {
  PartitionRegistration now = led_by(n1, all);
  now.recovering = true;
  const auto record = build_change(to(now, {n2, n3}));
  REQUIRE(record.has_value());
  CHECK(record->leader == std::optional{std::optional{n2}});
  CHECK_FALSE(record->leader_recovery_state.has_value());
}

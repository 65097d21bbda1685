#include "sim/check/convergence.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

// Three brokers in sync with ten records, controller 3000 active, and a reader in the group "g" that has read them all.
enum class Commits : bool { by_itself, by_hand };
Tale at_rest(Commits commits = Commits::by_itself) {
  ClientFacts member{"g/1"};
  member.host = reader;
  member.group = "g";
  member.topics = {"orders"};
  member.commits = true;
  member.commits_by_hand = commits == Commits::by_hand;
  Tale tale{member};
  for (const std::int32_t host : {0, 1, 2, 20, 30}) tale.tell(host, KernelEvent{ProcessStarted{1, StartKind::first}});
  tale.tell(20, trace::ControllerActivated{1});
  for (const std::int32_t id : {1, 2, 3}) tale.tell(20, trace::BrokerUnfenced{id, NodeId{id}});
  tale.append_everywhere({0, 9, 0, 11, 0});
  tale.commit(1, 0, 10);
  tale.lead_offsets(2, 0, false, {NodeId{2}});
  tale.tell(1, trace::GroupChanged{"g", "Stable", Generation{1}, {{"m", "g/1", {name}}}, "assigned"});
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m", Generation{1}, {name}});
  tale.tell(reader.value, trace::PositionReset{name, Offset{10}, "committed offset"});
  tale.tell(1, trace::OffsetsCommitted{"g", "m", Generation{1}, {{name, Offset{10}}}});
  tale.wait(quiet_for);
  return tale;
}

std::vector<Unmet> missing(const Tale& tale) {
  const Core core{{NodeId{3000}}, {NodeId{1}, NodeId{2}, NodeId{3}}, {tp}, {{"g", offsets_home}}};
  return unmet(tale.checks().history(), core, tale.now(), 8);
}

}  // namespace

TEST_CASE("a cluster at rest lacks nothing", "[check]") {
  const Tale tale = at_rest();
  for (const Unmet& one : missing(tale)) FAIL_CHECK(one.subject + ": " + one.what);
}

TEST_CASE("what a late commit sets back is missing for who commits at intervals and not for who commits by hand", "[check]") {
  for (const Commits commits : {Commits::by_itself, Commits::by_hand}) {
    Tale tale = at_rest(commits);
    tale.tell(1, trace::OffsetsCommitted{"g", "m", Generation{1}, {{name, Offset{4}}}});
    tale.wait(quiet_for);
    CHECK(missing(tale).empty() == (commits == Commits::by_hand));
    tale.tell(1, trace::OffsetsCommitted{"g", "", Generation{-1}, {{name, Offset{4}}}});  // an administrator's
    tale.wait(quiet_for);
    CHECK_FALSE(missing(tale).empty());
  }
}

TEST_CASE("each thing that keeps a cluster from its rest is told with its subject", "[check]") {
  Tale tale = at_rest();
  std::string subject;
  SECTION("no controller is active") {
    tale.tell(20, trace::ControllerResigned{1});
    subject = "controllers";
  }
  SECTION("a broker is fenced") {
    tale.tell(20, trace::BrokerFenced{50, NodeId{3}, false});
    subject = "broker 3";
  }
  SECTION("a broker is down") {
    tale.tell(1, KernelEvent{ProcessExited{false, "no log directory is left"}});
    subject = "broker 2";
  }
  SECTION("a replica is out of sync") {
    tale.decide(1, 1, {1, 2});
    tale.wait(quiet_for);
    subject = "orders-0";
  }
  SECTION("the controller's leader has not taken over") {
    tale.tell(0, trace::BecameFollower{tp, LeaderEpoch{1}, NodeId{2}});
    subject = "orders-0";
  }
  SECTION("something is not committed") {
    tale.append_everywhere({10, 10, 0, 12, 10});
    subject = "orders-0";
  }
  SECTION("a follower's log is another") {
    tale.truncate(3, 10, 0);
    tale.append(3, {0, 9, 0, 99, 0});
    subject = "orders-0";
  }
  SECTION("the group rebalances") {
    tale.tell(1, trace::GroupChanged{"g", "PreparingRebalance", Generation{1}, {}, "again"});
    subject = "g";
  }
  SECTION("nobody owns a partition") {
    tale.tell(1, trace::GroupChanged{"g", "Stable", Generation{1}, {{"m", "g/1", {}}}, "assigned"});
    subject = "g";
  }
  SECTION("a member does not live") {
    tale.tell(1,
              trace::GroupChanged{"g", "Stable", Generation{1}, {{"m", "g/1", {name}}, {"n", "g/2", {}}}, "assigned"});
    subject = "g";
  }
  SECTION("a reader is behind") {
    tale.tell(reader.value, trace::PositionReset{name, Offset{3}, "a seek"});
    subject = "g";
  }
  SECTION("what was read is not committed") {
    tale.tell(1, trace::OffsetsCommitted{"g", "m", Generation{1}, {{name, Offset{9}}}});
    subject = "g";
  }
  SECTION("a send has no answer") {
    tale.tell(producer, trace::RecordSent{name, Origin{0, 0}, false});
    subject = "a client";
  }
  SECTION("an epoch has just changed") {
    tale.tell(20, trace::ControllerActivated{2});
    subject = "cluster";
  }
  const std::vector<Unmet> found = missing(tale);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].subject == subject);
}

TEST_CASE("what nobody owns after a downgrade that another coordinator has loaded is excused until the next generation", "[check]") {
  Tale tale = at_rest();
  const auto told = [&](std::string type, std::int32_t generation) {
    trace::GroupChanged e{"g", "Stable", Generation{generation}, {{"m", "g/1", {}}}, "loaded"};
    e.type = std::move(type);
    tale.tell(1, e);
    tale.wait(quiet_for);
    const std::vector<Unmet> found = missing(tale);
    REQUIRE_FALSE(found.empty());
    return found[0].excuse;
  };
  CHECK(told("consumer", 2) == std::nullopt);
  CHECK(told("classic", 2) == Excuse::group_downgrade);
  CHECK(told("classic", 2) == Excuse::group_downgrade);
  CHECK(told("classic", 3) == std::nullopt);
}

TEST_CASE("a high watermark that waits for a replica which stays away is excused where all in sync have the record", "[check]") {
  const Core core{{NodeId{3000}}, {NodeId{1}, NodeId{2}}, {tp}, {{"g", offsets_home}}};
  const auto excuse_without = [&core](std::int32_t away, std::vector<std::int32_t> isr) {
    Tale tale = at_rest();
    tale.tell(20, trace::BrokerFenced{50, NodeId{3}, false});
    for (const std::int32_t id : {1, 2, 3}) {
      if (id != away) tale.append(id, {10, 10, 0, 12, 0});
    }
    tale.decide(1, 0, isr);
    tale.wait(quiet_for);
    const std::vector<Unmet> found = unmet(tale.checks().history(), core, tale.now(), 8);
    REQUIRE_FALSE(found.empty());
    CHECK(found[0].subject == "orders-0");
    return found[0].excuse;
  };
  CHECK(excuse_without(3, {1, 2}) == Excuse::quiet_high_watermark);
  CHECK(excuse_without(2, {1, 2}) == std::nullopt);     // one in sync lacks it
  CHECK(excuse_without(3, {1, 2, 3}) == std::nullopt);  // that one counts as in sync
}

TEST_CASE("a replica whose log ends within a batch where the leader's log begins is excused", "[check]") {
  const auto excuse_of_replica_3 = [](std::int64_t start, std::int64_t end) {
    Tale tale = at_rest();
    for (const std::int32_t id : {1, 2}) tale.append(id, {10, 19, 0, 12, 10});
    if (end > 10) tale.append(3, {10, end - 1, 0, 13, 10});
    tale.decide(1, 0, {1, 2});
    tale.commit(1, 10, 20);
    tale.tell(0, trace::LogStartMoved{tp, Offset{0}, Offset{start}});
    tale.wait(quiet_for);
    const std::vector<Unmet> found = missing(tale);
    REQUIRE_FALSE(found.empty());
    return found[0].excuse;
  };
  CHECK(excuse_of_replica_3(15, 15) == Excuse::start_within_a_batch);
  CHECK(excuse_of_replica_3(10, 15) == std::nullopt);  // the leader's log begins with the batch
  CHECK(excuse_of_replica_3(15, 10) == std::nullopt);  // it goes on with the batch
}

TEST_CASE("what nobody can read because it has rotted on the leader's disk is excused for the partition and for its readers", "[check]") {
  const auto rots_on = [](std::int32_t broker, Tale& tale) {
    tale.tell(broker - 1, KernelEvent{DataCorrupted{"orders-0/00000000000000000000.log", 70, std::byte{1}}});
  };
  const auto excuses = [](const Tale& tale) {
    std::map<std::string, std::optional<Excuse>> by_subject;
    for (const Unmet& one : missing(tale)) by_subject[one.subject] = one.excuse;
    return by_subject;
  };
  for (const std::int32_t broker : {1, 3}) {
    CAPTURE(broker);
    const std::optional<Excuse> excuse = broker == 1 ? std::optional{Excuse::corruption} : std::nullopt;  // broker 1 leads
    Tale tale = at_rest();
    rots_on(broker, tale);
    CHECK(missing(tale).empty());
    tale.tell(reader.value, trace::PositionReset{name, Offset{3}, "a seek"});
    tale.decide(1, 0, {1, 2});
    tale.wait(quiet_for);
    const auto found = excuses(tale);
    REQUIRE((found.contains("orders-0") && found.contains("g")));
    CHECK(found.at("orders-0") == excuse);
    CHECK(found.at("g") == excuse);
  }
}

TEST_CASE("a reader without a group that does not get past what has rotted is excused", "[check]") {
  for (const bool rotted : {true, false}) {
    Tale tale = at_rest();
    Subjects known = tale.history().subjects();
    ClientFacts alone{"alone"};
    alone.host = other_reader;
    alone.assigned = {name};
    known.clients.push_back(alone);
    tale.set_subjects(known);
    tale.tell(other_reader.value, KernelEvent{ProcessStarted{1, StartKind::first}});
    tale.tell(other_reader.value, trace::PositionReset{name, Offset{3}, "a seek"});
    if (rotted) tale.tell(0, KernelEvent{DataCorrupted{"orders-0/00000000000000000000.log", 70, std::byte{1}}});
    tale.wait(quiet_for);
    const std::vector<Unmet> found = missing(tale);
    REQUIRE(found.size() == 1);
    CHECK(found[0].subject == "alone");
    CHECK(found[0].excuse == (rotted ? std::optional{Excuse::corruption} : std::nullopt));
  }
}

TEST_CASE("what is outside the core may be as it likes", "[check]") {
  Tale tale = at_rest();
  tale.tell(20, trace::BrokerFenced{50, NodeId{3}, false});
  tale.decide(1, 1, {1, 2});
  tale.wait(quiet_for);
  const Core core{{NodeId{3000}}, {NodeId{1}, NodeId{2}}, {tp}, {{"g", offsets_home}}};
  CHECK(unmet(tale.checks().history(), core, tale.now(), 8).empty());
}

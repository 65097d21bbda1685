#include "sim/check/vitals.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a send waits until its producer tells the outcome or ends", "[check]") {
  Tale tale;
  const auto waiting = [&tale] {
    std::size_t sum = 0;
    for (const auto& [key, sends] : tale.checks().history().vitals().waiting()) sum += sends.size();
    return sum;
  };
  for (const std::int64_t send : {0, 1, 2, 3}) tale.tell(9, trace::RecordSent{name, Origin{0, send}, false});
  CHECK(waiting() == 4);
  tale.acked({0, 1, 0, 11, 0});
  CHECK(waiting() == 2);
  tale.tell(9, trace::RecordsFailed{name, Origin{0, 2}, 1, ErrorCode::request_timed_out, false});
  CHECK(waiting() == 1);
  tale.tell(9, KernelEvent{ProcessCrashed{}});
  CHECK(waiting() == 0);
}

TEST_CASE("a broker is fenced or not as the latest decision says whichever controller tells it", "[check]") {
  Tale tale;
  tale.tell(20, trace::BrokerUnfenced{7, NodeId{1}});
  CHECK(tale.checks().history().vitals().unfenced(NodeId{1}));
  tale.tell(20, trace::BrokerFenced{9, NodeId{1}, false});
  tale.tell(21, trace::BrokerUnfenced{7, NodeId{1}});
  CHECK_FALSE(tale.checks().history().vitals().unfenced(NodeId{1}));
}

TEST_CASE("an epoch that was told before is no change", "[check]") {
  Tale tale;
  tale.decide(2, 1, {1, 2, 3});
  const Instant changed = tale.checks().history().vitals().last_change();
  tale.tell(20, trace::ControllerActivated{3});
  CHECK(tale.checks().history().vitals().last_change() > changed);
  const Instant activated = tale.checks().history().vitals().last_change();
  tale.tell(21, trace::ControllerActivated{3});
  CHECK(tale.checks().history().vitals().last_change() == activated);
}

TEST_CASE("how a process ended is known", "[check]") {
  Tale tale;
  tale.tell(2, KernelEvent{ProcessStarted{1, StartKind::first}});
  CHECK(tale.checks().history().vitals().process(HostId{2}).up);
  tale.tell(2, KernelEvent{ProcessExited{false, "no log directory is left"}});
  const Vitals::Process& process = tale.checks().history().vitals().process(HostId{2});
  CHECK_FALSE(process.up);
  CHECK(process.ended == Vitals::Ended::failed);
  CHECK(process.reason == "no log directory is left");
}

TEST_CASE("what a group has committed is what its coordinators say and find in the log", "[check]") {
  Tale tale;
  const auto vitals = [&tale]() -> const Vitals& { return tale.checks().history().vitals(); };
  const TopicPartition other{"orders", PartitionIndex{1}};
  tale.tell(2, trace::OffsetsCommitted{"g", "a", Generation{1}, {{name, Offset{7}}, {other, Offset{3}}}});
  CHECK(vitals().committed("g").size() == 2);
  CHECK(vitals().committed("f").empty());

  // Of what its predecessor appended and did not live to tell of.
  tale.tell(3, trace::OffsetsLoaded{"g", {{name, Offset{9}}, {other, Offset{2}}}});
  CHECK(vitals().committed("g", name) == Offset{9});
  CHECK(vitals().reached("g", name) == Offset{9});
  CHECK(vitals().committed("g", other) == Offset{2});
  CHECK(vitals().reached("g", other) == Offset{3});

  tale.tell(3, trace::OffsetsRemoved{"g", {other}});
  CHECK(vitals().committed("g").size() == 1);
  CHECK_FALSE(vitals().committed("g", other));
}

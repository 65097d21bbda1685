#include "sim/check/checks.hpp"

#include <catch2/catch.hpp>

#include "sim/check/log_offsets_ordered.hpp"
#include "sim/scenario/keys.hpp"
#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("every invariant of the table is one that a scenario may name and is evaluated in an ordinary history",
          "[check]") {
  ClientFacts shop{"shop"};
  shop.host = HostId{9};
  shop.delivery_timeout = seconds(120);
  Tale tale{shop};
  const Batch batch{0, 4, 0, 11, 0};
  tale.tell(9, trace::RecordSent{name, Origin{0, 0}, false});
  tale.append_everywhere(batch);
  tale.commit(1, 0, 5);
  tale.acked(batch);
  tale.tell(reader.value, trace::PartitionsAssigned{"g", "m", Generation{1}, {name}});
  tale.delivered({{0, 0}, {1, 1}});
  tale.tell(0, trace::OffsetsCommitted{"g", "m", Generation{1}, {{name, Offset{2}}}});
  tale.judge({});
  tale.wait(seconds(70));
  tale.tell(20, trace::RaftVoted{1, NodeId{3000}});
  tale.decide(1, 0, {1, 2, 3});  // a change while nothing is wrong
  tale.isr_view(1, {1, 2, 3}, {1, 2, 3});
  tale.append_everywhere({5, 9, 0, 12, 5});
  tale.commit(1, 5, 10);
  tale.tell(0, trace::ProduceAnswered{tp, {}, -1, {}, Offset{5}, Offset{9}, Offset{10}, 3, 2, false});
  tale.tell(0, trace::FetchAnswered{tp, {}, Offset{0}, Offset{10}, Offset{10}, Offset{10}, 100, HostId{9}});
  tale.append(3, {10, 14, 0, 13});
  tale.truncate(3, 15, 10);
  tale.tell(2, trace::ProducersTold{tp, Offset{10}, {{1, 0, -1, Offset{9}, {}}}});
  tale.crash(3);
  tale.load(3, 10, {batch, {5, 9, 0, 12, 5}});
  tale.decide(2, 1, {2, 3});
  tale.lead_offsets(2, 1);
  tale.tell(1, trace::GroupChanged{"g", "Stable", Generation{1}, {{"m", "g/1", {name}}}, "assigned"});
  const auto evaluations = tale.checks().evaluations();
  for (const InvariantInfo& info : invariant_table()) {
    CAPTURE(info.id);
    CHECK(std::ranges::find(invariant_ids(), info.id) != invariant_ids().end());
    REQUIRE(evaluations.contains(info.id));
    const bool of_others = info.id == "precommitted-read" || info.id == "transaction-hanging" || info.id == "transaction-cycle"
                           || info.id == "exactly-once-broken";  // nobody here makes transactions, or pipes
    CHECK((of_others || evaluations.at(info.id) > 0));
  }
  CHECK(tale.checks().findings().kept().empty());
}

TEST_CASE("a copy of the checks goes its own way", "[check]") {
  Tale a;
  a.append(1, {0, 4, 0, 11, 0});
  Tale b = a;
  b.commit(1, 0, 9);
  CHECK(b.violations(LogOffsetsOrdered::id) == 1);
  CHECK(a.violations(LogOffsetsOrdered::id) == 0);
}

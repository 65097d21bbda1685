#include "sim/check/transaction_cycle.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/pipeline_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

// Pipelines 0 to 2 at hosts 50 to 52; client N sends record 0 in its transaction 1 to orders-0.
class CircleTale : public Tale {
 public:
  CircleTale() {
    Subjects known = history().subjects();
    known.clients.clear();
    for (std::int32_t i = 0; i < 3; ++i) {
      ClientFacts facts{"p" + std::to_string(i)};
      facts.host = HostId{50 + i};
      facts.pipeline = facts.name;
      facts.reads_committed = true;
      known.clients.push_back(facts);
    }
    set_subjects(known);
    for (std::int32_t i = 0; i < 3; ++i) {
      tell(50 + i, trace::TransactionBegan{"t" + std::to_string(i), i, 1});
      tell(50 + i, trace::RecordSent{name, Origin{i, 0}, false});
    }
  }
  void reads(std::int32_t who, std::int32_t from) {
    tell(50 + who, trace::RecordsDelivered{name, {{Offset{from}, Origin{from, 0}, Timestamp{}}}, LeaderEpoch{0}, Offset{from + 1}});
  }
  void ends(std::int32_t who, trace::TransactionFate fate = trace::TransactionFate::committed) {
    tell(50 + who, trace::TransactionEnded{"t" + std::to_string(who), who, 1, fate, ErrorCode::none});
  }
};

}  // namespace

TEST_CASE("transactions that read one after the other make no circle", "[check]") {
  CircleTale tale;
  tale.ends(0);
  tale.reads(1, 0);
  tale.ends(1);
  tale.reads(2, 1);
  tale.reads(2, 0);
  tale.ends(2);
  CHECK(tale.findings(TransactionCycle::id) == 0);
}

TEST_CASE("two committed transactions that have read from each other break transaction-cycle", "[check]") {
  CircleTale tale;
  tale.reads(0, 1);
  tale.reads(1, 0);
  tale.ends(0);
  CHECK(tale.findings(TransactionCycle::id) == 0);
  tale.ends(1);
  CHECK(tale.violations(TransactionCycle::id) == 1);
}

TEST_CASE("a circle over three transactions is found and one that was aborted is in none", "[check]") {
  for (const auto fate : {trace::TransactionFate::committed, trace::TransactionFate::aborted}) {
    CircleTale tale;
    tale.reads(0, 2);
    tale.reads(1, 0);
    tale.reads(2, 1);
    tale.ends(0);
    tale.ends(2);
    tale.ends(1, fate);
    CHECK(tale.violations(TransactionCycle::id) == (fate == trace::TransactionFate::committed ? 1 : 0));
  }
}

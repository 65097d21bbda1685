// A scenario that guards against an old behaviour of Kafka passes as Kafka is today, and fails once that is brought back.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

bool passes(const std::string& name, const std::vector<std::string>& legacy) {
  Parsed parsed = load_scenario(kafkasim::test::source_dir() + "/scenarios/" + name + ".json");
  REQUIRE(parsed.scenario.has_value());
  parsed.scenario->cluster.legacy = legacy;
  Simulation simulation{std::make_shared<const Scenario>(std::move(*parsed.scenario)), WireMode::fast};
  REQUIRE(simulation.form().has_value());
  while (simulation.step()) {}
  simulation.finish();
  return outcome_of(simulation, Strict::no) == Outcome::pass;
}

}  // namespace

TEST_CASE("what a rule of today guards against shows when the rule is taken out", "[scenarios]") {
  const std::vector<std::pair<std::string, std::string>> guards{
      {"fenced-replica", "fenced-joins-isr"},
      {"isolated-leader", "local-isr-shrink"},
      {"reading-what-is-not-committed", "double-hw-read"},
      {"total-power-loss", "no-epoch-on-reelection"},
      {"truncation-to-the-high-watermark", "hw-truncate-loss"},
      {"elections-in-quick-succession", "single-epoch-lookup"},
      {"joining-before-the-epoch-start", "isr-join-by-hw"},
      {"acknowledged-while-the-isr-grows", "committed-isr-for-hw"},
      {"caught-up-in-a-former-life", "stale-broker-epoch-joins-isr"},
      {"joining-before-the-epoch-start", "last-replica-standing"},
      {"controllers-cut-apart", "no-check-quorum"},
      {"unclean-election", "no-client-epoch-check"},
      {"leader-again", "no-fetch-fencing"},
      {"transaction-timeout", "txn-timeout-no-epoch-bump"},
      {"hanging-transaction", "hanging-txn"},
      {"lost-acknowledgement-and-failover", "producer-state-of-leaders-only"},
      {"deleted-before-it-was-acknowledged", "producer-state-by-log-retention"},
      {"group-guards", "no-generation-fencing"},
      {"group-guards", "static-rejoin-not-persisted"},
      {"group-guards", "offsets-expire-by-commit-time"},
      {"group-guards", "fetch-during-revocation"},
      {"asked-while-it-was-aborted", "verify-aba"},
      {"next-transaction-at-once", "tv2-completing-race"},
      {"answer-from-a-former-term", "marker-entry-wrong-delete"},
      {"fenced-for-long", "producer-state-early-expiry"},
      {"numbers-begin-anew", "idle-partition-seq-not-reset"},
      {"too-few-replicas-to-fence", "init-pid-epoch-inflation"},
      {"cleaner-guards", "cleaner-drops-last-batch"},
      {"cleaner-guards", "tombstone-horizon-by-mtime"},
      {"cleaner-guards", "cleaner-gap-loop"},
      {"elections-without-writes", "no-epoch-on-elect"},
      {"elections-without-writes", "skip-missed-epoch-truncation"},
      {"elections-without-writes", "truncate-noop-keeps-epochs"},
      {"isolated-leader", "hw-before-truncate"},
      {"behind-the-beginning", "full-truncate-keeps-hw"},
      {"orderly-stop-of-a-follower", "hw-waits-for-ineligible"},
      {"late-answer-of-a-former-leader", "removed-partition-truncates"},
      {"answer-of-an-earlier-epoch", "stale-fetch-answer"}};
  constexpr std::size_t every = kafkasim::test::sanitized ? 4 : 1;
  for (std::size_t i = 0; i < guards.size(); i += every) {
    const auto& [scenario, legacy] = guards[i];
    CAPTURE(scenario, legacy);
    if (!kafkasim::test::sanitized) CHECK(passes(scenario, {}));
    CHECK_FALSE(passes(scenario, {legacy}));
  }
}

#include "sim/frame/why.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using kafkasim::sim::testing::formed;
using kafkasim::sim::testing::run_until;
using kafkasim::sim::testing::scenario;
using kafkasim::sim::testing::small;

namespace {

const TopicPartition orders{"orders", PartitionIndex{0}};
const std::string three_copies = R"("topics": [{"name": "orders", "replication_factor": 3, "assignment": [[1, 2, 3]]}], )";

Simulation asked_run(std::string_view timeline, Duration at, std::string_view more = "") {
  const std::string rest = three_copies + R"("producers": [{"id": "shop", "topic": "orders", "rate": "50/s"}], )" + std::string{more}
                           + R"("timeline": [)" + std::string{timeline} + "], ";
  Simulation run = formed(scenario(small(3, "60s", rest)));
  run_until(run, at);
  return run;
}

std::string reasons_text(const std::vector<Reason>& reasons) {
  std::string text;
  for (const Reason& r : reasons) text += std::to_string(r.at.whole_ms()) + " " + r.text + "\n";
  return text;
}

// The parts stand in the text in that order.
bool stands_in_order(std::string_view text, const std::vector<std::string_view>& parts) {
  std::size_t at = 0;
  for (const std::string_view part : parts) {
    at = text.find(part, at);
    if (at == std::string_view::npos) return false;
    at += part.size();
  }
  return true;
}

void check_reasons(const Simulation& run, const std::vector<Reason>& reasons) {
  CHECK_FALSE(reasons.empty());
  CHECK(reasons.size() <= 8);
  CHECK(std::ranges::is_sorted(reasons, {}, &Reason::at));
  CHECK(reasons.back().at <= run.now());
}

}  // namespace

TEST_CASE("a broker that crashed is out of the ISR because it was fenced") {
  const Simulation run = asked_run(R"j({"at": "2s", "crash": "leader(orders-0)"})j", seconds(20));
  const std::vector<Reason> reasons = why(run, WhyNotInSync{orders, NodeId{1}});
  check_reasons(run, reasons);
  const std::string text = reasons_text(reasons);
  INFO(text);
  CHECK(stands_in_order(text, {"2000 crash leader(orders-0) hits broker 1", "broker 1 crashes", "controller 3000 fences broker 1",
                               "orders-0: ISR [1,2,3] -> [2,3]", "broker 1 is down"}));
}

TEST_CASE("a broker that is in the ISR is said to be") {
  const Simulation run = asked_run("", seconds(2));
  CHECK(reasons_text(why(run, WhyNotInSync{orders, NodeId{2}})).ends_with("broker 2 is in the ISR of orders-0: [1,2,3]\n"));
  CHECK(why(run, WhyNotInSync{{"orders", PartitionIndex{7}}, NodeId{2}}).front().text == "there is no orders-7");
}

TEST_CASE("a broker that came back is on its way into the ISR") {
  Simulation run = asked_run(R"j({"at": "2s", "crash": "leader(orders-0)", "for": "18s"})j", seconds(20));
  const PartitionHistory* partition = run.checks().history().partition(orders);
  while (!(run.world().is_up(*run.cluster().node(NodeId{1})) && partition->replica(NodeId{1})->running)) {
    REQUIRE(run.step());
    partition = run.checks().history().partition(orders);
  }
  const std::string text = reasons_text(why(run, WhyNotInSync{orders, NodeId{1}}));
  INFO(text);
  CHECK(stands_in_order(text, {"crash leader(orders-0)", "ISR [1,2,3] -> [2,3]", "broker 1 starts again", "broker 1 loads offsets"}));
}

TEST_CASE("a follower that is frozen is out of the ISR of its leader's own accord or because it was fenced") {
  const Simulation run = asked_run(R"({"at": "2s", "pause": 3})", seconds(20));
  const std::string text = reasons_text(why(run, WhyNotInSync{orders, NodeId{3}}));
  INFO(text);
  CHECK(stands_in_order(text, {"pause", "hits broker 3", "orders-0: ISR [1,2,3] -> [1,2]", "broker 3 is frozen"}));
}

TEST_CASE("a leader leads because the one before it crashed and it is the first in the ISR") {
  const Simulation run = asked_run(R"({"at": "2s", "crash": 1})", seconds(20));
  const std::vector<Reason> reasons = why(run, WhyLeader{orders});
  check_reasons(run, reasons);
  const std::string text = reasons_text(reasons);
  INFO(text);
  CHECK(stands_in_order(text, {"2000 crash 1 hits broker 1", "fences broker 1",
                               "broker 2 leads orders-0 in epoch 1, after broker 1: of its replicas [1,2,3] the first",
                               "broker 1, the preferred leader, is not in the ISR"}));
}

TEST_CASE("a leader that was never changed leads since the beginning") {
  const Simulation run = asked_run("", seconds(2));
  CHECK(reasons_text(why(run, WhyLeader{orders})) == "0 broker 1 leads orders-0 since the cluster formed; its replicas are [1,2,3]\n");
}

TEST_CASE("a partition without a leader says who of its ISR is down") {
  const Simulation alone = asked_run(R"({"at": "2s", "crash": 3}, {"at": "15s", "crash": 2}, {"at": "30s", "crash": 1})", seconds(45));
  const std::string text = reasons_text(why(alone, WhyLeader{orders}));
  INFO(text);
  CHECK(stands_in_order(text, {"crash 1 hits broker 1", "nobody leads orders-0", "only an eligible replica may lead: broker 1 is down"}));
}

TEST_CASE("a host is down because of what hit it or of its own decision") {
  const Simulation run = asked_run(R"({"at": "2s", "power_off": 2}, {"at": "3s", "stop": 3})", seconds(10));
  const HostId second = *run.cluster().node(NodeId{2});
  const std::string lost = reasons_text(why(run, WhyDown{second}));
  INFO(lost);
  CHECK(stands_in_order(lost, {"2000 power_off 2 hits broker 2", "broker 2 loses power", "broker 2 is down, for 7.9 s now"}));
  const std::string stopped = reasons_text(why(run, WhyDown{*run.cluster().node(NodeId{3})}));
  INFO(stopped);
  CHECK(stands_in_order(stopped, {"stop 3 hits broker 3", "broker 3 ends: controlled shutdown", "broker 3 is down"}));
  CHECK(reasons_text(why(run, WhyDown{*run.cluster().node(NodeId{1})})) == "0 broker 1 is up\n");
}

TEST_CASE("a group lags because its members do not run") {
  const std::string members = R"("consumers": [{"group": "billing", "count": 1, "topics": ["orders"]}], )";
  const Simulation idle = asked_run(R"({"at": "3s", "pause": "billing/1"})", seconds(10), members);
  const std::vector<Reason> reasons = why(idle, WhyLag{"billing"});
  check_reasons(idle, reasons);
  const std::string text = reasons_text(reasons);
  INFO(text);
  CHECK(stands_in_order(text, {"pause billing/1 hits billing", "1 of the 1 members of billing do not run", "so far", "billing is", "most of all in orders-0"}));
}

TEST_CASE("a group that has read all has no lag") {
  const std::string members = R"("consumers": [{"group": "billing", "count": 1, "topics": ["orders"]}], )";
  const std::string producer = R"("producers": [{"id": "shop", "topic": "orders", "rate": "50/s", "records": 20}], )";
  Simulation run = formed(scenario(small(3, "20s", three_copies + producer + members)));
  run_until(run, seconds(15));
  CHECK(why(run, WhyLag{"billing"}).front().text == "billing has no lag: it has read and committed all");
  CHECK(why(run, WhyLag{"billing"}).size() == 1);
  CHECK(why(run, WhyLag{"nobody"}).front().text == "nobody reads nothing");
}

TEST_CASE("questions are asked in words") {
  CHECK(question_text(WhyNotInSync{orders, NodeId{2}}) == "Why is broker 2 not in the ISR of orders-0?");
  CHECK(question_text(WhyLeader{orders}) == "Who leads orders-0, and why?");
  CHECK(question_text(WhyLag{"billing"}) == "Why does billing lag?");
}

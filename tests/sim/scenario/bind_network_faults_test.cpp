#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("a bad link lies between two ends and says what is bad about it") {
  const auto link = operation<SlowLink>(
      R"("slow_link": {"between": ["rack:a", [2, "shop"]], "latency": "5ms..9ms", "bandwidth": "1MiB/s", "loss": 0.05}, "for": "1s")");
  CHECK(std::get<RackTarget>(link.a.at(0).what).rack == "a");
  CHECK(link.b.size() == 2);
  CHECK(link.latency == Range<Duration>{milliseconds(5), milliseconds(9)});
  CHECK(link.bytes_per_s == 1 << 20);
  CHECK(link.loss_per_million == 50'000U);
  CHECK(operation<SlowLink>(R"("slow_link": {"between": [1, 2], "loss": 1})").loss_per_million == 1'000'000U);
  check_error(timeline(R"({"at": "1s", "slow_link": @{"between": [1, 2]}})"), "/timeline/0/slow_link",
              "'slow_link' needs 'latency', 'bandwidth' or 'loss'");
  check_error(timeline(R"({"at": "1s", "slow_link": {"between": [1, 2], "loss": @1.5}})"), "/timeline/0/slow_link/loss",
              "a loss is between 0 and 1");
  check_error(timeline(R"({"at": "1s", "disconnect": {"between": @[1]}})"), "/timeline/0/disconnect/between",
              "'between' must be a list of two ends");
  CHECK(operation<ResetConnections>(R"("disconnect": {"between": ["all brokers", "controller"]})").a.size() == 1);
}

TEST_CASE("an intercept may leave out every key") {
  const auto any = operation<Intercept>(R"("intercept": {})");
  CHECK(any.from.empty());
  CHECK_FALSE(any.api);
  CHECK_FALSE(any.kind);
  CHECK(std::holds_alternative<DropIt>(any.then));
  CHECK_FALSE(any.count);
}

TEST_CASE("an intercept names sender and receiver and API and kind and what becomes of the message") {
  const auto one = operation<Intercept>(R"x("intercept": {"from": "controller", "to": "leader(orders-0)",
      "api": "AlterPartition", "kind": "response", "then": {"delay": "400ms"}, "skip": 2, "count": 1})x");
  CHECK(one.from.at(0).text == "controller");
  CHECK(one.to.at(0).text == "leader(orders-0)");
  CHECK(one.api == ApiKey::alter_partition);
  CHECK(one.kind == MessageKind::response);
  CHECK(std::get<DelayIt>(one.then).by == milliseconds(400));
  CHECK(one.skip == 2);
  CHECK(one.count == 1U);
  CHECK(std::holds_alternative<HoldIt>(operation<Intercept>(R"("intercept": {"then": "hold"})").then));
  CHECK(std::holds_alternative<DisconnectIt>(operation<Intercept>(R"("intercept": {"then": "disconnect"})").then));
  const auto failing = operation<Intercept>(R"("intercept": {"then": {"error": "NOT_CONTROLLER"}})");
  CHECK(std::get<FailIt>(failing.then).error == ErrorCode::not_controller);
  CHECK(describe(Operation{one})
        == "intercept AlterPartition responses from controller to leader(orders-0): delay 400ms, skip 2, count 1");
}

TEST_CASE("what an intercept cannot mean is told with the nearest that it can") {
  check_error(timeline(R"({"at": "1s", "intercept": {"api": @"Fetsch"}})"), "/timeline/0/intercept/api",
              "there is no API 'Fetsch', did you mean 'Fetch'?");
  check_error(timeline(R"({"at": "1s", "intercept": {"then": {"error": @"NOT_CONTROLER"}}})"),
              "/timeline/0/intercept/then/error", "Kafka has no error 'NOT_CONTROLER', did you mean 'NOT_CONTROLLER'?");
  check_error(timeline(R"({"at": "1s", "intercept": {"then": @{}}})"), "/timeline/0/intercept/then",
              "'then' needs either 'delay' or 'error'");
  check_error(timeline(R"({"at": "1s", "intercept": {"count": @0}})"), "/timeline/0/intercept/count",
              "this must be at least 1");
}

TEST_CASE("held messages are released by the name of their intercept and entries wait for its first hit") {
  const Scenario s = good(timeline(R"(
    {"at": "1s", "name": "dam", "intercept": {"then": "hold"}},
    {"hit": "dam", "plus": "50ms", "crash": 1},
    {"at": "2s", "release": "dam", "count": 1}, {"at": "3s", "release": "dam"})"));
  CHECK(s.timeline[1].trigger.hit == "dam");
  CHECK(s.timeline[1].trigger.plus == milliseconds(50));
  CHECK(std::get<Release>(s.timeline[2].operation).count == 1U);
  CHECK_FALSE(std::get<Release>(s.timeline[3].operation).count);
  const std::string dam = R"({"at": "1s", "name": "dam", "intercept": {}}, {"at": "1s", "name": "x", "note": "n"}, )";
  check_error(timeline(dam + R"({"at": "1s", "release": @"dan"})"), "/timeline/2/release",
              "there is no intercept named 'dan', did you mean 'dam'?");
  check_error(timeline(dam + R"({"hit": @"x", "note": "n"})"), "/timeline/2/hit", "there is no intercept named 'x'");
  check_error(timeline(dam + R"({"at": "1s", "hit": @"dam", "note": "n"})"), "/timeline/2/hit",
              "only one of 'at', 'after' and 'hit' can stand here");
  check_error(timeline(dam + R"({"at": "1s", "note": "n", "count": @1})"), "/timeline/2/count",
              "'count' stands only with 'release'");
  check_error(timeline(dam + R"({"at": "1s", "release": "dam", "for": @"1s"})"), "/timeline/2/for",
              "'for' cannot stand here: 'release' cannot be undone");
}

TEST_CASE("metadata freezes altogether or at an epoch of a partition") {
  CHECK_FALSE(operation<MetadataFreeze>(R"("freeze_metadata": 1)").partition);
  const auto at = operation<MetadataFreeze>(
      R"x("freeze_metadata": {"target": "leader(orders-0)", "partition": "orders-0", "leader_epoch": 3}, "for": "1s")x");
  CHECK(at.partition == TopicPartition{"orders", PartitionIndex{0}});
  CHECK(at.leader_epoch == LeaderEpoch{3});
  check_error(timeline(R"({"at": "1s", "freeze_metadata": @{"target": 1, "leader_epoch": 3}})"),
              "/timeline/0/freeze_metadata", "'partition' and 'leader_epoch' stand together");
  CHECK(operation<StandForElection>(R"("campaign": 3001)").target.text == "3001");
}

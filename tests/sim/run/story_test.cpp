#include "sim/run/story.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/run/support.hpp"
#include "tests/sim/run/watch.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const StoryLine& last(const Watch& w) { return w.story.lines()[w.story.lines().size() - 1]; }

std::optional<std::string> field(const StoryLine& line, const std::string& name) {
  for (const auto& [key, value] : line.fields) {
    if (key != name) continue;
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::to_string(std::get<std::int64_t>(value));
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("what happens before time 0 is no part of the story") {
  Watch w;
  w.tell(broker_host(1), ProcessCrashed{});
  w.story.tell(w.now, "note", "note", "too early", Tone::note);
  CHECK(w.story.lines().size() == 0);
  w.begin();
  w.at(milliseconds(1500));
  w.tell(broker_host(1), ProcessCrashed{});
  REQUIRE(w.story.lines().size() == 1);
  CHECK(last(w).at == milliseconds(1500));
  CHECK(last(w).seq == 1);
  CHECK(last(w).subject == "broker 1");
}

TEST_CASE("a change of leader is an election and is told once however many controllers tell it") {
  Watch w;
  w.begin();
  w.at(seconds(2));
  const trace::PartitionChanged e = w.decide(2, 1, {2, 3});
  w.tell(HostId{9}, e);
  const auto told = lines_of(w.story, "election");
  REQUIRE(told.size() == 1);
  CHECK(told[0].subject == "orders-0");
  CHECK(told[0].tone == Tone::decision);
  CHECK(field(told[0], "from") == "1");
  CHECK(field(told[0], "to") == "2");
  CHECK(field(told[0], "epoch") == "1");
  CHECK(field(told[0], "isr") == "[2,3]");
  REQUIRE(w.story.elections().size() == 1);
  const sim::Election& election = w.story.elections()[0];
  CHECK(election.at == seconds(2));
  CHECK(election.partition == orders_0);
  CHECK(election.from == NodeId{1});
  CHECK(election.to == NodeId{2});
  CHECK(election.epoch == LeaderEpoch{1});
  CHECK_FALSE(election.unclean);
}

TEST_CASE("a new epoch of the same leader is no election but an epoch that begins") {
  Watch w;
  w.begin();
  w.at(seconds(2));
  (void)w.decide(1, 3, {1, 2});
  CHECK(w.story.elections().size() == 0);
  REQUIRE(w.story.epochs().size() == 1);
  const sim::EpochBegun& begun = w.story.epochs()[0];
  CHECK(begun.at == seconds(2));
  CHECK(begun.epoch == LeaderEpoch{3});
  CHECK(begun.epoch_before == LeaderEpoch{0});
  CHECK(begun.leader == NodeId{1});
  (void)w.decide(1, 3, {1});
  CHECK(w.story.epochs().size() == 1);
}

TEST_CASE("an unclean election and the loss of all leaders are warnings") {
  Watch w;
  w.begin();
  (void)w.decide(-1, 1, {1});
  CHECK(last(w).tone == Tone::warning);
  CHECK(field(last(w), "to") == "-1");
  trace::PartitionChanged e = w.decision(orders, 3, 2, {3});
  e.unclean = true;
  w.tell(controller_host, e);
  CHECK(last(w).tone == Tone::warning);
  CHECK(last(w).text.find("UNCLEAN") != std::string::npos);
  REQUIRE(w.story.elections().size() == 2);
  CHECK(w.story.elections()[1].unclean);
  CHECK_FALSE(w.story.elections()[1].from.has_value());
}

TEST_CASE("a smaller ISR is a warning and a greater one is good news and neither is an election") {
  Watch w;
  w.begin();
  (void)w.decide(1, 0, {1, 3});
  CHECK(last(w).kind == "isr");
  CHECK(last(w).tone == Tone::warning);
  CHECK(last(w).text == "ISR [1,3] without [2]");
  (void)w.decide(1, 0, {1, 3, 2});
  CHECK(last(w).tone == Tone::good);
  CHECK(last(w).text == "ISR [1,3,2] with [2] again");
  CHECK(w.story.elections().size() == 0);
}

TEST_CASE("changes of the offsets topic at one moment are one line") {
  Watch w;
  const Uuid internal{8, 8};
  w.tell(controller_host, trace::TopicCreated{++w.metadata, "__consumer_offsets", internal});
  for (std::int32_t i = 0; i < 20; ++i)
    w.tell(controller_host, w.decision({internal, PartitionIndex{i}}, 1, 0, {1, 2, 3}));
  w.begin();
  w.at(seconds(1));
  for (std::int32_t i = 0; i < 20; ++i)
    w.tell(controller_host, w.decision({internal, PartitionIndex{i}}, 2, 1, {2, 3}));
  w.at(seconds(2));
  w.tell(broker_host(3), ProcessPaused{});
  const auto told = lines_of(w.story, "internal");
  REQUIRE(told.size() == 1);
  CHECK(told[0].at == seconds(1));
  CHECK(told[0].text == "20 partitions get another leader, 20 ISRs shrink");
  CHECK(lines_of(w.story, "election").empty());
  CHECK(w.story.elections().size() == 20);
}

TEST_CASE("the ends and starts of processes are told with their kind") {
  Watch w;
  w.begin();
  w.tell(broker_host(1), ProcessStarted{1, StartKind::first});  // of a cluster that forms: nothing to tell
  CHECK(w.story.lines().size() == 0);
  w.tell(broker_host(1), PowerLost{});
  CHECK(last(w).tone == Tone::fault);
  w.tell(broker_host(1), ProcessStarted{2, StartKind::restart});
  CHECK(last(w).text == "starts again");
  w.tell(broker_host(1), ProcessExited{true, "stopped"});
  CHECK(last(w).tone == Tone::plain);
  w.tell(broker_host(2), ProcessExited{false, "no disk"});
  CHECK(last(w).tone == Tone::warning);
  CHECK(last(w).text == "ends: no disk");
  w.tell(broker_host(3), ProcessPaused{});
  CHECK(last(w).text == "freezes");
  w.tell(broker_host(3), ProcessResumed{});
  CHECK(last(w).text == "goes on");
}

TEST_CASE("truncation and recovery tell the offsets") {
  Watch w;
  w.begin();
  w.tell(broker_host(2), trace::LogTruncated{orders, Offset{9}, Offset{5}});
  CHECK(last(w).kind == "truncation");
  CHECK(last(w).text == "broker 2 cuts its log from 9 back to 5");
  CHECK(field(last(w), "to") == "5");
  w.tell(broker_host(2), trace::LogLoaded{orders, Offset{0}, Offset{5}, Offset{5}, 0, true, {}});
  CHECK(last(w).text == "broker 2 loads offsets 0 to 5, after a clean stop");
  CHECK(last(w).tone == Tone::plain);
  w.tell(broker_host(3), trace::LogLoaded{orders, Offset{0}, Offset{4}, Offset{4}, 17, false, {}});
  CHECK(last(w).text == "broker 3 loads offsets 0 to 4, recovered, 17 bytes of a damaged end cut");
  CHECK(last(w).tone == Tone::warning);
  CHECK(field(last(w), "log_end") == "4");
}

TEST_CASE("retention tells which offsets it deletes and which setting is to blame") {
  Watch w;
  w.begin();
  w.tell(broker_host(1),
         trace::SegmentsDeleted{orders, Offset{0}, Offset{1000}, 77, trace::DeletionReason::retention_ms});
  CHECK(last(w).kind == "retention");
  CHECK(last(w).subject == "orders-0");
  CHECK(last(w).text == "broker 1 deletes offsets 0 to 999 (retention.ms)");
  CHECK(field(last(w), "bytes") == "77");
  w.tell(broker_host(2),
         trace::SegmentsDeleted{orders, Offset{5}, Offset{6}, 1, trace::DeletionReason::retention_bytes});
  CHECK(last(w).text == "broker 2 deletes offsets 5 to 5 (retention.bytes)");
  w.tell(broker_host(2),
         trace::SegmentsDeleted{orders, Offset{6}, Offset{9}, 1, trace::DeletionReason::log_start_offset});
  CHECK(last(w).text == "broker 2 deletes offsets 6 to 8 (below the log start)");
}

TEST_CASE("a group is told when its state or generation changes and its members when it is stable") {
  Watch w;
  w.begin();
  trace::GroupChanged e{"analytics", "PreparingRebalance", Generation{0}, {}, "a member joined"};
  w.tell(broker_host(1), e);
  CHECK(last(w).tone == Tone::warning);
  e = {"analytics", "Stable", Generation{1}, {{"m", "analytics/1", {orders_0}}}, ""};
  w.tell(broker_host(1), e);
  CHECK(last(w).text == "Stable, generation 1, 1 member: analytics/1 reads orders-0");
  CHECK(last(w).tone == Tone::good);
  CHECK(field(last(w), "members") == "1");
  const std::size_t told = w.story.lines().size();
  w.tell(broker_host(1), e);
  CHECK(w.story.lines().size() == told);
}

TEST_CASE("that a member does not poll in time is told of its group") {
  Watch w;
  w.begin();
  w.tell(shop, trace::PollTimedOut{"analytics"});
  REQUIRE(w.story.lines().size() == 1);
  CHECK(last(w).kind == "group");
  CHECK(last(w).subject == "analytics");
  CHECK(last(w).text == "shop leaves: it has not polled for max.poll.interval.ms");
  CHECK(last(w).tone == Tone::warning);
}

TEST_CASE("decisions about brokers are told once and clients tell what failed") {
  Watch w;
  w.begin();
  const trace::BrokerFenced fenced{++w.metadata, NodeId{2}, false};
  w.tell(controller_host, fenced);
  CHECK(last(w).text == "is fenced");
  const std::size_t told = w.story.lines().size();
  w.tell(HostId{9}, fenced);
  CHECK(w.story.lines().size() == told);
  w.tell(controller_host, trace::BrokerFenced{++w.metadata, NodeId{2}, true});
  CHECK(last(w).text == "is in controlled shutdown");
  w.tell(controller_host, trace::BrokerUnfenced{++w.metadata, NodeId{2}});
  CHECK(last(w).tone == Tone::good);
  w.tell(controller_host, trace::ControllerActivated{4});
  CHECK(last(w).kind == "controller");
  CHECK(field(last(w), "epoch") == "4");
  w.tell(shop, trace::RecordsFailed{orders_0, Origin{0, 2}, 3, ErrorCode::request_timed_out, true});
  CHECK(last(w).kind == "failure");
  CHECK(last(w).text == "shop gives up 3 record(s): REQUEST_TIMED_OUT");
}

TEST_CASE("a host without a name has a question mark") {
  const Story story;
  CHECK(story.host(HostId{77}) == "?");
}

TEST_CASE("a partition that moves is told when it begins to and when that is over") {
  const std::string rest = R"("topics": [{"name": "t", "replication_factor": 2, "assignment": [[1, 2]]}],
    "producers": [{"id": "p", "topic": "t", "records": 10}],
    "timeline": [{"at": "500ms", "reassign": {"partition": "t-0", "to": [3, 1]}}], "epilogue": false, )";
  const Simulation run = run_to_end(scenario(small(3, "6s", rest)));
  const std::vector<StoryLine> moves = lines_of(run.story(), "reassignment");
  REQUIRE(moves.size() == 2);
  CHECK(moves[0].text == "moves to replicas [3,1,2], adding [3], removing [2]");
  CHECK(moves[1].text == "the move is over: replicas [3,1]");
  const PartitionHistory* partition = run.checks().history().partition(TopicPartition{"t", PartitionIndex{0}});
  REQUIRE(partition != nullptr);
  CHECK(partition->assigned == std::vector{NodeId{3}, NodeId{1}});
  CHECK_FALSE(partition->replica(NodeId{2}));
  CHECK(run.findings().violations() == 0);
}

TEST_CASE("who is eligible to lead is told with the ISR that it left") {
  const std::string rest = R"("topics": [{"name": "t", "replication_factor": 2, "assignment": [[1, 2]], "config": {"min.insync.replicas": 2}}],
    "timeline": [{"at": "500ms", "crash": 2}], "epilogue": false, )";
  const Simulation run = run_to_end(scenario(small(3, "6s", rest)));
  const std::vector<StoryLine> isr = lines_of(run.story(), "isr");
  REQUIRE(isr.size() == 1);
  CHECK(isr[0].text == "ISR [1] without [2], eligible [2]");
}

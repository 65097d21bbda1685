// The report and the timeline file, read back and compared with the run.
#include <algorithm>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/report.hpp"
#include "sim/scenario/keys.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using Json = nlohmann::json;

namespace {

// Broker 1 leads t-0 and crashes; broker 2 alone holds u-0 and loses what it had acknowledged.
const Simulation& eventful() {
  static const Simulation run = run_to_end(scenario(small(2, "6s", R"(
    "topics": [{"name": "t", "assignment": [[1, 2]]}, {"name": "u", "assignment": [[2]]}],
    "producers": [{"id": "p", "topic": "t", "rate": "50/s", "to": "2500ms"}, {"id": "q", "topic": "u", "records": 5}],
    "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.offset.reset": "earliest", "auto.commit.interval.ms": 100}}],
    "timeline": [{"at": "300ms", "crash": 1, "for": "400ms"}, {"at": "3s", "power_off": {"target": 2, "keep": "none"}, "for": "100ms"}],
    "expect": [{"metric": "leader.epoch", "of": "t-0", "at_least": 1, "text": "another epoch"},
               {"metric": "latency.produce.max", "at_most": "1ms", "text": "quick"},
               {"metric": "group.state", "of": "g", "is": "Dead", "text": "dead"},
               {"metric": "leader", "of": "t-0", "on": 1, "is": 2, "at": "500ms", "text": "no value"},
               {"violates": "acked-record-lost", "text": "loses"}], "epilogue": false,
  )")));
  return run;
}
Json report() { return Json::parse(report_json(eventful(), {"a/b.json", Outcome::fail, 81'200})); }

}  // namespace

TEST_CASE("a report tells which scenario was run and what came of it") {
  const Json r = report();
  CHECK(r.at("version").is_string());
  CHECK(r.at("scenario") == "small");
  CHECK(r.at("file") == "a/b.json");
  CHECK(r.at("seed") == 5);
  CHECK(r.at("outcome") == "fail");
  CHECK(r.at("virtual_ms") == 6000);
  CHECK(r.at("wall_ms") == 81);
  CHECK(r.at("events") == eventful().events());
  const std::string hash = r.at("trace_hash");
  CHECK(hash.size() == 16);
  CHECK(std::stoull(hash, nullptr, 16) == eventful().world().trace_hash());
}

TEST_CASE("a report tells faults and elections with their moments") {
  const Json r = report();
  REQUIRE(r.at("faults").size() == 2);
  CHECK(r["faults"][0] == Json{{"at_ms", 300}, {"fault", "crash"}, {"target", "broker 1"}});
  CHECK(r["faults"][1].at("fault") == "power_off");
  REQUIRE(r.at("elections").size() >= 1);
  const Json& first = r["elections"][0];
  CHECK(first.at("subject") == "t-0");
  CHECK(first.at("from") == 1);
  CHECK(first.at("to") == 2);
  CHECK(first.at("epoch") == 1);
  CHECK(first.at("unclean") == false);
  CHECK(first.at("at_ms") >= 300);
}

TEST_CASE("a report tells every partition as its leader has it") {
  const Json r = report();
  Json t0;
  std::vector<std::string> names;
  for (const Json& p : r.at("partitions")) {
    names.push_back(p.at("topic").get<std::string>() + "-" + std::to_string(p.at("partition").get<int>()));
    if (names.back() == "t-0") t0 = p;
  }
  CHECK(names == std::vector<std::string>{"__consumer_offsets-0", "t-0", "u-0"});
  const PartitionHistory* truth = eventful().checks().history().partition(TopicPartition{"t", PartitionIndex{0}});
  CHECK(t0.at("leader") == truth->leader->value);
  CHECK(t0.at("leader_epoch") == truth->leader_epoch.value);
  CHECK(t0.at("replicas") == Json::array({1, 2}));
  CHECK(t0.at("isr").size() == truth->isr.size());
  CHECK(t0.at("log_start_offset") == 0);
  CHECK(t0.at("log_end_offset") == truth->replica(*truth->leader)->log_end.value);
  CHECK(t0.at("high_watermark") == truth->replica(*truth->leader)->high_watermark.value);
  CHECK(t0.at("size_bytes") > 0);
}

TEST_CASE("a report tells groups with their members and offsets") {
  const Json r = report();
  REQUIRE(r.at("groups").size() == 1);
  const Json& g = r["groups"][0];
  CHECK(g.at("group") == "g");
  CHECK(g.at("state").is_string());
  CHECK(g.at("generation") >= 1);
  REQUIRE(g.at("offsets").size() == 1);
  CHECK(g["offsets"][0].at("topic") == "t");
  CHECK(g["offsets"][0].at("partition") == 0);
  const auto committed = eventful().checks().history().vitals().committed("g", {"t", PartitionIndex{0}});
  REQUIRE(committed);
  CHECK(g["offsets"][0].at("committed") == committed->value);
  CHECK(g["offsets"][0].at("lag") >= 0);
  if (!g.at("members").empty()) {
    CHECK(g["members"][0].at("id").is_string());
    CHECK(g["members"][0].at("client") == "g/1");
  }
}

TEST_CASE("a report tells excused findings apart with their reason") {
  const Json r = report();
  CHECK(r.at("violations").empty());
  CHECK(r.at("violations_total") == 0);
  REQUIRE_FALSE(r.at("excused").empty());
  CHECK(r.at("excused_total") >= r["excused"].size());
  const auto found = std::ranges::find_if(r["excused"], [](const Json& f) { return f.at("invariant") == "acked-record-lost"; });
  REQUIRE(found != r["excused"].end());
  const Json& lost = *found;
  CHECK(lost.at("reason") == "power-loss");
  CHECK(lost.at("subject") == "u-0");
  CHECK(lost.at("at_ms") >= 3000);
  CHECK(lost.at("detail").is_string());
  CHECK(lost.at("evidence").is_array());
  CHECK_FALSE(lost.contains("phase"));
}

TEST_CASE("a report tells expectations with what was measured in whole milliseconds and words and nothing") {
  const Json r = report();
  REQUIRE(r.at("expectations").size() == 5);
  const auto epoch = eventful().measure({Metric::leader_epoch, {}, TopicPartition{"t", PartitionIndex{0}}, {}});
  REQUIRE(epoch.has_value());
  CHECK(r["expectations"][0]
        == Json{{"text", "another epoch"}, {"held", true}, {"measured", std::get<std::int64_t>(*epoch)}});
  CHECK(r["expectations"][1].at("held") == false);
  CHECK(r["expectations"][1].at("measured") == eventful().measures().latency(LatencyOf::produce).most()->whole_ms());
  CHECK(r["expectations"][2].at("held") == false);
  CHECK(r["expectations"][2].at("measured") == eventful().measures().groups().at("g").state);
  CHECK(r["expectations"][3].at("held") == false);
  CHECK(r["expectations"][4].at("held") == true);
  CHECK(r["expectations"][4].at("measured") >= 1);
}

TEST_CASE("a report tells every metric that needs no subject and the errors that clients saw") {
  const Json metrics = report().at("metrics");
  for (const MetricInfo& info : metric_table()) {
    const bool stands_alone = info.metric != Metric::errors && info.total != MetricTotal::needs_subject;
    const std::string name{info.name};
    CAPTURE(name);
    CHECK(metrics.contains(name) == (stands_alone && eventful().measure({info.metric, {}, {}, {}}).has_value()));
  }
  CHECK(metrics.at("records.acked")
        == std::get<std::int64_t>(*eventful().measure({Metric::records_acked, {}, {}, {}})));
  CHECK(metrics.at("records.lost") == 5);
  CHECK(metrics.at("latency.produce.max") == eventful().measures().latency(LatencyOf::produce).most()->whole_ms());
  REQUIRE_FALSE(eventful().measures().errors_seen().empty());
  for (const ErrorCode code : eventful().measures().errors_seen())
    CHECK(metrics.at("errors." + std::string{error_name(code)}) == eventful().measures().errors(code, std::nullopt));
}

TEST_CASE("every invariant is either counted or told as not checked") {
  const Json r = report();
  std::set<std::string> all;
  for (const auto& [id, count] : r.at("evaluations").items()) {
    all.insert(id);
    CHECK(count.is_number());
  }
  for (const Json& id : r.at("not_checked")) CHECK(all.insert(id.get<std::string>()).second);
  CHECK(all == std::set<std::string>(invariant_ids().begin(), invariant_ids().end()));
  CHECK(r["evaluations"].at("acked-record-lost") > 0);
}

TEST_CASE("an expectation that was not checked and a finding of the epilogue say so") {
  Simulation run = formed(scenario(small(1, "1s", R"("topics": [{"name": "t"}],
    "producers": [{"id": "p", "topic": "t", "records": 5}],
    "timeline": [{"at": "900ms", "power_off": {"target": 1, "keep": "none"}}],
    "expect": [{"metric": "leader", "of": "t-0", "is": 1, "at": "990ms", "text": "late"}], )")));
  Simulation broken_off = run;
  run_until(broken_off, milliseconds(500));
  broken_off.finish();
  const Json part = Json::parse(report_json(broken_off, {"f", Outcome::interrupted, 0}));
  CHECK(part.at("outcome") == "interrupted");
  CHECK(part.at("expectations").at(0).at("checked") == false);
  CHECK(part.at("expectations").at(0).at("held").is_null());
  while (run.step()) {}
  run.finish();
  const Json whole = Json::parse(report_json(run, {"f", Outcome::pass, 0}));
  CHECK_FALSE(whole.at("expectations").at(0).contains("checked"));
  CHECK(whole["expectations"][0].at("held").is_boolean());
  const auto& excused = whole.at("excused");
  CHECK(std::ranges::any_of(excused, [](const Json& f) { return f.contains("phase") && f.at("phase") == "epilogue"; }));
  CHECK(std::ranges::any_of(excused, [](const Json& f) { return f.at("invariant") == "acked-somewhere" && !f.contains("phase"); }));  // at the power loss
}

TEST_CASE("a report tells which core was healed and how long it took to come to rest") {
  Simulation run = formed(scenario(small(1, "1s", R"("topics": [{"name": "t"}], )")));
  CHECK_FALSE(Json::parse(report_json(run, {"f", Outcome::pass, 0})).contains("liveness"));
  while (run.step()) {}
  run.finish();
  const Json liveness = Json::parse(report_json(run, {"f", Outcome::pass, 0})).at("liveness");
  CHECK(liveness.at("core") == Json{"broker 1", "controller 3000"});
  CHECK(liveness.at("budget_ms") == 20'000);
  CHECK(liveness.at("converged_ms") < 20'000);
  CHECK(liveness.at("recoverable") == true);
  CHECK(liveness.at("unmet").empty());
}

TEST_CASE("one report stands alone and several stand in a list") {
  CHECK(Json::parse(reports_json({R"({"a": 1})"}, Several::no)) == Json{{"a", 1}});
  CHECK(Json::parse(reports_json({R"({"a": 1})", R"({"a": 2})"}, Several::yes)).at("runs") == Json::array({{{"a", 1}}, {{"a", 2}}}));
}

TEST_CASE("the timeline file has a JSON object a line with the story's lines in order") {
  const Story& story = eventful().story();
  std::istringstream in{timeline_ndjson(story)};
  std::size_t count = 0;
  bool election = false;
  for (std::string line; std::getline(in, line); ++count) {
    const Json one = Json::parse(line);
    REQUIRE(count < story.lines().size());
    const StoryLine& told = story.lines()[count];
    CHECK(one.at("at_us") == told.at.whole_us());
    CHECK(one.at("seq") == count + 1);
    CHECK(one.at("kind") == told.kind);
    CHECK(one.at("subject") == told.subject);
    CHECK(one.at("text") == told.text);
    if (told.kind == "election") election = one.at("to").is_number() && one.at("isr").is_string();
  }
  CHECK(count == story.lines().size());
  CHECK(election);
}

TEST_CASE("text that is no UTF-8 does not break the timeline file") {
  Story story;
  story.begin(Instant{});
  story.tell(Instant{}, "note", "note", "\xff\"\n", Tone::note);
  const std::string line = timeline_ndjson(story);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(Json::parse(line).at("kind") == "note");
}

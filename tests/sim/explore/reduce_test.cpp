#include "sim/explore/reduce.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

const std::string to_reduce = R"({"name": "n", "duration": "64s",
  "cluster": {"brokers": 3, "controllers": 3, "racks": ["a", "b"], "config": {"min.insync.replicas": 2}},
  "network": {"latency": "1ms", "links": [{"between": ["rack:a", "rack:b"], "latency": "2ms"}]},
  "topics": [{"name": "a", "partitions": 3, "replication_factor": 3}, {"name": "b", "assignment": [[1, 2, 3], [3, 2, 1]]}],
  "producers": [{"id": "p", "topic": "a", "rate": "64/s", "count": 3, "keys": {"cardinality": 9}}, {"id": "q", "topic": "b", "rate": "1/s"}],
  "consumers": [{"group": "g", "topics": ["a", "b"], "count": 2}],
  "timeline": [{"at": "1s", "crash": "any broker", "for": "1s"}, {"at": "2s", "note": "needed"}, {"at": "3s", "pause": 1, "for": "1s"}]})";

// The failure is that the file still has all these words.
Reduction reduction(std::vector<std::string> words) {
  return {*read_json(to_reduce).root, [words](const JsonValue& candidate) {
            const std::string written = write_json(candidate);
            const Parsed parsed = parse_scenario(written);
            for (const std::string& word : words) {
              if (written.find(word) == std::string::npos) return false;
            }
            return parsed.scenario.has_value();
          }};
}
std::string written(const Reduction& r) { return write_json(r.best()); }

}  // namespace

TEST_CASE("faults that the failure does not need go") {
  Reduction r = reduction({"needed"});
  r.take_out_faults();
  REQUIRE(r.best().find("timeline")->items.size() == 1);
  CHECK(r.best().find("timeline")->items[0].find("note")->text == "needed");
}

TEST_CASE("clients go and then topics that nobody uses") {
  Reduction r = reduction({"\"q\""});
  r.take_out_topics();
  CHECK(r.best().find("topics")->items.size() == 2);  // both are in use
  r.take_out_clients();
  CHECK(r.best().find("producers")->items.size() == 1);
  CHECK(r.best().find("consumers")->items.empty());
  r.take_out_topics();
  CHECK(r.best().find("topics")->items.size() == 1);
}

TEST_CASE("brokers go with their replicas and one controller remains") {
  Reduction r = reduction({"assignment"});
  r.take_out_faults();
  r.take_out_nodes();
  const JsonValue& cluster = *r.best().find("cluster");
  CHECK(cluster.find("brokers")->items.size() == 1);
  CHECK(cluster.find("controllers")->as_u64() == 1U);
  CHECK(cluster.find("racks") == nullptr);
  CHECK(cluster.find("config")->items.empty());
  CHECK(r.best().find("network") == nullptr);
}

TEST_CASE("time and load become less as long as it fails") {
  Reduction r = reduction({"\"p\"", "\"g\""});
  r.shorten();
  CHECK(parse_scenario(written(r)).scenario->duration < seconds(1));
  r.lighten();
  const Scenario s = *parse_scenario(written(r)).scenario;
  CHECK(s.producers[0].count == 1);
  CHECK(s.producers[0].rate->records_per_1000_s == 1000);
  CHECK_FALSE(s.producers[0].keys);
  CHECK(s.topics[0].partitions == 1);
  r.end_at(milliseconds(5));
  CHECK(parse_scenario(written(r)).scenario->duration == milliseconds(6));
  CHECK(parse_scenario(written(r)).scenario->epilogue == Epilogue::leave_out);
}

TEST_CASE("any broker becomes the one that was hit") {
  Reduction r = reduction({"needed"});
  r.settle_targets({{0, "2"}, {1, "3"}});
  CHECK(r.best().find("timeline")->items[0].find("crash")->text == "2");
}

TEST_CASE("a candidate that does not fail is dropped") {
  Reduction r{*read_json(to_reduce).root, [](const JsonValue&) { return false; }};
  const std::string before = written(r);
  r.take_out_faults();
  r.take_out_clients();
  r.take_out_topics();
  r.end_at(seconds(1));
  r.shorten();
  r.lighten();
  CHECK(written(r) == before);
}

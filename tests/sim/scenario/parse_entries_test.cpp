#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {
namespace {

const ScenarioSource source{R"({"name": "s", "duration": "60s", "cluster": {"brokers": 3}, "topics": [{"name": "orders"}],
  "timeline": [{"at": "1s", "pause": 1, "name": "first", "for": "1s"}]})",
                            {},
                            ""};

ParsedEntries added(const std::string& json, const std::vector<std::string>& earlier = {}) {
  return parse_entries(source, earlier, json, milliseconds(1500));
}

}  // namespace

TEST_CASE("an entry that is added has its own trigger or fires now") {
  const ParsedEntries now = added(R"({"note": "n"})");
  REQUIRE(now.entries.size() == 1);
  CHECK(now.entries[0].trigger.at == milliseconds(1500));
  const ParsedEntries later = added(R"([{"at": "3s", "note": "n"}, {"after": "first", "note": "m"}])");
  REQUIRE(later.entries.size() == 2);
  CHECK(later.entries[0].trigger.at == seconds(3));
  CHECK(later.entries[1].trigger.after == "first");
}

TEST_CASE("names of entries that were added before are known and taken") {
  const std::vector<std::string> earlier{R"({"pause": 2, "name": "second", "for": "1s"})"};
  CHECK(added(R"({"undo": "second"})", earlier).entries.size() == 1);
  CHECK(added(R"({"undo": "second"})").entries.empty());
  const ParsedEntries again = added(R"({"pause": 2, "name": "second"})", earlier);
  CHECK(again.entries.empty());
  REQUIRE_FALSE(again.diagnostics.empty());
  CHECK(again.diagnostics[0].pointer == "/name");
}

TEST_CASE("faults of what is added have their places in it and the scenario's own are not told again") {
  const ParsedEntries list = added("[{\"note\": \"x\"},\n  {\"crash\": 9}]");
  REQUIRE(list.diagnostics.size() == 1);
  CHECK(to_line("posted", list.diagnostics[0]) == "posted:2:13: error: there is no node 9 (at /1/crash)");
  const ParsedEntries one = added(R"({"crash": 9})");
  REQUIRE(one.diagnostics.size() == 1);
  CHECK(one.diagnostics[0].pointer == "/crash");
}

TEST_CASE("what is no entry is refused") {
  for (const char* json : {"", "7", "[1]", "{", "{}", "[[]]", R"({"note": 1})", R"({"crash": 1, "pause": 2})", R"({"crash": 1, "every": "1s"})"}) {
    CAPTURE(json);
    const ParsedEntries parsed = added(json);
    CHECK(parsed.entries.empty());
    CHECK_FALSE(parsed.diagnostics.empty());
  }
  std::string many = "[";
  for (int i = 0; i < 1001; ++i) many += std::string{i ? "," : ""} + R"({"note": "n"})";
  CHECK(added(many + "]").entries.empty());
}

TEST_CASE("topics and groups of real clients may be named only where there are such") {
  CHECK(added(R"j({"crash": "leader(theirs-7)"})j").entries.size() == 1);
  CHECK(added(R"j({"crash": "coordinator(app)"})j").entries.size() == 1);
  CHECK(added(R"({"when": {"metric": "lag", "of": "app", "at_least": 5}, "note": "n"})").entries.size() == 1);
  CHECK(added(R"j({"crash": "leader(with space-0)"})j").entries.empty());
  const std::string text = R"j({"name": "s", "duration": "1s", "cluster": {"brokers": 1}, "timeline": [{"at": "0s", "crash": "leader(theirs-7)"}]})j";
  CHECK_FALSE(parse_scenario(text).scenario.has_value());
  CHECK(parse_scenario(text, {}, "", Clients::real_ones_too).scenario.has_value());
}

}  // namespace kafkasim::sim

#include "sim/scenario/json_tree.hpp"
#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::string wrong(std::string_view pointer, std::string_view value = "1") {
  JsonDocument document = read_json(R"({"a": [1, {"b": 2}], "c": "x"})");
  return patch_json(*document.root, pointer, value).value_or("");
}
}  // namespace

TEST_CASE("a patch replaces a value before the scenario is understood") {
  const std::string text = world + R"("seed": 1})";
  CHECK(good(text, {{"/seed", "42"}}).seed == 42);
  CHECK(good(text, {{"/duration", "5m"}}).duration == seconds(300));
  CHECK(good(text, {{"/producers/0/config/acks", "1"}}).producers[0].config.acks == "1");
  CHECK(good(text, {{"/producers/0/config", R"({"acks": "0"})"}}).producers[0].config.acks == "0");
}

TEST_CASE("a patch makes the objects that are missing on its way") {
  const Scenario scenario = good(world + R"("seed": 1})", {{"/cluster/config/min.insync.replicas", "2"}});
  CHECK(scenario.cluster.brokers[0].config.topic_defaults.min_insync_replicas == 2);
}

TEST_CASE("a patch appends to a list by a dash") {
  const Scenario scenario = good(world + R"("expect": []})", {{"/expect/-", R"({"violates": "churn"})"}});
  CHECK(scenario.expect.size() == 1);
}

TEST_CASE("a patch that is not JSON is a string") {
  JsonDocument document = read_json("{}");
  CHECK_FALSE(patch_json(*document.root, "/x", "5m").has_value());
  CHECK(document.root->find("x")->text == "5m");
  CHECK_FALSE(patch_json(*document.root, "/y", "\"7\"").has_value());
  CHECK(document.root->find("y")->text == "7");
}

TEST_CASE("a pointer that leads nowhere is told where it ends") {
  CHECK(wrong("/a/1/b").empty());
  CHECK(wrong("/a/2") == "'/a/2' names no element: the list has 2 of them, from 0 on");
  CHECK(wrong("/a/01").find("names no element") != std::string::npos);
  CHECK(wrong("/c/d") == "'/c/d' leads into a string, which has no parts");
  CHECK(wrong("a").find("begins with '/'") != std::string::npos);
  CHECK(wrong("/a~2").find("'~' must be followed") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "/x";
  CHECK(wrong(deep) == "this JSON pointer is too deep");
  CHECK(wrong("/n/m", std::string(63, '[') + std::string(63, ']')) == "the value is too deep");
}

TEST_CASE("a fault in a patched value stands where the old value stood") {
  const Parsed parsed =
      parse_scenario(head + R"("cluster": {"brokers": 3}})", {{"/cluster/brokers", "0"}, {"/x", "1"}});
  REQUIRE(parsed.diagnostics.size() == 2);
  CHECK(to_line("f", parsed.diagnostics[0]) == "f:1:1: error: unknown key 'x' (at /x)");
  CHECK(to_line("f", parsed.diagnostics[1]) == "f:2:24: error: this must be between 1 and 500 (at /cluster/brokers)");
}

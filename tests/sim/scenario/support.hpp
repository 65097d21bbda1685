#pragma once
// Scenario texts for the tests: a '@' in them marks where a fault is expected, and is taken out.
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "tests/support/source_dir.hpp"

namespace kafkasim::sim::testing {

// The beginning of a scenario that lacks nothing; append members and the closing brace.
inline const std::string head = "{\"name\": \"t\", \"duration\": \"60s\",\n";
inline const std::string world = head + R"("cluster": {"brokers": 3, "racks": ["a", "b", "c"]},
  "topics": [{"name": "orders", "partitions": 3, "replication_factor": 3}],
  "producers": [{"id": "shop", "topic": "orders", "rate": "10/s"}, {"id": "many", "topic": "orders", "count": 2, "rate": "1/s"}],
  "consumers": [{"group": "analytics", "topics": ["orders"], "count": 2}, {"id": "reader", "assign": ["orders-0"]}],
)";

inline void check_fault(std::string text, Severity severity, std::string_view pointer, std::string_view message) {
  const std::size_t mark = text.find('@');
  REQUIRE(mark != std::string::npos);
  text.erase(mark, 1);
  const std::string_view before = std::string_view{text}.substr(0, mark);
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : before) {
    if (c == '\n') ++line;
    column = c == '\n' ? 1 : column + ((static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0);
  }
  const Parsed parsed = parse_scenario(text);
  std::string all;
  for (const Diagnostic& d : parsed.diagnostics) all += to_line("f", d) + "\n";
  INFO(all);
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(to_line("f", parsed.diagnostics[0])
        == to_line("f", Diagnostic{severity, line, column, std::string{message}, std::string{pointer}}));
  CHECK(parsed.scenario.has_value() == (severity == Severity::warning));
}
inline void check_error(std::string text, std::string_view pointer, std::string_view message) {
  check_fault(std::move(text), Severity::error, pointer, message);
}
inline void check_warning(std::string text, std::string_view pointer, std::string_view message) {
  check_fault(std::move(text), Severity::warning, pointer, message);
}

// A text without any fault.
inline Scenario good(const std::string& text, const std::vector<Patch>& patches = {}, const std::string& folder = {}) {
  const Parsed parsed = parse_scenario(text, patches, folder);
  std::string all;
  for (const Diagnostic& d : parsed.diagnostics) all += to_line("f", d) + "\n";
  INFO(all);
  CHECK(parsed.diagnostics.empty());
  REQUIRE(parsed.scenario.has_value());
  return *parsed.scenario;
}

// Entries of a timeline of that world.
inline std::string timeline(const std::string& list) { return world + R"("timeline": [)" + list + "]}"; }
inline std::string at_one_second(const std::string& members) { return timeline(R"({"at": "1s", )" + members + "}"); }
template <class Op>
[[nodiscard]] Op operation(const std::string& members) {
  const Scenario s = good(at_one_second(members));
  REQUIRE(std::holds_alternative<Op>(s.timeline.at(0).operation));
  return std::get<Op>(s.timeline[0].operation);
}

inline std::string file_text(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  REQUIRE(in.is_open());
  return {std::istreambuf_iterator<char>{in}, {}};
}
inline const std::vector<std::string> library{"leader-crash",           "controller-crash", "network-partition",
                                              "consumer-crash",         "power-loss",       "lifecycle-of-a-record",
                                              "retention-under-traffic",
                                              "lost-acknowledgement",   "lossy-link",       "stale-metadata",
                                              "contested-quorum", "fenced-replica", "isolated-leader",
                                              "reading-what-is-not-committed", "total-power-loss",       "chaos-crashes",    "chaos-network",
                                              "chaos-disks-and-groups", "wiped-broker",     "slow-machine",
                                              "disk-full-and-failing",  "bit-rot",          "clock-ahead",
                                              "retention-outgrown",     "recorded-traffic"};
inline std::string library_file(const std::string& name) { return kafkasim::test::source_dir() + "/scenarios/" + name + ".json"; }

}  // namespace kafkasim::sim::testing

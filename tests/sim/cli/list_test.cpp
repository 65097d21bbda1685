#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/model/legacy.hpp"
#include "sim/check/invariant.hpp"
#include "sim/scenario/expectation.hpp"
#include "sim/scenario/keys.hpp"
#include "sim/scenario/operation.hpp"
#include "tests/sim/cli/support.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("each list is valid JSON with a name in every row") {
  for (const char* what : {"scenarios", "faults", "metrics", "invariants", "probes", "legacy", "lessons"}) {
    INFO(what);
    const Outcome outcome = call({"list", what, "--json"});
    CHECK(outcome.code == 0);
    const auto rows = nlohmann::json::parse(outcome.out);
    CHECK(rows.is_array());
    for (const auto& row : rows) CHECK_FALSE(row.at("name").get<std::string>().empty());
    CHECK(call({"list", what}).code == 0);
  }
}

TEST_CASE("the lists tell what the tables hold") {
  CHECK(nlohmann::json::parse(call({"list", "faults", "--json"}).out).size() == operation_table().size());
  CHECK(nlohmann::json::parse(call({"list", "metrics", "--json"}).out).size() == metric_table().size());
  const auto legacy = nlohmann::json::parse(call({"list", "legacy", "--json"}).out);
  CHECK(legacy.size() == kafkasim::legacy_table().size());
  CHECK(legacy[0]["ticket"].get<std::string>().find("KIP-101") != std::string::npos);
  CHECK(call({"list", "probes"}).out.find("unclean-election  ") != std::string::npos);
  CHECK(call({"list", "faults"}).out.find("power_off  ") != std::string::npos);
  const auto invariants = nlohmann::json::parse(call({"list", "invariants", "--json"}).out);
  CHECK(invariants.size() == invariant_ids().size());
  for (const InvariantInfo& checked : invariant_table()) {
    CHECK(std::ranges::count(invariants, nlohmann::json{{"name", checked.id}, {"meaning", checked.promise}}) == 1);
  }
}

TEST_CASE("a lesson tells its number of questions") {
  for (const auto& lesson : nlohmann::json::parse(call({"list", "lessons", "--json"}).out)) CHECK(lesson.at("questions").get<int>() > 0);
}

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

Parsed parse_variants(const std::string& variants) {
  return parse_scenario(R"({"name": "v", "duration": "10s", "cluster": {"brokers": 3}, "topics": [{"name": "orders"}],
"producers": [{"id": "shop", "topic": "orders", "rate": "10/s"}],
"variants": )" + variants + "}");
}

std::string first_message(const Parsed& parsed) {
  return parsed.diagnostics.empty() ? "" : parsed.diagnostics.front().message;
}

}  // namespace

TEST_CASE("a variant is the scenario with values set by JSON pointer") {
  const Parsed parsed = parse_variants(R"([{"name": "acks=1", "set": {"/producers/0/config/acks": 1, "/seed": 9}}, {"name": "as is", "set": {}}])");
  REQUIRE(parsed.scenario);
  REQUIRE(parsed.scenario->variants.size() == 2);
  const std::vector<Patch> patches = patches_of(parsed.scenario->variants[0]);
  REQUIRE(patches.size() == 2);
  CHECK(patches[0].pointer == "/producers/0/config/acks");
  CHECK(patches[0].value == "1\n");
  CHECK(patches_of(parsed.scenario->variants[1]).empty());
}

TEST_CASE("what a variant makes wrong is told with the name of the variant") {
  const Parsed parsed = parse_variants(R"([{"name": "bad", "set": {"/producers/0/rate": "fast"}}])");
  CHECK_FALSE(parsed.scenario);
  CHECK(first_message(parsed).starts_with("in the variant 'bad': "));
}

TEST_CASE("variants that cannot be told apart or change themselves are refused") {
  CHECK(first_message(parse_variants(R"([{"name": "a", "set": {}}, {"name": "a", "set": {}}])")) == "there are two variants named 'a'");
  CHECK(first_message(parse_variants(R"([{"name": "a", "set": {"seed": 1}}])")).starts_with("a variant sets values by JSON pointer"));
  CHECK(first_message(parse_variants(R"([{"name": "a", "set": {"/variants/0/name": 1}}])")) == "a variant cannot change the variants");
  CHECK(first_message(parse_variants(R"([{"name": "", "set": {}}])")) == "a variant's name must not be empty");
  CHECK_FALSE(parse_variants(R"([{"set": {}}])").scenario);
  CHECK_FALSE(parse_variants(R"({"name": "a"})").scenario);
}

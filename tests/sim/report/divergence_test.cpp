#include "sim/report/divergence.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {
std::shared_ptr<const Scenario> with(const std::string& rate) {
  return scenario(small(1, "1s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": ")" + rate + R"("}], "epilogue": false, )"));
}
MakeRun maker_of(const std::shared_ptr<const Scenario>& s, WireMode mode) {
  return [s, mode] { return Simulation{s, mode}; };
}
}  // namespace

TEST_CASE("a scenario runs alike with messages as structs and as bytes") {
  std::uint64_t hash = 0;
  const auto s = with("100/s");
  CHECK_FALSE(first_divergence(maker_of(s, WireMode::fast), maker_of(s, WireMode::exact), hash));
  CHECK(hash != 0);
}

TEST_CASE("of two runs that differ the first event that differs is told from both") {
  std::uint64_t hash = 0;
  const auto found =
      first_divergence(maker_of(with("100/s"), WireMode::fast), maker_of(with("90/s"), WireMode::fast), hash);
  REQUIRE(found);
  CHECK(found->where.starts_with("event "));
  CHECK_FALSE(found->one.empty());
  CHECK_FALSE(found->other.empty());
}

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "tests/viz/panels/stage.hpp"
#include "viz/app/prover.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

TEST_CASE("A run decides in slices which choice of a question holds") {
  sim::Parsed parsed = sim::parse_scenario(small_cluster);
  REQUIRE(parsed.scenario);
  const sim::QuizQuestion question = parsed.scenario->lesson->quiz.at(0);
  Prover prover;
  prover.start(*parsed.scenario, question);
  REQUIRE(prover.busy());
  REQUIRE(prover.results().empty());
  int slices = 0;
  double progress = 0;
  while (prover.go_on(0)) {
    REQUIRE(prover.progress() >= progress);
    progress = prover.progress();
    ++slices;
  }
  REQUIRE(slices > 3);
  REQUIRE_FALSE(prover.busy());
  REQUIRE(prover.results() == std::vector<bool>{false, true});
  REQUIRE(prover.failure().empty());
}

TEST_CASE("A proof that names a variant is decided by a run of that") {
  sim::Parsed parsed = sim::parse_scenario(small_cluster, {{"/variants", R"([{"name": "other", "set": {"/seed": 9}}])"}});
  REQUIRE(parsed.scenario);
  sim::QuizQuestion question = parsed.scenario->lesson->quiz.at(0);
  question.proofs.push_back(question.proofs.at(0));
  question.proofs[2].variant = "other";
  question.proofs[2].expects.pointer = "/another";
  Prover prover;
  prover.start(*parsed.scenario, question);
  while (prover.go_on(100)) REQUIRE(prover.progress() <= 1.0);
  REQUIRE(prover.results() == std::vector<bool>{false, true, false});
}

TEST_CASE("A question without proofs is done at once") {
  sim::Parsed parsed = sim::parse_scenario(small_cluster);
  REQUIRE(parsed.scenario);
  Prover prover;
  prover.start(*parsed.scenario, {"Why?", {"a", "b"}, 0, "", {}});
  REQUIRE_FALSE(prover.go_on(1));
  REQUIRE(prover.results().empty());
}

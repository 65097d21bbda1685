#include "sim/run/lesson_runs.hpp"

#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const std::string asked = R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s"}],
  "expect": [{"metric": "records.acked", "is": 99}],
  "variants": [{"name": "more", "set": {"/producers/0/records": 15}}],
  "lesson": {"quiz": [{"question": "how many?", "choices": ["10", "15"], "answer": 0,
                       "proofs": [{"metric": "records.acked", "is": 10}, {"metric": "records.acked", "is": 15}]},
                      {"question": "and with more?", "choices": ["10", "15"], "answer": 1,
                       "proofs": [{"variant": "more", "metric": "records.acked", "is": 10}, {"variant": "more", "metric": "records.acked", "is": 15}]}]}, )";

}  // namespace

TEST_CASE("a lesson needs a run of the scenario as it stands and one of each variant that its proofs name") {
  const auto s = scenario(small(1, "2s", asked));
  const std::vector<LessonRun> runs = runs_of(*s, s->lesson->quiz);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].variant.empty());
  CHECK(runs[1].variant == "more");
  CHECK(runs[0].scenario->expect.size() == 2);  // its proofs, and nothing of what the scenario expects
  CHECK(runs[1].scenario->producers[0].records == 15);
  CHECK(runs_of(*s, {s->lesson->quiz.data() + 1, 1}).size() == 1);
}

TEST_CASE("runs prove one choice of each question") {
  const auto s = scenario(small(1, "2s", asked));
  ProofResults results;
  for (const LessonRun& one : runs_of(*s, s->lesson->quiz)) collect(run_to_end(one.scenario), results);
  CHECK(proved_choice(s->lesson->quiz[0], results) == 0U);
  CHECK(proved_choice(s->lesson->quiz[1], results) == 1U);
  QuizQuestion both = s->lesson->quiz[0];
  both.proofs[1] = both.proofs[0];
  CHECK_FALSE(proved_choice(both, results));  // two hold
  CHECK_FALSE(proved_choice(both, {}));       // nothing has been run
}

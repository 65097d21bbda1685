#include "sim/cli/score.hpp"

#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

TEST_CASE("scores are kept in a file and found again") {
  const TemporaryFile file{"scores.json", R"({"lessons": {}})"};
  std::ostringstream out;
  std::ostringstream err;
  const Terminal terminal{out, err};
  REQUIRE(write_scores(file.path(), {{"leader-crash", {2, 3}}, {"scaling", {0, 2}}}, terminal));
  const auto scores = read_scores(file.path());
  REQUIRE(scores);
  CHECK(scores->at("leader-crash") == LessonScore{2, 3});
  CHECK(scores->size() == 2);
  CHECK_FALSE(write_scores("/nowhere/at/all.json", *scores, terminal));
}

TEST_CASE("a file that is none of scores is told and left alone and one that is not there is empty") {
  const TemporaryFile other{"no-scores.json", R"({"name": "x"})"};
  CHECK_FALSE(read_scores(other.path()));
  const TemporaryFile negative{"negative-scores.json", R"({"lessons": {"a": {"right": -1, "of": 3}}})"};
  CHECK_FALSE(read_scores(negative.path()));
  const auto none = read_scores("/tmp/kafkasim-test-there-is-none.json");
  REQUIRE(none);
  CHECK(none->empty());
}

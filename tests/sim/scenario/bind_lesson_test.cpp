#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

Parsed with_lesson(const std::string& lesson) {
  return parse_scenario(R"({"name": "l", "duration": "10s", "cluster": {"brokers": 3, "racks": ["a", "b", "c"]}, "topics": [{"name": "orders"}],
"producers": [{"id": "shop", "topic": "orders", "rate": "10/s"}], "consumers": [{"group": "analytics", "topics": ["orders"]}],
"lesson": )" + lesson + "}");
}

std::string first_wrong(const std::string& lesson) {
  const Parsed parsed = with_lesson(lesson);
  CHECK_FALSE(parsed.scenario);
  return parsed.diagnostics.empty() ? "" : parsed.diagnostics.front().message + " at " + parsed.diagnostics.front().pointer;
}

std::string question(const std::string& choices, const std::string& answer, const std::string& proofs) {
  return R"({"quiz": [{"question": "?", "choices": )" + choices + R"(, "answer": )" + answer + R"(, "proofs": )" + proofs + "}]}";
}

}  // namespace

TEST_CASE("a lesson has steps at their moments and questions with a proof for each choice") {
  const Parsed parsed = with_lesson(R"({"steps": [{"at": "0s", "say": "look"}, {"at": "2s", "say": "there", "look_at": "orders-0"}],
    "quiz": [{"question": "who leads?", "choices": ["1", "another"], "answer": 1, "because": "so",
              "proofs": [{"metric": "leader", "of": "orders-0", "is": 1}, {"metric": "leader", "of": "orders-0", "not": 1}]}]})");
  REQUIRE(parsed.scenario);
  REQUIRE(parsed.scenario->lesson);
  const Lesson& lesson = *parsed.scenario->lesson;
  REQUIRE(lesson.steps.size() == 2);
  CHECK(lesson.steps[1].at == seconds(2));
  CHECK(lesson.steps[1].say == "there");
  CHECK(lesson.steps[1].look_at == "orders-0");
  REQUIRE(lesson.quiz.size() == 1);
  CHECK(lesson.quiz[0].choices == std::vector<std::string>{"1", "another"});
  CHECK(lesson.quiz[0].answer == 1);
  CHECK(lesson.quiz[0].proofs.size() == 2);
}

TEST_CASE("a step points at anything of the scenario that has a name") {
  for (const char* name : {"orders", "orders-0", "analytics", "analytics/1", "shop", "broker 2", "controller", "a"}) {
    const Parsed parsed = with_lesson(R"({"steps": [{"at": "1s", "say": "x", "look_at": ")" + std::string{name} + "\"}]}");
    CAPTURE(name);
    CHECK(parsed.scenario);
  }
  CHECK(first_wrong(R"({"steps": [{"at": "1s", "say": "x", "look_at": "broker 9"}]})").starts_with("there is no broker '9'"));
  CHECK_FALSE(first_wrong(R"({"steps": [{"at": "1s", "say": "x", "look_at": "payments-0"}]})").empty());
}

TEST_CASE("steps stand in the order of their times") {
  CHECK(first_wrong(R"({"steps": [{"at": "2s", "say": "x"}, {"at": "1s", "say": "y"}]})")
        == "the steps of a lesson stand in the order of their times at /lesson/steps/1/at");
}

TEST_CASE("a proof may be about a variant and an expectation may not") {
  const std::string about = R"([{"variant": "fast", "metric": "lag", "is": 0}, {"metric": "lag", "not": 0}])";
  const auto parse = [](const std::string& rest) {
    return parse_scenario(R"({"name": "l", "duration": "10s", "cluster": {"brokers": 1}, "variants": [{"name": "fast", "set": {"/seed": 2}}], )" + rest + "}");
  };
  const Parsed good = parse("\"lesson\": " + question(R"(["a", "b"])", "0", about));
  REQUIRE(good.scenario);
  CHECK(good.scenario->lesson->quiz[0].proofs[0].variant == "fast");
  CHECK(good.scenario->lesson->quiz[0].proofs[1].variant.empty());
  REQUIRE(good.scenario->variants[0].scenario);
  CHECK(good.scenario->variants[0].scenario->seed == 2);
  const Parsed misspelt = parse("\"lesson\": " + question(R"(["a", "b"])", "0",
      R"([{"variant": "fats", "metric": "lag", "is": 0}, {"metric": "lag", "not": 0}])"));
  REQUIRE_FALSE(misspelt.scenario);
  CHECK(misspelt.diagnostics.front().message == "there is no variant 'fats', did you mean 'fast'?");
  CHECK_FALSE(parse(R"("expect": [{"variant": "fast", "metric": "lag", "is": 0}])").scenario);
}

TEST_CASE("a question that could not be asked or proved is told with its place") {
  const std::string one = R"([{"metric": "records.lost", "is": 0}])";
  CHECK(first_wrong(question(R"(["only"])", "0", one)).starts_with("a question has 2 to 9 choices"));
  CHECK(first_wrong(question(R"(["a", "b"])", "0", one)) == "there is one proof for each choice at /lesson/quiz/0/proofs");
  CHECK(first_wrong(question(R"(["a", "b"])", "2", "[]")).find("/lesson/quiz/0/answer") != std::string::npos);
  CHECK_FALSE(first_wrong(R"({"quiz": [{"question": "?", "chices": ["a", "b"], "answer": 0}]})").empty());
  CHECK_FALSE(first_wrong(R"({"steps": {}})").empty());
  CHECK_FALSE(first_wrong("[]").empty());
}

#include <filesystem>
#include <iostream>

#include "tests/sim/cli/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::content;
using kafkasim::test::has;

namespace {

const std::string lesson = R"({"name": "tiny", "title": "A tiny lesson", "duration": "2s", "epilogue": false,
  "cluster": {"brokers": 1, "controllers": 1, "profile": "fast"},
  "topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10, "rate": "20/s"}],
  "timeline": [{"at": "1s", "note": "a remark of the run"}],
  "variants": [{"name": "ten", "set": {}}, {"name": "five", "set": {"/producers/0/records": 5}}],
  "lesson": {"steps": [{"at": "0s", "say": "The scene."}, {"at": "1500ms", "say": "All is written."}],
             "quiz": [{"question": "How many are acknowledged?", "choices": ["none", "ten"], "answer": 1, "because": "Nothing is wrong.",
                       "proofs": [{"metric": "records.acked", "is": 0}, {"metric": "records.acked", "is": 10}]},
                      {"question": "And of five?", "choices": ["five", "ten"], "answer": 0, "because": "",
                       "proofs": [{"variant": "five", "metric": "records.acked", "is": 5}, {"variant": "five", "metric": "records.acked", "is": 10}]}]}})";

// With that typed on standard input.
testing::Outcome type(const std::string& text, const std::vector<std::string>& arguments) {
  std::istringstream in{text};
  std::streambuf* before = std::cin.rdbuf(in.rdbuf());
  std::cin.clear();
  const auto folder = std::filesystem::current_path();
  std::filesystem::current_path(kafkasim::test::source_dir());
  testing::Outcome done = call(arguments);
  std::filesystem::current_path(folder);
  std::cin.rdbuf(before);
  std::cin.clear();
  return done;
}

}  // namespace

TEST_CASE("a lesson tells the scene then asks then runs then shows what the run has proved") {
  const TemporaryFile file{"learn.json", lesson};
  const testing::Outcome done = type("b\n2\n", {"learn", file.path()});
  CHECK(done.code == exit_code::held);
  const auto place = [&done](const std::string& text) { return done.out.find(text); };
  for (const char* text : {"The scene.", "How many are acknowledged?", "a remark of the run", "All is written.", "Right: you said b, it is b.",
                           "b) yes: records.acked is 10", "Not so: you said b, it is a.", "[five]", "1 of 2 right."}) {
    CAPTURE(text, done.out);
    CHECK(place(text) != std::string::npos);
  }
  CHECK(place("The scene.") < place("How many"));
  CHECK(place("your answer") < place("a remark of the run"));
  CHECK(place("All is written.") < place("Right:"));
  CHECK(has(done.out, "records.produced               10             5\n"));  // the variants side by side
}

TEST_CASE("an answer that is none is asked for again and an end of the input answers nothing") {
  const TemporaryFile file{"learn2.json", lesson};
  const testing::Outcome done = type("x\n\n1", {"learn", file.path()});
  CHECK(done.code == exit_code::held);
  CHECK(has(done.out, "that is none of them"));
  CHECK(has(done.out, "Not so: you said a, it is b."));
  CHECK(has(done.out, "It is a."));
  CHECK(has(type("", {"learn", file.path()}).out, "It is b."));
  CHECK_FALSE(has(type("q\n", {"learn", file.path()}).out, "The runs"));
}

TEST_CASE("scores are kept on request") {
  const TemporaryFile file{"learn3.json", lesson};
  const TemporaryFile score{"learn-score.json", R"({"lessons": {"other": {"right": 1, "of": 1}}})"};
  CHECK(type("b\na\n", {"learn", file.path(), "--score", score.path()}).code == exit_code::held);
  CHECK(has(content(score.path()), "kafkasim-test-learn3"));
  CHECK(has(content(score.path()), "other"));
  const TemporaryFile wrong{"learn-no-score.json", "[]"};
  CHECK(type("b\na\n", {"learn", file.path(), "--score", wrong.path()}).code == exit_code::bad_input);
}

TEST_CASE("a question that the run does not bear out is told") {
  std::string otherwise = lesson;
  otherwise.replace(otherwise.find("\"answer\": 1"), 11, "\"answer\": 0");
  const TemporaryFile file{"learn4.json", otherwise};
  const testing::Outcome done = type("", {"learn", file.path()});
  CHECK(done.code == exit_code::failed);
  CHECK(has(done.out, "In this run it came otherwise"));
}

TEST_CASE("lessons are chosen from the course by number or name") {
  const testing::Outcome listed = type("q\n", {"learn"});
  CHECK(listed.code == exit_code::held);
  CHECK(has(listed.out, "  1       The log and its offsets"));
  CHECK(has(type("", {"learn"}).out, "Which one"));
  const testing::Outcome first = type("\nb\nc\nb\n", {"learn"});  // Enter takes the first
  CHECK(first.code == exit_code::held);
  CHECK(has(first.out, "3 of 3 right."));
  CHECK(type("q\n", {"learn", "the-log-and-its-offsets"}).code == exit_code::held);
  const testing::Outcome none = type("", {"learn", "no-such-lesson"});
  CHECK(none.code == exit_code::bad_input);
  CHECK(has(none.err, "there is no lesson 'no-such-lesson'"));
  const TemporaryFile plain{"learn5.json", R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1}})"};
  CHECK(has(type("", {"learn", plain.path()}).err, "this scenario has no lesson"));
}

// The lessons of the library: what they ask is decided by runs, exactly as they say.
#include <filesystem>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/cli/cli.hpp"
#include "sim/cli/course.hpp"
#include "sim/run/lesson_runs.hpp"
#include "sim/scenario/parse.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

std::string scenarios_folder() { return kafkasim::test::source_dir() + "/scenarios"; }

std::vector<CourseLesson> course() {
  Result<std::vector<CourseLesson>> read = parse_course(kafkasim::test::content(scenarios_folder() + "/course.json"), scenarios_folder());
  REQUIRE(read.has_value());
  return *read;
}

std::string table_by_question() {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(kafkasim::test::source_dir());  // where the program looks for the library first
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_cli({"list", "scenarios", "--markdown"}, Terminal{out, err});
  std::filesystem::current_path(before);
  REQUIRE(code == exit_code::held);
  return out.str();
}

Scenario lesson_named(const CourseLesson& lesson) {
  CAPTURE(lesson.name);
  Parsed parsed = load_scenario(lesson.file);
  REQUIRE(parsed.scenario.has_value());
  REQUIRE(parsed.scenario->lesson.has_value());
  return std::move(*parsed.scenario);
}

}  // namespace

TEST_CASE("of every question of the library the runs prove exactly the answer", "[scenarios]") {
  constexpr std::size_t every = kafkasim::test::sanitized ? 5 : 1;
  const std::vector<CourseLesson> lessons = course();
  std::size_t questions = 0;
  for (std::size_t i = 0; i < lessons.size(); i += every) {
    const Scenario scenario = lesson_named(lessons[i]);
    ProofResults results;
    for (const LessonRun& one : runs_of(scenario, scenario.lesson->quiz)) {
      Simulation run{one.scenario, WireMode::fast};
      REQUIRE(run.form().has_value());
      while (run.step()) {}
      run.finish();
      collect(run, results);
    }
    for (const QuizQuestion& question : scenario.lesson->quiz) {
      CAPTURE(lessons[i].name, question.question);
      CHECK(question.proofs.size() == question.choices.size());
      CHECK(proved_choice(question, results) == question.answer);
      ++questions;
    }
  }
  if (!kafkasim::test::sanitized) CHECK(questions >= 21);
}

TEST_CASE("the course names each lesson once and every scenario with a lesson", "[scenarios]") {
  std::set<std::string> in_course;
  for (const CourseLesson& lesson : course()) {
    CAPTURE(lesson.name);
    CHECK(in_course.insert(lesson.name).second);
    const Scenario scenario = lesson_named(lesson);
    REQUIRE_FALSE(scenario.lesson->steps.empty());
    CHECK(scenario.lesson->steps.front().at == Duration{});  // the scene, before one is asked
  }
  const std::string table = table_by_question();
  std::size_t with_lesson = 0;
  for (std::size_t at = 0; (at = table.find("with a lesson", at)) != std::string::npos; ++at) ++with_lesson;
  CHECK(with_lesson == in_course.size());
}

TEST_CASE("the table in the README of the scenarios is what the program makes of them", "[scenarios]") {
  const std::string readme = kafkasim::test::content(scenarios_folder() + "/README.md");
  const std::string table = table_by_question();
  CHECK(table.find("leader-crash.json") != std::string::npos);
  CHECK(readme.find(table) != std::string::npos);
}

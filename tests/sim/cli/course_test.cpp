#include "sim/cli/course.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("a course is chapters of lessons in order") {
  const auto course = parse_course(R"({"chapters": [{"title": "One", "lessons": ["a", "b"]}, {"title": "Two", "lessons": ["c"]}]})", "lib");
  REQUIRE(course);
  REQUIRE(course->size() == 3);
  CHECK((*course)[1].name == "b");
  CHECK((*course)[1].chapter == "One");
  CHECK((*course)[2].file == "lib/c.json");
}

TEST_CASE("a course that is none is told with its place") {
  CHECK(parse_course("{", "lib").error().message.starts_with("course.json"));
  CHECK(parse_course("{}", "lib").error().message == "course.json:1:1: 'chapters' is missing: a list");
  CHECK(parse_course(R"({"chapters": [{"title": "One"}]})", "lib").error().message.find("a chapter has a 'title'") != std::string::npos);
  CHECK(parse_course(R"({"chapters": [{"title": "One", "lessons": ["../x"]}]})", "lib").error().message.find("without '.json'") != std::string::npos);
}

#include "sim/cli/course.hpp"

#include <filesystem>

#include "sim/cli/scenario_folder.hpp"
#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

tl::unexpected<Error> odd(const JsonValue& at, const std::string& what) {
  return fail(std::string{course_file} + ":" + std::to_string(at.place.line) + ":" + std::to_string(at.place.column) + ": " + what);
}

}  // namespace

Result<std::vector<CourseLesson>> parse_course(std::string_view text, const std::string& folder) {
  const JsonDocument document = read_json(text);
  if (!document.faults.empty()) return fail(std::string{course_file} + ": " + document.faults.front().message);
  if (!document.root) return fail(std::string{course_file} + " is empty");
  const JsonValue* chapters = document.root->find("chapters");
  if (chapters == nullptr || !chapters->is(JsonKind::array)) return odd(*document.root, "'chapters' is missing: a list");
  std::vector<CourseLesson> course;
  for (const JsonValue& chapter : chapters->items) {
    const JsonValue* title = chapter.find("title");
    const JsonValue* lessons = chapter.find("lessons");
    const bool complete = title != nullptr && title->is(JsonKind::string) && lessons != nullptr && lessons->is(JsonKind::array);
    if (!complete) return odd(chapter, "a chapter has a 'title' and a list of 'lessons'");
    for (const JsonValue& lesson : lessons->items) {
      const bool plain = lesson.is(JsonKind::string) && !lesson.text.empty() && lesson.text.find_first_of("/\\") == std::string::npos;
      if (!plain) return odd(lesson, "a lesson is the name of a scenario file, without '.json'");
      course.push_back({lesson.text, title->text, (std::filesystem::path{folder} / (lesson.text + ".json")).string()});
    }
  }
  return course;
}

Result<std::vector<CourseLesson>> load_course() {
  const std::string folder = library_folder();
  if (folder.empty()) return fail("there is no folder of scenarios beside the program");
  const std::string path = (std::filesystem::path{folder} / course_file).string();
  const Result<std::string> text = read_scenario_file(path);
  if (!text) return fail(path + ": " + text.error().message);
  return parse_course(*text, folder);
}

}  // namespace kafkasim::sim

#pragma once
// The course: in which order the lessons of the library are meant to be taken. scenarios/course.json:
//   {"chapters": [{"title": "The log", "lessons": ["the-log-and-its-offsets", ...]}, ...]}
// where a lesson is the file name, without ".json", of a scenario that has a `lesson`.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace kafkasim::sim {

struct CourseLesson {
  std::string name;     // of the file
  std::string chapter;  // its title
  std::string file;     // with its path
};
inline constexpr std::string_view course_file = "course.json";

// In order. Fails if there is no such file, or it is not as above.
[[nodiscard]] Result<std::vector<CourseLesson>> load_course();
[[nodiscard]] Result<std::vector<CourseLesson>> parse_course(std::string_view text, const std::string& folder);

}  // namespace kafkasim::sim

#include "sim/cli/scenario_folder.hpp"

#include <algorithm>
#include <filesystem>

#include "sim/cli/course.hpp"

namespace kafkasim::sim {

namespace {

std::filesystem::path find_folder() {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_directory("scenarios", error)) return "scenarios";
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (int levels = 0; levels < 4 && !folder.empty(); ++levels) {
    const fs::path candidate = folder / "scenarios";
    if (fs::exists(candidate / "scenario.schema.json", error)) return candidate;
    folder = folder.parent_path();
  }
  return {};
}

}  // namespace

std::string library_folder() { return find_folder().string(); }

std::vector<std::string> library_scenarios() {
  std::vector<std::string> files;
  const std::filesystem::path folder = find_folder();
  if (folder.empty()) return files;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator{folder, error}; it != std::filesystem::directory_iterator{};
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".schema.json") && name != course_file) files.push_back(it->path().string());
    if (error) break;
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace kafkasim::sim

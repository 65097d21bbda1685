#pragma once
// What is a path on a Disk: relative, components separated by one '/', none of them empty, "." or "..", no zero byte, at
// most 4095 bytes in all and 255 a component, as Linux has it. "" stands for the root where a directory is meant.
#include <string_view>

namespace kafkasim {

[[nodiscard]] inline bool is_disk_path(std::string_view path) {
  if (path.empty() || path.size() > 4095 || path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

[[nodiscard]] inline std::string_view disk_parent_of(std::string_view path) {  // "" is the root
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

[[nodiscard]] inline std::string_view disk_name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

[[nodiscard]] inline bool is_disk_path_within(std::string_view path, std::string_view directory) {  // or is it
  if (directory.empty() || path == directory) return true;
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

}  // namespace kafkasim

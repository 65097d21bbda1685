#include "sim/cli/outputs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

namespace kafkasim::sim {

namespace {

namespace fs = std::filesystem;

// Devices and pipes may be written to by everybody, and opening a pipe to try it would be seen at its other end.
bool is_device_or_pipe(const fs::path& path) {
  std::error_code failed;
  return fs::is_other(path, failed);
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code failed;
  if (is_device_or_pipe(a)) return false;
  if (fs::exists(a, failed) && fs::equivalent(a, b, failed) && !failed) return true;
  return fs::weakly_canonical(a, failed) == fs::weakly_canonical(b, failed);
}

bool can_be_written(const fs::path& path) {
  std::error_code failed;
  if (is_device_or_pipe(path)) return true;
  const bool was_there = fs::symlink_status(path, failed).type() != fs::file_type::not_found;
  const bool opened{std::ofstream{path, std::ios::app}};
  if (opened && !was_there) fs::remove(path, failed);
  return opened;
}

}  // namespace

void Outputs::add(std::string_view option, const std::optional<std::string>& path) {
  if (path) outputs_.emplace_back(option, *path);
}

bool Outputs::are_sound(const Terminal& terminal) const {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto& [option, path] = outputs_[i];
    const auto refuse = [&terminal, &option = option, &path = path](std::string_view why) {
      terminal.err << "kafkasim: " << option << ' ' << path << ": " << why << '\n';
      return false;
    };
    const auto goes_there = [&path = path](const std::string& other) { return is_same_file(path, other); };
    if (std::ranges::any_of(inputs_, goes_there)) return refuse("that is what is to be read");
    for (std::size_t j = 0; j < i; ++j) {
      if (goes_there(outputs_[j].second)) return refuse("another output goes there too");
    }
    if (!can_be_written(path)) return refuse("cannot be written");
  }
  return true;
}

bool write_file(const std::string& path, const std::string& content, const Terminal& terminal) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << content;
  out.close();
  if (out) return true;
  terminal.err << "kafkasim: cannot write " << path << '\n';
  return false;
}

}  // namespace kafkasim::sim

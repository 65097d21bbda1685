#pragma once
// A fresh directory below $TMPDIR or /tmp, removed with all in it when its owner goes.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace kafkasim::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_{std::filesystem::temp_directory_path() / "kafkasim-XXXXXX"} {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"no temporary directory " + path_};
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kafkasim::test

#pragma once
// Texts and files of text, as tests look at them.
#include <fstream>
#include <iterator>
#include <string>

namespace kafkasim::test {

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// All of it; "" if there is no such file.
inline std::string content(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace kafkasim::test

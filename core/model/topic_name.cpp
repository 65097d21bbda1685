#include "core/model/topic_name.hpp"

#include <algorithm>

namespace kafkasim {

namespace {

constexpr std::size_t longest_topic_name = 249;  // "-2147483647" and a suffix still fit into a file's name

bool legal_in_topic_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::optional<std::string> topic_name_fault(const std::string& name) {
  if (name.empty()) return "the empty string is not allowed";
  if (name == "." || name == "..") return "'" + name + "' is not allowed";
  if (name.size() > longest_topic_name)
    return "the length of '" + name.substr(0, 20) + "...' is longer than the max allowed length 249";
  if (!std::ranges::all_of(name, legal_in_topic_names)) {
    return "'" + name + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
  }
  return std::nullopt;
}

bool topic_names_collide(const std::string& one, const std::string& other) {
  const auto alike = [](char a, char b) { return (a == '.' ? '_' : a) == (b == '.' ? '_' : b); };
  return std::ranges::equal(one, other, alike);
}

}  // namespace kafkasim

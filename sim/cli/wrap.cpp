#include "sim/cli/wrap.hpp"

namespace kafkasim::sim {

namespace {

std::size_t characters(std::string_view text) {  // of UTF-8
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::vector<std::string> lines;
  std::string line;
  const auto flush = [&] {
    lines.push_back(std::string(indent, ' ') + line);
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == text.size() ? end : end + 1);
    if (!line.empty() && indent + characters(line) + 1 + characters(word) > columns) flush();
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) flush();
  return lines;
}

}  // namespace kafkasim::sim

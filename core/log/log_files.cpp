#include "core/log/log_files.hpp"

#include <charconv>

namespace kafkasim {

namespace {

constexpr std::size_t digits_of_name = 20;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string path_of(std::string_view directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  return path.append(directory).append("/").append(name);
}

std::string segment_path(std::string_view directory, Offset base, std::string_view suffix) {
  const std::string number = std::to_string(base.value);
  std::string path;
  path.reserve(directory.size() + 1 + digits_of_name + suffix.size());
  path.append(directory).append("/").append(digits_of_name - number.size(), '0').append(number).append(suffix);
  return path;
}

std::string segment_path(std::string_view directory, Offset base, std::string_view suffix, std::string_view second) {
  return segment_path(directory, base, suffix).append(second);
}

std::optional<Offset> offset_of_name(std::string_view name, std::string_view suffix) {
  if (name.size() != digits_of_name + suffix.size() || !ends_with(name, suffix)) return std::nullopt;
  std::int64_t value = 0;
  const char* end = name.data() + digits_of_name;
  const auto [at, error] = std::from_chars(name.data(), end, value);
  if (error != std::errc{} || at != end || value < 0) return std::nullopt;
  return Offset{value};
}

std::optional<TopicPartition> partition_of_directory(std::string_view name) {
  for (const std::string_view suffix : {delete_dir_suffix, std::string_view{"-future"}, stray_dir_suffix}) {
    if (ends_with(name, suffix)) return std::nullopt;
  }
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) return std::nullopt;
  if (name[dash + 1] == '0' && dash + 2 != name.size())
    return std::nullopt;  // "orders-007" is not a name that Kafka writes
  std::int32_t index = 0;
  const char* end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + dash + 1, end, index);
  if (error != std::errc{} || at != end || index < 0) return std::nullopt;
  return TopicPartition{std::string{name.substr(0, dash)}, PartitionIndex{index}};
}

}  // namespace kafkasim

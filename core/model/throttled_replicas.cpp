#include "core/model/throttled_replicas.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace kafkasim {

namespace {

constexpr std::size_t longest_throttled_list = 1 << 20;

struct ThrottledReplica {
  PartitionIndex partition;
  NodeId broker;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<std::int32_t> as_index(std::string_view digits) {
  std::int32_t n = 0;
  const char* end = digits.data() + digits.size();
  const bool begins_with_digit = !digits.empty() && digits.front() >= '0' && digits.front() <= '9';
  const auto [at, error] = std::from_chars(digits.data(), end, n);
  return begins_with_digit && error == std::errc{} && at == end ? std::optional{n} : std::nullopt;
}

std::optional<ThrottledReplica> as_replica(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<std::int32_t> partition = as_index(text.substr(0, colon));
  const std::optional<std::int32_t> broker = as_index(text.substr(colon + 1));
  if (!partition || !broker) return std::nullopt;
  return ThrottledReplica{PartitionIndex{*partition}, NodeId{*broker}};
}

// Calls `see` with each part that is not empty, until it says false.
template <class See>
bool each_part(std::string_view value, const See& see) {
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t comma = std::min(value.find(',', at), value.size());
    const std::string_view part = trimmed(value.substr(at, comma - at));
    if (!part.empty() && !see(part)) return false;
    at = comma + 1;
  }
  return true;
}

}  // namespace

Result<void> check_throttled_replicas(std::string_view setting, std::string_view value) {
  const bool fits = value.size() <= longest_throttled_list;
  const auto is_replica = [](std::string_view part) { return as_replica(part).has_value(); };
  if (fits && (trimmed(value) == "*" || each_part(value, is_replica))) return {};
  return fail("'" + std::string{setting} + "' must be '*' or a list PARTITION:BROKER,PARTITION:BROKER");
}

ThrottledPartitions throttled_partitions(std::string_view value, NodeId broker) {
  ThrottledPartitions throttled;
  throttled.all = trimmed(value) == "*";
  (void)each_part(value, [&](std::string_view part) {
    const std::optional<ThrottledReplica> replica = as_replica(part);
    if (replica && replica->broker == broker) throttled.partitions.insert(replica->partition);
    return true;
  });
  return throttled;
}

}  // namespace kafkasim

#include "sim/check/intervals.hpp"

#include <algorithm>

namespace kafkasim::sim {

std::int64_t Intervals::add(std::int64_t first, std::int64_t past) {
  std::int64_t overlap = 0;
  const std::int64_t own_first = first;
  const std::int64_t own_past = past;
  auto it = ranges_.upper_bound(first);
  if (it != ranges_.begin()) --it;
  while (it != ranges_.end() && it->first <= past) {
    if (it->second < first) {
      ++it;
      continue;
    }
    overlap += std::max<std::int64_t>(0, std::min(it->second, own_past) - std::max(it->first, own_first));
    first = std::min(first, it->first);
    past = std::max(past, it->second);
    it = ranges_.erase(it);
  }
  ranges_.emplace(first, past);
  return overlap;
}

std::optional<std::int64_t> Intervals::first_within(std::int64_t first, std::int64_t past) const {
  auto it = ranges_.upper_bound(first);
  if (it != ranges_.begin() && std::prev(it)->second > first) return first;
  return it != ranges_.end() && it->first < past ? std::optional{it->first} : std::nullopt;
}

}  // namespace kafkasim::sim

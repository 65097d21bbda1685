#pragma once
// Intervals: a set of whole numbers, kept as ranges that do not touch. Send numbers and offsets come in long runs, so
// it stays small however many there are.
#include <cstdint>
#include <map>
#include <optional>

namespace kafkasim::sim {

class Intervals {
 public:
  // Adds [first, past). How many of them were in already.
  std::int64_t add(std::int64_t first, std::int64_t past);
  // The least member of [first, past), if there is one.
  [[nodiscard]] std::optional<std::int64_t> first_within(std::int64_t first, std::int64_t past) const;

 private:
  std::map<std::int64_t, std::int64_t> ranges_;  // [first, past)
};

}  // namespace kafkasim::sim

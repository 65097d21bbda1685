#pragma once
// The only source of chance. A stream is a copyable value (xoshiro256**, Blackman and Vigna 2018); each consumer has its
// own, forked by name, so that adding a node, a client or a fault moves nobody else's:
//   Random election = root.fork("controller-3000").fork("election");
// Integers only: no float may decide anything, and std:: distributions differ from library to library.
#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/time.hpp"

namespace kafkasim {

class Random {
 public:
  explicit Random(std::uint64_t seed);
  // A stream of its own; depends on this stream's seed and the name, not on what was drawn so far.
  [[nodiscard]] Random fork(std::string_view name) const;
  [[nodiscard]] Random fork(std::uint64_t number) const;

  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);                        // uniform in [0, bound), bound > 0
  std::int64_t between(std::int64_t least, std::int64_t most);     // uniform, both ends included
  Duration between(Duration least, Duration most);                 // uniform, both ends included
  bool chance(std::uint64_t numerator, std::uint64_t denominator); // true with probability numerator / denominator

  friend bool operator==(const Random&, const Random&) = default;

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace kafkasim

#include "core/base/random.hpp"

#include <bit>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace kafkasim {

Random::Random(std::uint64_t seed) : seed_{seed} {
  std::uint64_t x = seed;
  for (std::uint64_t& word : state_) word = mix64(x += 0x9e3779b97f4a7c15ULL);
}

Random Random::fork(std::string_view name) const {
  RunningHash hash;
  hash.add(seed_);
  hash.add(name);
  return Random{hash.value()};
}

Random Random::fork(std::uint64_t number) const {
  RunningHash hash;
  hash.add(seed_);
  hash.add(number);
  return Random{hash.value()};
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  KAFKASIM_CHECK(bound > 0);
  const std::uint64_t rest = (0 - bound) % bound;  // reject the part of the range that would make it uneven
  for (;;) {
    const std::uint64_t x = next();
    if (x >= rest) return x % bound;
  }
}

std::int64_t Random::between(std::int64_t least, std::int64_t most) {
  KAFKASIM_CHECK(least <= most);
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  const std::uint64_t drawn = span == ~std::uint64_t{0} ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + drawn);
}

Duration Random::between(Duration least, Duration most) { return {between(least.ns, most.ns)}; }

bool Random::chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }

}  // namespace kafkasim

#pragma once
// Which key the next record gets: uniform, or by Zipf's law with exponent 1 (key number k is drawn 1/k as often as the
// first). Integers only: the Zipf weights are 2^32/k, summed into a table of quantiles once, and a draw is a search in
// it.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

class KeyChooser {
 public:
  explicit KeyChooser(const KeySpec& spec);  // at most a million different keys are told apart under Zipf

  [[nodiscard]] std::int64_t draw(Random& random) const;  // from 0 to cardinality - 1, the most frequent first
  [[nodiscard]] std::string key(Random& random) const;    // "key-17"

 private:
  std::int64_t cardinality_;
  std::shared_ptr<const std::vector<std::uint64_t>> quantiles_;  // Zipf only; shared by copies, never written again
};

}  // namespace kafkasim::sim

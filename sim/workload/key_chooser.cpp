#include "sim/workload/key_chooser.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_zipf_keys = 1'000'000;

}  // namespace

KeyChooser::KeyChooser(const KeySpec& spec) : cardinality_{spec.cardinality} {
  KAFKASIM_CHECK(cardinality_ > 0, "there is at least one key");
  if (spec.distribution != KeyDistribution::zipf) return;
  cardinality_ = std::min(cardinality_, most_zipf_keys);
  std::vector<std::uint64_t> sums;
  sums.reserve(static_cast<std::size_t>(cardinality_));
  std::uint64_t sum = 0;
  for (std::int64_t k = 1; k <= cardinality_; ++k) {
    sum += (std::uint64_t{1} << 32) / static_cast<std::uint64_t>(k);
    sums.push_back(sum);
  }
  quantiles_ = std::make_shared<const std::vector<std::uint64_t>>(std::move(sums));
}

std::int64_t KeyChooser::draw(Random& random) const {
  if (!quantiles_) return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(cardinality_)));
  const std::uint64_t at = random.below(quantiles_->back());
  return std::ranges::upper_bound(*quantiles_, at) - quantiles_->begin();
}

std::string KeyChooser::key(Random& random) const { return "key-" + std::to_string(draw(random)); }

}  // namespace kafkasim::sim

#pragma once
// How long a client waits before it tries again (org.apache.kafka.common.utils.ExponentialBackoff, KIP-580):
// retry.backoff.ms doubled with each attempt, 20 % more or less by chance, at most retry.backoff.max.ms.
#include <algorithm>
#include <cstdint>

#include "core/base/random.hpp"
#include "core/model/config.hpp"

namespace kafkasim {

struct Backoff {
  Duration initial{milliseconds(100)};
  Duration most{milliseconds(1'000)};

  Backoff() = default;
  explicit Backoff(const ClientConfig& config) : initial{config.retry_backoff}, most{config.retry_backoff_max} {}

  // `attempts` counts the failures before this one.
  [[nodiscard]] Duration after(std::int32_t attempts, Random& random) const {
    Duration wait = std::min(initial, most);
    if (initial >= most) return wait;
    for (std::int32_t i = 0; i < attempts && wait < most; ++i) wait = wait * 2;
    wait = std::min(wait, most);
    if (wait.ns > 0) wait = random.between(wait * 4 / 5, wait * 6 / 5);
    return std::min(wait, most);
  }
};

}  // namespace kafkasim

#pragma once
// Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002): the least part of
// a list with which something still fails. Chunks are taken out, first large ones, then ever smaller.
#include <cstddef>
#include <functional>
#include <vector>

namespace kafkasim::sim {

// `fails` is asked of ascending indices below `count`; the whole list is known to fail. The answer fails, and if `fails`
// never gave up, to take any single one out of it does not.
[[nodiscard]] std::vector<std::size_t> ddmin(std::size_t count,
                                             const std::function<bool(const std::vector<std::size_t>&)>& fails);

}  // namespace kafkasim::sim

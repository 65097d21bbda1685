#include "sim/explore/ddmin.hpp"

#include <algorithm>
#include <numeric>

namespace kafkasim::sim {

namespace {

// One pass over the list with chunks of that size; whether anything went.
bool take_out(std::vector<std::size_t>& kept, std::size_t chunk, const std::function<bool(const std::vector<std::size_t>&)>& fails) {
  bool any = false;
  for (std::size_t at = 0; at < kept.size();) {
    std::vector<std::size_t> rest = kept;
    const std::size_t end = std::min(at + chunk, kept.size());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at), rest.begin() + static_cast<std::ptrdiff_t>(end));
    if (fails(rest)) {
      kept = std::move(rest);
      any = true;
    } else {
      at = end;
    }
  }
  return any;
}

}  // namespace

std::vector<std::size_t> ddmin(std::size_t count, const std::function<bool(const std::vector<std::size_t>&)>& fails) {
  std::vector<std::size_t> kept(count);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  std::size_t chunk = count;
  while (chunk > 0 && !kept.empty()) {
    const bool any = take_out(kept, chunk, fails);
    if (chunk == 1 && !any) break;
    chunk = std::max<std::size_t>(1, std::min(chunk, kept.size()) / 2);
  }
  return kept;
}

}  // namespace kafkasim::sim

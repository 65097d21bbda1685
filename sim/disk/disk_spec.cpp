#include "sim/disk/disk_spec.hpp"

#include <limits>

#include "core/base/check.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::uint64_t most_ns = std::numeric_limits<std::int64_t>::max();

std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a > most_ns - b ? most_ns : a + b; }
std::uint64_t multiply(std::uint64_t a, std::uint64_t b) { return a != 0 && b > most_ns / a ? most_ns : a * b; }

// Nanoseconds for so many bytes, rounded up.
std::uint64_t transfer(std::uint64_t bytes, std::uint64_t per_second) {
  KAFKASIM_CHECK(per_second > 0, "a disk has a speed");
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t whole = multiply(bytes / per_second, second);
  const std::uint64_t rest = bytes % per_second;
  // rest * second may not fit for disks beyond 18 GB/s: then count in steps that do.
  const std::uint64_t divisor = per_second > most_ns / second ? per_second / (most_ns / second) + 1 : 1;
  const std::uint64_t slow = per_second / divisor;
  return add(whole, (rest / divisor * second + slow - 1) / slow);
}

std::uint64_t times(std::uint64_t count, Duration each) {
  return multiply(count, each.ns > 0 ? static_cast<std::uint64_t>(each.ns) : 0);
}

}  // namespace

DiskCosts& DiskCosts::operator+=(const DiskCosts& o) {
  written_bytes += o.written_bytes;
  writes += o.writes;
  read_bytes += o.read_bytes;
  platter_bytes += o.platter_bytes;
  seeks += o.seeks;
  syncs += o.syncs;
  synced_bytes += o.synced_bytes;
  return *this;
}

Duration cost(const DiskSpec& spec, const DiskCosts& costs) {
  std::uint64_t ns = transfer(costs.written_bytes, spec.write_per_second);
  ns = add(ns, transfer(costs.platter_bytes, spec.read_per_second));
  ns = add(ns, times(costs.seeks, spec.seek));
  ns = add(ns, times(costs.syncs, spec.sync));
  if (spec.page_cache == 0) ns = add(ns, times(costs.writes, spec.sync));
  if (spec.sequential == Switch::off) ns = add(ns, times(costs.writes, spec.seek));
  return Duration{static_cast<std::int64_t>(ns)};
}

}  // namespace kafkasim::sim

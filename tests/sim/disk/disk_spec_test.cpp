#include "sim/disk/disk_spec.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace kafkasim::sim {
namespace {

TEST_CASE("A disk without a description has the figures of the scenario language") {
  const DiskSpec spec;
  CHECK(spec.capacity == 10'737'418'240);
  CHECK(spec.write_per_second == 209'715'200);
  CHECK(spec.read_per_second == 419'430'400);
  CHECK(spec.seek == microseconds(100));
  CHECK(spec.sync == milliseconds(5));
}

TEST_CASE("Writing takes the time of its bytes and syncing that of a barrier") {
  const DiskSpec spec;
  CHECK(cost(spec, {.written_bytes = 209'715'200}) == seconds(1));
  CHECK(cost(spec, {.written_bytes = 1}) == nanoseconds(5));  // 4.77, rounded up
  CHECK(cost(spec, {.syncs = 3, .synced_bytes = 1'000'000}) == milliseconds(15));
}

TEST_CASE("Reading takes time only for what the page cache does not have") {
  const DiskSpec spec;
  CHECK(cost(spec, {.read_bytes = 1 << 30}) == nanoseconds(0));
  CHECK(cost(spec, {.read_bytes = 1 << 30, .platter_bytes = 419'430'400, .seeks = 2})
        == seconds(1) + microseconds(200));
}

TEST_CASE("Without page cache every write waits and without order on the platter it costs a seek") {
  DiskSpec spec;
  spec.page_cache = 0;
  CHECK(cost(spec, {.writes = 3, .syncs = 1}) == milliseconds(20));
  spec = DiskSpec{};
  spec.sequential = Switch::off;
  CHECK(cost(spec, {.writes = 3}) == microseconds(300));
  CHECK(cost(DiskSpec{}, {.writes = 3}) == Duration{});
}

TEST_CASE("The cost of an absurd disk saturates and does not overflow") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const Duration for_ever{std::numeric_limits<std::int64_t>::max()};
  DiskSpec spec;
  spec.write_per_second = 1;
  CHECK(cost(spec, {.written_bytes = most}) == for_ever);
  spec.write_per_second = most;
  CHECK(cost(spec, {.written_bytes = most - 1}) <= seconds(1) + nanoseconds(1));
  CHECK(cost(spec, {.platter_bytes = most, .seeks = most, .syncs = most}) == for_ever);
}

TEST_CASE("Costs add up") {
  DiskCosts a{.written_bytes = 1, .read_bytes = 2, .platter_bytes = 3, .seeks = 4, .syncs = 5, .synced_bytes = 6};
  a += a;
  CHECK(a
        == DiskCosts{
            .written_bytes = 2, .read_bytes = 4, .platter_bytes = 6, .seeks = 8, .syncs = 10, .synced_bytes = 12});
}

}  // namespace
}  // namespace kafkasim::sim

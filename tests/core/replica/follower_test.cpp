#include "core/replica/follower.hpp"

#include <catch2/catch.hpp>

#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Timestamp wall{1'000'000};

// A log whose epochs have that many records each.
UnifiedLog log_with(Disk& disk, const std::vector<std::pair<int, int>>& epochs) {
  UnifiedLog log = std::move(UnifiedLog::open(disk, "orders-0", {"orders", PartitionIndex{0}}, {}, {}, wall)->log);
  for (const auto& [epoch, records] : epochs) {
    for (int i = 0; i < records; ++i) REQUIRE(log.append_as_leader({make_batch()}, LeaderEpoch{epoch}, wall, disk));
  }
  return log;
}

FetchResponse::EpochEndOffset leader_says(int epoch, std::int64_t end) { return {LeaderEpoch{epoch}, Offset{end}}; }

}  // namespace

TEST_CASE("a follower that knows the epoch of the leader cuts to the smaller of both ends", "[replica]") {
  MemoryDisk disk;
  const UnifiedLog log = log_with(disk, {{1, 5}, {2, 5}});
  CHECK(truncation_for(log, leader_says(1, 3)) == Truncation{Offset{3}, TruncationIs::complete});
  CHECK(truncation_for(log, leader_says(1, 8)) == Truncation{Offset{5}, TruncationIs::complete});
  CHECK(truncation_for(log, leader_says(2, 50)) == Truncation{Offset{10}, TruncationIs::complete});
}

TEST_CASE("a follower that does not know the epoch of the leader goes back to its own largest below and asks again",
          "[replica]") {
  MemoryDisk disk;
  const UnifiedLog log = log_with(disk, {{1, 5}, {4, 5}});
  CHECK(truncation_for(log, leader_says(3, 9)) == Truncation{Offset{5}, TruncationIs::one_step});
}

TEST_CASE("a follower without epochs cuts to where the leader ends", "[replica]") {
  MemoryDisk disk;
  const UnifiedLog log = log_with(disk, {});
  CHECK(truncation_for(log, leader_says(1, 3)) == Truncation{Offset{0}, TruncationIs::complete});
}

TEST_CASE("an out of range follower cuts to the end of the leader or starts over at its beginning or just goes on",
          "[replica]") {
  MemoryDisk disk;
  const UnifiedLog log = log_with(disk, {{1, 5}});
  CHECK(cut_for_leader_end(log, Offset{3}) == Offset{3});
  CHECK(cut_for_leader_end(log, Offset{5}) == std::nullopt);
  CHECK(restart_for_leader_start(log, Offset{6}) == Offset{6});
  CHECK(restart_for_leader_start(log, Offset{5}) == std::nullopt);
}

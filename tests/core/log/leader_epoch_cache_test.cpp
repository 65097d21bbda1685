#include "core/log/leader_epoch_cache.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

namespace {

EpochEntry entry(int epoch, std::int64_t start) { return {LeaderEpoch{epoch}, Offset{start}}; }
OffsetAndEpoch end_of(int epoch, std::int64_t offset) { return {Offset{offset}, LeaderEpoch{epoch}}; }

struct EpochCacheRig {
  test::MemoryDisk disk{};
  LeaderEpochCache cache{};
  void assign(int epoch, std::int64_t start) { REQUIRE(cache.assign(disk, "p-0", entry(epoch, start))); }
  [[nodiscard]] std::optional<OffsetAndEpoch> end(int epoch, std::int64_t log_end = 100) const {
    return cache.end_offset_for(LeaderEpoch{epoch}, Offset{log_end});
  }
};

}  // namespace

TEST_CASE("an epoch ends where the next one begins and the latest at the log end") {
  EpochCacheRig f;
  f.assign(2, 6);
  f.assign(3, 10);
  f.assign(7, 20);
  CHECK(f.end(2) == end_of(2, 10));
  CHECK(f.end(3) == end_of(3, 20));
  CHECK(f.end(5) == end_of(3, 20));
  CHECK(f.end(7) == end_of(7, 100));
  CHECK(f.end(1) == end_of(1, 6));
  CHECK_FALSE(f.end(8).has_value());
  CHECK_FALSE(f.end(-1).has_value());
  CHECK_FALSE(EpochCacheRig{}.end(1).has_value());
}

TEST_CASE("an epoch is assigned once and a lower start corrects it") {
  EpochCacheRig f;
  f.assign(1, 5);
  f.assign(1, 9);
  CHECK(f.cache.entries() == std::vector{entry(1, 5)});
  f.assign(1, 3);
  CHECK(f.cache.entries() == std::vector{entry(1, 3)});
}

TEST_CASE("an entry that contradicts later ones removes them") {
  EpochCacheRig f;
  f.assign(1, 0);
  f.assign(2, 10);
  f.assign(3, 20);
  f.assign(4, 10);
  CHECK(f.cache.entries() == std::vector{entry(1, 0), entry(4, 10)});
  f.assign(2, 15);
  CHECK(f.cache.entries() == std::vector{entry(1, 0), entry(2, 15)});
}

TEST_CASE("the epoch of an offset is the one that holds it") {
  EpochCacheRig f;
  f.assign(1, 5);
  f.assign(4, 10);
  CHECK_FALSE(f.cache.epoch_of(Offset{4}, Offset{20}).has_value());
  CHECK(f.cache.epoch_of(Offset{9}, Offset{20}) == LeaderEpoch{1});
  CHECK(f.cache.epoch_of(Offset{10}, Offset{20}) == LeaderEpoch{4});
  CHECK_FALSE(f.cache.epoch_of(Offset{20}, Offset{20}).has_value());
}

TEST_CASE("truncation from the end keeps epochs that begin below") {
  EpochCacheRig f;
  f.assign(1, 0);
  f.assign(2, 10);
  f.assign(3, 20);
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{10}));
  CHECK(f.cache.entries() == std::vector{entry(1, 0)});
  CHECK(f.disk.text_of("p-0/leader-epoch-checkpoint") == "0\n1\n1 0\n");
}

TEST_CASE("truncation from the start lets the epoch that holds it begin there") {
  EpochCacheRig f;
  f.assign(1, 0);
  f.assign(2, 10);
  f.assign(3, 20);
  REQUIRE(f.cache.truncate_from_start(f.disk, "p-0", Offset{15}));
  CHECK(f.cache.entries() == std::vector{entry(2, 15), entry(3, 20)});
  REQUIRE(f.cache.truncate_from_start(f.disk, "p-0", Offset{20}));
  CHECK(f.cache.entries() == std::vector{entry(3, 20)});
  CHECK(f.cache.earliest() == entry(3, 20));
}

TEST_CASE("the checkpoint survives a power loss at once") {
  EpochCacheRig f;
  f.assign(1, 0);
  f.assign(5, 7);
  REQUIRE(f.disk.sync_directory(""));
  test::MemoryDisk after = f.disk.after_power_loss();
  const auto loaded = LeaderEpochCache::load(after, "p-0");
  REQUIRE(loaded);
  CHECK(loaded->readable);
  CHECK(loaded->cache == f.cache);
  CHECK_FALSE(LeaderEpochCache::load(after, "q-0")->readable);
  after.set_text("p-0/leader-epoch-checkpoint", "0\n2\n1 5\n");
  CHECK_FALSE(LeaderEpochCache::load(after, "p-0")->readable);
}

TEST_CASE("an empty epoch cache knows no epoch and no end and can be truncated") {
  EpochCacheRig f;
  CHECK_FALSE(f.cache.latest().has_value());
  CHECK_FALSE(f.cache.earliest().has_value());
  for (const int epoch : {-1, 0, 7}) CHECK_FALSE(f.end(epoch, 73).has_value());
  REQUIRE(f.cache.truncate_from_start(f.disk, "p-0", Offset{7}));
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{7}));
  CHECK(f.cache.entries().empty());
}

TEST_CASE("of epochs that begin at the same offset the latest stays") {
  EpochCacheRig f;
  f.assign(2, 9);
  f.assign(3, 9);
  CHECK(f.cache.entries() == std::vector{entry(3, 9)});
  f.assign(4, 5);
  CHECK(f.cache.entries() == std::vector{entry(4, 5)});
}

TEST_CASE("an epoch below the latest takes its place") {
  EpochCacheRig f;
  f.assign(1, 5);
  f.assign(2, 6);
  f.assign(1, 7);
  CHECK(f.cache.entries() == std::vector{entry(1, 7)});
  CHECK(f.end(1, 8) == end_of(1, 8));
  CHECK_FALSE(f.end(2, 8).has_value());
}

TEST_CASE("a matching epoch with a lower start takes what stands behind that start") {
  EpochCacheRig f;
  f.assign(5, 11);
  f.assign(6, 12);
  f.assign(7, 13);
  f.assign(7, 12);
  CHECK(f.end(5, 0) == end_of(5, 12));
  CHECK(f.end(6, 0) == end_of(5, 12));
}

TEST_CASE("epochs are tracked as leaders change many times") {
  EpochCacheRig f;
  f.assign(0, 0);
  f.assign(1, 0);
  CHECK(f.cache.latest() == LeaderEpoch{1});
  CHECK(f.end(1, 0) == end_of(1, 0));
  CHECK(f.end(0, 0) == end_of(0, 0));
  CHECK(f.end(1, 5) == end_of(1, 5));
  f.assign(2, 5);
  CHECK(f.end(2, 10) == end_of(2, 10));
  CHECK(f.end(1, 10) == end_of(1, 5));
  CHECK(f.end(0, 10) == end_of(0, 0));
}

TEST_CASE("epochs are tracked as a follower appends batch after batch") {
  EpochCacheRig f;
  for (int offset = 0; offset < 9; ++offset) f.assign(offset / 3, offset);
  CHECK(f.cache.entries() == std::vector{entry(0, 0), entry(1, 3), entry(2, 6)});
  CHECK(f.end(2, 9) == end_of(2, 9));
  CHECK(f.end(1, 9) == end_of(1, 6));
  CHECK(f.end(0, 9) == end_of(0, 3));
}

TEST_CASE("truncation from the start keeps at least the latest epoch") {
  const auto after = [](std::int64_t start) {
    EpochCacheRig f;
    f.assign(2, 6);
    f.assign(3, 8);
    f.assign(4, 11);
    REQUIRE(f.cache.truncate_from_start(f.disk, "p-0", Offset{start}));
    return f.cache.entries();
  };
  const std::vector<EpochEntry> whole{entry(2, 6), entry(3, 8), entry(4, 11)};
  for (const std::int64_t early : {-1, 1, 6}) CHECK(after(early) == whole);
  CHECK(after(7) == std::vector{entry(2, 7), entry(3, 8), entry(4, 11)});
  CHECK(after(8) == std::vector{entry(3, 8), entry(4, 11)});
  CHECK(after(9) == std::vector{entry(3, 9), entry(4, 11)});
  CHECK(after(11) == std::vector{entry(4, 11)});
  CHECK(after(15) == std::vector{entry(4, 15)});
}

TEST_CASE("truncation from the end inside of an epoch keeps that epoch") {
  EpochCacheRig f;
  f.assign(2, 6);
  f.assign(3, 8);
  f.assign(4, 11);
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{12}));
  CHECK(f.cache.entries().size() == 3);
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{9}));
  CHECK(f.cache.entries() == std::vector{entry(2, 6), entry(3, 8)});
  CHECK(f.cache.latest() == LeaderEpoch{3});
}

TEST_CASE("truncations and clearing of epochs are in the checkpoint") {
  EpochCacheRig f;
  f.assign(2, 6);
  f.assign(3, 8);
  f.assign(4, 11);
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{11}));
  REQUIRE(f.cache.truncate_from_start(f.disk, "p-0", Offset{8}));
  CHECK(LeaderEpochCache::load(f.disk, "p-0")->cache.entries() == std::vector{entry(3, 8)});
  REQUIRE(f.cache.clear(f.disk, "p-0"));
  CHECK(LeaderEpochCache::load(f.disk, "p-0")->cache.entries().empty());
  CHECK(f.cache.entries().empty());
}

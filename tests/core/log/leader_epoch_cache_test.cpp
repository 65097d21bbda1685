#include "core/log/leader_epoch_cache.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

namespace {

EpochEntry entry(int epoch, std::int64_t start) { return {LeaderEpoch{epoch}, Offset{start}}; }
OffsetAndEpoch end_of(int epoch, std::int64_t offset) { return {Offset{offset}, LeaderEpoch{epoch}}; }

struct Fixture {
  test::MemoryDisk disk{};
  LeaderEpochCache cache{};
  void assign(int epoch, std::int64_t start) { REQUIRE(cache.assign(disk, "p-0", entry(epoch, start))); }
  [[nodiscard]] std::optional<OffsetAndEpoch> end(int epoch, std::int64_t log_end = 100) const {
    return cache.end_offset_for(LeaderEpoch{epoch}, Offset{log_end});
  }
};

}  // namespace

TEST_CASE("an epoch ends where the next one begins and the latest at the log end") {
  Fixture f;
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
  CHECK_FALSE(Fixture{}.end(1).has_value());
}

TEST_CASE("an epoch is assigned once and a lower start corrects it") {
  Fixture f;
  f.assign(1, 5);
  f.assign(1, 9);
  CHECK(f.cache.entries() == std::vector{entry(1, 5)});
  f.assign(1, 3);
  CHECK(f.cache.entries() == std::vector{entry(1, 3)});
}

TEST_CASE("an entry that contradicts later ones removes them") {
  Fixture f;
  f.assign(1, 0);
  f.assign(2, 10);
  f.assign(3, 20);
  f.assign(4, 10);
  CHECK(f.cache.entries() == std::vector{entry(1, 0), entry(4, 10)});
  f.assign(2, 15);
  CHECK(f.cache.entries() == std::vector{entry(1, 0), entry(2, 15)});
}

TEST_CASE("the epoch of an offset is the one that holds it") {
  Fixture f;
  f.assign(1, 5);
  f.assign(4, 10);
  CHECK_FALSE(f.cache.epoch_of(Offset{4}, Offset{20}).has_value());
  CHECK(f.cache.epoch_of(Offset{9}, Offset{20}) == LeaderEpoch{1});
  CHECK(f.cache.epoch_of(Offset{10}, Offset{20}) == LeaderEpoch{4});
  CHECK_FALSE(f.cache.epoch_of(Offset{20}, Offset{20}).has_value());
}

TEST_CASE("truncation from the end keeps epochs that begin below") {
  Fixture f;
  f.assign(1, 0);
  f.assign(2, 10);
  f.assign(3, 20);
  REQUIRE(f.cache.truncate_from_end(f.disk, "p-0", Offset{10}));
  CHECK(f.cache.entries() == std::vector{entry(1, 0)});
  CHECK(f.disk.text_of("p-0/leader-epoch-checkpoint") == "0\n1\n1 0\n");
}

TEST_CASE("truncation from the start lets the epoch that holds it begin there") {
  Fixture f;
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
  Fixture f;
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

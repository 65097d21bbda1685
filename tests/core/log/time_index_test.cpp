#include "core/log/time_index.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct TimeIndexRig {
  MemoryDisk disk{};
  TimeIndex index{*TimeIndex::open(disk, "p-0/t", Offset{40}, 60)};
  void append(std::int64_t timestamp, std::int64_t offset, Closing closing = Closing::no) {
    REQUIRE(index.maybe_append(disk, {Timestamp{timestamp}, Offset{offset}}, closing));
  }
  [[nodiscard]] std::optional<TimestampOffset> lookup(std::int64_t timestamp) const {
    return *index.lookup(disk, Timestamp{timestamp});
  }
};

}  // namespace

TEST_CASE("a time index finds the last entry at or below a timestamp") {
  TimeIndexRig f;
  f.append(100, 45);
  f.append(200, 50);
  CHECK_FALSE(f.lookup(99).has_value());
  CHECK(f.lookup(199) == TimestampOffset{Timestamp{100}, Offset{45}});
  CHECK(f.lookup(200) == TimestampOffset{Timestamp{200}, Offset{50}});
}

TEST_CASE("a time index only takes larger timestamps") {
  TimeIndexRig f;
  f.append(100, 45);
  f.append(100, 46);
  f.append(90, 47, Closing::yes);
  CHECK(f.index.count() == 1);
  CHECK(to_hex(f.disk.bytes_of("p-0/t")) == "000000000000006400000005");
}

TEST_CASE("a time index keeps room for the closing entry") {
  TimeIndexRig f;
  for (int i = 0; i < 4; ++i) {
    CHECK_FALSE(f.index.is_full());
    f.append(100 + i, 41 + i);
  }
  CHECK(f.index.is_full());
  f.append(200, 60);
  CHECK(f.index.count() == 4);
  f.append(200, 60, Closing::yes);
  CHECK(f.index.count() == 5);
}

TEST_CASE("truncation of a time index goes by offset") {
  TimeIndexRig f;
  f.append(100, 45);
  f.append(200, 50);
  f.append(300, 55);
  REQUIRE(f.index.truncate_to(f.disk, Offset{50}));
  CHECK(f.index.last() == TimestampOffset{Timestamp{100}, Offset{45}});
  REQUIRE(f.index.reset(f.disk));
  CHECK_FALSE(f.index.last().has_value());
}

TEST_CASE("a time index that was damaged at rest begins anew") {
  TimeIndexRig f;
  f.append(100, 900);
  f.append(200, 50);
  CHECK(f.index.count() == 1);
  CHECK(f.index.last() == TimestampOffset{Timestamp{200}, Offset{50}});
}

TEST_CASE("an empty time index has no last entry") {
  TimeIndexRig f;
  CHECK_FALSE(f.index.last().has_value());
  CHECK_FALSE(f.lookup(1000).has_value());
  f.append(1, 41);
  CHECK(f.index.last() == TimestampOffset{Timestamp{1}, Offset{41}});
}

TEST_CASE("a time index that is opened again has its entries") {
  TimeIndexRig f;
  for (int i = 1; i <= 4; ++i) f.append(10 * i, 40 + 10 * i);
  f.index = *TimeIndex::open(f.disk, "p-0/t", Offset{40}, 60);
  CHECK(f.index.count() == 4);
  for (int i = 1; i <= 4; ++i) CHECK(f.lookup(10 * i + 9) == TimestampOffset{Timestamp{10 * i}, Offset{40 + 10 * i}});
  CHECK(f.disk.bytes_of("p-0/t").size() == 48);
}

TEST_CASE("a time index of odd size or with an offset outside of its segment is not sane") {
  TimeIndexRig f;
  CHECK(f.index.is_sane());
  f.append(100, 45);
  f.append(200, 50);
  CHECK(f.index.is_sane());
  const std::vector<std::byte> bytes = f.disk.bytes_of("p-0/t");
  const auto sane_with = [&](const auto& change) {
    std::vector<std::byte> changed = bytes;
    change(changed);
    f.disk.set_bytes("p-0/t", changed);
    return TimeIndex::open(f.disk, "p-0/t", Offset{40}, 60)->is_sane();
  };
  CHECK(sane_with([](auto&) {}));
  CHECK_FALSE(sane_with([](auto& b) { b.pop_back(); }));
  CHECK_FALSE(sane_with([](auto& b) { b[20] = std::byte{0xff}; }));
}

TEST_CASE("a time index takes entries again after truncation") {
  TimeIndexRig f;
  for (int round = 0; round < 2; ++round) {
    for (int i = 1; i <= 4; ++i) f.append(10 * i, 40 + 10 * i);
    CHECK(f.index.count() == 4);
    REQUIRE(f.index.truncate_to(f.disk, Offset{50}));
    CHECK(f.index.count() == 0);
  }
}

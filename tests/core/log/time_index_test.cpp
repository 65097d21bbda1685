#include "core/log/time_index.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct Fixture {
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
  Fixture f;
  f.append(100, 45);
  f.append(200, 50);
  CHECK_FALSE(f.lookup(99).has_value());
  CHECK(f.lookup(199) == TimestampOffset{Timestamp{100}, Offset{45}});
  CHECK(f.lookup(200) == TimestampOffset{Timestamp{200}, Offset{50}});
}

TEST_CASE("a time index only takes larger timestamps") {
  Fixture f;
  f.append(100, 45);
  f.append(100, 46);
  f.append(90, 47, Closing::yes);
  CHECK(f.index.count() == 1);
  CHECK(to_hex(f.disk.bytes_of("p-0/t")) == "000000000000006400000005");
}

TEST_CASE("a time index keeps room for the closing entry") {
  Fixture f;
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
  Fixture f;
  f.append(100, 45);
  f.append(200, 50);
  f.append(300, 55);
  REQUIRE(f.index.truncate_to(f.disk, Offset{50}));
  CHECK(f.index.last() == TimestampOffset{Timestamp{100}, Offset{45}});
  REQUIRE(f.index.reset(f.disk));
  CHECK_FALSE(f.index.last().has_value());
}

TEST_CASE("a time index that was damaged at rest begins anew") {
  Fixture f;
  f.append(100, 900);
  f.append(200, 50);
  CHECK(f.index.count() == 1);
  CHECK(f.index.last() == TimestampOffset{Timestamp{200}, Offset{50}});
}

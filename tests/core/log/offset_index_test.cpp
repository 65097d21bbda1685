#include "core/log/offset_index.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct OffsetIndexRig {
  MemoryDisk disk{};
  OffsetIndex index{*OffsetIndex::open(disk, "p-0/i", Offset{40}, 80)};
  void append(std::int64_t offset, std::uint64_t position) { REQUIRE(index.append(disk, {Offset{offset}, position})); }
  [[nodiscard]] std::optional<OffsetPosition> lookup(std::int64_t offset) const {
    return *index.lookup(disk, Offset{offset});
  }
};

}  // namespace

TEST_CASE("an offset index finds the last entry at or below an offset") {
  OffsetIndexRig f;
  CHECK_FALSE(f.lookup(50).has_value());
  f.append(45, 100);
  f.append(50, 300);
  f.append(58, 700);
  CHECK_FALSE(f.lookup(44).has_value());
  CHECK(f.lookup(45) == OffsetPosition{Offset{45}, 100});
  CHECK(f.lookup(49) == OffsetPosition{Offset{45}, 100});
  CHECK(f.lookup(57) == OffsetPosition{Offset{50}, 300});
  CHECK(f.lookup(999) == OffsetPosition{Offset{58}, 700});
}

TEST_CASE("an offset index entry is relative offset and position in eight bytes") {
  OffsetIndexRig f;
  f.append(45, 258);
  CHECK(to_hex(f.disk.bytes_of("p-0/i")) == "0000000500000102");
  const OffsetIndex again = *OffsetIndex::open(f.disk, "p-0/i", Offset{40}, 80);
  CHECK(again.last() == OffsetPosition{Offset{45}, 258});
  CHECK(again.is_sane(259));
  CHECK_FALSE(again.is_sane(258));
}

TEST_CASE("truncation of an offset index leaves the entries below") {
  OffsetIndexRig f;
  f.append(45, 100);
  f.append(50, 300);
  f.append(58, 700);
  REQUIRE(f.index.truncate_to(f.disk, Offset{58}));
  CHECK(f.index.last() == OffsetPosition{Offset{50}, 300});
  REQUIRE(f.index.truncate_to(f.disk, Offset{45}));
  CHECK(f.index.count() == 0);
  CHECK_FALSE(f.index.last().has_value());
}

TEST_CASE("an offset index is full at its size in whole entries") {
  OffsetIndexRig f;
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(f.index.is_full());
    f.append(41 + i, static_cast<std::uint64_t>(i));
  }
  CHECK(f.index.is_full());
}

TEST_CASE("an offset index that was damaged at rest begins anew") {
  OffsetIndexRig f;
  f.append(900, 1);
  f.append(50, 300);
  CHECK(f.index.count() == 1);
  CHECK(f.lookup(1000) == OffsetPosition{Offset{50}, 300});
}

TEST_CASE("an offset index answers as a sorted map does") {
  MemoryDisk disk;
  OffsetIndex index = *OffsetIndex::open(disk, "p-0/i", Offset{40}, 8 * 700);
  Random random{7};
  std::map<std::int64_t, std::uint64_t> map;
  std::int64_t offset = 40;
  for (std::uint64_t position = 0; map.size() < 700; position += 1 + random.below(50)) {
    offset += random.between(1, 9);
    map[offset] = position;
    REQUIRE(index.append(disk, {Offset{offset}, position}));
  }
  CHECK(index.is_full());
  for (std::int64_t probe = 38; probe < offset + 3; ++probe) {
    const auto found = *index.lookup(disk, Offset{probe});
    const auto after = map.upper_bound(probe);
    REQUIRE(found.has_value() == (after != map.begin()));
    if (found) REQUIRE(*found == OffsetPosition{Offset{std::prev(after)->first}, std::prev(after)->second});
  }
}

TEST_CASE("the upper bound of a fetch is the offset of the first entry behind its bytes") {
  OffsetIndexRig f;
  const auto upper = [&f](std::uint64_t position) { return *f.index.upper_bound(f.disk, position); };
  CHECK_FALSE(upper(5).has_value());
  f.append(40, 0);
  f.append(41, 10);
  f.append(42, 23);
  f.append(43, 37);
  CHECK(upper(5) == Offset{41});
  CHECK(upper(10) == Offset{41});
  CHECK(upper(22) == Offset{42});
  CHECK(upper(23) == Offset{42});
  CHECK(upper(34) == Offset{43});
  CHECK_FALSE(upper(38).has_value());
  CHECK_FALSE(upper(200).has_value());
}

TEST_CASE("an offset index takes entries again after any truncation") {
  OffsetIndexRig f;
  for (std::int64_t i = 1; i < 10; ++i) f.append(40 + i, static_cast<std::uint64_t>(i));
  for (const std::int64_t to : {12, 10, 9, 5}) {
    REQUIRE(f.index.truncate_to(f.disk, Offset{40 + to}));
    const std::int64_t last = std::min<std::int64_t>(to - 1, 9);
    CHECK(f.index.last() == OffsetPosition{Offset{40 + last}, static_cast<std::uint64_t>(last)});
    CHECK(f.lookup(50) == f.index.last());
    for (std::int64_t i = last + 1; i < 10; ++i) f.append(40 + i, static_cast<std::uint64_t>(i));
  }
  REQUIRE(f.index.reset(f.disk));
  CHECK(f.index.count() == 0);
}

TEST_CASE("an offset index whose only entry is of the base offset is sane") {
  OffsetIndexRig f;
  f.append(40, 0);
  CHECK(f.index.is_sane(61));
  const OffsetIndex again = *OffsetIndex::open(f.disk, "p-0/i", Offset{40}, 80);
  CHECK(again.is_sane(61));
  CHECK(*again.lookup(f.disk, Offset{40}) == OffsetPosition{Offset{40}, 0});
  CHECK(again.count() == 1);
}

TEST_CASE("an entry beyond the end of an index is not read") {
  OffsetIndexRig f;
  CHECK_THROWS_AS(f.index.file().read(f.disk, 0, 1), InternalError);
  f.append(45, 100);
  CHECK(f.index.file().read(f.disk, 0, 1).has_value());
  CHECK_THROWS_AS(f.index.file().read(f.disk, 1, 1), InternalError);
}

#include "core/log/offset_index.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct Fixture {
  MemoryDisk disk{};
  OffsetIndex index{*OffsetIndex::open(disk, "p-0/i", Offset{40}, 80)};
  void append(std::int64_t offset, std::uint64_t position) { REQUIRE(index.append(disk, {Offset{offset}, position})); }
  [[nodiscard]] std::optional<OffsetPosition> lookup(std::int64_t offset) const {
    return *index.lookup(disk, Offset{offset});
  }
};

}  // namespace

TEST_CASE("an offset index finds the last entry at or below an offset") {
  Fixture f;
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
  Fixture f;
  f.append(45, 258);
  CHECK(to_hex(f.disk.bytes_of("p-0/i")) == "0000000500000102");
  const OffsetIndex again = *OffsetIndex::open(f.disk, "p-0/i", Offset{40}, 80);
  CHECK(again.last() == OffsetPosition{Offset{45}, 258});
  CHECK(again.is_sane(259));
  CHECK_FALSE(again.is_sane(258));
}

TEST_CASE("truncation of an offset index leaves the entries below") {
  Fixture f;
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
  Fixture f;
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(f.index.is_full());
    f.append(41 + i, static_cast<std::uint64_t>(i));
  }
  CHECK(f.index.is_full());
}

TEST_CASE("an offset index that was damaged at rest begins anew") {
  Fixture f;
  f.append(900, 1);
  f.append(50, 300);
  CHECK(f.index.count() == 1);
  CHECK(f.lookup(1000) == OffsetPosition{Offset{50}, 300});
}

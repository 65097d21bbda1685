#include "core/log/index_file.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

std::vector<std::byte> entry(std::int32_t key) {
  ByteWriter out;
  out.i32(key);
  out.i32(-key);
  return out.take();
}

}  // namespace

TEST_CASE("the entries up to a key are counted across pages") {
  MemoryDisk disk;
  IndexFile index = *IndexFile::open(disk, "p-0/i", 8);
  for (std::int32_t i = 0; i < 3000; ++i) REQUIRE(index.append(disk, entry(2 * i)));
  CHECK(index.count() == 3000);
  for (const std::int64_t key : {-1, 0, 1, 2, 999, 1000, 3001, 5997, 5998, 5999, 100'000}) {
    const std::int64_t expected = key < 0 ? 0 : std::min<std::int64_t>(3000, key / 2 + 1);
    CHECK(*index.count_at_most(disk, {0, 4}, key) == static_cast<std::uint64_t>(expected));
  }
}

TEST_CASE("a last entry that is not whole does not count and is cut with the next truncation") {
  MemoryDisk disk;
  disk.set_bytes("p-0/i", std::vector<std::byte>(19));
  IndexFile index = *IndexFile::open(disk, "p-0/i", 8);
  CHECK(index.count() == 2);
  CHECK(index.has_odd_size());
  REQUIRE(index.truncate(disk, 2));
  CHECK_FALSE(index.has_odd_size());
  CHECK(disk.bytes_of("p-0/i").size() == 16);
}

TEST_CASE("an index file knows whether it was written since its last sync") {
  MemoryDisk disk;
  IndexFile index = *IndexFile::open(disk, "p-0/i", 8);
  CHECK_FALSE(index.dirty());
  REQUIRE(index.append(disk, entry(1)));
  CHECK(index.dirty());
  REQUIRE(index.sync(disk));
  CHECK_FALSE(index.dirty());
  REQUIRE(index.truncate(disk, 0));
  CHECK(index.dirty());
}

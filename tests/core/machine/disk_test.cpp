#include "core/machine/disk.hpp"

#include <catch2/catch.hpp>

#include "sim/disk/sim_disk.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using test::MemoryDisk;

namespace {

std::string text_of(const DiskResult<std::vector<std::byte>>& file) {
  REQUIRE(file);
  return std::string{as_text(*file)};
}

}  // namespace

TEST_CASE("a file is read whole however many writes made it") {
  MemoryDisk disk;
  const FileId file = *disk.open("d/f", OpenMode::create);
  const std::vector<SharedBytes> slices{SharedBytes::of("one "), SharedBytes::of("two "), SharedBytes::of("three")};
  REQUIRE(disk.append(file, slices));
  disk.close(file);
  disk.piece = 3;
  CHECK(text_of(read_file(disk, "d/f")) == "one two three");
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("an empty file is read as nothing and a missing one as not found") {
  MemoryDisk disk;
  disk.set_text("empty", "");
  CHECK(text_of(read_file(disk, "empty")).empty());
  const auto missing = read_file(disk, "missing");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == DiskErrorKind::not_found);
  CHECK(missing.error().path == "missing");
}

TEST_CASE("a file that is replaced survives a power loss with its new content and leaves nothing beside it") {
  MemoryDisk disk;
  disk.set_text("a", "kept");
  REQUIRE(replace_file(disk, "quorum-state", "an older and longer text"));
  REQUIRE(replace_file(disk, "quorum-state", "new"));
  CHECK(text_of(read_file(disk, "quorum-state")) == "new");
  CHECK(disk.paths() == std::vector<std::string>{"a", "quorum-state"});
  CHECK(disk.open_handles() == 0);
  MemoryDisk after = disk.after_power_loss();
  CHECK(text_of(read_file(after, "quorum-state")) == "new");
}

TEST_CASE("a file of a directory is replaced for good as soon as the directory itself is durable") {
  MemoryDisk disk;
  REQUIRE(replace_file(disk, "orders-0/partition.metadata", "topic_id: x"));
  REQUIRE(disk.sync_directory(""));
  MemoryDisk after = disk.after_power_loss();
  CHECK(text_of(read_file(after, "orders-0/partition.metadata")) == "topic_id: x");
}

TEST_CASE("what an interrupted replacement has left is no part of the next one") {
  MemoryDisk disk;
  disk.set_text("checkpoint.tmp", "half of something much longer");
  REQUIRE(replace_file(disk, "checkpoint", "whole"));
  CHECK(text_of(read_file(disk, "checkpoint")) == "whole");
  CHECK_FALSE(disk.exists("checkpoint.tmp"));
}

TEST_CASE("a disk that fails at any step leaves the old file or the new one and says so") {
  for (std::uint64_t good = 0; good < 20; ++good) {
    MemoryDisk disk;
    REQUIRE(replace_file(disk, "checkpoint", "old"));
    disk.operations_left = good;
    const DiskResult<void> done = replace_file(disk, "checkpoint", "new");
    INFO("operations before the failure: " << good);
    CHECK(disk.open_handles() == 0);
    MemoryDisk after = disk.after_crash();
    MemoryDisk dark = disk.after_power_loss();
    const std::string here = text_of(read_file(after, "checkpoint"));
    const std::string left = text_of(read_file(dark, "checkpoint"));
    CHECK((here == "old" || here == "new"));
    CHECK((left == "old" || left == "new"));
    if (done) {
      CHECK(good == 6);  // open, truncate, append, sync, rename, sync of the directory
      CHECK(here == "new");
      CHECK(left == "new");
      return;
    }
    CHECK(done.error().kind == DiskErrorKind::io_error);
    CHECK(left == "old");
  }
  FAIL("it never succeeded");
}

TEST_CASE("a power loss at any step of a replacement leaves the old file or the new one whole") {
  for (std::uint64_t good = 0; good <= 6; ++good) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      MemoryDisk disk;
      REQUIRE(replace_file(disk, "quorum-state", "the old content"));
      disk.operations_left = good;
      const DiskResult<void> done = replace_file(disk, "quorum-state", "and the new one");
      Random random{seed};
      MemoryDisk after = disk.after_torn_power_loss(random);
      const std::string left = text_of(read_file(after, "quorum-state"));
      INFO("operations: " << good << " seed: " << seed);
      if (done) CHECK(left == "and the new one");
      CHECK((left == "the old content" || left == "and the new one"));
    }
  }
}

TEST_CASE("a full disk refuses the new file and keeps the old") {
  MemoryDisk disk;
  REQUIRE(replace_file(disk, "checkpoint", "old"));
  disk.capacity = 10;
  const DiskResult<void> done = replace_file(disk, "checkpoint", "longer than what is free");
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == DiskErrorKind::no_space);
  CHECK(text_of(read_file(disk, "checkpoint")) == "old");
  CHECK(disk.open_handles() == 0);
  REQUIRE(replace_file(disk, "checkpoint", "fits"));  // the leftover of the failed attempt takes no room for good
  CHECK(text_of(read_file(disk, "checkpoint")) == "fits");
}

TEST_CASE("the simulated disk replaces files as durably as the model of it") {
  sim::SimDisk disk;
  REQUIRE(replace_file(disk, "quorum-state", "old"));
  REQUIRE(replace_file(disk, "quorum-state", "new"));
  disk.process_crash();
  Random random{3};
  disk.power_loss({}, random);
  CHECK(text_of(read_file(disk, "quorum-state")) == "new");
}

#include "core/log/file_removals.hpp"

#include <catch2/catch.hpp>

#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

constexpr Instant at(std::int64_t second) { return Instant{seconds(second).ns}; }

LeavingFiles files(std::vector<std::string> paths) {
  LeavingFiles leaving;
  leaving.paths = std::move(paths);
  return leaving;
}

}  // namespace

TEST_CASE("deleted files vanish when their time has come and not before") {
  MemoryDisk disk;
  disk.set_text("orders-0/a.deleted", "x");
  disk.set_text("orders-0/b.deleted", "x");
  FileRemovals removals;
  CHECK_FALSE(removals.next_due().has_value());
  removals.add(at(20), "orders-0", files({"orders-0/b.deleted"}));
  removals.add(at(10), "orders-0", files({"orders-0/a.deleted"}));
  CHECK(removals.next_due() == at(10));
  REQUIRE(removals.remove_one_due(at(9), disk));
  CHECK(disk.exists("orders-0/a.deleted"));
  REQUIRE(removals.remove_one_due(at(30), disk));
  CHECK_FALSE(disk.exists("orders-0/a.deleted"));
  CHECK(disk.exists("orders-0/b.deleted"));  // one at a time
  REQUIRE(removals.remove_one_due(at(30), disk));
  CHECK_FALSE(disk.exists("orders-0/b.deleted"));
  CHECK(removals.size() == 0);
}

TEST_CASE("a directory on its way out vanishes with all in it and takes its own deleted files along") {
  MemoryDisk disk;
  disk.set_text("orders-0/a.deleted", "x");
  FileRemovals removals;
  removals.add(at(10), "orders-0", files({"orders-0/a.deleted"}));
  removals.add(at(10), "orders-1", files({"orders-1/a.deleted"}));
  removals.forget_files_in("orders-0", disk);
  REQUIRE(disk.rename("orders-0", "orders-0.1-delete"));
  removals.add_directory(at(5), "orders-0.1-delete");
  CHECK(removals.size() == 2);
  REQUIRE(removals.remove_one_due(at(6), disk));
  CHECK_FALSE(disk.exists("orders-0.1-delete"));
}

TEST_CASE("what somebody has removed already is no error and a broken disk is one") {
  MemoryDisk disk;
  disk.set_text("orders-0/b.deleted", "x");
  FileRemovals removals;
  removals.add(at(1), "orders-0", files({"orders-0/gone.deleted"}));
  CHECK(removals.remove_one_due(at(1), disk));
  removals.add(at(1), "orders-0", files({"orders-0/b.deleted"}));
  disk.operations_left = 0;
  CHECK_FALSE(removals.remove_one_due(at(1), disk));
}

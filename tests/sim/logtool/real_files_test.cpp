#include "sim/logtool/real_files.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("files of the real file system are read and nothing is changed") {
  const LogFolder folder{"real"};
  folder.write("b/two.txt", "0123456789");
  folder.write("a.txt", "x");
  RealFiles disk;
  CHECK(*disk.list(folder.path()) == std::vector<std::string>{"a.txt", "b"});
  CHECK(disk.list(folder.at("none")).error().kind == DiskErrorKind::not_found);
  CHECK(disk.exists(folder.at("b/two.txt")));
  const auto file = disk.open(folder.at("b/two.txt"), OpenMode::existing);
  REQUIRE(file);
  CHECK(*disk.size(*file) == 10);
  CHECK(as_text(disk.read(*file, 3, 4)->at(0).span()) == "3456");
  CHECK(as_text(disk.read(*file, 8, UINT64_MAX)->at(0).span()) == "89");
  CHECK(disk.read(*file, 10, 1)->empty());
  CHECK_FALSE(disk.append(*file, {}));
  CHECK_FALSE(disk.write(*file, 0, SharedBytes::of("x")));
  CHECK_FALSE(disk.truncate(*file, 0));
  CHECK_FALSE(disk.sync(*file));
  CHECK_FALSE(disk.remove(folder.at("a.txt")));
  CHECK_FALSE(disk.rename(folder.at("a.txt"), folder.at("c.txt")));
  CHECK_FALSE(disk.sync_directory(folder.path()));
  CHECK(disk.free_bytes() == 0);
  CHECK(disk.total_bytes() == 0);
  disk.close(*file);
  CHECK_FALSE(disk.size(*file));
}

TEST_CASE("what is no plain file is not opened") {
  const LogFolder folder{"plain"};
  RealFiles disk;
  CHECK(disk.open(folder.path(), OpenMode::existing).error().kind == DiskErrorKind::io_error);
  CHECK(disk.open("/dev/zero", OpenMode::existing).error().kind == DiskErrorKind::io_error);
  CHECK(disk.open(folder.at("none"), OpenMode::existing).error().kind == DiskErrorKind::not_found);
  CHECK_FALSE(disk.open(folder.at("none"), OpenMode::create));
  CHECK_FALSE(disk.exists(folder.at("none")));
}

// What every Disk promises, asked of each there is: the simulated one, real files, and the tests' own.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "sim/serve/posix_disk.hpp"
#include "tests/sim/disk/disk_text.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/temporary_directory.hpp"

namespace kafkasim::sim {
namespace {

struct Simulated {
  SimDisk disk;
};
struct Memory {
  test::MemoryDisk disk;
};
struct Real {
  test::TemporaryDirectory directory;
  PosixDisk disk{*PosixDisk::open(directory.path())};
};
struct RealWithOneDescriptor {  // so that every other use opens its file again
  test::TemporaryDirectory directory;
  PosixDisk disk{*PosixDisk::open(directory.path(), {.most_open = 1})};
};

#define DISKS Simulated, Memory, Real, RealWithOneDescriptor

std::string read_text(Disk& disk, std::string_view path) {
  const auto bytes = read_file(disk, path);
  REQUIRE(bytes);
  return std::string{as_text(*bytes)};
}

template <class T>
std::optional<DiskErrorKind> error_of(const DiskResult<T>& result) {
  if (result) return std::nullopt;
  return result.error().kind;
}

TEMPLATE_TEST_CASE("What was appended is read at once", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "orders-0/00000000000000000000.log");
  const std::vector<SharedBytes> slices{SharedBytes::of("header"), SharedBytes{}, SharedBytes::of(std::string(9, 'b'))};
  REQUIRE(disk.append(file, slices));
  put(disk, file, "tail");
  CHECK(disk.size(file) == 19U);
  CHECK(join(*disk.read(file, 0, to_the_end)) == "headerbbbbbbbbbtail");
  CHECK(join(*disk.read(file, 4, 3)) == "erb");
  CHECK(join(*disk.read(file, 17, to_the_end)) == "il");
  CHECK(disk.read(file, 19, 1)->empty());
  CHECK(disk.read(file, to_the_end, to_the_end)->empty());
  CHECK(join(*disk.read(file, 3, 0)).empty());
  REQUIRE(disk.append(file, {}));
  CHECK(disk.size(file) == 19U);
}

TEMPLATE_TEST_CASE("Slices that were read outlive what happens to the file", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "log");
  put(disk, file, "as it was");
  const auto read = disk.read(file, 0, to_the_end);
  REQUIRE(read);
  REQUIRE(disk.write(file, 0, SharedBytes::of("AS")));
  REQUIRE(disk.truncate(file, 0));
  REQUIRE(disk.remove("log"));
  CHECK(join(*read) == "as it was");
}

TEMPLATE_TEST_CASE("Writing overwrites and extends and leaves zeros where nothing was written", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "index");
  REQUIRE(disk.truncate(file, 10));
  REQUIRE(disk.write(file, 2, SharedBytes::of("abcd")));
  REQUIRE(disk.write(file, 4, SharedBytes::of("XY")));
  REQUIRE(disk.write(file, 9, SharedBytes::of("end")));
  CHECK(read_text(disk, "index") == std::string{"\0\0abXY\0\0\0end", 12});
  REQUIRE(disk.truncate(file, 3));
  REQUIRE(disk.truncate(file, 5));
  CHECK(read_text(disk, "index") == std::string{"\0\0a\0\0", 5});
  put(disk, file, "!");
  CHECK(read_text(disk, "index") == std::string{"\0\0a\0\0!", 6});
}

TEMPLATE_TEST_CASE("Names are listed in order and directories are made with their files", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  CHECK(disk.list("")->empty());
  for (const char* path : {"b/2", "b/1", "a", "b/c/d", "b-c/x"}) create(disk, path);
  CHECK(*disk.list("") == std::vector<std::string>{"a", "b", "b-c"});
  CHECK(*disk.list("b") == std::vector<std::string>{"1", "2", "c"});
  CHECK(error_of(disk.list("nowhere")) == DiskErrorKind::not_found);
  CHECK(error_of(disk.list("a")) == DiskErrorKind::not_found);
  CHECK(disk.exists("b"));
  CHECK(disk.exists("b/c/d"));
  CHECK_FALSE(disk.exists("b/c/e"));
}

TEMPLATE_TEST_CASE("Opening obeys its mode", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  CHECK(error_of(disk.open("f", OpenMode::existing)) == DiskErrorKind::not_found);
  CHECK(error_of(disk.open("no/f", OpenMode::existing)) == DiskErrorKind::not_found);
  CHECK_FALSE(disk.exists("no"));
  const FileId first = create(disk, "f");
  CHECK(error_of(disk.open("f", OpenMode::create)) == DiskErrorKind::exists);
  put(disk, first, "text");
  const auto second = disk.open("f", OpenMode::create_or_existing);
  REQUIRE(second);
  CHECK(*second != first);
  put(disk, *second, "!");
  CHECK(disk.size(first) == 5U);
  disk.close(first);
  CHECK(error_of(disk.size(first)) == DiskErrorKind::not_found);
  CHECK(error_of(disk.read(first, 0, 1)) == DiskErrorKind::not_found);
  CHECK(error_of(disk.sync(first)) == DiskErrorKind::not_found);
  CHECK(disk.size(*second) == 5U);
  disk.close(*second);
  CHECK(error_of(disk.open("f", OpenMode::create)) == DiskErrorKind::exists);
  const auto third = disk.open("f", OpenMode::existing);
  CHECK(*third != first);
  CHECK(*third != *second);
  CHECK(error_of(disk.open("f/below", OpenMode::create)) == DiskErrorKind::exists);
  CHECK(error_of(disk.open("f/below", OpenMode::existing)) == DiskErrorKind::not_found);
  CHECK(disk.open("d/e", OpenMode::create));
  CHECK(error_of(disk.open("d", OpenMode::create_or_existing)) == DiskErrorKind::exists);
  CHECK(error_of(disk.open("d", OpenMode::existing)) == DiskErrorKind::not_found);
}

TEMPLATE_TEST_CASE("A path that leaves the disk or is malformed names nothing", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  create(disk, "a/f");
  const std::string zero{"a\0b", 3};
  for (const std::string& path :
       {std::string{}, std::string{"/etc"}, std::string{"../x"}, std::string{"a/../f"}, std::string{"a//f"},
        std::string{"a/"}, std::string{"./f"}, zero, std::string(5000, 'x'), std::string(256, 'x')}) {
    CHECK(error_of(disk.open(path, OpenMode::create_or_existing)) == DiskErrorKind::not_found);
    CHECK(error_of(disk.rename("a/f", path)) == DiskErrorKind::not_found);
    CHECK(error_of(disk.rename(path, "a/g")) == DiskErrorKind::not_found);
    CHECK(error_of(disk.remove(path)) == DiskErrorKind::not_found);
    CHECK_FALSE(disk.exists(path));
    if (path.empty()) continue;
    CHECK(error_of(disk.list(path)) == DiskErrorKind::not_found);
    CHECK(error_of(disk.sync_directory(path)) == DiskErrorKind::not_found);
  }
  CHECK(disk.exists("a/f"));
}

TEMPLATE_TEST_CASE("Renaming replaces a file and does not disturb its handle", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId old_file = create(disk, "checkpoint");
  put(disk, old_file, "old");
  const FileId new_file = create(disk, "checkpoint.tmp");
  put(disk, new_file, "newer");
  REQUIRE(disk.rename("checkpoint.tmp", "checkpoint"));
  CHECK_FALSE(disk.exists("checkpoint.tmp"));
  put(disk, new_file, "!");
  CHECK(read_text(disk, "checkpoint") == "newer!");
  CHECK(error_of(disk.size(old_file)) == DiskErrorKind::not_found);
  CHECK(error_of(disk.append(old_file, {})) == DiskErrorKind::not_found);
  CHECK(error_of(disk.rename("nothing", "x")) == DiskErrorKind::not_found);
  CHECK(error_of(disk.rename("checkpoint", "no/such")) == DiskErrorKind::not_found);
  CHECK_FALSE(error_of(disk.rename("checkpoint", "checkpoint")));
  put(disk, new_file, "?");
  CHECK(read_text(disk, "checkpoint") == "newer!?");
}

TEMPLATE_TEST_CASE("Renaming a directory takes all in it along", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "orders-0/log");
  create(disk, "orders-0/deep/er");
  const FileId other = create(disk, "orders-01/log");
  REQUIRE(disk.rename("orders-0", "orders-0.abc-delete"));
  CHECK(disk.exists("orders-0.abc-delete/deep/er"));
  CHECK_FALSE(disk.exists("orders-0"));
  put(disk, file, "still mine");
  put(disk, other, "untouched");
  CHECK(read_text(disk, "orders-0.abc-delete/log") == "still mine");
  CHECK(read_text(disk, "orders-01/log") == "untouched");
  CHECK(error_of(disk.rename("orders-01", "orders-0.abc-delete")) == DiskErrorKind::exists);
  CHECK(error_of(disk.rename("orders-01", "orders-01/x")) == DiskErrorKind::exists);
  CHECK(error_of(disk.rename("orders-01/log", "orders-0.abc-delete")) == DiskErrorKind::exists);
}

TEMPLATE_TEST_CASE("Removing ends the handles", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "orders-0/log");
  put(disk, file, "12345");
  create(disk, "orders-0/deep/er");
  const FileId other = create(disk, "orders-01/log");
  REQUIRE(disk.remove("orders-0"));
  CHECK_FALSE(disk.exists("orders-0"));
  CHECK(error_of(disk.append(file, {})) == DiskErrorKind::not_found);
  CHECK(error_of(disk.remove("orders-0")) == DiskErrorKind::not_found);
  const FileId again = create(disk, "orders-0/log");
  CHECK(disk.size(again) == 0U);
  CHECK(error_of(disk.size(file)) == DiskErrorKind::not_found);
  disk.close(file);
  CHECK(disk.size(again) == 0U);
  CHECK(disk.size(other) == 0U);
}

TEMPLATE_TEST_CASE("A small file is replaced whole", "", DISKS) {
  TestType at;
  REQUIRE(replace_file(at.disk, "d/checkpoint", "a longer text at first"));
  REQUIRE(replace_file(at.disk, "d/checkpoint", "second"));
  CHECK(read_text(at.disk, "d/checkpoint") == "second");
  CHECK(*at.disk.list("d") == std::vector<std::string>{"checkpoint"});
}

TEMPLATE_TEST_CASE("Files and directories are made durable where they are", "", DISKS) {
  TestType at;
  Disk& disk = at.disk;
  const FileId file = create(disk, "d/f");
  put(disk, file, "text");
  CHECK(disk.sync(file));
  CHECK(disk.sync_directory("d"));
  CHECK(disk.sync_directory(""));
  CHECK(error_of(disk.sync_directory("e")) == DiskErrorKind::not_found);
  CHECK(error_of(disk.sync_directory("d/f")) == DiskErrorKind::not_found);
  CHECK(disk.free_bytes() > 0);
  CHECK(disk.total_bytes() >= disk.free_bytes());
}

// ---- whatever is asked, all answer alike ------------------------------------------------------------------

void dump(Disk& disk, const std::string& directory, std::string& out) {
  const auto names = disk.list(directory);
  REQUIRE(names);
  for (const std::string& name : *names) {
    const std::string path = directory.empty() ? name : directory + "/" + name;
    out += path + "\n";
    if (disk.list(path)) {
      dump(disk, path, out);
    } else {
      out += read_text(disk, path) + "\n";
    }
  }
}

class Asked {  // one disk, and the handles that it gave: the n-th of one is the n-th of all
 public:
  explicit Asked(Disk& disk) : disk_{disk} {}

  // Says what came out.
  std::string ask(Random random) {
    static const std::vector<std::string> paths{"a", "b", "a/x", "a/y", "b/x", "a/x/z", "b/c/x", "a-b/x", "c", "../a"};
    const auto path = [&] { return paths[random.below(paths.size())]; };
    const auto bytes = [&] {
      const std::uint64_t length = random.below(20);
      return SharedBytes::of(std::string(length, static_cast<char>('a' + random.below(26))));
    };
    const FileId file = handles_.empty() ? FileId{} : handles_[random.below(handles_.size())];
    switch (random.below(11)) {
      case 0:
      case 1: {
        const auto mode = static_cast<OpenMode>(random.below(3));
        return open(path(), mode);
      }
      case 2:
      case 3: {
        std::vector<SharedBytes> slices(random.below(4));
        for (SharedBytes& slice : slices) slice = bytes();
        return said(disk_.append(file, slices));
      }
      case 4: {
        const std::uint64_t at = random.below(60);
        return said(disk_.write(file, at, bytes()));
      }
      case 5: {
        const std::uint64_t at = random.below(60);
        const auto read = disk_.read(file, at, random.below(60));
        return read ? join(*read) : said(read);
      }
      case 6: return said(disk_.truncate(file, random.below(60)));
      case 7: {
        const std::string from = path();
        return said(disk_.rename(from, path()));
      }
      case 8: return random.below(3) == 0 ? said(disk_.remove(path())) : "";
      case 9: return random.below(3) == 0 ? (disk_.close(file), "") : said(disk_.sync(file));
      default: {
        const auto size = disk_.size(file);
        return size ? std::to_string(*size) : said(size);
      }
    }
  }

 private:
  template <class T>
  static std::string said(const DiskResult<T>& result) {
    return result ? "done" : "error " + std::to_string(static_cast<int>(result.error().kind));
  }
  std::string open(const std::string& path, OpenMode mode) {
    const auto file = disk_.open(path, mode);
    if (file) handles_.push_back(*file);
    return said(file);
  }

  Disk& disk_;
  std::vector<FileId> handles_;
};

TEST_CASE("Whatever is asked the simulated disk and real files and the disk of the tests answer alike") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Simulated simulated;
    Memory memory;
    Real real;
    RealWithOneDescriptor narrow;
    std::vector<Disk*> disks{&simulated.disk, &memory.disk, &real.disk, &narrow.disk};
    std::vector<Asked> asked;
    for (Disk* disk : disks) asked.emplace_back(*disk);
    const Random root{seed};
    for (std::uint64_t i = 0; i < 120; ++i) {
      const std::string expected = asked.front().ask(root.fork(i));
      for (std::size_t d = 1; d < disks.size(); ++d) {
        INFO("seed " << seed << " operation " << i << " disk " << d);
        REQUIRE(asked[d].ask(root.fork(i)) == expected);
      }
    }
    std::string expected;
    dump(*disks.front(), "", expected);
    for (std::size_t d = 1; d < disks.size(); ++d) {
      std::string found;
      dump(*disks[d], "", found);
      INFO("seed " << seed << " disk " << d);
      REQUIRE(found == expected);
    }
  }
}

}  // namespace
}  // namespace kafkasim::sim

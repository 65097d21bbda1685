#include "sim/disk/sim_disk.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/sim/disk/disk_text.hpp"

namespace kafkasim::sim {
namespace {

TEST_CASE("What was appended is read in the memory that was given") {
  SimDisk disk;
  const FileId file = create(disk, "orders-0/00000000000000000000.log");
  const SharedBytes header = SharedBytes::of("header");
  const SharedBytes body{to_vector(as_bytes(std::string(1000, 'b'))), Origin{3, 17}};
  const std::vector<SharedBytes> slices{header, body};
  REQUIRE(disk.append(file, slices));
  CHECK(disk.size(file) == 1006U);
  const auto read = disk.read(file, 0, to_the_end);
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].same_memory(header));
  CHECK((*read)[1].same_memory(body));
  const auto part = disk.read(file, 4, 10);
  REQUIRE(part->size() == 2);
  CHECK((*part)[1].origin() == Origin{3, 17});
  CHECK(join(*part) == "erbbbbbbbb");
}

TEST_CASE("Only bytes that were written take space") {
  SimDisk disk;
  const FileId file = create(disk, "index");
  REQUIRE(disk.truncate(file, 10));
  CHECK(disk.used_bytes() == 0);
  REQUIRE(disk.write(file, 2, SharedBytes::of("abcd")));
  REQUIRE(disk.write(file, 4, SharedBytes::of("XY")));
  REQUIRE(disk.write(file, 9, SharedBytes::of("end")));
  CHECK(disk.used_bytes() == 7);
  REQUIRE(disk.truncate(file, 3));
  REQUIRE(disk.truncate(file, 5));
  CHECK(disk.used_bytes() == 1);
}

TEST_CASE("A large preallocated index takes no space until it is written") {
  SimDisk disk{DiskSpec{.capacity = 1000}};
  const FileId file = create(disk, "00000000000000000000.index");
  REQUIRE(disk.truncate(file, 10 << 20));
  CHECK(disk.free_bytes() == 1000);
  for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(disk.write(file, i * 8, SharedBytes::of("12345678")));
  CHECK(disk.free_bytes() == 200);
  CHECK(disk.total_bytes() == 1000);
  CHECK(disk.read(file, 0, 800)->size() == 2);  // small entries are joined
  CHECK(join(*disk.read(file, 796, 8)) == std::string{"5678\0\0\0\0", 8});
}

TEST_CASE("A file that another one replaces takes no space any more") {
  SimDisk disk;
  put(disk, create(disk, "checkpoint"), "old");
  put(disk, create(disk, "checkpoint.tmp"), "newer");
  REQUIRE(disk.rename("checkpoint.tmp", "checkpoint"));
  CHECK(disk.used_bytes() == 5);
}

TEST_CASE("Removing frees the space and leaves the other directories") {
  SimDisk disk;
  put(disk, create(disk, "orders-0/log"), "12345");
  put(disk, create(disk, "orders-0/index"), "123");
  put(disk, create(disk, "orders-1/log"), "1");
  create(disk, "orders-0-x/log");
  REQUIRE(disk.remove("orders-0"));
  CHECK(disk.used_bytes() == 1);
  CHECK(disk.directories() == std::vector<std::string>{"orders-0-x", "orders-1"});
  CHECK(disk.files().size() == 2);
}

TEST_CASE("A full disk takes all the slices of an append or none") {
  SimDisk disk{DiskSpec{.capacity = 10}};
  const FileId file = create(disk, "log");
  put(disk, file, "12345678");
  const std::vector<SharedBytes> two{SharedBytes::of("9"), SharedBytes::of("01")};
  const auto failed = disk.append(file, two);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == DiskErrorKind::no_space);
  CHECK(failed.error().path == "log");
  CHECK(disk.size(file) == 8U);
  CHECK(disk.free_bytes() == 2);
  REQUIRE(disk.write(file, 0, SharedBytes::of("abcdefghij")));  // eight of these are in place
  CHECK(disk.write(file, 9, SharedBytes::of("jk")).error().kind == DiskErrorKind::no_space);
  REQUIRE(disk.truncate(file, 4));
  CHECK(disk.free_bytes() == 6);
}

TEST_CASE("A disk set full refuses new bytes and still lets old ones go") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  put(disk, file, "old");
  disk.set_full(Switch::on);
  CHECK(disk.free_bytes() == 0);
  const SharedBytes bytes = SharedBytes::of("x");
  CHECK(disk.append(file, {&bytes, 1}).error().kind == DiskErrorKind::no_space);
  CHECK(disk.open("other", OpenMode::create).error().kind == DiskErrorKind::no_space);
  CHECK(disk.truncate(file, 100).error().kind == DiskErrorKind::no_space);
  CHECK(text(disk, "log") == "old");
  CHECK(disk.truncate(file, 1));
  CHECK(disk.remove("log"));
  disk.set_full(Switch::off);
  CHECK(disk.open("other", OpenMode::create));
}

TEST_CASE("On a failing disk every operation is an error") {
  SimDisk disk;
  const FileId file = create(disk, "d/log");
  put(disk, file, "text");
  const auto point = disk.begin_flush(file);
  disk.set_failing(Switch::on);
  const SharedBytes bytes = SharedBytes::of("x");
  CHECK(disk.open("d/log", OpenMode::existing).error().kind == DiskErrorKind::io_error);
  CHECK(disk.size(file).error().kind == DiskErrorKind::io_error);
  CHECK(disk.append(file, {&bytes, 1}).error().path == "d/log");
  CHECK(disk.write(file, 0, bytes).error().kind == DiskErrorKind::io_error);
  CHECK(disk.read(file, 0, 1).error().kind == DiskErrorKind::io_error);
  CHECK(disk.truncate(file, 0).error().kind == DiskErrorKind::io_error);
  CHECK(disk.rename("d/log", "d/x").error().kind == DiskErrorKind::io_error);
  CHECK(disk.remove("d").error().kind == DiskErrorKind::io_error);
  CHECK(disk.list("").error().kind == DiskErrorKind::io_error);
  CHECK(disk.sync(file).error().kind == DiskErrorKind::io_error);
  CHECK(disk.sync_directory("d").error().kind == DiskErrorKind::io_error);
  CHECK_FALSE(disk.complete_flush(*point));
  CHECK_FALSE(disk.begin_flush(file));
  CHECK_FALSE(disk.exists("d/log"));
  CHECK(disk.info("d/log")->size == 4);
  disk.set_failing(Switch::off);
  CHECK(text(disk, "d/log") == "text");
  CHECK(disk.info("d/log")->durable_size == 0);
}

TEST_CASE("A process crash closes the handles and loses nothing") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  put(disk, file, "never synced");
  disk.process_crash();
  CHECK(disk.size(file).error().kind == DiskErrorKind::not_found);
  CHECK(text(disk, "log") == "never synced");
  CHECK(disk.open("log", OpenMode::existing));
}

TEST_CASE("A copy of a disk is equal and goes its own way") {
  SimDisk disk;
  const FileId file = create(disk, "d/log");
  for (int i = 0; i < 200; ++i) put(disk, file, "batch " + std::to_string(i) + " of the log;");
  const std::string before = text(disk, "d/log");
  SimDisk copy = disk;
  put(copy, file, "more");
  create(copy, "d/other");
  REQUIRE(disk.truncate(file, 20));
  CHECK(text(copy, "d/log") == before + "more");
  CHECK(text(disk, "d/log") == before.substr(0, 20));
  CHECK_FALSE(disk.exists("d/other"));
  REQUIRE(disk.remove("d"));
  CHECK(text(copy, "d/log") == before + "more");
  CHECK(copy.used_bytes() == before.size() + 4);
  CHECK(disk.used_bytes() == 0);
}

TEST_CASE("Bytes go bad at rest in one place and keep what is known of them") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  const SharedBytes body{to_vector(as_bytes("0123456789")), Origin{1, 2}};
  REQUIRE(disk.append(file, {&body, 1}));
  REQUIRE(disk.sync(file));
  SimDisk copy = disk;
  REQUIRE(disk.corrupt("log", 3, std::byte{1}));
  CHECK(text(disk, "log") == "0122456789");
  CHECK(disk.content("log")->front().origin() == Origin{1, 2});
  CHECK(text(copy, "log") == "0123456789");
  CHECK(as_text(body.span()) == "0123456789");
  Random random{1};
  disk.power_loss({}, random);
  CHECK(text(disk, "log") == "0122456789");
  CHECK(disk.corrupt("log", 10, std::byte{1}).error().kind == DiskErrorKind::not_found);
}

TEST_CASE("Flipped bits are told apart from what was written until it is written anew") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  put(disk, file, "0123456789");
  const std::uint64_t used = disk.used_bytes();
  REQUIRE(disk.corrupt("log", 3, std::byte{1}));
  REQUIRE(disk.corrupt("log", 7, std::byte{4}));
  CHECK(disk.flipped_bits()
        == std::vector<FlippedBits>{{"log", 3, std::byte{1}}, {"log", 7, std::byte{4}}});
  CHECK(disk.used_bytes() == used);
  REQUIRE(disk.rename("log", "other"));
  CHECK(text(disk, "other") == "0122456389");
  CHECK(disk.flipped_bits().front().path == "other");
  REQUIRE(disk.write(file, 2, SharedBytes::of("ab")));
  CHECK(text(disk, "other") == "01ab456389");
  CHECK(disk.flipped_bits().size() == 1);
  REQUIRE(disk.corrupt("other", 7, std::byte{4}));
  CHECK(disk.flipped_bits().empty());
  REQUIRE(disk.corrupt("other", 9, std::byte{1}));
  REQUIRE(disk.truncate(file, 9));
  put(disk, file, "9");
  CHECK(text(disk, "other") == "01ab456789");
}

TEST_CASE("A wiped disk is empty and can do what it could") {
  SimDisk disk{DiskSpec{.capacity = 100}};
  put(disk, create(disk, "d/log"), "text");
  disk.wipe();
  CHECK(disk.files().empty());
  CHECK(disk.directories().empty());
  CHECK(disk.used_bytes() == 0);
  CHECK(disk.free_bytes() == 100);
  put(disk, create(disk, "d/log"), "new");
  CHECK(text(disk, "d/log") == "new");
}

TEST_CASE("Costs count what was asked and are taken once") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  put(disk, file, std::string(3000, 'x'));
  (void)disk.read(file, 0, 1000);
  REQUIRE(disk.sync(file));
  REQUIRE(disk.sync(file));
  REQUIRE(disk.sync_directory(""));
  CHECK(disk.take_costs() == DiskCosts{.written_bytes = 3000, .writes = 1, .read_bytes = 1000, .syncs = 3, .synced_bytes = 3000});
  CHECK(disk.take_costs() == DiskCosts{});
}

TEST_CASE("What was written lately is read from memory and older bytes from the platter") {
  SimDisk disk{DiskSpec{.page_cache = 80'000}};
  const FileId log = create(disk, "log");
  for (int i = 0; i < 200; ++i) put(disk, log, std::string(1000, 'x'));
  (void)disk.take_costs();
  (void)disk.read(log, 199'000, 1000);
  CHECK(disk.take_costs().platter_bytes == 0);
  (void)disk.read(log, 0, 4000);
  CHECK(disk.take_costs() == DiskCosts{.read_bytes = 4000, .platter_bytes = 4000, .seeks = 1});
  (void)disk.read(log, 4000, 1000);  // reading on needs no seek
  CHECK(disk.take_costs() == DiskCosts{.read_bytes = 1000, .platter_bytes = 1000});
  (void)disk.read(log, 1000, 2000);  // just read
  CHECK(disk.take_costs() == DiskCosts{.read_bytes = 2000});
  (void)disk.read(log, 50'000, 1000);
  CHECK(disk.take_costs().seeks == 1);
}

TEST_CASE("After a power loss everything is read from the platter and after a crash it is not") {
  SimDisk disk;
  const FileId file = create(disk, "log");
  put(disk, file, std::string(1000, 'x'));
  REQUIRE(disk.sync(file));
  disk.process_crash();
  (void)disk.take_costs();
  (void)disk.read(*disk.open("log", OpenMode::existing), 0, to_the_end);
  CHECK(disk.take_costs().platter_bytes == 0);
  Random random{1};
  disk.power_loss({}, random);
  (void)disk.read(*disk.open("log", OpenMode::existing), 0, to_the_end);
  CHECK(disk.take_costs() == DiskCosts{.read_bytes = 1000, .platter_bytes = 1000, .seeks = 1});
}

TEST_CASE("A small file is replaced whole") {
  SimDisk disk;
  REQUIRE(replace_file(disk, "d/checkpoint", "first"));
  REQUIRE(replace_file(disk, "d/checkpoint", "second"));
  Random random{3};
  disk.power_loss({.keep = Keep::none}, random);
  CHECK(text(disk, "d/checkpoint") == "second");
}

}  // namespace
}  // namespace kafkasim::sim

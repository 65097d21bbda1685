#include "sim/logtool/files.hpp"

#include "sim/logtool/real_files.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("the kind of a file is known by its name") {
  CHECK(file_kind("00000000000000000000.log") == FileKind::log);
  CHECK(file_kind("00000000000000000000.log.deleted") == FileKind::log);
  CHECK(file_kind("00000000000000000005-0000000001.checkpoint") == FileKind::metadata_snapshot);
  CHECK(file_kind("00000000000000000000.index") == FileKind::offset_index);
  CHECK(file_kind("00000000000000000000.timeindex") == FileKind::time_index);
  CHECK(file_kind("00000000000000000000.txnindex") == FileKind::transaction_index);
  CHECK(file_kind("00000000000000000000.snapshot") == FileKind::producer_snapshot);
  CHECK(file_kind("leader-epoch-checkpoint") == FileKind::epoch_checkpoint);
  CHECK(file_kind("replication-offset-checkpoint") == FileKind::offset_checkpoint);
  CHECK(file_kind(".kafka_cleanshutdown") == FileKind::clean_shutdown);
  CHECK_FALSE(file_kind("notes.txt"));
  CHECK_FALSE(file_kind(".log"));
}

TEST_CASE("paths come apart") {
  CHECK(name_of("a/b/c.log") == "c.log");
  CHECK(name_of("a/b/") == "b");
  CHECK(directory_of("a/b/c.log") == "a/b");
  CHECK(directory_of("c.log") == ".");
  CHECK(offset_in("00000000000000000042.log") == Offset{42});
  CHECK_FALSE(offset_in("bootstrap.checkpoint"));
}

TEST_CASE("an index is read in pieces and ends at zeros") {
  test::MemoryDisk disk;
  ByteWriter out;
  for (std::int64_t i = 1; i <= 20'000; ++i) out.i64(i);
  for (int i = 0; i < 100; ++i) out.i64(0);
  disk.set_bytes("i", out.take());
  auto entries = EntryReader::open(disk, "i", 8, Zeros::end_it);
  REQUIRE(entries);
  std::int64_t count = 0;
  while (const auto entry = entries->next(disk)) {
    CHECK(ByteReader{*entry}.i64() == ++count);
    REQUIRE(entries->position() == static_cast<std::uint64_t>(count - 1) * 8);
  }
  CHECK(count == 20'000);
  CHECK_FALSE(entries->rest(disk));
}

TEST_CASE("a small file that is far too long is not read") {
  const LogFolder folder{"long"};
  folder.write("meta.properties", "x");
  std::filesystem::resize_file(folder.at("meta.properties"), std::uintmax_t{1} << 40);
  RealFiles disk;
  CHECK(read_small(disk, folder.at("meta.properties")).error().message.find("far too long") != std::string::npos);
  CHECK(read_small(disk, folder.at("nowhere")).error().message == "cannot be read");
}

TEST_CASE("the epoch in a name and partitions on their way are told") {
  CHECK(epoch_in("00000000000000000005-0000000003.checkpoint") == LeaderEpoch{3});
  CHECK(epoch_in("00000000000000000005-0000000003.checkpoint.deleted") == LeaderEpoch{3});
  CHECK_FALSE(epoch_in("00000000000000000005.log"));
  CHECK_FALSE(epoch_in("bootstrap.checkpoint"));
  CHECK_FALSE(epoch_in("00000000000000000005-"));
  const std::string id = ".0123456789abcdef0123456789abcdef";
  CHECK(partition_on_its_way("a.b-3" + id + "-future", future_dir_suffix) == TopicPartition{"a.b", PartitionIndex{3}});
  CHECK_FALSE(partition_on_its_way("a.b-3" + id + "-delete", future_dir_suffix));
  CHECK_FALSE(partition_on_its_way("a-future", future_dir_suffix));
}

TEST_CASE("an index whose length is no multiple of its entries is damaged whatever the bytes") {
  for (const Zeros zeros : {Zeros::end_it, Zeros::are_damage}) {
    test::MemoryDisk disk;
    std::vector<std::byte> bytes(8, std::byte{1});
    bytes.resize(11);
    disk.set_bytes("i", bytes);
    auto entries = EntryReader::open(disk, "i", 8, zeros);
    REQUIRE(entries);
    CHECK(entries->next(disk));
    CHECK_FALSE(entries->next(disk));
    const auto rest = entries->rest(disk);
    REQUIRE(rest);
    CHECK(rest->position == 8);
    CHECK(rest->reason.find("the last entry is cut short") != std::string::npos);
  }
}

TEST_CASE("zeros are damage where no space is reserved") {
  test::MemoryDisk disk;
  disk.set_bytes("i", std::vector<std::byte>(16));
  auto entries = EntryReader::open(disk, "i", 8, Zeros::are_damage);
  REQUIRE(entries);
  CHECK_FALSE(entries->next(disk));
  REQUIRE(entries->rest(disk));
  CHECK(entries->rest(disk)->position == 0);
  CHECK(entries->rest(disk)->reason.find("an entry of zeros") != std::string::npos);
}

TEST_CASE("a file that is longer than any of a segment is not read to its end") {
  const LogFolder folder{"huge"};
  for (const char* name : {"00000000000000000000.log", "00000000000000000000.index"}) {
    folder.write(name, "");
    std::filesystem::resize_file(folder.at(name), std::uintmax_t{1} << 40);
  }
  RealFiles disk;
  const auto log = disk.open(folder.at("00000000000000000000.log"), OpenMode::existing);
  REQUIRE(log);
  BatchScanner scan{disk, *log, 0, longest_segment_file};
  CHECK(scan.next() == nullptr);
  const auto rest = rest_of_log(disk, *log, scan, *disk.size(*log));
  REQUIRE(rest);
  CHECK(rest->position == 2147483647);
  CHECK_FALSE(rest->reserved);
  auto entries = EntryReader::open(disk, folder.at("00000000000000000000.index"), 8, Zeros::end_it);
  REQUIRE(entries);
  CHECK_FALSE(entries->next(disk));
  REQUIRE(entries->rest(disk));
  CHECK(entries->rest(disk)->position == 2147483647);
}

TEST_CASE("messages of the old formats are called what they are") {
  for (const int magic : {0, 1}) {
    test::MemoryDisk disk;
    ByteWriter out;
    out.i64(0);
    out.i32(magic == 0 ? 14 : 22);
    out.i32(0);  // the checksum
    out.i8(static_cast<std::int8_t>(magic));
    out.i8(0);
    if (magic == 1) out.i64(5);
    out.i32(-1);
    out.i32(-1);
    disk.set_bytes("l", out.take());
    const auto file = disk.open("l", OpenMode::existing);
    REQUIRE(file);
    const std::uint64_t size = *disk.size(*file);
    BatchScanner scan{disk, *file, 0, size};
    CHECK(scan.next() == nullptr);
    const auto rest = rest_of_log(disk, *file, scan, size);
    REQUIRE(rest);
    CHECK(rest->reason
          == "a message of the old format " + std::to_string(magic)
                 + ", as brokers before 0.11 wrote it: not read here");
  }
}

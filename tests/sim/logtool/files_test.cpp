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
  auto entries = EntryReader::open(disk, "i", 8);
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

#include "sim/logtool/verify_partition.hpp"

#include "core/record/control_record.hpp"
#include "sim/logtool/real_files.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

// The batches of a segment, changed and written back; the indexes may not fit any more.
template <class Change>
void change_batches(Rig& rig, const std::string& path, Change change) {
  const SharedBytes bytes{rig.disk.bytes_of(path)};
  Records records = read_batches(bytes);
  REQUIRE(!records.damage);
  change(records.batches);
  ByteWriter out;
  for (const RecordBatch& batch : records.batches) {
    write_batch_header(batch.header, out);
    out.bytes(batch.body.span());
  }
  rig.disk.set_bytes(path, out.take());
}

}  // namespace

TEST_CASE("nothing is found in a partition that our own log wrote") {
  Rig rig;
  CHECK(rig.verify());
  CHECK(rig.verified.batches == 48);
}

TEST_CASE("a wrong checksum is found at its batch and nothing else is blamed") {
  Rig rig;
  rig.flip(first_log, 90);
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(first_log, "the batch of offset 0 does not match its checksum"));
  CHECK(rig.found.front().position == 0);
  CHECK(rig.found.size() == 1);
}

TEST_CASE("a log that is cut anywhere is found with the byte where it ends") {
  const Rig whole;
  const std::string last = whole.files(".log").back();
  for (std::size_t cut = 1; cut < 60; ++cut) {
    Rig rig = whole;
    rig.cut(last, cut);
    CHECK_FALSE(rig.verify());
    CHECK(rig.found.size() == 1);
    CHECK(rig.found.front().file == last);
    CHECK(rig.found.front().position.has_value());
  }
}

TEST_CASE("offsets that do not rise are found") {
  Rig rig;
  change_batches(rig, first_log, [](auto& batches) { batches[2].header.base_offset = 1; });
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(first_log, "the batch of offset 1 is not above offset 3"));
}

TEST_CASE("a batch below the offset of the file name and segments that overlap are found") {
  Rig rig;
  const std::string second = rig.files(".log").at(1);
  change_batches(rig, second, [](auto& batches) { batches[0].header.base_offset = 2; });
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(second, "is below the offset of the file's name"));
  Rig other;
  const std::string below = "orders-0/00000000000000000001.log";
  REQUIRE(other.disk.rename(second, below));
  CHECK_FALSE(other.verify());
  CHECK(other.told(below, "begins below offset"));
}

TEST_CASE("a leader epoch that falls is found") {
  Rig rig;
  change_batches(rig, first_log, [](auto& batches) { batches[1].header.partition_leader_epoch = 1; });
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(first_log, "has leader epoch 0, below the 1 before it"));
  CHECK(rig.told("orders-0/leader-epoch-checkpoint", "says epoch 0 of offset 3"));
}

TEST_CASE("records that do not fit their batch are found") {
  Rig rig;
  change_batches(rig, first_log, [](auto& batches) {
    batches[0].header.last_offset_delta = 1;
    batches[0].header.crc = batch_crc(batches[0].header, batches[0].body.span());
  });
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(first_log, "offset"));
}

TEST_CASE("an epoch checkpoint that differs from the batches or lies beyond the log is found") {
  const std::string path = "orders-0/leader-epoch-checkpoint";
  Rig rig;
  rig.disk.set_text(path, "0\n2\n0 0\n1 30\n");
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "says epoch 1 of offset 30, the batch there says epoch 0"));
  rig.disk.set_text(path, "0\n3\n0 0\n1 36\n2 73\n");
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "epoch 2 begins at offset 73, beyond the end of the log at 72"));
  rig.disk.set_text(path, "0\n2\n1 0\n0 36\n");
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "do not rise"));
  rig.disk.set_text(path, "0\n2\n");
  CHECK_FALSE(rig.verify());
  REQUIRE(rig.disk.remove(path));
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "is missing"));
}

TEST_CASE("files that belong to no segment and names that are none are found") {
  Rig rig;
  rig.disk.set_text("orders-0/00000000000000000001.index", "");
  rig.disk.set_text("orders-0/1.log", "");
  CHECK_FALSE(rig.verify());
  CHECK(rig.told("orders-0/00000000000000000001.index", "there is no segment of that offset"));
  CHECK(rig.told("orders-0/1.log", "20 digits"));
}

TEST_CASE("a snapshot of the metadata log stands between its header and its footer") {
  Rig rig;
  const std::string path = "orders-0/00000000000000000005-0000000001.checkpoint";
  const auto write = [&](std::initializer_list<ControlType> types) {
    ByteWriter out;
    std::int64_t offset = 0;
    for (const ControlType type : types) {
      const RecordBatch batch = test::stored(build_control_batch(type, as_bytes("\0\0"), Timestamp{1}), offset++, 1);
      write_batch_header(batch.header, out);
      out.bytes(batch.body.span());
    }
    rig.disk.set_bytes(path, out.take());
  };
  write({ControlType::snapshot_header, ControlType::snapshot_footer});
  CHECK(rig.verify());
  write({ControlType::snapshot_header});
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "does not end with a snapshot footer"));
  write({ControlType::snapshot_footer});
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "does not begin with a snapshot header"));
}

TEST_CASE("no flipped bit in the log or in an index makes verify fail in another way than by a finding") {
  const Rig whole;
  for (const std::string& path : whole.disk.paths()) {
    const std::size_t size = whole.disk.bytes_of(path).size();
    for (std::size_t at = 0; at < size; at += 31) {
      Rig rig = whole;
      rig.flip(path, at);
      (void)rig.verify();
      CHECK(rig.verified.readable);
    }
  }
}

TEST_CASE("zeros behind the last batch are reserved space in the last segment and nowhere else") {
  Rig rig;
  const std::string last = rig.files(".log").back();
  rig.append(last, std::vector<std::byte>(5000));
  CHECK(rig.verify());
  rig.append(first_log, std::vector<std::byte>(5000));
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_log, "5000 bytes of zeros"));
  Rig other;
  std::vector<std::byte> bytes(5000);
  bytes.back() = std::byte{1};
  other.append(last, bytes);
  CHECK_FALSE(other.verify());
}

TEST_CASE("a segment that is longer than any of Kafka is found at the byte where it should end") {
  const Rig rig;
  const LogFolder folder{"long-segment"};
  folder.write(rig.disk);
  const std::string last = rig.files(".log").back();
  std::filesystem::resize_file(folder.at(last), std::uintmax_t{1} << 40);
  std::filesystem::resize_file(folder.at(first_index), std::uintmax_t{1} << 40);
  RealFiles disk;
  std::vector<Mismatch> found;
  (void)verify_directory(disk, folder.at("orders-0"), {}, [&](const Mismatch& m) { found.push_back(m); });
  REQUIRE(found.size() == 2);
  CHECK(found[0].file == folder.at(first_index));
  CHECK(found[0].position == 2147483647);
  CHECK(found[1].file == folder.at(last));
  CHECK(found[1].position == 2147483647);
}

TEST_CASE("a metadata snapshot without a byte is one finding") {
  Rig rig;
  const std::string path = "orders-0/00000000000000000005-0000000001.checkpoint";
  rig.disk.set_text(path, "");
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "is empty"));
  CHECK(rig.found.size() == 1);
}

#include "sim/logtool/verify.hpp"

#include "core/log/log_directory.hpp"
#include "core/record/control_record.hpp"
#include "sim/logtool/real_files.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

struct Findings {
  Verified verified{};
  std::string text{};
  [[nodiscard]] bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

Findings verify_folder(const std::string& path) {
  RealFiles disk;
  Findings result;
  result.verified = verify_directory(
      disk, path, {}, [&](const Mismatch& found) { result.text += found.file + ": " + found.reason + "\n"; });
  return result;
}

}  // namespace

TEST_CASE("nothing is found in a log directory that our own code closed") {
  test::MemoryDisk disk;
  auto opened = LogDirectory::open(
      disk, [](const TopicPartition&) { return LogConfig{}; }, Timestamp{1000});
  REQUIRE(opened);
  for (const int partition : {0, 1}) {
    auto log = opened->directory.create({Uuid{1, 2}, PartitionIndex{partition}}, {"orders", PartitionIndex{partition}},
                                        {}, Timestamp{1000}, disk);
    REQUIRE(log);
    for (int i = 0; i < 20; ++i)
      REQUIRE((*log)->append_as_leader({test::make_batch({.records = 5})}, LeaderEpoch{3}, Timestamp{1'000'000}, disk));
    (*log)->update_high_watermark((*log)->log_end_offset());
  }
  REQUIRE(opened->directory.close_cleanly(BrokerEpoch{9}, disk));
  const LogFolder folder{"sound"};
  folder.write(disk);
  const Findings found = verify_folder(folder.path());
  CHECK(found.text.empty());
  CHECK(found.verified.readable);
  CHECK(found.verified.partitions == 2);
  CHECK(found.verified.batches == 40);
}

TEST_CASE("checkpoints of a log directory must lie within the logs that they name") {
  const Rig rig;
  const LogFolder folder{"checkpoints"};
  folder.write(rig.disk);
  CHECK(verify_folder(folder.path()).text.empty());
  folder.write("recovery-point-offset-checkpoint", "0\n1\norders 0 72\n");
  CHECK(verify_folder(folder.path()).text.empty());
  folder.write("recovery-point-offset-checkpoint", "0\n1\norders 0 73\n");
  CHECK(verify_folder(folder.path()).has("beyond the end of its log at 72"));
  folder.write("recovery-point-offset-checkpoint", "0\n1\nbills 0 1\n");
  CHECK(verify_folder(folder.path()).text.empty());  // Kafka leaves it there until the next checkpoint
  folder.write("recovery-point-offset-checkpoint", "0\n1\norders zero 1\n");
  CHECK(verify_folder(folder.path()).has("not a line of topic"));
}

TEST_CASE("a directory that is none of a log cannot be verified") {
  const LogFolder folder{"none"};
  CHECK_FALSE(verify_folder(folder.path()).verified.readable);
  CHECK_FALSE(verify_folder(folder.at("missing")).verified.readable);
  folder.write("meta.properties", "version=1\ncluster.id=x\nnode.id=1\n");
  CHECK(verify_folder(folder.path()).verified.readable);
  CHECK(verify_folder(folder.path()).text.empty());
}

TEST_CASE("one partition is verified by itself") {
  const Rig rig;
  const LogFolder folder{"one"};
  folder.write(rig.disk);
  const Findings found = verify_folder(folder.at("orders-0"));
  CHECK(found.text.empty());
  CHECK(found.verified.partitions == 1);
}

TEST_CASE("what looks like a partition but has no file of a log is none") {
  const LogFolder folder{"etc"};
  folder.write("dbus-1/system.conf", "<x/>");
  folder.write("X11-2/00.log", "hello");
  CHECK_FALSE(verify_folder(folder.path()).verified.readable);
  CHECK_FALSE(verify_folder(folder.at("dbus-1")).verified.readable);
  CHECK(verify_folder(folder.path()).text.empty());
  folder.write("meta.properties", "version=1\ncluster.id=x\nnode.id=1\n");
  CHECK(verify_folder(folder.path()).verified.partitions == 0);
  CHECK(verify_folder(folder.path()).text.empty());
}

TEST_CASE("a log that is on its way into a directory is verified and its checkpoint is held against it") {
  Rig rig;
  const std::string future = "orders-0.0123456789abcdef0123456789abcdef-future";
  const LogFolder folder{"future"};
  for (const std::string& path : rig.disk.paths())
    folder.write(future + path.substr(path.find('/')), rig.disk.text_of(path));
  CHECK(verify_folder(folder.path()).text.empty());
  CHECK(verify_folder(folder.path()).verified.batches == 48);
  CHECK(verify_folder(folder.at(future)).verified.partitions == 1);
  folder.write("recovery-point-offset-checkpoint", "0\n1\norders 0 73\n");
  CHECK(verify_folder(folder.path()).has("beyond the end of its log at 72"));
  rig.flip(first_log, 90);
  folder.write(future + "/00000000000000000000.log", rig.disk.text_of(first_log));
  CHECK(verify_folder(folder.path()).has(future + "/00000000000000000000.log: the batch of offset 0 does not match"));
}

TEST_CASE("the snapshot that a cluster begins with is verified") {
  ByteWriter out;
  std::int64_t offset = 0;
  for (const ControlType type : {ControlType::snapshot_header, ControlType::snapshot_footer}) {
    const RecordBatch batch = test::stored(build_control_batch(type, as_bytes("xx"), Timestamp{1}), offset++, 1);
    write_batch_header(batch.header, out);
    out.bytes(batch.body.span());
  }
  std::string text{as_text(out.span())};
  const LogFolder folder{"bootstrap"};
  folder.write("bootstrap.checkpoint", text);
  CHECK(verify_folder(folder.path()).verified.readable);
  CHECK(verify_folder(folder.path()).text.empty());
  text[text.size() - 1] ^= 1;
  folder.write("bootstrap.checkpoint", text);
  CHECK(verify_folder(folder.path()).has("does not match its checksum"));
  folder.write("bootstrap.checkpoint", "junk");
  CHECK(verify_folder(folder.path()).has("too few for the header of a record batch"));
  folder.write("bootstrap.checkpoint", "");
  CHECK(verify_folder(folder.path()).has("is empty"));
}

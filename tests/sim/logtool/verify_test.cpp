#include "sim/logtool/verify.hpp"

#include "core/log/log_directory.hpp"
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
  CHECK(verify_folder(folder.path()).has("bills-0 has no directory here"));
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

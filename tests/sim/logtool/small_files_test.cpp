#include "sim/logtool/small_files.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

std::string told(const std::string& name, const std::string& text) {
  test::MemoryDisk disk;
  disk.set_text(name, text);
  std::string reasons;
  const bool sound = verify_small(disk, name, [&](const Mismatch& found) { reasons += found.reason; });
  CHECK(sound == reasons.empty());
  return reasons;
}

}  // namespace

TEST_CASE("small files that lack what Kafka needs of them are found") {
  CHECK(told("meta.properties", "version=1\nnode.id=1\ncluster.id=x\n").empty());
  CHECK(told("meta.properties", "version=1\ncluster.id=x\n") == "has no node.id");
  CHECK(told("meta.properties", "version=1\nnode.id=1\n") == "has no cluster.id");
  CHECK(told("partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n").empty());
  CHECK_FALSE(told("partition.metadata", "version: 0\ntopic_id: what\n").empty());
  CHECK(told(".kafka_cleanshutdown", R"({"version":0,"brokerEpoch":1})").empty());
  CHECK_FALSE(told(".kafka_cleanshutdown", R"({"version":0})").empty());
  CHECK(told("quorum-state", R"({"leaderEpoch":1,"data_version":0})").empty());
  CHECK_FALSE(told("quorum-state", "[]").empty());
}

TEST_CASE("offsets of a checkpoint that does not read are none") {
  test::MemoryDisk disk;
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").empty());
  disk.set_text("recovery-point-offset-checkpoint", "0\n1\norders 0 5\n");
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").size() == 1);
  disk.set_text("recovery-point-offset-checkpoint", "0\n2\norders 0 5\n");
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").empty());
}

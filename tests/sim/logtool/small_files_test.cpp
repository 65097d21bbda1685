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
  CHECK(told(".kafka_cleanshutdown", "").empty());  // as brokers before 3.7 write it
}

TEST_CASE("meta.properties of versions that Kafka knows are sound") {
  CHECK(told("meta.properties", "version=0\nbroker.id=1\n").empty());
  CHECK(told("meta.properties", "broker.id=1\ncluster.id=x\n").empty());
  CHECK(told("meta.properties", "version=2\nnode.id=1\ncluster.id=x\n") == "has the unknown version 2");
  CHECK(told("meta.properties", "version=x\nnode.id=1\ncluster.id=x\n") == "has the unknown version \"x\"");
  CHECK(told("meta.properties", "version=1\nnode.id=one\ncluster.id=x\n") == "node.id is no number");
  CHECK(told("meta.properties", "version=1\nnode.id=1\ncluster.id=x\ndirectory.id=y\n") == "directory.id is no UUID");
  CHECK(told("meta.properties", "") == "has no node.id");
}

TEST_CASE("a quorum state has the fields of its version") {
  const std::string old =
      R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0})";
  const std::string now =
      R"({"leaderId":-1,"leaderEpoch":3,"votedId":2,"votedDirectoryId":"AAAAAAAAAAEAAAAAAAAAAg","data_version":1})";
  CHECK(told("quorum-state", old).empty());
  CHECK(told("quorum-state", now).empty());
  const auto changed = [](const std::string& text, const std::string& name, const Json& value) {
    Json fields = Json::parse(text);
    fields[name] = value;
    return told("quorum-state", fields.dump());
  };
  CHECK(changed(old, "data_version", 1) == "has no votedDirectoryId, or one of a wrong type");
  CHECK(changed(now, "data_version", 0) == "has no clusterId, or one of a wrong type");
  CHECK(changed(now, "data_version", 7) == "has the unknown data_version 7");
  CHECK(changed(now, "leaderEpoch", -5) == "has the negative leaderEpoch -5");
  CHECK(changed(now, "leaderId", "x") == "has no leaderId, or one of a wrong type");
  CHECK(changed(now, "votedId", 3'000'000'000) == "has no votedId, or one of a wrong type");
  CHECK(changed(now, "votedDirectoryId", 4) == "has no votedDirectoryId, or one of a wrong type");
  CHECK(changed(old, "currentVoters", Json{}).empty());
  CHECK(changed(old, "currentVoters", Json::array({1})) == "has no currentVoters, or one of a wrong type");
  CHECK(told("quorum-state", "{}") == "has no data_version, or one of a wrong type");
  CHECK_FALSE(told("quorum-state", "[]").empty());
}

TEST_CASE("checkpoints with a negative offset or a partition twice are found") {
  for (const char* name : {"recovery-point-offset-checkpoint", "cleaner-offset-checkpoint"}) {
    CHECK(told(name, "0\n1\nt 0 -1\n") == "the offset is negative");
    CHECK(told(name, "0\n2\nt 0 1\nt 0 1\n") == "the partition stands in a line before");
  }
}

TEST_CASE("offsets of a checkpoint that does not read are none") {
  test::MemoryDisk disk;
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").empty());
  disk.set_text("recovery-point-offset-checkpoint", "0\n1\norders 0 5\n");
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").size() == 1);
  disk.set_text("recovery-point-offset-checkpoint", "0\n2\norders 0 5\n");
  CHECK(read_offsets(disk, "recovery-point-offset-checkpoint").empty());
}

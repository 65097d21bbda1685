#include "sim/logtool/dump_entries.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("index entries are told with offsets of the log") {
  Rig rig;
  const std::string path = rig.files(".index").at(1);
  const std::vector<Json> lines = json_of(rig.disk, path);
  REQUIRE(!lines.empty());
  CHECK(lines[0]["kind"] == "index_entry");
  CHECK(lines[0]["offset"].get<std::int64_t>() >= offset_in(name_of(path))->value);
  const std::vector<Json> times = json_of(rig.disk, first_time_index);
  REQUIRE(!times.empty());
  CHECK(times[0]["kind"] == "time_index_entry");
  CHECK(times[0]["timestamp"].get<std::int64_t>() >= 1'000'000);
}

TEST_CASE("a preallocated index ends with its first empty entry") {
  Rig rig;
  const std::size_t count = json_of(rig.disk, first_index).size();
  rig.append(first_index, std::vector<std::byte>(4096));
  const Text text = dumped(rig.disk, first_index, As::json);
  CHECK(text.outcome == Dumped::sound);
  CHECK(lines_of(text.text).size() == count);
  rig.append(first_index, std::vector<std::byte>(8, std::byte{1}));
  CHECK(dumped(rig.disk, first_index, As::json).outcome == Dumped::damaged);
}

TEST_CASE("aborted transactions are told") {
  Rig rig;
  const Json line = json_of(rig.disk, rig.files(".txnindex").at(0)).at(0);
  CHECK(line["kind"] == "aborted_transaction");
  CHECK(line["version"] == 0);
  CHECK(line["producer_id"] == 8);
  CHECK(line["first_offset"] == 4);
  CHECK(line["last_offset"] == 5);
  CHECK(line["last_stable_offset"] == 6);
}

TEST_CASE("producers of a snapshot are told and its checksum is held against it") {
  Rig rig;
  const std::string path = rig.files(".snapshot").back();
  const std::vector<Json> lines = json_of(rig.disk, path);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["kind"] == "producer");
  CHECK(lines[0]["producer_id"] == 7);
  CHECK(lines[0]["last_sequence"] == 11);
  CHECK(lines[1]["producer_id"] == 8);
  CHECK(lines[1]["coordinator_epoch"] == 0);
  CHECK(lines[1]["current_txn_first_offset"] == -1);
  rig.flip(path, 30);
  const Text damaged = dumped(rig.disk, path, As::json);
  CHECK(damaged.outcome == Dumped::damaged);
  CHECK(damaged.has("checksum"));
  rig.cut(path, 50);
  CHECK(dumped(rig.disk, path, As::json).outcome == Dumped::damaged);
}

TEST_CASE("checkpoints and the other small files are told") {
  Rig rig;
  const std::vector<Json> epochs = json_of(rig.disk, "orders-0/leader-epoch-checkpoint");
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[1]["kind"] == "epoch");
  CHECK(epochs[1]["epoch"] == 1);
  CHECK(epochs[1]["start_offset"] == 36);
  rig.disk.set_text("d/recovery-point-offset-checkpoint", "0\n1\norders 0 42\n");
  const Json checkpoint = json_of(rig.disk, "d/recovery-point-offset-checkpoint").at(0);
  CHECK(checkpoint["kind"] == "checkpoint");
  CHECK(checkpoint["topic"] == "orders");
  CHECK(checkpoint["partition"] == 0);
  CHECK(checkpoint["offset"] == 42);
  rig.disk.set_text("d/partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n");
  CHECK(json_of(rig.disk, "d/partition.metadata").at(0)["topic_id"] == "AAAAAAAAAAAAAAAAAAAAAQ");
  rig.disk.set_text("d/meta.properties", "#comment\nversion=1\nnode.id=4\ncluster.id=abc\n");
  CHECK(json_of(rig.disk, "d/meta.properties").at(0)["node.id"] == 4);
  rig.disk.set_text("d/.kafka_cleanshutdown", "{\"version\":0,\"brokerEpoch\":7}");
  CHECK(json_of(rig.disk, "d/.kafka_cleanshutdown").at(0)["brokerEpoch"] == 7);
  rig.disk.set_text("d/quorum-state", "{\"leaderId\":1,\"leaderEpoch\":3,\"votedId\":-1,\"data_version\":1}");
  CHECK(json_of(rig.disk, "d/quorum-state").at(0)["leaderEpoch"] == 3);
}

TEST_CASE("a checkpoint that breaks off tells the entries before and the byte where it broke") {
  Rig rig;
  rig.disk.set_text("d/replication-offset-checkpoint", "0\n2\norders 0 42\norders\n");
  const std::vector<Json> lines = json_of(rig.disk, "d/replication-offset-checkpoint");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["offset"] == 42);
  CHECK(lines[1]["kind"] == "damage");
  CHECK(lines[1]["position"] == 16);
  rig.disk.set_text("d/replication-offset-checkpoint", "0\n2\norders 0 42\n");
  CHECK(json_of(rig.disk, "d/replication-offset-checkpoint").at(1)["kind"] == "damage");
  rig.disk.set_text("d/quorum-state", "{");
  CHECK(dumped(rig.disk, "d/quorum-state", As::json).outcome == Dumped::damaged);
}

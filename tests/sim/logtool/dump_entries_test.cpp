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

namespace {

// The reason and the position of the damage that stands last, empty if there is none.
std::string damage_of(const std::string& name, const std::string& text) {
  test::MemoryDisk disk;
  disk.set_text(name, text);
  const Text told = dumped(disk, name, As::json);
  const std::vector<Json> lines = lines_of(told.text);
  const bool damaged = !lines.empty() && lines.back()["kind"] == "damage";
  CHECK(damaged == (told.outcome == Dumped::damaged));
  if (!damaged) return {};
  return lines.back()["position"].dump() + " " + lines.back()["reason"].get<std::string>();
}

}  // namespace

TEST_CASE("the empty marker of a clean stop that old brokers write is sound") {
  test::MemoryDisk disk;
  disk.set_text("d/.kafka_cleanshutdown", "");
  CHECK(dumped(disk, "d/.kafka_cleanshutdown", As::json).text
        == "{\"kind\":\"clean_shutdown\",\"file\":\"d/.kafka_cleanshutdown\"}\n");
  CHECK(dumped(disk, "d/.kafka_cleanshutdown", As::json).outcome == Dumped::sound);
  CHECK(damage_of("d/.kafka_cleanshutdown", "{") == "0 is not a JSON object");
}

TEST_CASE("a broken partition.metadata is damaged at the line that is wrong") {
  const std::string name = "d/partition.metadata";
  CHECK(damage_of(name, "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n").empty());
  CHECK(damage_of(name, "") == "0 is empty");
  CHECK(damage_of(name, "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA\n").starts_with("11 "));
  CHECK(damage_of(name, "version: 0\ntopic_id: what\n").starts_with("11 "));
  CHECK(damage_of(name, "version: 0\n").starts_with("11 "));
  CHECK(damage_of(name, "version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ\n").starts_with("0 "));
}

TEST_CASE("epochs and offsets of a checkpoint must rise and none is negative") {
  const std::string name = "d/leader-epoch-checkpoint";
  CHECK(damage_of(name, "0\n2\n0 0\n4 36\n").empty());
  CHECK(damage_of(name, "0\n2\n1 0\n0 36\n") == "8 epochs and offsets do not rise from line to line");
  CHECK(damage_of(name, "0\n2\n0 5\n1 4\n") == "8 epochs and offsets do not rise from line to line");
  CHECK(damage_of(name, "0\n1\n-1 0\n") == "4 an epoch or an offset is negative");
  CHECK(damage_of(name, "0\n1\n1 -7\n") == "4 an epoch or an offset is negative");
  CHECK(damage_of(name, "0\n1\n3000000000 1\n") == "4 not a line of epoch and offset");
}

TEST_CASE("offset checkpoints name no partition twice and no offset below zero") {
  const std::string name = "d/recovery-point-offset-checkpoint";
  CHECK(damage_of(name, "0\n2\nt 0 5\nt 1 5\n").empty());
  CHECK(damage_of(name, "0\n2\nt 0 5\nt 0 6\n") == "10 the partition stands in a line before");
  CHECK(damage_of(name, "0\n1\nt 0 -1\n") == "4 the offset is negative");
  CHECK(damage_of(name, "0\n1\nt -1 1\n") == "4 not a line of topic, partition and offset");
}

TEST_CASE("files of a few fields are bounded in length and in depth") {
  std::string deep = "{\"a\":";
  deep.append(20'000, '[');
  CHECK(damage_of("d/quorum-state", deep) == "0 is not a JSON object");
  deep.append(20'000, ']');
  CHECK(damage_of("d/quorum-state", deep + "}") == "0 is not a JSON object");
  CHECK(damage_of("d/quorum-state", std::string(100'000, '[')).find("far too long") != std::string::npos);
  CHECK(damage_of("d/meta.properties", std::string(100'000, '#')).find("far too long") != std::string::npos);
}

TEST_CASE("zeros in a transaction index and an index that ends within an entry are damage") {
  CHECK(damage_of("d/00000000000000000000.txnindex", std::string(34, '\0')).starts_with("0 an entry of zeros"));
  CHECK(
      damage_of("d/00000000000000000000.txnindex", std::string(7, '\0')).starts_with("0 the last entry is cut short"));
  CHECK(
      damage_of("d/00000000000000000000.index", std::string(8 + 3, '\0')).starts_with("8 the last entry is cut short"));
  CHECK(
      damage_of("d/00000000000000000000.timeindex", std::string(8, '\0')).starts_with("0 the last entry is cut short"));
  CHECK(damage_of("d/00000000000000000000.index", std::string(16, '\0')).empty());
}

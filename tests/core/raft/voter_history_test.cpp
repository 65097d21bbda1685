#include <catch2/catch.hpp>

#include "core/raft/metadata_log.hpp"
#include "core/raft/voter_history.hpp"
#include "core/record/control_record.hpp"
#include "core/record/record.hpp"
#include "core/wire/control_record_codec.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft {
namespace {

VoterSet electorate(const std::vector<int>& ids) {
  std::map<NodeId, Voter> voters;
  for (const int id : ids) voters[NodeId{id}] = {Uuid{static_cast<std::uint64_t>(id), 1}, {}, known_kraft_versions};
  return VoterSet{voters};
}

// A metadata log on a disk of its own, and the history that reads it.
struct Told {
  sim::SimDisk disk;
  MetadataLog log;
  VoterHistory history;

  explicit Told(bool with_snapshot = true) {
    if (with_snapshot) {
      SnapshotStore store;
      const SnapshotContent content{Timestamp{0}, {}, SnapshotVoters{1, electorate({1, 2, 3})}};
      REQUIRE(store.write(bootstrap_snapshot, encode_snapshot(bootstrap_snapshot, content, Timestamp{0}), disk));
    }
    REQUIRE(log.open(NodeConfig{}, Timestamp{1}, disk));
  }
  void append(RecordBatch batch) {
    REQUIRE(log.append_as_leader(std::move(batch), LeaderEpoch{1}, Timestamp{1}, disk));
    REQUIRE(history.catch_up(log, disk));
  }
  void voters(const std::vector<int>& ids) {
    append(build_control_batch(ControlType::kraft_voters, encode_voters(electorate(ids).record()), Timestamp{1}));
  }
  void text() {
    BatchBuilder builder;
    builder.append(Timestamp{1}, std::nullopt, as_bytes("x"));
    append(builder.build());
  }
};

}  // namespace

TEST_CASE("A quorum begins with the voters of its first snapshot") {
  Told told;
  REQUIRE(told.history.catch_up(told.log, told.disk));
  CHECK(told.history.last() == electorate({1, 2, 3}));
  CHECK(told.history.last_entry()->offset == -1);
  CHECK(told.history.is_reconfigurable());
}

TEST_CASE("A log without voters leaves the quorum with those of the configuration") {
  Told told{false};
  told.history = VoterHistory{VoterSet::configured({{NodeId{1}, Endpoint{"a", 1}}})};
  told.text();
  CHECK(told.history.last().contains(NodeId{1}));
  CHECK_FALSE(told.history.last_entry());
  CHECK_FALSE(told.history.is_reconfigurable());
  CHECK_FALSE(told.history.at(0));
}

TEST_CASE("A voter set counts from its offset on and is taken back where the log is cut") {
  Told told;
  told.text();
  told.voters({1, 2, 3, 4});
  CHECK(told.history.last() == electorate({1, 2, 3, 4}));
  CHECK(told.history.last_entry()->offset == 1);
  CHECK(told.history.at(0)->voters == electorate({1, 2, 3}));
  CHECK(told.history.at(1)->voters == electorate({1, 2, 3, 4}));
  told.history.truncate(Offset{1});
  CHECK(told.history.last() == electorate({1, 2, 3}));
  REQUIRE(told.log.truncate_to(Offset{1}, Timestamp{1}, told.disk));
  told.voters({1, 2});
  CHECK(told.history.last() == electorate({1, 2}));
  CHECK(told.history.last_entry()->offset == 1);
}

TEST_CASE("Two changes of voters at once are no history") {
  Told told;
  REQUIRE(told.history.catch_up(told.log, told.disk));
  REQUIRE(told.log.append_as_leader(
      build_control_batch(ControlType::kraft_voters, encode_voters(electorate({1, 4, 5}).record()), Timestamp{1}), LeaderEpoch{1},
      Timestamp{1}, told.disk));
  const Result<void> read = told.history.catch_up(told.log, told.disk);
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find("differ in more than one voter") != std::string::npos);
}

TEST_CASE("What retention deletes of the log leaves the voter set in force there") {
  Told told;
  told.voters({1, 2, 3, 4});
  told.voters({1, 2, 3, 4, 5});
  told.text();
  told.history.forget_before(Offset{2});
  CHECK(told.history.at(2)->voters == electorate({1, 2, 3, 4, 5}));
  CHECK_FALSE(told.history.at(0));
}

TEST_CASE("A snapshot carries the voters that stood at its end") {
  const SnapshotContent content{Timestamp{7}, {to_vector(as_bytes("x"))}, SnapshotVoters{1, electorate({1, 2})}};
  const SnapshotId id{Offset{9}, LeaderEpoch{2}};
  const Result<SnapshotContent> back = decode_snapshot(SharedBytes{encode_snapshot(id, content, Timestamp{8})});
  REQUIRE(back);
  CHECK(back->voters == content.voters);
  CHECK(back->records == content.records);
  CHECK(back->last_contained == Timestamp{7});
  const Result<SnapshotContent> without = decode_snapshot(SharedBytes{encode_snapshot(id, {Timestamp{7}, {}, {}}, Timestamp{8})});
  REQUIRE(without);
  CHECK_FALSE(without->voters);
}

}  // namespace kafkasim::raft

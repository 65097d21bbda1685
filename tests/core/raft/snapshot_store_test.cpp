#include "core/raft/snapshot_store.hpp"

#include <catch2/catch.hpp>

#include "core/raft/metadata_log.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft {
namespace {

constexpr SnapshotId early{Offset{10}, LeaderEpoch{1}};
constexpr SnapshotId late{Offset{20}, LeaderEpoch{2}};

std::vector<std::byte> bytes_of_snapshot(const SnapshotId& id, const std::string& text) {
  return encode_snapshot(id, {Timestamp{id.end_offset.value * 1000}, {to_vector(as_bytes(text))}}, Timestamp{7});
}

std::string path(const SnapshotId& id, std::string_view suffix = quorum_snapshot_suffix) {
  return std::string{metadata_log_directory} + "/" + snapshot_name(id, suffix);
}

struct StoreFixture {
  sim::SimDisk disk;
  SnapshotStore store;
  StoreFixture() {
    MetadataLog log;  // makes the directory
    REQUIRE(log.open(NodeConfig{}, Timestamp{1}, disk));
    REQUIRE(store.recover(Offset{0}, disk));
  }
};

}  // namespace

TEST_CASE("A snapshot is kept under its name once it is whole and survives a power loss") {
  StoreFixture f;
  CHECK_FALSE(f.store.latest());
  REQUIRE(f.store.write(late, bytes_of_snapshot(late, "b"), f.disk));
  REQUIRE(f.store.write(early, bytes_of_snapshot(early, "a"), f.disk));
  CHECK(f.store.earliest() == early);
  CHECK(f.store.latest() == late);
  CHECK(f.store.content(late, f.disk).value().records.front() == to_vector(as_bytes("b")));
  CHECK(f.store.last_contained(early, f.disk).value() == Timestamp{10'000});
  Random random{1};
  f.disk.process_crash();
  f.disk.power_loss({.keep = sim::Keep::none}, random);
  SnapshotStore again;
  REQUIRE(again.recover(Offset{0}, f.disk));
  CHECK(again.kept() == f.store.kept());
}

TEST_CASE("A start removes partial snapshots and those from before the log") {
  StoreFixture f;
  REQUIRE(f.store.write(early, bytes_of_snapshot(early, "a"), f.disk));
  REQUIRE(f.store.write(late, bytes_of_snapshot(late, "b"), f.disk));
  REQUIRE(f.store.begin_fetched({Offset{30}, LeaderEpoch{2}}, f.disk));
  CHECK(f.disk.exists(path({Offset{30}, LeaderEpoch{2}}, partial_snapshot_suffix)));
  SnapshotStore again;
  REQUIRE(again.recover(Offset{15}, f.disk));
  CHECK(again.kept().size() == 1);
  CHECK(again.latest() == late);
  CHECK_FALSE(f.disk.exists(path(early)));
  CHECK_FALSE(f.disk.exists(path({Offset{30}, LeaderEpoch{2}}, partial_snapshot_suffix)));
}

TEST_CASE("A log that begins later than any snapshot cannot be used") {
  StoreFixture f;
  CHECK_FALSE(f.store.recover(Offset{5}, f.disk));
}

TEST_CASE("A snapshot that is fetched in pieces is the leader's byte for byte") {
  StoreFixture leader;
  REQUIRE(leader.store.write(late, bytes_of_snapshot(late, std::string(500, 'x')), leader.disk));
  const std::uint64_t size = leader.store.kept().at(late);
  StoreFixture f;
  REQUIRE(f.store.begin_fetched(early, f.disk));  // given up
  REQUIRE(f.store.begin_fetched(late, f.disk));
  CHECK_FALSE(f.disk.exists(path(early, partial_snapshot_suffix)));
  while (f.store.fetched_bytes() < size) {
    CHECK_FALSE(f.store.latest());
    auto piece = leader.store.piece(late, f.store.fetched_bytes(), 100, leader.disk);
    REQUIRE(piece);
    CHECK(piece->size() <= 100);
    REQUIRE(f.store.append_fetched(*piece, f.disk));
  }
  REQUIRE(f.store.finish_fetched(f.disk));
  CHECK(f.store.kept() == leader.store.kept());
  CHECK(f.store.content(late, f.disk).value().records == leader.store.content(late, leader.disk).value().records);
}

TEST_CASE("Snapshots older than one can be removed") {
  StoreFixture f;
  REQUIRE(f.store.write(early, bytes_of_snapshot(early, "a"), f.disk));
  REQUIRE(f.store.write(late, bytes_of_snapshot(late, "b"), f.disk));
  REQUIRE(f.store.remove_before(early, f.disk));
  CHECK(f.store.kept().size() == 2);
  REQUIRE(f.store.remove_before(late, f.disk));
  CHECK(f.store.earliest() == late);
  CHECK_FALSE(f.disk.exists(path(early)));
}

}  // namespace kafkasim::raft

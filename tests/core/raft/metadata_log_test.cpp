#include "core/raft/metadata_log.hpp"

#include <catch2/catch.hpp>

#include "core/base/bytes.hpp"
#include "core/record/record.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft {
namespace {

constexpr Timestamp wall{1'700'000'000'000};

RecordBatch batch_of(const std::string& text) {
  BatchBuilder builder;
  builder.append(wall, std::nullopt, as_bytes(text));
  return builder.build();
}

struct Fixture {  // epoch 1: offsets 0 to 2; epoch 3: offsets 3 and 4
  sim::SimDisk disk;
  MetadataLog log;
  Fixture() {
    REQUIRE(log.open(NodeConfig{}, wall, disk));
    for (const int epoch : {1, 1, 1, 3, 3}) {
      REQUIRE(log.append_as_leader(batch_of("x"), LeaderEpoch{epoch}, wall, disk));
    }
  }
};

}  // namespace

TEST_CASE("A fetcher whose log is a prefix of the leader's does not diverge") {
  const Fixture f;
  CHECK(f.log.end() == Offset{5});
  CHECK(f.log.last_epoch() == LeaderEpoch{3});
  CHECK_FALSE(f.log.divergence(Offset{0}, LeaderEpoch{0}));
  CHECK_FALSE(f.log.divergence(Offset{2}, LeaderEpoch{1}));
  CHECK_FALSE(f.log.divergence(Offset{3}, LeaderEpoch{1}));
  CHECK_FALSE(f.log.divergence(Offset{5}, LeaderEpoch{3}));
}

TEST_CASE("A fetcher that has other records is told the largest common epoch and its end") {
  const Fixture f;
  CHECK(f.log.divergence(Offset{4}, LeaderEpoch{1}) == OffsetAndEpoch{Offset{3}, LeaderEpoch{1}});
  CHECK(f.log.divergence(Offset{4}, LeaderEpoch{2}) == OffsetAndEpoch{Offset{3}, LeaderEpoch{1}});
  CHECK(f.log.divergence(Offset{6}, LeaderEpoch{3}) == OffsetAndEpoch{Offset{5}, LeaderEpoch{3}});
  CHECK(f.log.divergence(Offset{2}, LeaderEpoch{7}) == OffsetAndEpoch{Offset{5}, LeaderEpoch{3}});
}

TEST_CASE("A follower cuts its log where the leader's epoch ends in both") {
  const Fixture f;
  CHECK(f.log.truncation_point({Offset{2}, LeaderEpoch{1}}) == Offset{2});
  CHECK(f.log.truncation_point({Offset{4}, LeaderEpoch{1}}) == Offset{3});
  CHECK(f.log.truncation_point({Offset{4}, LeaderEpoch{2}}) == Offset{3});
  CHECK(f.log.truncation_point({Offset{9}, LeaderEpoch{0}}) == Offset{5});
}

TEST_CASE("What a leader appended to the metadata log survives a power loss") {
  Fixture f;
  Random random{3};
  f.disk.process_crash();
  f.disk.power_loss({}, random);
  MetadataLog again;
  REQUIRE(again.open(NodeConfig{}, wall, f.disk));
  CHECK(again.end() == Offset{5});
  CHECK(again.last_epoch() == LeaderEpoch{3});
  CHECK(again.read(Offset{0}, Offset{3}, f.disk).value().size() == 3);
}

TEST_CASE("A voter's fetched metadata survives a power loss and an observer's may not") {
  for (const Durable durable : {Durable::yes, Durable::no}) {
    sim::SimDisk disk;
    MetadataLog log;
    REQUIRE(log.open(NodeConfig{}, wall, disk));
    RecordBatch batch = batch_of("x");
    batch.header.partition_leader_epoch = 1;
    REQUIRE(log.append_as_follower({batch}, LeaderEpoch{1}, wall, durable, disk));
    Random random{3};
    disk.process_crash();
    disk.power_loss(sim::PowerLossSpec{.keep = sim::Keep::none}, random);
    MetadataLog again;
    REQUIRE(again.open(NodeConfig{}, wall, disk));
    CHECK(again.end() == Offset{durable == Durable::yes ? 1 : 0});
  }
}

TEST_CASE("A metadata log that is cut ends there and reads no further") {
  Fixture f;
  REQUIRE(f.log.truncate_to(Offset{2}, wall, f.disk));
  CHECK(f.log.end() == Offset{2});
  CHECK(f.log.last_epoch() == LeaderEpoch{1});
  CHECK_FALSE(f.log.read(Offset{3}, Offset{5}, f.disk).has_value());
}

namespace {

NodeConfig small_files() {
  NodeConfig config;
  config.metadata_log_segment_bytes = 200;  // about three batches
  config.metadata_retention_bytes = 1500;
  return config;
}

SnapshotId snapshot_at(MetadataLog& log, std::int64_t end, int epoch, Disk& disk, Timestamp last = wall) {
  const SnapshotId id{Offset{end}, LeaderEpoch{epoch}};
  REQUIRE(log.create_snapshot(id, {last, {to_vector(as_bytes("image"))}}, wall, disk).value());
  return id;
}

struct LongLog {  // 40 batches of epoch 2, all committed
  sim::SimDisk disk;
  MetadataLog log;
  LongLog() {
    REQUIRE(log.open(small_files(), wall, disk));
    for (int i = 0; i < 40; ++i) REQUIRE(log.append_as_leader(batch_of("x"), LeaderEpoch{2}, wall, disk));
    log.update_high_watermark(Offset{40});
  }
};

}  // namespace

TEST_CASE("A snapshot is made once and not of what lies before the log") {
  LongLog f;
  const SnapshotId id = snapshot_at(f.log, 20, 2, f.disk);
  CHECK_FALSE(f.log.create_snapshot(id, {wall, {}}, wall, f.disk).value());
  CHECK(f.log.snapshots().kept().size() == 1);
}

TEST_CASE("Retention by size deletes the oldest snapshots and what of the log the next one has and keeps the last") {
  LongLog f;
  snapshot_at(f.log, 10, 2, f.disk);
  const SnapshotId second = snapshot_at(f.log, 20, 2, f.disk);
  CHECK(f.log.clean(wall, f.disk).value());
  CHECK(f.log.snapshots().kept().size() == 1);
  CHECK(f.log.snapshots().latest() == second);
  CHECK(f.log.start() == Offset{20});
  CHECK(f.log.end() == Offset{40});
  CHECK_FALSE(f.disk.exists("__cluster_metadata-0/00000000000000000000.log"));
  CHECK_FALSE(f.log.clean(wall, f.disk).value());  // the only one stays, whatever its size
  CHECK_FALSE(f.log.create_snapshot({Offset{15}, LeaderEpoch{2}}, {wall, {}}, wall, f.disk).value());

  MetadataLog again;
  REQUIRE(again.open(small_files(), wall, f.disk));
  CHECK(again.snapshots().latest() == second);
  CHECK(again.start() > Offset{0});
  CHECK(again.start() <= Offset{20});  // where a segment begins
  CHECK(again.end() == Offset{40});
}

TEST_CASE("Retention by time deletes a snapshot whose last record is old if there is a newer one") {
  sim::SimDisk disk;
  MetadataLog log;
  NodeConfig config = small_files();
  config.metadata_retention_bytes = -1;
  config.metadata_retention_ms = 1000;
  REQUIRE(log.open(config, wall, disk));
  for (int i = 0; i < 9; ++i) REQUIRE(log.append_as_leader(batch_of("x"), LeaderEpoch{2}, wall, disk));
  log.update_high_watermark(Offset{9});
  snapshot_at(log, 3, 2, disk, wall);
  snapshot_at(log, 6, 2, disk, wall.plus(500));
  snapshot_at(log, 9, 2, disk, wall.plus(600));
  CHECK_FALSE(log.clean(wall.plus(1000), disk).value());
  CHECK(log.clean(wall.plus(1001), disk).value());
  CHECK(log.start() == Offset{6});
  CHECK(log.clean(wall.plus(90'000), disk).value());
  CHECK(log.start() == Offset{9});
  CHECK(log.snapshots().kept().size() == 1);
}

TEST_CASE("A fetcher needs a snapshot if it lies before the log or knows another epoch where the log begins") {
  LongLog f;
  CHECK_FALSE(f.log.needed_snapshot(Offset{5}, LeaderEpoch{1}));  // there is none, and the log has all
  snapshot_at(f.log, 10, 2, f.disk);
  const SnapshotId latest = snapshot_at(f.log, 20, 2, f.disk);
  CHECK_FALSE(f.log.needed_snapshot(Offset{0}, LeaderEpoch{0}));
  CHECK_FALSE(f.log.needed_snapshot(Offset{5}, LeaderEpoch{2}));
  CHECK(f.log.needed_snapshot(Offset{5}, LeaderEpoch{1}) == latest);
  REQUIRE(f.log.clean(wall, f.disk).value());
  CHECK(f.log.needed_snapshot(Offset{0}, LeaderEpoch{0}) == latest);
  CHECK(f.log.needed_snapshot(Offset{19}, LeaderEpoch{2}) == latest);
  CHECK(f.log.needed_snapshot(Offset{20}, LeaderEpoch{1}) == latest);
  CHECK_FALSE(f.log.needed_snapshot(Offset{20}, LeaderEpoch{2}));
  CHECK_FALSE(f.log.needed_snapshot(Offset{30}, LeaderEpoch{2}));
}

TEST_CASE("A log gives way to a snapshot that has more also if the process ended before that") {
  Fixture f;
  const SnapshotId newer{Offset{90}, LeaderEpoch{4}};
  REQUIRE(f.log.snapshots().write(newer, encode_snapshot(newer, {wall, {}}, wall), f.disk));
  MetadataLog again;
  REQUIRE(again.open(NodeConfig{}, wall, f.disk));
  CHECK(again.start() == Offset{90});
  CHECK(again.end() == Offset{90});
  CHECK(again.last_epoch() == LeaderEpoch{4});
  CHECK(again.end_offset_for_epoch(LeaderEpoch{4}) == OffsetAndEpoch{Offset{90}, LeaderEpoch{4}});
  REQUIRE(again.append_as_leader(batch_of("x"), LeaderEpoch{6}, wall, f.disk));
  CHECK(again.end() == Offset{91});
  CHECK(again.divergence(Offset{91}, LeaderEpoch{5}) == OffsetAndEpoch{Offset{90}, LeaderEpoch{4}});

  Fixture shorter;
  const SnapshotId older{Offset{2}, LeaderEpoch{1}};
  REQUIRE(shorter.log.snapshots().write(older, encode_snapshot(older, {wall, {}}, wall), shorter.disk));
  CHECK_FALSE(shorter.log.replace_by_snapshot(wall, shorter.disk).value());
  CHECK(shorter.log.end() == Offset{5});
}

}  // namespace kafkasim::raft

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
    REQUIRE(log.open(wall, disk));
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
  REQUIRE(again.open(wall, f.disk));
  CHECK(again.end() == Offset{5});
  CHECK(again.last_epoch() == LeaderEpoch{3});
  CHECK(again.read(Offset{0}, Offset{3}, f.disk).value().size() == 3);
}

TEST_CASE("A voter's fetched metadata survives a power loss and an observer's may not") {
  for (const Durable durable : {Durable::yes, Durable::no}) {
    sim::SimDisk disk;
    MetadataLog log;
    REQUIRE(log.open(wall, disk));
    RecordBatch batch = batch_of("x");
    batch.header.partition_leader_epoch = 1;
    REQUIRE(log.append_as_follower({batch}, LeaderEpoch{1}, wall, durable, disk));
    Random random{3};
    disk.process_crash();
    disk.power_loss(sim::PowerLossSpec{.keep = sim::Keep::none}, random);
    MetadataLog again;
    REQUIRE(again.open(wall, disk));
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

}  // namespace kafkasim::raft

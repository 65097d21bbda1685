#include "core/log/log_validator.hpp"

#include <catch2/catch.hpp>

#include "core/record/control_record.hpp"
#include "tests/support/batches.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const Stamp stamp{Offset{10}, LeaderEpoch{3}, Timestamp{1'000'000}};

ErrorCode validate(RecordBatch batch, const LogConfig& config = {}, AppendOrigin origin = AppendOrigin::client) {
  std::vector<RecordBatch> batches{std::move(batch)};
  return validate_and_stamp(batches, origin, stamp, config);
}

RecordBatch sealed(RecordBatch batch) {
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  return batch;
}

}  // namespace

TEST_CASE("a sound batch is stamped with offset and epoch") {
  std::vector<RecordBatch> batches{make_batch({.records = 2})};
  CHECK(validate_and_stamp(batches, AppendOrigin::client, stamp, {}) == ErrorCode::none);
  CHECK(batches[0].base_offset() == Offset{10});
  CHECK(batches[0].leader_epoch() == LeaderEpoch{3});
}

TEST_CASE("a batch whose bytes were changed on the way is corrupt") {
  RecordBatch batch = make_batch();
  batch.header.base_sequence = 5;
  CHECK(validate(batch) == ErrorCode::corrupt_message);
  RecordBatch longer = make_batch();
  longer.header.batch_length += 1;
  CHECK(validate(longer) == ErrorCode::corrupt_message);
}

TEST_CASE("what a client may not send is an invalid record") {
  RecordBatch counted = make_batch({.records = 2});
  counted.header.records_count = 3;
  CHECK(validate(sealed(counted)) == ErrorCode::invalid_record);
  RecordBatch old = make_batch();
  old.header.magic = 1;
  CHECK(validate(old) == ErrorCode::invalid_record);
  RecordBatch placed = make_batch();
  placed.header.base_offset = 4;
  CHECK(validate(placed) == ErrorCode::invalid_record);
  RecordBatch unnumbered = make_batch({.producer = producer(1, 0, -1)});
  CHECK(validate(unnumbered) == ErrorCode::invalid_record);
  CHECK(validate(BatchBuilder{}.build()) == ErrorCode::invalid_record);
  const RecordBatch control = build_leader_change_batch(as_bytes("x"), stamp.wall);
  CHECK(validate(control) == ErrorCode::invalid_record);
  CHECK(validate(control, {}, AppendOrigin::raft_leader) == ErrorCode::none);
  std::vector<RecordBatch> two{make_batch(), make_batch()};
  CHECK(validate_and_stamp(two, AppendOrigin::client, stamp, {}) == ErrorCode::invalid_record);
  two = {make_batch(), make_batch()};
  CHECK(validate_and_stamp(two, AppendOrigin::coordinator, stamp, {}) == ErrorCode::none);
  CHECK(two[1].base_offset() == Offset{11});
}

TEST_CASE("a batch above max message bytes is too large except for the quorum") {
  const RecordBatch batch = make_batch({.value = std::string(100, 'x')});
  LogConfig config;
  config.max_message_bytes = static_cast<std::int64_t>(batch.size_bytes());
  CHECK(validate(batch, config) == ErrorCode::none);
  --config.max_message_bytes;
  CHECK(validate(batch, config) == ErrorCode::message_too_large);
  CHECK(validate(batch, config, AppendOrigin::raft_leader) == ErrorCode::none);
}

TEST_CASE("timestamps must lie within the limits around the clock of the broker") {
  LogConfig config;
  config.timestamp_before_max_ms = 1000;
  config.timestamp_after_max_ms = 500;
  for (const std::int64_t good : {999'000, 1'000'000, 1'000'500})
    CHECK(validate(make_batch({.timestamp = good}), config) == ErrorCode::none);
  for (const std::int64_t bad : {998'999L, 1'000'501L, INT64_MIN, INT64_MAX}) {
    CHECK(validate(make_batch({.timestamp = bad}), config) == ErrorCode::invalid_timestamp);
  }
}

TEST_CASE("the topic decides between create time and log append time") {
  RecordBatch batch = make_batch({.timestamp = 5});
  std::vector<RecordBatch> batches{batch};
  CHECK(validate_and_stamp(batches, AppendOrigin::client, stamp, {.timestamp_type = TimestampType::append})
        == ErrorCode::none);
  CHECK(batches[0].timestamp_type() == TimestampType::append);
  CHECK(batches[0].header.max_timestamp == stamp.wall.value);
  CHECK(crc_matches(batches[0]));
  batch.header.attributes = 8;
  CHECK(validate(sealed(batch), {.timestamp_type = TimestampType::append}) == ErrorCode::invalid_timestamp);
}

TEST_CASE("a compacted topic demands keys") {
  BatchBuilder builder;
  builder.append(stamp.wall, as_bytes("k"), std::nullopt);
  builder.append(stamp.wall, std::nullopt, as_bytes("v"));
  const RecordBatch batch = builder.build();
  CHECK(validate(batch) == ErrorCode::none);
  CHECK(validate(batch, {.compaction = Compaction::on}) == ErrorCode::invalid_record);
}

TEST_CASE("a codec that Kafka does not have is unsupported") {
  RecordBatch batch = make_batch();
  batch.header.attributes = 5;
  CHECK(validate(sealed(batch)) == ErrorCode::unsupported_compression_type);
}

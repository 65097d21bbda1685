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
  return validate_and_stamp(batches, origin, stamp, config).error;
}

Validation details(RecordBatch batch, const LogConfig& config) {
  std::vector<RecordBatch> batches{std::move(batch)};
  return validate_and_stamp(batches, AppendOrigin::client, stamp, config);
}

RecordBatch accepted(RecordBatch batch, const LogConfig& config = {}) {
  std::vector<RecordBatch> batches{std::move(batch)};
  REQUIRE(validate_and_stamp(batches, AppendOrigin::client, stamp, config).error == ErrorCode::none);
  return batches.front();
}

std::vector<std::int32_t> blamed(const Validation& validation) {
  std::vector<std::int32_t> indexes;
  for (const RecordError& error : validation.record_errors) indexes.push_back(error.batch_index);
  return indexes;
}

struct Told {
  std::int64_t timestamp{1'000'000};
  bool keyed{true};
};
RecordBatch batch_with(const std::vector<Told>& records, Codec codec = Codec::none) {
  BatchBuilder builder{TimestampType::create, {codec}};
  for (const Told& one : records)
    builder.append(Timestamp{one.timestamp}, one.keyed ? std::optional{as_bytes("k")} : std::nullopt, as_bytes("v"));
  return builder.build();
}

RecordBatch sealed(RecordBatch batch) {
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  return batch;
}

}  // namespace

TEST_CASE("a sound batch is stamped with offset and epoch") {
  std::vector<RecordBatch> batches{make_batch({.records = 2})};
  CHECK(validate_and_stamp(batches, AppendOrigin::client, stamp, {}).error == ErrorCode::none);
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
  CHECK(validate_and_stamp(two, AppendOrigin::client, stamp, {}).error == ErrorCode::invalid_record);
  two = {make_batch(), make_batch()};
  CHECK(validate_and_stamp(two, AppendOrigin::coordinator, stamp, {}).error == ErrorCode::none);
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
  const LogConfig append_time{.timestamp_type = TimestampType::append};
  CHECK(validate_and_stamp(batches, AppendOrigin::client, stamp, append_time).error == ErrorCode::none);
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

TEST_CASE("exactly one batch comes from a client") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{2}}) {
    std::vector<RecordBatch> batches(count, make_batch());
    CHECK(validate_and_stamp(batches, AppendOrigin::client, stamp, {}).error == ErrorCode::invalid_record);
  }
}

TEST_CASE("a batch without records is an invalid record") {
  RecordBatch batch = BatchBuilder{}.build();
  batch.header.producer_id = 1324;
  batch.header.producer_epoch = 10;
  batch.header.base_sequence = 984;
  batch.header.last_offset_delta = 5;
  CHECK(validate(sealed(batch)) == ErrorCode::invalid_record);
}

TEST_CASE("the number of records must be what the header and the offsets say") {
  const auto with = [](std::int32_t count, std::int32_t last_delta) {
    RecordBatch batch = make_batch({.records = 10});
    batch.header.records_count = count;
    batch.header.last_offset_delta = last_delta;
    return validate(sealed(batch));
  };
  CHECK(with(10, 9) == ErrorCode::none);
  CHECK(with(0, 3) == ErrorCode::invalid_record);
  CHECK(with(0, 9) == ErrorCode::invalid_record);
  CHECK(with(-3, 9) != ErrorCode::none);
  CHECK(with(9, 8) == ErrorCode::invalid_record);    // one record more than both say
  CHECK(with(11, 10) == ErrorCode::invalid_record);  // and one less
  CHECK(with(10, 8) == ErrorCode::invalid_record);
  CHECK(with(10, -1) != ErrorCode::none);
}

TEST_CASE("offsets with gaps come from no client") {
  BatchBuilder builder;
  builder.append(stamp.wall, as_bytes("k"), as_bytes("v"));
  builder.append(stamp.wall, as_bytes("k"), as_bytes("v"), {}, 3);
  CHECK(validate(builder.build()) == ErrorCode::invalid_record);
}

TEST_CASE("batches of the old formats are an invalid record") {
  for (const int magic : {0, 1, 3}) {
    RecordBatch batch = make_batch();
    batch.header.magic = static_cast<std::int8_t>(magic);
    CHECK(validate(sealed(batch)) == ErrorCode::invalid_record);
  }
}

TEST_CASE("bytes that are no records are an invalid record") {
  RecordBatch batch = make_batch({.records = 2});
  std::vector<std::byte> body = to_vector(batch.body.span());
  body[0] = std::byte{0x7f};  // a length beyond the batch
  batch.body = SharedBytes{body};
  CHECK(validate(sealed(batch)) == ErrorCode::invalid_record);
  CHECK(details(sealed(batch), {}).record_errors.empty());
}

TEST_CASE("a producer without sequence is an invalid record unless it is a coordinator") {
  const RecordBatch batch = make_batch({.producer = producer(1, 0, -1)});
  CHECK(validate(batch) == ErrorCode::invalid_record);
  CHECK(validate(batch, {}, AppendOrigin::coordinator) == ErrorCode::none);
}

TEST_CASE("only coordinators write the ends of transactions") {
  const RecordBatch batch = marker(7, 0, TransactionOutcome::commit);
  CHECK(validate(batch) == ErrorCode::invalid_record);
  CHECK(validate(batch, {.compaction = Compaction::on}, AppendOrigin::coordinator) == ErrorCode::none);
}

TEST_CASE("each record is held to the timestamp limits and the answer names the bad ones") {
  LogConfig config;
  config.timestamp_before_max_ms = 1000;
  config.timestamp_after_max_ms = 1000;
  const RecordBatch batch = batch_with({{1'000'000}, {998'999}, {1'000'000}, {1'001'001}, {999'000}});
  const Validation validation = details(batch, config);
  CHECK(validation.error == ErrorCode::invalid_timestamp);
  CHECK(blamed(validation) == std::vector<std::int32_t>{1, 3});
  CHECK(validation.message == "One or more records have been rejected due to invalid timestamp");
  CHECK(validation.record_errors[0].message.find("998999") != std::string::npos);
}

TEST_CASE("records that are too old for the topic are refused one by one") {
  LogConfig config;
  config.timestamp_before_max_ms = 100;
  CHECK(blamed(details(batch_with({{999'000}, {999'000}, {999'000}}), config)) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("records from the future are refused one by one") {
  LogConfig config;
  config.timestamp_after_max_ms = 100;
  CHECK(blamed(details(batch_with({{1'001'000}, {1'001'000}, {1'001'000}}), config))
        == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("a record without timestamp is held to no limit") {
  LogConfig config;
  config.timestamp_before_max_ms = 100;
  CHECK(validate(batch_with({{-1}, {-1}}), config) == ErrorCode::none);
}

TEST_CASE("records without keys are named in the answer of a compacted topic") {
  const Validation validation =
      details(batch_with({{.keyed = true}, {.keyed = false}, {.keyed = false}}), {.compaction = Compaction::on});
  CHECK(validation.error == ErrorCode::invalid_record);
  CHECK(blamed(validation) == std::vector<std::int32_t>{1, 2});
  CHECK(validation.message.value().find("2 record errors") != std::string::npos);
}

TEST_CASE("a bad timestamp weighs more than other faults of records") {
  LogConfig config{.compaction = Compaction::on};
  config.timestamp_after_max_ms = 0;
  const Validation validation = details(batch_with({{.keyed = false}, {1'000'001}, {.keyed = false}}), config);
  CHECK(validation.error == ErrorCode::invalid_timestamp);
  CHECK(blamed(validation) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("the largest timestamp of the header is that of the records whatever the client said") {
  const RecordBatch honest = batch_with({{999'999}, {1'000'001}, {1'000'000}});
  RecordBatch lying = honest;
  lying.header.max_timestamp = 5'000'000'000;
  CHECK(accepted(sealed(lying)).header.max_timestamp == 1'000'001);
  CHECK(crc_matches(accepted(sealed(lying))));
  CHECK(accepted(honest).body.same_memory(honest.body));
}

TEST_CASE("create time leaves a sound batch as it is but for offset and epoch") {
  const RecordBatch batch = make_batch({.records = 3, .producer = producer(1324, 10, 984)});
  RecordBatch expected = batch;
  expected.header.base_offset = 10;
  expected.header.partition_leader_epoch = 3;
  CHECK(accepted(batch) == expected);
}

TEST_CASE("log append time is stamped on the header and every record reads as of then") {
  const RecordBatch batch = accepted(make_batch({.records = 3, .timestamp = 7, .producer = producer(1, 2, 3)}),
                                     {.timestamp_type = TimestampType::append, .timestamp_before_max_ms = 1});
  CHECK(batch.header.max_timestamp == stamp.wall.value);
  CHECK(batch.header.base_timestamp == 7);
  CHECK(batch.header.base_sequence == 3);
  CHECK(crc_matches(batch));
  const auto records = decode_records(batch);
  REQUIRE(records);
  for (const Record& record : *records) CHECK(record.timestamp == stamp.wall);
}

TEST_CASE("a batch that claims log append time is taken by a topic with create time if its timestamps are right") {
  RecordBatch batch = make_batch();
  batch.header.attributes = 8;
  CHECK(accepted(sealed(batch)).timestamp_type() == TimestampType::create);
  CHECK(crc_matches(accepted(sealed(batch))));
  batch.header.max_timestamp = -1;
  CHECK(validate(sealed(batch)) == ErrorCode::invalid_timestamp);
}

TEST_CASE("offsets are assigned from the log end on") {
  std::vector<RecordBatch> batches{make_batch({.records = 3}), make_batch({.records = 2})};
  CHECK(validate_and_stamp(batches, AppendOrigin::coordinator, {Offset{1234567}, LeaderEpoch{40}, stamp.wall}, {}).error
        == ErrorCode::none);
  const auto records = decode_records(batches[1]);
  REQUIRE(records);
  CHECK((*records)[0].offset == Offset{1234570});
  CHECK((*records)[1].offset == Offset{1234571});
  CHECK(batches[1].leader_epoch() == LeaderEpoch{40});
}

TEST_CASE("a transactional batch stays one") {
  const RecordBatch batch =
      accepted(make_batch({.producer = producer(1324, 10, 984), .transactional = Transactional::yes}));
  CHECK(batch.is_transactional());
  CHECK(batch.header.producer_id == 1324);
}

// ---- compression ------------------------------------------------------------------------------------

namespace {

constexpr Codec codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

LogConfig with_codec(Codec codec) { return {.compression = Compression{codec, std::nullopt}}; }

RecordBatch compressed(Codec codec, const std::string& value = std::string(300, 'v'),
                       std::optional<ProducerFields> producer = std::nullopt,
                       Transactional transactional = Transactional::no) {
  BatchBuilder builder{TimestampType::create, {codec}};
  for (const std::int64_t after : {-1, 1, 0})
    builder.append(Timestamp{stamp.wall.value + after}, as_bytes("k"), as_bytes(value));
  return builder.build({}, producer, transactional);
}

std::vector<std::string> values(const RecordBatch& batch) {
  std::vector<std::string> all;
  const auto records = decode_records(batch);
  REQUIRE(records);
  for (const Record& record : *records) all.emplace_back(as_text(*record.value));
  return all;
}

}  // namespace

TEST_CASE("a batch is stored as the producer compressed it where the topic leaves that to the producer") {
  for (const Codec codec : codecs) {
    const RecordBatch batch = compressed(codec);
    CHECK(accepted(batch).body.same_memory(batch.body));
    CHECK(accepted(batch).codec() == codec);
  }
}

TEST_CASE("a batch is compressed anew where the topic has another codec") {
  for (const Codec from : codecs) {
    for (const Codec to : codecs) {
      const RecordBatch batch = compressed(from, std::string(300, 'v'), producer(1324, 10, 984), Transactional::yes);
      const RecordBatch stored = accepted(batch, with_codec(to));
      CHECK(stored.codec() == to);
      CHECK(crc_matches(stored));
      CHECK(stored.is_transactional());
      CHECK(stored.header.producer_id == 1324);
      CHECK(stored.header.producer_epoch == 10);
      CHECK(stored.header.base_sequence == 984);
      CHECK(stored.header.max_timestamp == stamp.wall.value + 1);
      CHECK(stored.base_offset() == stamp.first);
      CHECK(stored.last_offset() == stamp.first.plus(2));
      CHECK(stored.leader_epoch() == stamp.epoch);
      CHECK(values(stored) == values(batch));
    }
  }
}

TEST_CASE("another level of the same codec is no reason to compress anew") {
  BatchBuilder builder{TimestampType::create, {Codec::gzip, 1}};
  builder.append(stamp.wall, as_bytes("k"), as_bytes(std::string(500, 'x')));
  const RecordBatch batch = builder.build();
  LogConfig config;
  config.compression = Compression{Codec::gzip, 9};
  CHECK(accepted(batch, config).body.same_memory(batch.body));
}

TEST_CASE("a batch that grows beyond max message bytes when it is compressed anew is too large") {
  const RecordBatch batch = compressed(Codec::gzip);
  LogConfig config = with_codec(Codec::none);
  config.max_message_bytes = static_cast<std::int64_t>(batch.size_bytes());
  CHECK(validate(batch, config) == ErrorCode::message_too_large);
  config.max_message_bytes = 1200;
  CHECK(validate(batch, config) == ErrorCode::none);
}

TEST_CASE("control batches are not compressed") {
  std::vector<RecordBatch> batches{marker(7, 0, TransactionOutcome::commit)};
  CHECK(validate_and_stamp(batches, AppendOrigin::coordinator, stamp, with_codec(Codec::zstd)).error
        == ErrorCode::none);
  CHECK(batches.front().codec() == Codec::none);
}

TEST_CASE("log append time is stamped on compressed batches too") {
  for (const Codec to : {Codec::gzip, Codec::none}) {
    LogConfig config = with_codec(to);
    config.timestamp_type = TimestampType::append;
    const RecordBatch stored = accepted(compressed(Codec::gzip), config);
    CHECK(stored.header.max_timestamp == stamp.wall.value);
    CHECK(stored.timestamp_type() == TimestampType::append);
    CHECK(crc_matches(stored));
    const auto records = decode_records(stored);
    REQUIRE(records);
    for (const Record& record : *records) CHECK(record.timestamp == stamp.wall);
  }
}

TEST_CASE("compressed records are held to timestamps and keys and counts as plain ones are") {
  for (const Codec codec : codecs) {
    LogConfig config{.compaction = Compaction::on};
    config.timestamp_after_max_ms = 0;
    const auto bad = batch_with({{1'000'001}, {.keyed = true}, {1'000'009}}, codec);
    CHECK(details(bad, config).error == ErrorCode::invalid_timestamp);
    CHECK(blamed(details(bad, config)) == std::vector<std::int32_t>{0, 2});
    CHECK(blamed(details(batch_with({{.keyed = true}, {.keyed = false}}, codec), config))
          == std::vector<std::int32_t>{1});
    RecordBatch miscounted = compressed(codec);
    ++miscounted.header.records_count;
    ++miscounted.header.last_offset_delta;
    CHECK(validate(sealed(miscounted)) == ErrorCode::invalid_record);
  }
}

TEST_CASE("bytes that do not decompress are an invalid record") {
  RecordBatch batch = make_batch();
  batch.header.attributes = 4;
  CHECK(validate(sealed(batch)) == ErrorCode::invalid_record);
}

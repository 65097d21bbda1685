#include "core/record/record.hpp"

#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

RecordBatch rebuilt(const RecordBatch& batch, const std::vector<Record>& records) {
  BatchBuilder builder;
  std::int64_t next = batch.header.base_offset;
  for (const Record& record : records) {
    builder.append(record.timestamp, record.key, record.value, record.headers,
                   static_cast<std::int32_t>(record.offset.value - next));
    next = record.offset.value + 1;
  }
  return builder.build();
}

std::string text(const std::optional<ByteSpan>& bytes) { return bytes ? std::string{as_text(*bytes)} : "null"; }

}  // namespace

TEST_CASE("records captured from brokers and clients are decoded and encoded to the same bytes") {
  int same = 0;
  const auto data = read_json("record_batches_v2_none.json");
  for (const auto& vector : data["batches"]) {
    const auto batch = read_batch(SharedBytes{from_hex(vector["hex"])}, 0);
    REQUIRE(batch);
    const auto records = decode_records(*batch);
    REQUIRE(records);
    CHECK(records->size() == vector["info"]["records"].get<std::size_t>());
    if (records->empty()) continue;
    // Hand-made batches may begin with another timestamp than their header says, and log append time hides the records'
    // own.
    if (records->front().timestamp.value != batch->header.base_timestamp
        || batch->timestamp_type() == TimestampType::append)
      continue;
    CHECK(rebuilt(*batch, *records).body == batch->body);
    ++same;
  }
  CHECK(same >= 20);
}

TEST_CASE("the builder writes the batch that a client sent") {
  const auto vector = read_json("record_batches_v2_none.json")["batches"][0];
  const SharedBytes bytes{from_hex(vector["hex"])};
  const auto batch = read_batch(bytes, 0);
  REQUIRE(batch);
  RecordBatch built = rebuilt(*batch, *decode_records(*batch));
  CHECK(built.header.crc == batch_crc(built.header, built.body.span()));
  built.header.producer_epoch = batch->header.producer_epoch;
  built.header.base_sequence = batch->header.base_sequence;
  built.header.partition_leader_epoch = batch->header.partition_leader_epoch;
  built.header.crc = batch_crc(built.header, built.body.span());
  CHECK(built == *batch);
}

TEST_CASE("a record keeps null apart from empty and its headers in order") {
  BatchBuilder builder;
  const std::vector<RecordHeader> headers{{"a", as_bytes("1")}, {"a", std::nullopt}, {"", as_bytes("")}};
  builder.append(Timestamp{100}, std::nullopt, as_bytes(""), headers);
  builder.append(Timestamp{90}, as_bytes("k"), std::nullopt);
  const RecordBatch batch = builder.build();
  CHECK(batch.header.base_timestamp == 100);
  CHECK(batch.header.max_timestamp == 100);
  const auto records = decode_records(batch);
  REQUIRE(records);
  CHECK_FALSE((*records)[0].key.has_value());
  CHECK(text((*records)[0].value).empty());
  REQUIRE((*records)[0].headers.size() == 3);
  CHECK((*records)[0].headers[0].key == "a");
  CHECK_FALSE((*records)[0].headers[1].value.has_value());
  CHECK((*records)[1].timestamp == Timestamp{90});
  CHECK(text((*records)[1].key) == "k");
}

TEST_CASE("a producer knows the exact size of its batch before it appends") {
  Random random{7};
  BatchBuilder builder;
  for (int i = 0; i < 300; ++i) {
    const std::string key(random.below(200), 'k');
    const std::string value(random.below(3000), 'v');
    const std::string header(random.below(100), 'h');
    const std::vector<RecordHeader> headers{{header, as_bytes(value)}};
    const Timestamp timestamp{static_cast<std::int64_t>(random.below(1ULL << 40))};
    const std::optional<ByteSpan> maybe_key = random.below(3) == 0 ? std::nullopt : std::optional{as_bytes(key)};
    const std::size_t expected = builder.size_with(timestamp, maybe_key, as_bytes(value), headers);
    builder.append(timestamp, maybe_key, as_bytes(value), headers);
    REQUIRE(builder.size_bytes() == expected);
  }
  const std::size_t expected = builder.size_bytes();
  const RecordBatch batch = builder.build();
  CHECK(batch.size_bytes() == expected);
  CHECK(builder.empty());
  CHECK(decode_records(batch)->size() == 300);
}

TEST_CASE("records of a batch with log append time have its timestamp") {
  BatchBuilder builder{TimestampType::append};
  builder.append(Timestamp{5}, std::nullopt, as_bytes("v"));
  RecordBatch batch = builder.build();
  batch.header.max_timestamp = 77;
  CHECK(decode_records(batch)->front().timestamp == Timestamp{77});
}

TEST_CASE("another codec is a clear error") {
  RecordBatch batch = make_batch();
  batch.header.attributes = 2;
  const auto records = decode_records(batch);
  REQUIRE_FALSE(records);
  CHECK(records.error().message.find("snappy") != std::string::npos);
}

TEST_CASE("damaged records are errors and never read beyond their batch") {
  const RecordBatch batch = make_batch({.records = 5, .value = "some value"});
  const std::vector<std::byte> body = to_vector(batch.body.span());
  for (std::size_t size = 0; size < body.size(); ++size) {
    RecordBatch cut = batch;
    cut.body = batch.body.slice(0, size);
    REQUIRE_FALSE(decode_records(cut));
  }
  Random random{3};
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::byte> changed = body;
    for (int j = 0; j < 3; ++j) changed[random.below(changed.size())] = static_cast<std::byte>(random.below(256));
    RecordBatch damaged = batch;
    damaged.body = SharedBytes{std::move(changed)};
    damaged.header.records_count = static_cast<std::int32_t>(random.between(-2, INT32_MAX));
    const auto records = decode_records(damaged);
    if (records) CHECK(records->size() == static_cast<std::size_t>(damaged.header.records_count));
  }
  RecordBatch fewer = batch;
  fewer.header.records_count = 4;
  CHECK_FALSE(decode_records(fewer));
}

TEST_CASE("the origin of a batch travels beside its bytes") {
  const RecordBatch with = make_batch({.origin = {4, 12}});
  CHECK(with.body.origin() == Origin{4, 12});
  CHECK(with.body == make_batch().body);
}

TEST_CASE("other producer fields need another checksum and nothing else") {
  const RecordBatch batch = make_batch({.records = 2, .producer = producer(9, 0, 40)});
  const RecordBatch again = with_producer(batch, producer(9, 1, 0));
  CHECK(crc_matches(again));
  CHECK(again.header.producer_epoch == 1);
  CHECK(again.body.same_memory(batch.body));
  BatchBuilder builder;
  builder.append(Timestamp{1}, std::nullopt, std::nullopt);
  CHECK(builder.build({}, producer(9, 1, 0), Transactional::yes).is_transactional());
}

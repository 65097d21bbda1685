#include "core/record/record.hpp"

#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "core/record/control_record.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

RecordBatch rebuilt(const RecordBatch& batch, const DecodedRecords& records) {
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

TEST_CASE("a codec that Kafka does not have is a clear error") {
  RecordBatch batch = make_batch();
  batch.header.attributes = 5;
  const auto records = decode_records(batch);
  REQUIRE_FALSE(records);
  CHECK(records.error().message.find("codec 5") != std::string::npos);
}

TEST_CASE("compressed batches of brokers and clients are decoded") {
  int count = 0;
  const auto data = read_json("record_batches_v2_compressed.json");
  for (const auto& vector : data["batches"]) {
    const auto batch = read_batch(SharedBytes{from_hex(vector["hex"])}, 0);
    REQUIRE(batch);
    CHECK(crc_matches(*batch));
    CHECK(vector["info"]["codecs"].contains(std::string{codec_name(batch->codec())}));
    const auto records = decode_records(*batch);
    REQUIRE(records);
    CHECK(records->size() == vector["info"]["records"].get<std::size_t>());
    const auto again = recompress(*batch, {Codec::none});
    REQUIRE(again);
    CHECK(again->codec() == Codec::none);
    CHECK(crc_matches(*again));
    if (batch->header.base_timestamp == records->front().timestamp.value) CHECK(again->body == records->plain());
    ++count;
  }
  CHECK(count == 19);
}

TEST_CASE("a compressed batch has plain header fields and a checksum over its compressed bytes") {
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    INFO(codec_name(codec));
    BatchBuilder builder{TimestampType::create, {codec}};
    BatchBuilder plain;
    for (int i = 0; i < 200; ++i) {
      for (BatchBuilder* b : {&builder, &plain})
        b->append(Timestamp{1000 - i}, as_bytes("key"), as_bytes("a value like the others"));
    }
    const RecordBatch none = plain.build();
    const RecordBatch batch = builder.build({3, 5}, producer(9, 1, 7), Transactional::yes);
    CHECK(batch.codec() == codec);
    CHECK(batch.is_transactional());
    CHECK(batch.size_bytes() < none.size_bytes() / 3);
    CHECK(batch.header.batch_length == static_cast<std::int32_t>(batch.size_bytes() - log_overhead));
    CHECK(crc_matches(batch));
    CHECK(batch.header.records_count == 200);
    CHECK(batch.header.last_offset_delta == 199);
    CHECK(batch.header.base_timestamp == 1000);
    CHECK(batch.header.max_timestamp == 1000);
    CHECK(batch.header.producer_id == 9);
    RecordReader reader{batch};
    CHECK(reader.plain() == none.body);
    CHECK(reader.plain().origin() == Origin{3, 5});
    const auto records = decode_records(batch);
    REQUIRE(records);
    REQUIRE(records->size() == 200);
    CHECK(records->back().offset == Offset{199});
    CHECK(records->back().timestamp == Timestamp{801});
    CHECK(text(records->back().value) == "a value like the others");
    CHECK(builder.codec() == codec);  // and so is the next batch
  }
}

TEST_CASE("a compressed batch must hold exactly as many records as it says") {
  BatchBuilder builder{TimestampType::create, {Codec::zstd}};
  for (int i = 0; i < 5; ++i) builder.append(Timestamp{1}, std::nullopt, as_bytes("v"));
  const RecordBatch batch = builder.build();
  for (const std::int32_t count : {-1, 0, 4, 6, INT32_MAX}) {
    RecordBatch lying = batch;
    lying.header.records_count = count;
    CHECK_FALSE(decode_records(lying));
  }
  RecordBatch damaged = batch;
  damaged.body = batch.body.slice(0, batch.body.size() - 1);
  const auto records = decode_records(damaged);
  REQUIRE_FALSE(records);
  CHECK(records.error().message.find("zstd") != std::string::npos);
  RecordBatch emptied = batch;  // as compaction leaves them
  emptied.header.records_count = 0;
  emptied.body = SharedBytes{};
  CHECK(decode_records(emptied)->empty());
}

TEST_CASE("a batch that would decompress to too much is not decompressed") {
  BatchBuilder builder{TimestampType::create, {Codec::gzip}};
  const std::string zeros(1 << 20, '0');
  builder.append(Timestamp{1}, std::nullopt, as_bytes(zeros));
  const RecordBatch batch = builder.build();
  Record record;
  RecordReader bounded{batch, 1 << 20};
  CHECK_FALSE(bounded.next(record));
  REQUIRE(bounded.error());
  CHECK(bounded.error()->message.find("more than 1048576 bytes") != std::string::npos);
  RecordReader reader{batch};
  CHECK(reader.next(record));
}

TEST_CASE("a leader stores a batch under the codec of its topic") {
  BatchBuilder builder;
  const std::vector<RecordHeader> headers{{"trace", as_bytes("17")}};
  builder.append(Timestamp{50}, as_bytes("a"), as_bytes("first"), headers);
  builder.append(Timestamp{40}, std::nullopt, std::nullopt, {}, 3);  // offsets 1 to 3 were compacted away
  RecordBatch batch = builder.build({2, 8}, producer(5, 2, 11), Transactional::yes);
  batch.header.base_offset = 1000;
  batch.header.partition_leader_epoch = 6;
  batch.header.last_offset_delta = 9;
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const auto packed = recompress(batch, {codec});
    REQUIRE(packed);
    CHECK(packed->codec() == codec);
    CHECK(crc_matches(*packed));
    CHECK(packed->body.origin() == Origin{2, 8});
    const auto other = recompress(*packed, {codec == Codec::gzip ? Codec::lz4 : Codec::gzip, 5});
    REQUIRE(other);
    CHECK(recompress(*other, {}) == batch);
    CHECK(recompress(*packed, {codec, 7})->body.same_memory(packed->body));
  }
}

TEST_CASE("recompressing leaves control batches alone and refuses damaged records") {
  const RecordBatch control = build_control_batch(ControlType::commit, as_bytes("value"), Timestamp{1});
  CHECK(recompress(control, {Codec::gzip}) == control);
  RecordBatch damaged = make_batch({.records = 3});
  damaged.header.records_count = 2;
  CHECK_FALSE(recompress(damaged, {Codec::gzip}));
  BatchBuilder builder;
  builder.append(Timestamp{1}, std::nullopt, std::nullopt, {}, INT32_MAX - 1);
  RecordBatch farthest = builder.build();
  CHECK(recompress(farthest, {Codec::gzip}));
  std::vector<std::byte> body = to_vector(farthest.body.span());
  body[3] = std::byte{0xfe};  // zigzag of the next offset delta: a batch cannot be built on from there
  farthest.body = SharedBytes{std::move(body)};
  farthest.header.last_offset_delta = INT32_MAX;
  REQUIRE(decode_records(farthest));
  CHECK_FALSE(recompress(farthest, {Codec::gzip}));
}

TEST_CASE("recompressed records of a batch with log append time keep it") {
  BatchBuilder builder{TimestampType::append};
  builder.append(Timestamp{5}, std::nullopt, as_bytes("v"));
  builder.append(Timestamp{6}, std::nullopt, as_bytes("w"));
  RecordBatch batch = builder.build();
  batch.header.max_timestamp = 77;
  const auto packed = recompress(batch, {Codec::lz4});
  REQUIRE(packed);
  CHECK(packed->timestamp_type() == TimestampType::append);
  CHECK(packed->header.max_timestamp == 77);
  CHECK(decode_records(*packed)->front().timestamp == Timestamp{77});
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

TEST_CASE("each number inside a record is held to the record that it stands in") {
  // The length of what follows (all numbers zigzag: 24 is 12), attributes, timestamp, offset, key "k", value "v", one header
  // "h" = "x", whose value is put behind the longer ones below.
  struct Case {
    const char* what;
    std::vector<int> record;  // bytes
  };
  const std::vector<int> sound{24, 0, 0, 0, 2, 'k', 2, 'v', 2, 2, 'h', 2};
  const std::vector<Case> cases{
      {"length below what the record holds", {8, 0, 0, 0, 2, 'k', 2, 'v', 0}},
      {"length beyond the batch", {60, 0, 0, 0, 2, 'k', 2, 'v', 0}},
      {"negative length", {9, 0, 0, 0, 2, 'k', 2, 'v', 0}},
      {"length of zero", {0}},
      {"key beyond the record", {14, 0, 0, 0, 40, 'k', 2, 'v', 0}},
      {"key of size below -1", {14, 0, 0, 0, 3, 'k', 2, 'v', 0}},
      {"value beyond the record", {14, 0, 0, 0, 2, 'k', 40, 'v', 0}},
      {"value of size below -1", {14, 0, 0, 0, 2, 'k', 3, 'v', 0}},
      {"negative number of headers", {14, 0, 0, 0, 2, 'k', 2, 'v', 1}},
      {"more headers than stand there", {24, 0, 0, 0, 2, 'k', 2, 'v', 4, 2, 'h', 2}},
      {"fewer headers than stand there", {24, 0, 0, 0, 2, 'k', 2, 'v', 0, 2, 'h', 2}},
      {"header without key", {20, 0, 0, 0, 2, 'k', 2, 'v', 2, 1, 2}},
      {"header key beyond the record", {24, 0, 0, 0, 2, 'k', 2, 'v', 2, 40, 'h', 2}},
      {"header value beyond the record", {24, 0, 0, 0, 2, 'k', 2, 'v', 2, 2, 'h', 40}},
      {"header value of size below -1", {24, 0, 0, 0, 2, 'k', 2, 'v', 2, 2, 'h', 3}},
      {"timestamp that does not end", {6, 0, 128, 128}},
      {"offset of more than five bytes", {26, 0, 0, 128, 128, 128, 128, 128, 128, 1, 2, 'k', 2, 'v'}},
      {"timestamp of more than ten bytes", {26, 0, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1}},
  };
  const auto decode = [](const std::vector<int>& record, std::int32_t count) {
    std::vector<std::byte> body;
    for (const int byte : record) body.push_back(static_cast<std::byte>(byte));
    if (record.size() >= 12) body.push_back(static_cast<std::byte>('x'));
    RecordBatch batch = make_batch();
    batch.body = SharedBytes{std::move(body)};
    batch.header.records_count = count;
    return decode_records(batch);
  };
  REQUIRE(decode(sound, 1));
  CHECK_FALSE(decode(sound, 2));
  CHECK_FALSE(decode(sound, 0));
  for (const Case& c : cases) {
    INFO(c.what);
    CHECK_FALSE(decode(c.record, 1));
  }
}

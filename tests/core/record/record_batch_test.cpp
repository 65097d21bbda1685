#include "core/record/record_batch.hpp"

#include <catch2/catch.hpp>

#include "tests/support/batches.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

std::vector<std::byte> encode(const RecordBatch& batch) {
  ByteWriter out;
  write_batch_header(batch.header, out);
  out.bytes(batch.body.span());
  return out.take();
}

SharedBytes joined(const std::vector<RecordBatch>& batches) {
  std::vector<std::byte> bytes;
  for (const RecordBatch& batch : batches) {
    const std::vector<std::byte> one = encode(batch);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return SharedBytes{std::move(bytes)};
}

}  // namespace

TEST_CASE("batches captured from brokers and clients are read and written back byte for byte") {
  int count = 0;
  const auto data = read_json("record_batches_v2_none.json");
  for (const auto& vector : data["batches"]) {
    const SharedBytes bytes{from_hex(vector["hex"])};
    const auto batch = read_batch(bytes, 0);
    REQUIRE(batch);
    CHECK(crc_matches(*batch));
    CHECK(batch->codec() == Codec::none);
    CHECK(batch->header.records_count == vector["info"]["records"].get<int>());
    CHECK(batch->size_bytes() == bytes.size());
    CHECK(SharedBytes{encode(*batch)} == bytes);
    ++count;
  }
  CHECK(count == 32);
}

TEST_CASE("a header names its fields at their places") {
  BatchHeader header;
  header.base_offset = 0x0102030405060708;
  header.batch_length = 0x11121314;
  header.partition_leader_epoch = 0x21222324;
  header.crc = 0xf1f2f3f4;
  header.attributes = 0x0033;
  header.last_offset_delta = 0x41424344;
  header.base_timestamp = 0x5152535455565758;
  header.max_timestamp = -2;
  header.producer_id = 0x6162636465666768;
  header.producer_epoch = 0x7172;
  header.base_sequence = -1;
  header.records_count = 7;
  const BatchHeaderBytes bytes = encode_batch_header(header);
  CHECK(to_hex(bytes) ==
        "0102030405060708" "11121314" "21222324" "02" "f1f2f3f4" "0033" "41424344" "5152535455565758" "fffffffffffffffe"
        "6162636465666768" "7172" "ffffffff" "00000007");
  CHECK(decode_batch_header(bytes) == header);
  ByteReader in{bytes};
  CHECK(read_batch_header(in) == header);
  ByteReader cut{ByteSpan{bytes}.first(60)};
  (void)read_batch_header(cut);
  CHECK_FALSE(cut.ok());
}

TEST_CASE("the checksum covers neither base offset nor leader epoch") {
  RecordBatch batch = make_batch();
  CHECK(crc_matches(stored(batch, 1000, 9)));
  batch.header.last_offset_delta = 1;
  CHECK_FALSE(crc_matches(batch));
}

TEST_CASE("a batch shares the bytes it was read from") {
  const SharedBytes bytes = joined({make_batch({.value = "abc"})});
  const auto batch = read_batch(bytes, 0);
  REQUIRE(batch);
  CHECK(batch->body.same_memory(bytes.slice(batch_header_size, bytes.size() - batch_header_size)));
}

TEST_CASE("a part of a batch at the end is left out silently") {
  const std::vector<RecordBatch> batches{make_batch(), stored(make_batch({.records = 3}), 1, 0)};
  const SharedBytes bytes = joined(batches);
  for (std::size_t size = batches[0].size_bytes(); size < bytes.size(); ++size) {
    const Records records = read_batches(bytes.slice(0, size));
    REQUIRE(records.batches.size() == 1);
    REQUIRE_FALSE(records.damage.has_value());
  }
  CHECK(read_batches(bytes).batches == batches);
  CHECK(read_batches(bytes).size_bytes() == bytes.size());
  CHECK(read_batches(SharedBytes{}).empty());
}

TEST_CASE("what is no batch is damage with its place") {
  const RecordBatch good = make_batch();
  RecordBatch old = good;
  old.header.magic = 1;
  RecordBatch tiny = good;
  tiny.header.batch_length = 48;
  RecordBatch negative = good;
  negative.header.batch_length = -1;
  RecordBatch backwards = good;
  backwards.header.last_offset_delta = -1;
  RecordBatch beyond = good;
  beyond.header.base_offset = INT64_MAX;
  for (const RecordBatch& bad : {old, tiny, negative, backwards, beyond}) {
    const Records records = read_batches(joined({good, bad}));
    CHECK(records.batches.size() == 1);
    REQUIRE(records.damage);
    CHECK(records.damage->place == std::to_string(good.size_bytes()));
    CHECK_FALSE(read_batch(joined({bad}), 0));
  }
  CHECK_FALSE(read_batch(joined({good}), 1));
  CHECK_FALSE(read_batch(joined({good}), 10'000));
}

TEST_CASE("offsets and sequences of a batch follow from its header") {
  RecordBatch batch = stored(make_batch({.records = 3, .producer = producer(1, 2, 2147483646)}), 100, 4);
  CHECK(batch.last_offset() == Offset{102});
  CHECK(batch.next_offset() == Offset{103});
  CHECK(batch.last_sequence() == Sequence{0});
  CHECK(batch.has_producer());
}

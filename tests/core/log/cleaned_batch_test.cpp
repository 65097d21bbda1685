#include "core/log/cleaned_batch.hpp"

#include "tests/core/log/cleaner_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("an emptied batch is a header that keeps offsets and producer and has a right checksum") {
  const RecordBatch batch = stored(
      keyed_batch({{"a", "1"}, {"b", "2"}}, 1'000'000, producer(7, 3, 11), Transactional::yes, Codec::gzip), 40, 5);
  const RecordBatch empty = emptied_batch(batch);
  CHECK(empty.size_bytes() == batch_header_size);
  CHECK(crc_matches(empty));
  CHECK(empty.base_offset() == Offset{40});
  CHECK(empty.last_offset() == Offset{41});
  CHECK(empty.leader_epoch() == LeaderEpoch{5});
  CHECK(empty.last_sequence() == Sequence{12});
  CHECK(empty.header.max_timestamp == batch.header.max_timestamp);
  CHECK(empty.is_transactional());
  CHECK(empty.codec() == Codec::none);
  CHECK(decode_records(empty)->empty());
}

TEST_CASE("a delete horizon takes the place of the base timestamp and moves no record in time") {
  const RecordBatch batch = stored(keyed_batch({{"a", "1"}, {"b", std::nullopt}}, 1'000'000), 40, 5);
  const auto records = decode_records(batch);
  const std::vector<Record> last{(*records)[1]};
  const auto made = rebuilt_batch(batch, last, Timestamp{9'000'000});
  REQUIRE(made);
  CHECK(delete_horizon(*made) == Timestamp{9'000'000});
  CHECK_FALSE(delete_horizon(batch));
  CHECK(crc_matches(*made));
  CHECK(made->header.max_timestamp == 1'000'000);
  CHECK(decode_records(*made)->front().timestamp == Timestamp{1'000'000});
  CHECK(decode_records(*made)->front().offset == Offset{41});
  CHECK(made->last_offset() == Offset{41});
}

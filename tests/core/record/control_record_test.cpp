#include "core/record/control_record.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a leader change batch is one control record with its type in the key") {
  const RecordBatch batch = build_leader_change_batch(as_bytes("message"), Timestamp{5});
  CHECK(batch.is_control());
  CHECK_FALSE(batch.is_transactional());
  CHECK(crc_matches(batch));
  const auto records = decode_records(batch);
  REQUIRE(records);
  REQUIRE(records->size() == 1);
  CHECK(to_hex(*records->front().key) == "00000002");
  CHECK(as_text(*records->front().value) == "message");
  CHECK(control_type(records->front()) == ControlType::leader_change);
}

TEST_CASE("control types that this Kafka does not know are skipped") {
  const auto type_of = [](std::vector<std::byte> key) {
    Record record;
    record.key = key;
    return control_type(record);
  };
  CHECK(type_of({std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}}) == ControlType::abort);
  CHECK(type_of({std::byte{0}, std::byte{1}, std::byte{0}, std::byte{6}}) == ControlType::kraft_voters);
  CHECK_FALSE(type_of({std::byte{0}, std::byte{0}, std::byte{0}, std::byte{7}}).has_value());
  CHECK_FALSE(type_of({std::byte{0}, std::byte{0}, std::byte{0}}).has_value());
  CHECK_FALSE(control_type(Record{}).has_value());
}

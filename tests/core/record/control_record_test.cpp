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

TEST_CASE("the end of a transaction is a transactional control batch with the epoch of its coordinator") {
  for (const auto outcome : {TransactionOutcome::abort, TransactionOutcome::commit}) {
    const RecordBatch batch =
        build_end_transaction_batch(ProducerId{7}, ProducerEpoch{3}, {outcome, 258}, Timestamp{5});
    CHECK(batch.is_control());
    CHECK(batch.is_transactional());
    CHECK(crc_matches(batch));
    CHECK(batch.header.producer_id == 7);
    CHECK(batch.header.producer_epoch == 3);
    CHECK(batch.header.base_sequence == -1);
    const auto records = decode_records(batch);
    REQUIRE(records);
    REQUIRE(records->size() == 1);
    CHECK(to_hex(*records->front().key) == (outcome == TransactionOutcome::commit ? "00000001" : "00000000"));
    CHECK(to_hex(*records->front().value) == "000000000102");
    const auto marker = read_end_transaction(records->front());
    REQUIRE(marker);
    CHECK(*marker == EndTransactionMarker{outcome, 258});
  }
}

TEST_CASE("what is no end of a transaction is not read as one") {
  const auto read = [](const std::string& key, std::optional<std::string> value) {
    Record record;
    record.key = as_bytes(key);
    if (value) record.value = as_bytes(*value);
    return read_end_transaction(record).has_value();
  };
  const std::string commit{"\0\0\0\1", 4};
  const std::string value{"\0\0\0\0\0\1", 6};
  CHECK(read(commit, value));
  CHECK(read(commit, std::string{"\0\5\0\0\0\1more", 10}));  // a version to come
  CHECK_FALSE(read(std::string{"\0\0\0\2", 4}, value));
  CHECK_FALSE(read("", value));
  CHECK_FALSE(read(commit, std::nullopt));
  CHECK_FALSE(read(commit, value.substr(0, 5)));
  CHECK_FALSE(read(commit, std::string{"\xff\xff\0\0\0\1", 6}));
}

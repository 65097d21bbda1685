#include "core/wire/transaction_record_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/core/wire/generate.hpp"

using namespace kafkasim;

TEST_CASE("the key of a transactional id has version 0") {
  CHECK(to_hex(encode_transaction_key({"shop"})) == "0000" "0004" "73686f70");
  CHECK(decode_transaction_key(encode_transaction_key({"shop"}))->transactional_id == "shop");
  CHECK_FALSE(decode_transaction_key(to_vector(as_bytes(std::string{"\0\1\0\0", 4}))));
}

TEST_CASE("an empty transaction has null for its partitions") {
  TransactionLogValue value;
  value.producer_id = ProducerId{1};
  value.producer_epoch = ProducerEpoch{2};
  value.transaction_timeout = milliseconds(3);
  value.last_update_timestamp = Timestamp{4};
  value.start_timestamp = Timestamp{-1};
  CHECK(to_hex(encode_transaction_value(value, TransactionValueVersion::v0))
        == "0000" "0000000000000001" "0002" "00000003" "00" "ffffffff" "0000000000000004" "ffffffffffffffff");
  CHECK(to_hex(encode_transaction_value(value, TransactionValueVersion::v1))
        == "0001" "0000000000000001" "0002" "00000003" "00" "00" "0000000000000004" "ffffffffffffffff" "00");
}

TEST_CASE("the state of a transaction comes back as it was stored and never from a part of it") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto value = test::Generator{Random{seed}, test::Wildness::canonical}.make<TransactionLogValue>();
    const std::vector<std::byte> bytes = encode_transaction_value(value, TransactionValueVersion::v1);
    const Result<TransactionLogValue> back = decode_transaction_value(bytes);
    REQUIRE(back.has_value());
    CHECK((*back == value));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK_FALSE(decode_transaction_value(ByteSpan{bytes}.first(size)));
  }
}

TEST_CASE("a transaction in a state or version that is not known is refused") {
  std::vector<std::byte> bytes = encode_transaction_value({}, TransactionValueVersion::v0);
  bytes[16] = std::byte{8};
  CHECK_FALSE(decode_transaction_value(bytes));
  bytes[16] = std::byte{7};
  CHECK(decode_transaction_value(bytes));
  bytes[1] = std::byte{2};
  CHECK_FALSE(decode_transaction_value(bytes));
}

#include "core/wire/group_record_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/core/wire/generate.hpp"

using namespace kafkasim;

TEST_CASE("keys of the offsets topic have version 1 for offsets and 2 for groups") {
  const GroupRecordKey offset = OffsetCommitKey{"g", "t", PartitionIndex{3}};
  CHECK(to_hex(encode_group_key(offset)) == "0001" "000167" "000174" "00000003");
  CHECK((decode_group_key(encode_group_key(offset)).value() == offset));
  const GroupRecordKey group = GroupMetadataKey{"g"};
  CHECK(to_hex(encode_group_key(group)) == "0002" "000167");
  CHECK((decode_group_key(encode_group_key(group)).value() == group));
}

TEST_CASE("a regular expression and the topics that it means are stored under a key of version 16") {
  const GroupRecordKey key = ConsumerGroupKey{ConsumerGroupRecord::regular_expression, "g", "t.*"};
  CHECK(to_hex(encode_group_key(key)) == "0010" "000167" "0003742e2a");
  CHECK((decode_group_key(encode_group_key(key)).value() == key));
  const ConsumerGroupRegularExpressionValue value{{"t1"}, 5, Timestamp{9}};
  const std::vector<std::byte> bytes = encode_consumer_group_value(value);
  CHECK(to_hex(bytes) == "0000" "02" "037431" "0000000000000005" "0000000000000009" "00");
  CHECK((decode_consumer_group_value<ConsumerGroupRegularExpressionValue>(bytes).value() == value));
  CHECK_FALSE(decode_consumer_group_value<ConsumerGroupRegularExpressionValue>(ByteSpan{bytes}.first(9)));
}

TEST_CASE("a key of an unknown version is refused") {
  CHECK_FALSE(decode_group_key(to_vector(as_bytes(std::string{"\0\x7f\0\1g", 5}))));
  CHECK_FALSE(decode_group_key(to_vector(as_bytes("\xff\xff"))));
}

TEST_CASE("a committed offset is stored in version 3 and in version 1 if it expires") {
  OffsetCommitValue value{
      .offset = Offset{5}, .leader_epoch = LeaderEpoch{2}, .metadata = "m", .commit_timestamp = Timestamp{9}};
  CHECK(to_hex(encode_group_value(value)) == "0003" "0000000000000005" "00000002" "00016d" "0000000000000009");
  CHECK((decode_offset_commit_value(encode_group_value(value)).value() == value));
  value.leader_epoch.reset();
  value.expire_timestamp = Timestamp{10};
  CHECK(to_hex(encode_group_value(value)) == "0001" "0000000000000005" "00016d" "0000000000000009" "000000000000000a");
  CHECK((decode_offset_commit_value(encode_group_value(value)).value() == value));
}

TEST_CASE("the state of a group comes back as it was stored and never from a part of it") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto value = test::Generator{Random{seed}, test::Wildness::canonical}.make<GroupMetadataValue>();
    const std::vector<std::byte> bytes = encode_group_value(value);
    const Result<GroupMetadataValue> back = decode_group_metadata_value(bytes);
    REQUIRE(back.has_value());
    CHECK((*back == value));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(decode_group_metadata_value(ByteSpan{bytes}.first(size)));
    }
  }
}

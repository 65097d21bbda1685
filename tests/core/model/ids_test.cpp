#include "core/model/ids.hpp"

#include <catch2/catch.hpp>

#include "core/base/random.hpp"

using namespace kafkasim;

TEST_CASE("a uuid prints as Kafka prints it and reads back") {
  CHECK(to_string(metadata_topic_id) == "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(to_string(Uuid{0x0123456789abcdefULL, 0xfedcba9876543210ULL}) == "ASNFZ4mrze_-3LqYdlQyEA");
  Random random{1};
  for (int i = 0; i < 200; ++i) {
    Uuid id;
    id.high = random.next();
    id.low = random.next();
    const std::string text = to_string(id);
    CHECK(text.size() == 22);
    CHECK(*parse_uuid(text) == id);
  }
  CHECK(Uuid{}.is_zero());
  CHECK_FALSE(metadata_topic_id.is_zero());
}

TEST_CASE("what is no uuid is an error") {
  CHECK_FALSE(parse_uuid(""));
  CHECK_FALSE(parse_uuid("AAAAAAAAAAAAAAAAAAAAA"));
  CHECK_FALSE(parse_uuid("AAAAAAAAAAAAAAAAAAAAAQ=="));
  CHECK_FALSE(parse_uuid("AAAAAAAAAA+AAAAAAAAAAQ"));
}

TEST_CASE("sequences wrap from the largest number to 0") {
  CHECK(sequence_plus(Sequence{5}, 3) == Sequence{8});
  CHECK(sequence_plus(Sequence{2147483647}, 1) == Sequence{0});
  CHECK(sequence_plus(Sequence{2147483646}, 5) == Sequence{3});
  CHECK(sequence_plus(Sequence{1}, -3) == Sequence{2147483646});
}

TEST_CASE("a partition is named topic dash number") {
  CHECK(to_string(TopicPartition{"orders", PartitionIndex{12}}) == "orders-12");
}

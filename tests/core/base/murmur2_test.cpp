#include "core/base/murmur2.hpp"

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("a key has the hash that the Java client gives it") {
  const auto data = read_json("hash_varint_vectors.json");
  for (const auto& vector : data["murmur2"])
    CHECK(murmur2(from_hex(vector["key_hex"])) == vector["murmur2"].get<std::int32_t>());
  CHECK(data["murmur2"].size() == 40);
}

TEST_CASE("a key goes to the partition that the Java client chooses") {
  const auto data = read_json("hash_varint_vectors.json");
  for (const auto& vector : data["partition"]) {
    CHECK(partition_for_key(as_bytes(vector["key"].get<std::string>()), vector["partitions"])
          == vector["partition"].get<std::int32_t>());
  }
  CHECK(data["partition"].size() == 13);
  CHECK_THROWS_AS(partition_for_key(as_bytes("k"), 0), InternalError);
}

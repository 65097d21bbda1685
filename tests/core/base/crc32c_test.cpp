#include "core/base/crc32c.hpp"

#include <catch2/catch.hpp>

#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("the checksum is the one that Kafka computes") {
  CHECK(crc32c(as_bytes("123456789")) == 0xE3069283U);
  CHECK(crc32c({}) == 0);
  const auto data = read_json("hash_varint_vectors.json");
  for (const auto& vector : data["crc32c"])
    CHECK(crc32c(as_bytes(vector["input"].get<std::string>())) == vector["crc32c"].get<std::uint32_t>());
  CHECK(data["crc32c"].size() == 11);
}

TEST_CASE("a checksum goes on where another ended") {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t at = 0; at <= text.size(); ++at) {
    CHECK(crc32c(as_bytes(text.substr(at)), crc32c(as_bytes(text.substr(0, at)))) == crc32c(as_bytes(text)));
  }
}

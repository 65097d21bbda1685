#include "core/base/java_hash.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a name has the hash that Java gives it") {
  CHECK(java_hash("") == 0);
  CHECK(java_hash("a") == 97);
  CHECK(java_hash("billing") == static_cast<std::uint32_t>(-109829509));
  CHECK(java_hash("\xc3\xa9") == 0xe9);                       // one UTF-16 unit
  CHECK(java_hash("\xf0\x9f\x98\x80") == 0xd83d * 31 + 0xde00);  // two
}

TEST_CASE("a name's bucket follows from the magnitude of its hash") {
  CHECK(java_bucket("a", 50) == 47);
  CHECK(java_bucket("billing", 50) == 9);
  CHECK(java_bucket("polygenelubricants", 50) == 0);  // the least integer has no magnitude
}

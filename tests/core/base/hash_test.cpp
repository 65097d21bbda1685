#include "core/base/hash.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a running hash has the same value for ever") {
  RunningHash hash;
  CHECK(hash.value() == 0xef4adbc4b7d0e0e5ULL);
  hash.add(std::uint64_t{1});
  CHECK(hash.value() == 0x61d298cafda69cbcULL);
  hash.add(std::string_view{"kafka-sim"});
  CHECK(hash.value() == 0xbc9c1646d287f303ULL);
  CHECK(mix64(1) == 0x5692161d100b05e5ULL);
}

TEST_CASE("order and length and every byte matter to a hash") {
  const auto of = [](std::string_view a, std::string_view b) {
    RunningHash hash;
    hash.add(a);
    hash.add(b);
    return hash.value();
  };
  CHECK(of("a", "b") != of("b", "a"));
  CHECK(of("ab", "") != of("a", "b"));
  CHECK(of("12345678x", "") != of("12345678y", ""));
  CHECK(of(std::string_view{"\0", 1}, "") != of("", ""));
  CHECK(of("12345678", "") != of("12345679", ""));
}

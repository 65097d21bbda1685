#include "core/log/offset_map.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {
std::string key_of(int i) { return "key " + std::to_string(i); }
}  // namespace

TEST_CASE("the offset map knows the last offset that was put for each key") {
  OffsetMap map{4000 * OffsetMap::entry_bytes};
  for (int i = 0; i < 1000; ++i) map.put(as_bytes(key_of(i)), Offset{i});
  for (int i = 0; i < 1000; i += 2) map.put(as_bytes(key_of(i)), Offset{1000 + i});
  CHECK(map.size() == 1000);
  for (int i = 0; i < 1000; ++i) CHECK(map.get(as_bytes(key_of(i))) == Offset{i % 2 == 0 ? 1000 + i : i});
  CHECK_FALSE(map.get(as_bytes("another key")));
}

TEST_CASE("the offset map holds as many keys as its memory has room for 24 bytes") {
  OffsetMap map{10 * 24 + 5};
  CHECK(map.slots() == 10);
  for (int i = 0; i < 10; ++i) map.put(as_bytes(key_of(i)), Offset{i});
  map.put(as_bytes(key_of(3)), Offset{77});  // a key that is there needs no room
  CHECK(map.get(as_bytes(key_of(3))) == Offset{77});
  CHECK_THROWS(map.put(as_bytes(key_of(10)), Offset{10}));
}

TEST_CASE("what the offset map has reached never falls") {
  OffsetMap map{1000};
  CHECK_FALSE(map.latest());
  map.reached(Offset{7});
  map.reached(Offset{3});
  CHECK(map.latest() == Offset{7});
}

#include "sim/disk/extents.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/random.hpp"

namespace kafkasim::sim {
namespace {

std::string text(const Extents& extents, std::uint64_t from, std::uint64_t to) {
  std::string all;
  for (const SharedBytes& slice : extents.read(from, to)) all += as_text(slice.span());
  return all;
}

TEST_CASE("A file of the disk reads as an array of bytes would whatever is written where") {
  for (const std::uint64_t size : {300U, 5000U, 100'000U}) {
    Random random{size};
    Extents extents;
    std::string model(size, '\0');
    std::string known(size, '0');
    std::vector<std::pair<Extents, std::string>> copies;
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t from = random.below(size);
      const std::uint64_t most = random.chance(1, 20) ? size : 1 + size / 50;
      const std::uint64_t length = std::min(size - from, random.below(most) + 1);
      if (random.chance(1, 5)) {
        extents.clear(from, from + length);
        model.replace(from, length, length, '\0');
        known.replace(from, length, length, '0');
      } else {
        const std::string bytes(length, static_cast<char>('a' + i % 26));
        extents.put(from, SharedBytes::of(bytes), 0);
        model.replace(from, length, bytes);
        known.replace(from, length, length, '1');
      }
      if (i % 100 != 0) continue;
      copies.emplace_back(extents, model);
      REQUIRE(text(extents, 0, size) == model);
      const auto stored = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), '1'));
      REQUIRE(extents.stored_bytes() == stored);
      REQUIRE(extents.stored_in(0, size) == stored);
      const std::uint64_t at = random.below(size);
      const std::uint64_t count = random.below(size - at + 1);
      REQUIRE(text(extents, at, at + count) == model.substr(at, count));
    }
    for (const auto& [copy, was] : copies) REQUIRE(text(copy, 0, size) == was);
  }
}

TEST_CASE("Small pieces that follow each other are joined and those of known origin are not") {
  Extents extents;
  for (std::uint64_t i = 0; i < 100; ++i) extents.put(i * 8, SharedBytes::of("8 bytes."), 0);
  CHECK(extents.pieces(0, 800).size() == 2);
  CHECK(extents.pieces(0, 512).size() == 1);
  Extents records;
  for (std::uint64_t i = 0; i < 10; ++i) {
    records.put(i * 8, SharedBytes{to_vector(as_bytes("8 bytes.")), Origin{1, static_cast<std::int64_t>(i)}}, 0);
  }
  CHECK(records.pieces(0, 80).size() == 10);
}

TEST_CASE("The age of bytes is that of the last write near them") {
  Extents extents;
  const SharedBytes bytes = SharedBytes::of(std::string(100, 'x'));
  for (std::uint64_t i = 0; i < 200; ++i) extents.put(i * 100, bytes, i);
  CHECK(extents.older_bytes(0, 20'000, 0) == 0);
  CHECK(extents.older_bytes(0, 20'000, 1000) == 20'000);
  CHECK(extents.older_bytes(0, 20'000, 64) == 6400);
  CHECK(extents.older_bytes(6350, 6450, 64) == 50);
  CHECK(extents.older_bytes(12'800, 20'000, 64) == 0);
}

TEST_CASE("A hole reads as zeros without taking memory for each") {
  Extents extents;
  extents.put(1 << 30, SharedBytes::of("end"), 0);
  CHECK(extents.stored_bytes() == 3);
  const auto slices = extents.read(0, 1 << 20);
  REQUIRE(slices.size() == 16);
  CHECK(slices[0].same_memory(slices[1]));
  CHECK(slices[0].span()[12345] == std::byte{0});
}

}  // namespace
}  // namespace kafkasim::sim

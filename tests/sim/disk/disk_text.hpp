#pragma once
// Shorthands of the disk's tests: files as text.
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/disk/sim_disk.hpp"

namespace kafkasim::sim {

inline constexpr std::uint64_t to_the_end = std::numeric_limits<std::uint64_t>::max();

inline FileId create(Disk& disk, std::string_view path) {
  const auto file = disk.open(path, OpenMode::create);
  REQUIRE(file);
  return *file;
}

inline void put(Disk& disk, FileId file, std::string_view content) {
  const SharedBytes bytes = SharedBytes::of(content);
  REQUIRE(disk.append(file, {&bytes, 1}));
}

inline std::string join(const std::vector<SharedBytes>& slices) {
  std::string all;
  for (const SharedBytes& slice : slices) all += as_text(slice.span());
  return all;
}

inline std::string text(const SimDisk& disk, std::string_view path) {
  const auto content = disk.content(path);
  REQUIRE(content);
  return join(*content);
}

}  // namespace kafkasim::sim

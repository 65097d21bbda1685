#include "sim/disk/disk_file.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace kafkasim::sim {
namespace {

constexpr Fate drawn{Keep::drawn, Torn::never, 0, {}};
constexpr Fate nothing{Keep::none, Torn::never, 0, {}};

void put(DiskFile& file, std::string_view text) {
  const SharedBytes bytes = SharedBytes::of(text);
  file.append({&bytes, 1}, 0);
}

std::string text(const DiskFile& file) {
  std::string all;
  for (const SharedBytes& slice : file.read(0, file.size())) all += as_text(slice.span());
  return all;
}

std::string after(DiskFile file, const Fate& fate, std::uint64_t seed) {  // a copy
  Random random{seed};
  file.lose_power(fate, random);
  return text(file);
}

std::string counted(std::size_t from, std::size_t to) {  // text whose every place is told apart
  std::string all;
  for (std::size_t i = from; i < to; ++i) all += static_cast<char>('A' + (i * 7 + i / 26) % 50);
  return all;
}

TEST_CASE("A power loss leaves a prefix of what was not synced to the end of a sector") {
  DiskFile file;
  put(file, counted(0, 700));
  file.sync();
  put(file, counted(700, 3000));
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string left = after(file, drawn, seed);
    REQUIRE(left == counted(0, left.size()));
    sizes.insert(left.size());
  }
  CHECK(sizes == std::set<std::size_t>{700, 1024, 1536, 2048, 2560, 3000});
}

TEST_CASE("The last sector that survives a power loss may be torn") {
  DiskFile file;
  put(file, counted(0, 700));
  file.sync();
  put(file, counted(700, 3000));
  std::size_t zeros = 0;
  std::size_t garbage = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string left = after(file, {Keep::drawn, Torn::always, 0, {}}, seed);
    const std::string was = counted(0, left.size());
    const auto same =
        static_cast<std::size_t>(std::mismatch(left.begin(), left.end(), was.begin()).first - left.begin());
    REQUIRE(same >= 700);
    REQUIRE(left.size() > 700);
    REQUIRE((left.size() % 512 == 0 || left.size() == 3000));
    REQUIRE(same / 512 >= (left.size() - 1) / 512);  // only the last sector differs
    if (same == left.size()) continue;
    const bool blank =
        std::all_of(left.begin() + static_cast<std::ptrdiff_t>(same), left.end(), [](char c) { return c == 0; });
    ++(blank ? zeros : garbage);
  }
  CHECK(zeros > 50);
  CHECK(garbage > 50);
}

TEST_CASE("A power loss may bring back what was overwritten by whole sectors") {
  DiskFile file;
  put(file, std::string(2048, 'o'));
  file.sync();
  file.write(500, SharedBytes::of(std::string(1000, 'n')), 0);
  CHECK(after(file, nothing, 1) == std::string(2048, 'o'));
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string left = after(file, drawn, seed);
    REQUIRE(left.size() == 2048);
    for (std::size_t sector = 0; sector < 4; ++sector) {
      const std::string here = left.substr(sector * 512, 512);
      REQUIRE((here == std::string(512, 'o') || here == text(file).substr(sector * 512, 512)));
    }
    outcomes.insert(left);
  }
  CHECK(outcomes.size() == 8);  // three sectors, either version of each
  file.sync();
  CHECK(after(file, nothing, 1) == std::string(500, 'o') + std::string(1000, 'n') + std::string(548, 'o'));
}

TEST_CASE("A truncation that was not synced may be undone and what came after it with it") {
  DiskFile file;
  put(file, counted(0, 2000));
  file.sync();
  file.truncate(900);
  put(file, std::string(3000, '!'));
  CHECK(after(file, nothing, 1) == counted(0, 2000));
  bool undone = false;
  bool done = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string left = after(file, drawn, seed);
    if (left == counted(0, 2000)) {
      undone = true;
      continue;
    }
    REQUIRE(left == text(file).substr(0, left.size()));
    REQUIRE(left.size() >= 900);
    done = true;
  }
  CHECK(undone);
  CHECK(done);
}

TEST_CASE("Bytes that were overwritten several times since the sync come back as they were synced") {
  DiskFile file;
  put(file, counted(0, 1500));
  file.sync();
  file.write(100, SharedBytes::of("aaaa"), 0);
  file.write(98, SharedBytes::of("bbbbbbbb"), 0);
  file.write(200, SharedBytes::of("cc"), 0);
  file.write(0, SharedBytes::of(std::string(300, 'd')), 0);
  file.truncate(250);
  put(file, std::string(2000, 'e'));
  file.write(240, SharedBytes::of(std::string(20, 'f')), 0);
  file.truncate(10);
  CHECK(after(file, nothing, 1) == counted(0, 1500));
  CHECK(after(file, {Keep::all, Torn::never, 0, {}}, 1) == std::string(10, 'd'));
}

TEST_CASE("Exactly so many bytes survive as the caller says but never fewer than were synced") {
  DiskFile file;
  put(file, counted(0, 700));
  file.sync();
  put(file, counted(700, 3000));
  const auto exactly = [&](std::uint64_t length) { return after(file, {Keep::exactly, Torn::never, length, {}}, 5); };
  CHECK(exactly(1234) == counted(0, 1234));
  CHECK(exactly(3) == counted(0, 700));
  CHECK(exactly(99999) == counted(0, 3000));
}

TEST_CASE("Garbage fills a torn record to the length that the caller says") {
  DiskFile file;
  put(file, counted(0, 3000));
  bool partly = false;
  bool garbage = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string left = after(file, {Keep::exactly, Torn::never, 1000, 1100}, seed);
    REQUIRE(left.size() == 1100);
    REQUIRE(left.substr(0, 1000) == counted(0, 1000));
    REQUIRE(left != counted(0, 1100));
    partly = partly || left.substr(0, 1020) == counted(0, 1020);
    garbage = garbage || left.find('\0') == std::string::npos;
  }
  CHECK(partly);
  CHECK(garbage);
}

TEST_CASE("A flush makes durable what was there when it began") {
  DiskFile file;
  put(file, "before");
  const FileMark mark = file.mark();
  put(file, " after");
  file.sync_to(mark);
  CHECK(file.durable_size() == 6);
  CHECK(file.dirty_bytes() == 6);
  CHECK(after(file, nothing, 1) == "before");
  file.sync();
  file.sync_to(mark);  // a sync overtook it
  CHECK(file.durable_size() == 12);
}

TEST_CASE("A flush of a truncated file makes the truncation durable") {
  DiskFile file;
  put(file, "0123456789");
  file.sync();
  file.truncate(4);
  put(file, "ab");
  const FileMark mark = file.mark();
  put(file, "cdefghij");
  file.sync_to(mark);
  CHECK(after(file, nothing, 1) == "0123ab");
}

TEST_CASE("A flush during which the file is cut makes the cut durable as well") {
  DiskFile file;
  put(file, "0123456789");
  const FileMark mark = file.mark();
  file.truncate(4);
  file.sync_to(mark);
  CHECK(after(file, nothing, 1) == "0123");
}

TEST_CASE("A file that is only appended to is never said to be clean before its sync") {
  DiskFile file;
  CHECK_FALSE(file.is_dirty());
  put(file, "x");
  CHECK(file.is_dirty());
  file.sync();
  CHECK_FALSE(file.is_dirty());
  file.truncate(100);
  CHECK(file.is_dirty());
  file.sync();
  file.truncate(1);
  CHECK(file.is_dirty());
}

}  // namespace
}  // namespace kafkasim::sim

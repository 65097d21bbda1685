#include "core/log/batch_scanner.hpp"

#include <catch2/catch.hpp>

#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

struct ScannerRig {
  MemoryDisk disk{};
  std::vector<RecordBatch> batches{};
  std::vector<std::byte> bytes{};
  FileId file{};
  ScannerRig() {
    for (int i = 0; i < 6; ++i) {
      batches.push_back(stored(
          make_batch({.records = 1 + i, .value = std::string(static_cast<std::size_t>(40 * i), 'v')}), 10 * i, 1));
      const BatchHeaderBytes header = encode_batch_header(batches.back().header);
      bytes.insert(bytes.end(), header.begin(), header.end());
      bytes.insert(bytes.end(), batches.back().body.span().begin(), batches.back().body.span().end());
    }
    write(bytes);
  }
  void write(const std::vector<std::byte>& content) {
    disk.set_bytes("f", content);
    file = *disk.open("f", OpenMode::existing);
  }
};

}  // namespace

TEST_CASE("a scan gives all batches whatever the chunks and pieces") {
  ScannerRig f;
  for (const std::uint64_t chunk : {1U, 61U, 100U, 300U, 100'000U}) {
    for (const std::uint64_t piece : {0U, 1U, 5U, 64U}) {
      f.disk.piece = piece;
      BatchScanner scan{f.disk, f.file, 0, f.bytes.size(), chunk};
      std::vector<RecordBatch> found;
      std::uint64_t position = 0;
      while (const ScannedBatch* one = scan.next()) {
        CHECK(one->position == position);
        found.push_back(one->batch);
        position += one->batch.size_bytes();
      }
      CHECK(found == f.batches);
      CHECK_FALSE(scan.damage());
      CHECK(scan.position() == f.bytes.size());
    }
  }
}

TEST_CASE("a scan stops in front of what is no whole batch") {
  ScannerRig f;
  const std::uint64_t whole = f.bytes.size() - f.batches.back().size_bytes();
  for (std::uint64_t size = whole + 1; size < f.bytes.size(); ++size) {
    BatchScanner scan{f.disk, f.file, 0, size};
    int count = 0;
    while (scan.next() != nullptr) ++count;
    REQUIRE(count == 5);
    REQUIRE(scan.damage());
    REQUIRE(scan.position() == whole);
  }
}

TEST_CASE("a length that was read is never taken for granted") {
  ScannerRig f;
  for (const int value : {0x7f, 0xff, 0x00}) {
    std::vector<std::byte> bytes = f.bytes;
    bytes[8] = static_cast<std::byte>(value);
    bytes[11] = std::byte{1};
    f.write(bytes);
    BatchScanner scan{f.disk, f.file, 0, bytes.size()};
    CHECK(scan.next() == nullptr);
    CHECK(scan.damage());
    CHECK(scan.position() == 0);
  }
}

TEST_CASE("a file that is shorter than believed ends a scan") {
  ScannerRig f;
  BatchScanner scan{f.disk, f.file, 0, f.bytes.size() + 1000};
  int count = 0;
  while (scan.next() != nullptr) ++count;
  CHECK(count == 6);
  CHECK(scan.damage());
}

TEST_CASE("an error of the disk ends a scan and is no damage") {
  ScannerRig f;
  BatchScanner scan{f.disk, FileId{12345}, 0, 100};
  CHECK(scan.next() == nullptr);
  CHECK(scan.disk_error().has_value());
  CHECK_FALSE(scan.damage());
}

TEST_CASE("a header is only given where a whole batch stands") {
  ScannerRig f;
  const std::uint64_t second = f.batches[0].size_bytes();
  CHECK((*header_at(f.disk, f.file, second, f.bytes.size()))->base_offset == 10);
  CHECK_FALSE((*header_at(f.disk, f.file, second + 1, f.bytes.size())).has_value());
  CHECK_FALSE((*header_at(f.disk, f.file, second, second + f.batches[1].size_bytes() - 1)).has_value());
  CHECK_FALSE((*header_at(f.disk, f.file, f.bytes.size() + 5, f.bytes.size())).has_value());
}

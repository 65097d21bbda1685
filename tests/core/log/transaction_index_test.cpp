#include "core/log/transaction_index.hpp"

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "tests/core/log/log_rig.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const std::vector<AbortedTransaction> four{aborted(0, 0, 10, 11), aborted(1, 5, 15, 13), aborted(2, 18, 35, 25),
                                           aborted(3, 32, 50, 40)};

struct TransactionIndexRig {
  MemoryDisk disk{};
  TransactionIndex index{open()};
  TransactionIndex open(std::int64_t base = 0) {
    return *TransactionIndex::open(disk, "p-0/00000000000000000000.txnindex", Offset{base});
  }
  void append_four() {
    for (const AbortedTransaction& one : four) REQUIRE(index.append(disk, one));
  }
  [[nodiscard]] TransactionIndex::Found collect(std::int64_t from, std::int64_t upper) const {
    return *index.collect(disk, Offset{from}, Offset{upper});
  }
};

std::vector<AbortedTransaction> part(std::ptrdiff_t from, std::ptrdiff_t to) {
  return {four.begin() + from, four.begin() + to};
}

}  // namespace

TEST_CASE("an aborted transaction is an entry of thirty four bytes") {
  TransactionIndexRig f;
  REQUIRE(f.index.append(f.disk, aborted(983'493, 137, 299, 200)));
  CHECK(to_hex(f.disk.bytes_of("p-0/00000000000000000000.txnindex")) ==
        "0000"
        "00000000000f01c5"
        "0000000000000089"
        "000000000000012b"
        "00000000000000c8");
  CHECK(f.index.all(f.disk)->transactions == std::vector{aborted(983'493, 137, 299, 200)});
}

TEST_CASE("a transaction index that is opened again goes on at its end") {
  TransactionIndexRig f;
  f.append_four();
  f.index.close(f.disk);
  f.index = f.open();
  REQUIRE(f.index.append(f.disk, aborted(3, 50, 60, 55)));
  std::vector<AbortedTransaction> all = four;
  all.push_back(aborted(3, 50, 60, 55));
  CHECK(f.index.all(f.disk)->transactions == all);
  CHECK(f.index.count() == 5);
}

TEST_CASE("the last offsets of aborted transactions rise") {
  for (const std::int64_t last : {15, 10}) {
    TransactionIndexRig f;
    REQUIRE(f.index.append(f.disk, aborted(1, 5, 15, 13)));
    CHECK_THROWS_AS(f.index.append(f.disk, aborted(0, 0, last, 11)), InternalError);
    f.index = f.open();
    CHECK_THROWS_AS(f.index.append(f.disk, aborted(0, 0, last, 11)), InternalError);
  }
}

TEST_CASE("aborted transactions are found by the range they reach into until the last stable offset is beyond it") {
  TransactionIndexRig f;
  f.append_four();
  const auto is = [](const TransactionIndex::Found& found, const std::vector<AbortedTransaction>& expected,
                     bool complete) { return found.transactions == expected && found.complete == complete; };
  CHECK(is(f.collect(0, 100), four, false));
  CHECK(is(f.collect(0, 32), part(0, 3), true));
  CHECK(is(f.collect(0, 35), four, true));
  CHECK(is(f.collect(10, 35), four, true));
  CHECK(is(f.collect(11, 35), part(1, 4), true));
  CHECK(is(f.collect(20, 41), part(2, 4), false));
}

TEST_CASE("truncation of a transaction index leaves transactions that ended below") {
  TransactionIndexRig f;
  f.append_four();
  REQUIRE(f.index.truncate_to(f.disk, Offset{51}));
  CHECK(f.index.all(f.disk)->transactions == four);
  REQUIRE(f.index.truncate_to(f.disk, Offset{50}));
  CHECK(f.index.all(f.disk)->transactions == part(0, 3));
  REQUIRE(f.index.append(f.disk, aborted(9, 36, 40, 41)));
  REQUIRE(f.index.reset(f.disk));
  CHECK(f.index.all(f.disk)->transactions.empty());
  REQUIRE(f.index.append(f.disk, aborted(0, 0, 1, 2)));
}

TEST_CASE("a transaction index that contradicts its segment is not sane") {
  TransactionIndexRig f;
  CHECK(*f.index.is_sane(f.disk, Offset{0}));
  f.append_four();
  CHECK(*f.index.is_sane(f.disk, Offset{51}));
  CHECK_FALSE(*f.index.is_sane(f.disk, Offset{50}));     // a marker beyond the segment
  CHECK_FALSE(*f.open(11).is_sane(f.disk, Offset{51}));  // and one in front of it
  const std::string path = "p-0/00000000000000000000.txnindex";
  const std::vector<std::byte> bytes = f.disk.bytes_of(path);
  const auto sane_with = [&](const auto& change) {
    std::vector<std::byte> changed = bytes;
    change(changed);
    f.disk.set_bytes(path, changed);
    return *f.open().is_sane(f.disk, Offset{51});
  };
  CHECK(sane_with([](auto&) {}));
  CHECK_FALSE(sane_with([](auto& b) { b.pop_back(); }));
  CHECK_FALSE(sane_with([](auto& b) { b[34 + 25] = std::byte{3}; }));  // out of order
  CHECK_FALSE(sane_with([](auto& b) { b[17] = std::byte{11}; }));      // it begins behind its end
  CHECK_FALSE(sane_with([](auto& b) { b[35] = std::byte{1}; }));       // of a version to come
  CHECK_FALSE(f.open().all(f.disk)->readable);
}

TEST_CASE("a transaction index makes its file with the first entry") {
  TransactionIndexRig f;
  CHECK_FALSE(f.index.exists());
  CHECK_FALSE(f.index.file().has_value());
  REQUIRE(f.index.sync(f.disk));
  REQUIRE(f.index.reset(f.disk));
  REQUIRE(f.index.truncate_to(f.disk, Offset{5}));
  CHECK(f.disk.paths().empty());
  CHECK(f.collect(0, 100).transactions.empty());
  REQUIRE(f.index.append(f.disk, four[0]));
  CHECK(f.index.dirty());
  REQUIRE(f.index.sync(f.disk));
  CHECK_FALSE(f.index.dirty());
  CHECK(f.disk.paths().size() == 1);
}

TEST_CASE("a transaction index goes on when its directory is renamed") {
  TransactionIndexRig f;
  REQUIRE(f.index.append(f.disk, four[0]));
  REQUIRE(f.disk.rename("p-0", "p-0.x-delete"));
  REQUIRE(f.index.append(f.disk, four[1]));
  CHECK(f.collect(0, 100).transactions == part(0, 2));
  CHECK(f.disk.bytes_of("p-0.x-delete/00000000000000000000.txnindex").size() == 68);
}

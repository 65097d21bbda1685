#include "sim/fault/readable_values.hpp"

#include <catch2/catch.hpp>

#include "sim/disk/sim_disk.hpp"
#include "tests/sim/fault/support.hpp"
#include "tests/support/batches.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using kafkasim::sim::testing::t0;

namespace {

// A log of single records on a disk; transactional ones by their producer.
struct StoredLog {
  SimDisk disk{DiskSpec{}};
  std::int64_t end{0};

  void add(const RecordBatch& sent) {
    const RecordBatch batch = test::stored(sent, end, 0);
    end = batch.next_offset().value;
    const FileId file = disk.open("t-0/00000000000000000000.log", OpenMode::create_or_existing).value();
    const BatchHeaderBytes header = encode_batch_header(batch.header);
    std::vector<std::byte> bytes{header.begin(), header.end()};
    bytes.insert(bytes.end(), batch.body.span().begin(), batch.body.span().end());
    const SharedBytes all{bytes};
    REQUIRE(disk.append(file, {&all, 1}).has_value());
    disk.close(file);
  }
  void record(const std::string& value, std::int64_t transactional_producer = -1) {
    test::BatchSpec spec{.value = value};
    if (transactional_producer >= 0) {
      spec.producer = test::producer(transactional_producer, 0, 0);
      spec.transactional = Transactional::yes;
    }
    add(test::make_batch(spec));
  }
  void marker(std::int64_t producer, TransactionOutcome outcome) { add(test::marker(producer, 0, outcome)); }
  [[nodiscard]] std::string read(const ReadFrom& from) const {
    std::string text;
    for (const auto& value : readable_values(disk, t0, from)) text += value.value_or("null") + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("a reader from the start gets what stands between log start and high watermark") {
  StoredLog log;
  for (const char* value : {"a", "b", "c", "d"}) log.record(value);
  CHECK(log.read({}) == "a b c d ");
  CHECK(log.read({.start = Offset{1}, .end = Offset{3}}) == "b c ");
}

TEST_CASE("a reader of committed records gets none of an aborted transaction") {
  StoredLog log;
  log.record("kept", 7);
  log.record("gone", 8);
  log.record("plain");
  log.marker(8, TransactionOutcome::abort);
  log.marker(7, TransactionOutcome::commit);
  log.record("next", 8);
  log.marker(8, TransactionOutcome::commit);
  CHECK(log.read({.isolation = Isolation::read_committed}) == "kept plain next ");
  CHECK(log.read({}) == "kept gone plain next ");
}

TEST_CASE("a reader of committed records gets nothing behind the first open transaction") {
  StoredLog log;
  log.record("a");
  log.record("open", 7);
  log.record("b");
  CHECK(log.read({.isolation = Isolation::read_committed}) == "a ");
  log.marker(7, TransactionOutcome::commit);
  CHECK(log.read({.isolation = Isolation::read_committed}) == "a open b ");
  CHECK(log.read({.end = Offset{3}, .isolation = Isolation::read_committed}) == "a ");  // the marker is not committed
}

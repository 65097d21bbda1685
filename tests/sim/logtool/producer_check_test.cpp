#include "sim/logtool/producer_check.hpp"

#include "core/log/producer_snapshot.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

std::vector<std::byte> changed(const Rig& rig, const std::string& path, Offset at,
                               const std::function<void(ProducerState&)>& change) {
  auto state = decode_producer_snapshot(rig.disk.bytes_of(path), at);
  REQUIRE(state);
  change(*state);
  return encode_producer_snapshot(*state);
}

}  // namespace

TEST_CASE("a producer snapshot that differs from the log below it is found") {
  Rig rig;
  const std::string path = rig.files(".snapshot").back();
  rig.disk.set_bytes(path, changed(rig, path, Offset{72}, [](ProducerState& state) {
                       ProducerEntry entry = state.producers().at(ProducerId{7});
                       entry.add(ProducerEpoch{0}, {Sequence{99}, Offset{70}, 0, Timestamp{5}});
                       state.restore(ProducerId{7}, entry);
                     }));
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "producer 7: the snapshot says epoch 0, last sequence 99"));
}

TEST_CASE("a producer that never wrote and one that is missing are found") {
  Rig rig;
  const std::string path = rig.files(".snapshot").back();
  rig.disk.set_bytes(path, changed(rig, path, Offset{72}, [](ProducerState& state) {
                       const ProducerEntry entry = state.producers().at(ProducerId{7});
                       state.clear(Offset{72});
                       state.restore(ProducerId{5}, entry);
                     }));
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(path, "producer 5: has written nothing"));
  CHECK(rig.told(path, "producer 8: is missing"));
  // A day later they may have expired; what never was is still wrong.
  CHECK_FALSE(rig.verify({.now = Timestamp{200'000'000}}));
  CHECK(rig.found.size() == 1);
}

TEST_CASE("a snapshot with a wrong checksum or beyond the log is found") {
  Rig rig;
  const std::string path = rig.files(".snapshot").back();
  const std::vector<std::byte> sound = rig.disk.bytes_of(path);
  rig.flip(path, 40);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "checksum"));
  Rig far;
  far.disk.set_bytes("orders-0/00000000000000000073.snapshot", sound);
  CHECK_FALSE(far.verify());
  CHECK(far.only("orders-0/00000000000000000073.snapshot", "beyond the end of the log at 72"));
}

TEST_CASE("a log whose first segments are gone is known from the snapshot at its beginning") {
  Rig rig;
  const std::string second = rig.files(".log").at(1);
  const std::string stem = second.substr(0, second.size() - 4);
  for (const char* suffix : {".log", ".index", ".timeindex", ".txnindex"}) {
    (void)rig.disk.remove("orders-0/00000000000000000000" + std::string{suffix});
  }
  CHECK(rig.verify());
  REQUIRE(rig.disk.remove(stem + ".snapshot"));
  CHECK(rig.verify());  // what the log does not tell is not held against it
}

TEST_CASE("where the cleaner has taken markers away only the last batches of producers are compared") {
  Rig rig;
  const Report report = [&rig](const Mismatch& m) { rig.found.push_back(m); };
  const auto feed = [&rig, &report](bool with_markers) {
    rig.found.clear();
    ProducerCheck check{rig.disk, "orders-0", Offset{0}, {}, report};
    for (const std::string& path : rig.files(".log")) {
      const Records records = read_batches(SharedBytes{rig.disk.bytes_of(path)});
      for (const RecordBatch& batch : records.batches) {
        if (with_markers || !batch.is_control()) (void)check.batch(batch);
      }
    }
    check.end(Offset{72}, false);
    return check.compacted();
  };
  CHECK_FALSE(feed(true));
  CHECK(rig.found.empty());
  CHECK(feed(false));
  CHECK(rig.found.empty());
  const std::string path = rig.files(".snapshot").back();
  const auto say_last = [&](std::int32_t sequence, std::int64_t offset) {
    rig.disk.set_bytes(path, changed(rig, path, Offset{72}, [&](ProducerState& state) {
                         ProducerEntry entry = state.producers().at(ProducerId{7});
                         entry.add(ProducerEpoch{0}, {Sequence{sequence}, Offset{offset}, 0, Timestamp{5}});
                         state.restore(ProducerId{7}, entry);
                       }));
  };
  say_last(10, 63);  // the log knows a later one
  CHECK(feed(false));
  CHECK(rig.only(path, "producer 7"));
  say_last(12, 71);  // it may be what the cleaner has taken
  CHECK(feed(false));
  CHECK(rig.found.empty());
}

namespace {

constexpr std::int64_t day = 86'400'000;

struct Cleaned {
  test::MemoryDisk disk{};
  std::vector<std::string> found{};

  // A snapshot at that offset, of the producers that these batches make.
  void snapshot(std::int64_t at, const std::vector<RecordBatch>& batches) {
    ProducerState state;
    for (const RecordBatch& batch : batches) {
      if (const auto completed = state.update(batch)) state.complete(*completed);
    }
    state.set_end_offset(Offset{at});
    REQUIRE(write_producer_snapshot(disk, "orders-0", state, SyncSnapshot::no));
  }
  void check(const std::vector<RecordBatch>& batches, std::int64_t end, std::optional<Timestamp> now = {}) {
    found.clear();
    const Report report = [this](const Mismatch& m) { found.push_back(m.reason); };
    ProducerCheck check{disk, "orders-0", Offset{0}, {.now = now}, report};
    for (const RecordBatch& batch : batches) (void)check.batch(batch);
    check.end(Offset{end}, false);
  }
};

RecordBatch produced(std::int64_t id, std::int64_t offset, std::int32_t sequence, std::int64_t timestamp = 1000) {
  return test::stored(test::make_batch({.timestamp = timestamp, .producer = test::producer(id, 0, sequence)}), offset,
                      0);
}

}  // namespace

TEST_CASE("nothing is said of producers whose batches below the snapshot were compacted away") {
  Cleaned all;  // all of them
  all.snapshot(10, {produced(5, 9, 9)});
  all.check({produced(5, 20, 20), produced(5, 21, 21)}, 22);
  CHECK(all.found.empty());
  all.check({}, 22);
  CHECK(all.found.empty());
  all.check({produced(5, 3, 3), produced(5, 20, 20)}, 21);  // only some
  CHECK(all.found.empty());
  Cleaned marker;
  marker.snapshot(10, {test::stored(test::marker(6, 4, TransactionOutcome::commit, 2, 1000), 9, 0)});
  marker.check({produced(7, 0, 0), produced(7, 10, 1)}, 11, Timestamp{2 * day});
  CHECK(marker.found.empty());
}

TEST_CASE("where no offset is missing any more a batch that the snapshot names must be there") {
  Cleaned rig;
  rig.snapshot(10, {produced(5, 8, 8), produced(7, 9, 0)});
  rig.check({produced(7, 0, 0), produced(7, 8, 1), produced(7, 9, 2)}, 10);
  REQUIRE(rig.found.size() == 2);
  CHECK(rig.found[0].find("producer 7: the snapshot says") == 0);
  CHECK(rig.found[1].find("producer 5: has written nothing") == 0);
}

TEST_CASE("a producer that came back after it may have expired need not have its old coordinator") {
  const std::vector<RecordBatch> log{produced(5, 0, 0),
                                     test::stored(test::marker(5, 0, TransactionOutcome::commit, 3, 1000), 1, 0),
                                     produced(5, 2, 1, 1000 + day)};
  Cleaned rig;
  rig.snapshot(3, {log[2]});
  rig.check(log, 3, Timestamp{2000 + day});
  CHECK(rig.found.empty());
  rig.check(log, 3);
  CHECK(rig.found.size() == 1);
}

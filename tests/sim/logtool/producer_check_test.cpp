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
  rig.disk.set_bytes(path, changed(rig, path, Offset{72}, [](ProducerState& state) {
                       ProducerEntry entry = state.producers().at(ProducerId{7});
                       entry.add(ProducerEpoch{0}, {Sequence{99}, Offset{70}, 0, Timestamp{5}});
                       state.restore(ProducerId{7}, entry);
                     }));
  CHECK(feed(false));
  CHECK(rig.only(path, "producer 7"));
}

#include "sim/logtool/index_checks.hpp"

#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

TEST_CASE("an entry that points into a batch is found") {
  Rig rig;
  rig.flip(first_index, 7);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_index, "where no batch begins"));
}

TEST_CASE("an entry with the offset of another batch is found") {
  Rig rig;
  rig.flip(first_index, 2);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_index, "no batch at byte"));
}

TEST_CASE("entries that do not rise are found") {
  Rig rig;
  rig.change(first_index, [](auto& bytes) { bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + 8); });
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_index, "is not above the one before it"));
}

TEST_CASE("an entry beyond the end of the log and half an entry are found") {
  Rig rig;
  const std::vector<std::byte> far(8, std::byte{0x55});
  rig.append(first_index, far);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_index, "beyond the end of the log"));
  Rig half;
  half.append(first_index, std::vector<std::byte>(3, std::byte{1}));
  CHECK_FALSE(half.verify());
  CHECK(half.only(first_index, "the last entry is cut short"));
}

TEST_CASE("an index that is not there is found") {
  Rig rig;
  REQUIRE(rig.disk.remove(first_index));
  REQUIRE(rig.disk.remove(first_time_index));
  CHECK_FALSE(rig.verify());
  CHECK(rig.told(first_index, "is missing"));
  CHECK(rig.told(first_time_index, "is missing"));
}

TEST_CASE("the offset of a set of batches is as good as that of its first one") {
  Rig rig;
  // As Kafka before 4.0 writes it: the last offset of all batches that were appended together.
  std::vector<std::byte> bytes = rig.disk.bytes_of(first_index);
  ByteReader in{bytes};
  const std::int32_t offset = in.i32();
  const std::int32_t position = in.i32();
  ByteWriter one;
  one.i32(offset + 1);
  one.i32(position);
  rig.disk.set_bytes(first_index, one.take());
  CHECK(rig.verify());
}

TEST_CASE("a time index entry with a wrong timestamp or offset is found") {
  Rig rig;
  rig.flip(first_time_index, 7);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(first_time_index, "timestamp"));
  Rig order;
  order.change(first_time_index, [](auto& bytes) { bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + 12); });
  CHECK_FALSE(order.verify());
  CHECK(order.only(first_time_index, "is not above the one before it"));
  Rig far;
  ByteWriter entry;
  entry.i64(9'000'000);
  entry.i32(5000);
  far.append(first_time_index, entry.span());
  CHECK_FALSE(far.verify());
  CHECK(far.only(first_time_index, "beyond the end of the segment"));
}

TEST_CASE("the transaction index must hold what the markers say") {
  Rig rig;
  const std::string path = rig.files(".txnindex").at(0);
  rig.flip(path, 17);
  CHECK_FALSE(rig.verify());
  CHECK(rig.only(path, "the log says"));
  Rig gone;
  REQUIRE(gone.disk.remove(path));
  CHECK_FALSE(gone.verify());
  CHECK(gone.only(path, "lacks the aborted transaction of producer 8 at offsets 4 to 5"));
  Rig extra;
  ByteWriter entry;
  entry.i16(0);
  for (const std::int64_t x : {9, 10, 1000, 1001}) entry.i64(x);
  extra.append(path, entry.span());
  CHECK_FALSE(extra.verify());
  CHECK(extra.only(path, "the log has no aborted transaction of producer 9"));
}

TEST_CASE("lengths that no index has and zeros in a transaction index are found") {
  const std::string transactions = "orders-0/00000000000000000000.txnindex";
  for (const auto& [path, count, reason] : {std::tuple{first_index, 3U, "the last entry is cut short"},
                                            std::tuple{first_time_index, 8U, "the last entry is cut short"},
                                            std::tuple{transactions, 5U, "the last entry is cut short"},
                                            std::tuple{transactions, 34U, "an entry of zeros"}}) {
    Rig rig;
    rig.append(path, std::vector<std::byte>(count));
    CHECK_FALSE(rig.verify());
    CHECK(rig.only(path, reason));
    CHECK(rig.found.size() == 1);
    CHECK(rig.found.front().position.has_value());
  }
}

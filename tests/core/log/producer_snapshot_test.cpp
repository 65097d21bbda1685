#include "core/log/producer_snapshot.hpp"

#include <catch2/catch.hpp>

#include "core/base/crc32c.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

namespace {

ProducerEntry one() {
  return ProducerEntry{ProducerEntry::Saved{.epoch = ProducerEpoch{3},
                                            .last_timestamp = Timestamp{0x55},
                                            .last = ProducedBatch{Sequence{9}, Offset{40}, 4, Timestamp{0x55}}}};
}

ProducerEntry in_transaction(std::int64_t start) {
  return ProducerEntry{ProducerEntry::Saved{.epoch = ProducerEpoch{2},
                                            .coordinator_epoch = 3,
                                            .last_timestamp = Timestamp{9},
                                            .transaction_start = Offset{start},
                                            .last = ProducedBatch{Sequence{1}, Offset{2}, 1, Timestamp{9}}}};
}

ProducerState state_at(std::int64_t offset) {
  ProducerState state;
  state.restore(ProducerId{0x1122}, one());
  state.restore(ProducerId{5},
                ProducerEntry{ProducerEntry::Saved{
                    .epoch = ProducerEpoch{0}, .coordinator_epoch = 2, .last_timestamp = Timestamp{77}}});
  state.set_end_offset(Offset{offset});
  return state;
}

}  // namespace

TEST_CASE("a producer snapshot has the layout that Kafka reads") {
  ProducerState state;
  state.restore(ProducerId{0x1122}, one());
  const std::vector<std::byte> bytes = encode_producer_snapshot(state);
  REQUIRE(bytes.size() == 10 + 46);
  const std::string hex = to_hex(bytes);
  CHECK(hex.substr(0, 4) == "0001");
  CHECK(hex.substr(12, 8) == "00000001");
  CHECK(hex.substr(20) ==
        "0000000000001122"
        "0003"
        "00000009"
        "0000000000000028"
        "00000004"
        "0000000000000055"
        "ffffffff"
        "ffffffffffffffff");
  ByteReader in{ByteSpan{bytes}.subspan(2)};
  CHECK(in.u32() == crc32c(ByteSpan{bytes}.subspan(6)));
}

TEST_CASE("a snapshot comes back as it was written") {
  const ProducerState state = state_at(50);
  const auto decoded = decode_producer_snapshot(encode_producer_snapshot(state), Offset{50});
  REQUIRE(decoded);
  CHECK(*decoded == state);
}

TEST_CASE("a snapshot that is cut or changed anywhere is refused") {
  const std::vector<std::byte> bytes = encode_producer_snapshot(state_at(50));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK_FALSE(decode_producer_snapshot(ByteSpan{bytes}.first(i), Offset{50}));
    std::vector<std::byte> changed = bytes;
    changed[i] ^= std::byte{4};
    CHECK_FALSE(decode_producer_snapshot(changed, Offset{50}));
  }
}

TEST_CASE("the newest valid snapshot that is not beyond the offset is taken") {
  test::MemoryDisk disk;
  for (const std::int64_t offset : {10, 20, 30})
    REQUIRE(write_producer_snapshot(disk, "p-0", state_at(offset), SyncSnapshot::no));
  CHECK(load_producer_snapshot(disk, "p-0", Offset{25})->value().end_offset() == Offset{20});
  disk.set_text("p-0/00000000000000000020.snapshot", "torn");
  CHECK(load_producer_snapshot(disk, "p-0", Offset{25})->value().end_offset() == Offset{10});
  CHECK(*list_producer_snapshots(disk, "p-0") == std::vector{Offset{10}, Offset{30}});
  CHECK(*load_producer_snapshot(disk, "p-0", Offset{5}) == std::nullopt);
}

TEST_CASE("a snapshot keeps the start of an open transaction") {
  ProducerState state = state_at(50);
  state.restore(ProducerId{8}, in_transaction(30));
  const std::vector<std::byte> bytes = encode_producer_snapshot(state);
  CHECK(to_hex(bytes).substr(20 + 92 + 76, 16) == "000000000000001e");
  const auto decoded = decode_producer_snapshot(bytes, Offset{50});
  REQUIRE(decoded);
  CHECK(*decoded == state);
  CHECK(decoded->first_undecided_offset() == Offset{30});
  CHECK(decoded->has_open_transaction(ProducerId{8}, ProducerEpoch{2}));
}

TEST_CASE("a snapshot whose transactions make no sense is refused") {
  ProducerState beyond = state_at(50);
  beyond.restore(ProducerId{8}, in_transaction(50));
  CHECK_FALSE(decode_producer_snapshot(encode_producer_snapshot(beyond), Offset{50}));
  ProducerState twice = state_at(50);
  twice.restore(ProducerId{8}, in_transaction(30));
  twice.restore(ProducerId{9}, in_transaction(30));
  CHECK_FALSE(decode_producer_snapshot(encode_producer_snapshot(twice), Offset{50}));
}

TEST_CASE("a producer of which only the marker is left and one without sequences come back from a snapshot") {
  ProducerState state;
  (void)state.update(test::stored(test::marker(7, 4, TransactionOutcome::abort, 6), 3, 0));
  (void)state.update(test::stored(test::make_batch({.producer = test::producer(8, 0, -1)}), 4, 0));
  const auto decoded = decode_producer_snapshot(encode_producer_snapshot(state), Offset{5});
  REQUIRE(decoded);
  CHECK(*decoded == state);
}

TEST_CASE("an empty snapshot file is passed over and removed") {
  test::MemoryDisk disk;
  REQUIRE(write_producer_snapshot(disk, "p-0", state_at(10), SyncSnapshot::no));
  disk.set_text("p-0/00000000000000000020.snapshot", "");
  CHECK(load_producer_snapshot(disk, "p-0", Offset{25})->value().end_offset() == Offset{10});
  CHECK(*list_producer_snapshots(disk, "p-0") == std::vector{Offset{10}});
}

TEST_CASE("to remove a snapshot that is not there is no error") {
  test::MemoryDisk disk;
  REQUIRE(write_producer_snapshot(disk, "p-0", state_at(10), SyncSnapshot::no));
  CHECK(remove_producer_snapshot(disk, "p-0", Offset{10}));
  CHECK(remove_producer_snapshot(disk, "p-0", Offset{10}));
  CHECK(list_producer_snapshots(disk, "p-0")->empty());
  CHECK(*load_producer_snapshot(disk, "p-0", Offset{100}) == std::nullopt);
}

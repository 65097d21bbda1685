#include "core/log/producer_snapshot.hpp"

#include <catch2/catch.hpp>

#include "core/base/crc32c.hpp"
#include "tests/support/memory_disk.hpp"

using namespace kafkasim;

namespace {

ProducerState state_at(std::int64_t offset) {
  ProducerState state;
  state.restore(ProducerId{0x1122},
                ProducerEntry::restored(ProducerEpoch{3}, -1, Timestamp{0x55},
                                        ProducedBatch{Sequence{9}, Offset{40}, 4, Timestamp{0x55}}));
  state.restore(ProducerId{5}, ProducerEntry::restored(ProducerEpoch{0}, 2, Timestamp{77}, std::nullopt));
  state.set_end_offset(Offset{offset});
  return state;
}

}  // namespace

TEST_CASE("a producer snapshot has the layout that Kafka reads") {
  ProducerState state;
  state.restore(ProducerId{0x1122},
                ProducerEntry::restored(ProducerEpoch{3}, -1, Timestamp{0x55},
                                        ProducedBatch{Sequence{9}, Offset{40}, 4, Timestamp{0x55}}));
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

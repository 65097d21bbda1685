#include "core/raft/snapshot_file.hpp"

#include <catch2/catch.hpp>

#include "core/record/control_record.hpp"
#include "core/wire/control_record_codec.hpp"

namespace kafkasim::raft {
namespace {

constexpr SnapshotId id{Offset{42}, LeaderEpoch{3}};

SnapshotContent content_of(std::size_t records) {
  SnapshotContent content{Timestamp{1'700'000'000'123}, {}};
  for (std::size_t i = 0; i < records; ++i) content.records.push_back(to_vector(as_bytes("record " + std::to_string(i))));
  return content;
}

}  // namespace

TEST_CASE("A snapshot of the metadata log is named by the offset behind it and its epoch") {
  CHECK(snapshot_name(id) == "00000000000000000042-0000000003.checkpoint");
  CHECK(snapshot_name(id, partial_snapshot_suffix) == "00000000000000000042-0000000003.checkpoint.part");
  CHECK(snapshot_of_name(snapshot_name(id)) == id);
  CHECK(snapshot_of_name(snapshot_name(id, partial_snapshot_suffix), partial_snapshot_suffix) == id);
  CHECK_FALSE(snapshot_of_name("00000000000000000042-0000000003.checkpoint.part"));
  CHECK_FALSE(snapshot_of_name("00000000000000000042-000000003.checkpoint"));
  CHECK_FALSE(snapshot_of_name("0000000000000000004x-0000000003.checkpoint"));
  CHECK_FALSE(snapshot_of_name("00000000000000000042_0000000003.checkpoint"));
  CHECK_FALSE(snapshot_of_name("99999999999999999999-0000000003.checkpoint"));
  CHECK_FALSE(snapshot_of_name("quorum-state"));
}

TEST_CASE("A snapshot gives back what was put in it over several batches") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2500}}) {
    const SnapshotContent content = content_of(count);
    const SharedBytes bytes{encode_snapshot(id, content, Timestamp{5})};
    const Result<SnapshotContent> read = decode_snapshot(bytes);
    REQUIRE(read);
    CHECK(read->records == content.records);
    CHECK(read->last_contained == content.last_contained);
    CHECK(last_contained_in(bytes).value() == content.last_contained);
    const Records batches = read_batches(bytes);
    CHECK(batches.batches.size() == 2 + (count + 1023) / 1024);
    std::int64_t next = 0;
    for (const RecordBatch& batch : batches.batches) {
      CHECK(batch.base_offset().value == next);
      CHECK(batch.leader_epoch() == id.epoch);
      next = batch.next_offset().value;
    }
    CHECK(batches.batches.front().is_control());
    CHECK(batches.batches.back().is_control());
  }
}

TEST_CASE("A snapshot that is cut or damaged or without footer is not read") {
  const std::vector<std::byte> whole = encode_snapshot(id, content_of(3), Timestamp{5});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(decode_snapshot(SharedBytes{std::vector<std::byte>{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}}));
  }
  std::vector<std::byte> flipped = whole;
  flipped[whole.size() / 2] ^= std::byte{4};
  CHECK_FALSE(decode_snapshot(SharedBytes{flipped}));
  const Records batches = read_batches(SharedBytes{whole});
  ByteWriter out;
  for (std::size_t i = 0; i + 1 < batches.batches.size(); ++i) {
    write_batch_header(batches.batches[i].header, out);
    out.bytes(batches.batches[i].body.span());
  }
  CHECK_FALSE(decode_snapshot(SharedBytes{out.take()}));
}

}  // namespace kafkasim::raft

#include "core/log/producer_entry.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

ProducedBatch batch(int last_sequence, std::int64_t last_offset, int delta = 0) {
  return {Sequence{last_sequence}, Offset{last_offset}, delta, Timestamp{last_offset}};
}

}  // namespace

TEST_CASE("a producer entry keeps its five newest batches") {
  ProducerEntry entry;
  for (int i = 0; i < 7; ++i) entry.add(ProducerEpoch{0}, batch(i, 10 + i));
  REQUIRE(entry.batches().size() == 5);
  CHECK(entry.batches().front() == batch(2, 12));
  CHECK(entry.last() == batch(6, 16));
  CHECK(entry.last_timestamp() == Timestamp{16});
}

TEST_CASE("a marker leaves the batches of its epoch and forgets those of an older one") {
  ProducerEntry entry;
  entry.add(ProducerEpoch{0}, batch(0, 10));
  entry.begin_transaction(Offset{10});
  entry.end_transaction(ProducerEpoch{0}, 4, Timestamp{50});
  CHECK(entry.batches().size() == 1);
  CHECK_FALSE(entry.transaction_start().has_value());
  CHECK(entry.coordinator_epoch() == 4);
  CHECK(entry.last_timestamp() == Timestamp{50});
  entry.end_transaction(ProducerEpoch{1}, 4, Timestamp{60});
  CHECK(entry.batches().empty());
  CHECK(entry.epoch() == ProducerEpoch{1});
}

TEST_CASE("a batch without sequences has none") {
  BatchHeader header;
  header.base_offset = 99;
  header.last_offset_delta = 2;
  CHECK(ProducedBatch::of(header).last_sequence == Sequence{-1});
  header.base_sequence = 2147483647;
  CHECK(ProducedBatch::of(header).last_sequence == Sequence{1});
  CHECK(ProducedBatch::of(header).first_sequence() == Sequence{2147483647});
  CHECK(ProducedBatch::of(header).first_offset() == Offset{99});
}

TEST_CASE("entries are equal if all that is told of them is") {
  const ProducerEntry::Saved saved{.epoch = ProducerEpoch{1}, .transaction_start = Offset{3}, .last = batch(1, 2, 3)};
  CHECK(ProducerEntry{saved} == ProducerEntry{saved});
  ProducerEntry::Saved other = saved;
  other.transaction_start.reset();
  CHECK_FALSE(ProducerEntry{saved} == ProducerEntry{other});
}

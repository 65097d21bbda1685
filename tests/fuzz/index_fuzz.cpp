// A byte for the kind of index, the base offset, what is asked, then the file: an index of any content opens, answers with
// entries that it holds, can be cut and grows again.
#include "core/base/check.hpp"
#include "core/log/offset_index.hpp"
#include "core/log/time_index.hpp"
#include "core/log/transaction_index.hpp"
#include "tests/fuzz/sections.hpp"
#include "tests/support/memory_disk.hpp"

namespace {

using namespace kafkasim;

constexpr std::int64_t most_bytes = 1 << 16;

void offset_index(test::MemoryDisk& disk, Offset base, std::int64_t asked) {
  OffsetIndex index = *OffsetIndex::open(disk, "index", base, most_bytes);
  const bool sane = index.is_sane(std::uint64_t{1} << 31);
  const auto found = index.lookup(disk, Offset{asked});
  KAFKASIM_CHECK(found.has_value() && (!*found || index.count() > 0));
  KAFKASIM_CHECK(index.upper_bound(disk, static_cast<std::uint64_t>(asked)).has_value());
  const std::uint64_t before = index.count();
  KAFKASIM_CHECK(index.truncate_to(disk, Offset{asked}).has_value());
  KAFKASIM_CHECK(index.count() <= before);
  if (!sane || index.is_full() || index.count() == before) return;
  if (index.last() && index.last()->offset.value == INT64_MAX) return;  // no offset comes next
  const OffsetPosition next{index.last() ? index.last()->offset.next() : base, 1};
  if (next.offset - base > INT32_MAX) return;
  KAFKASIM_CHECK(index.append(disk, next).has_value() && index.last()->offset == next.offset);
}

void time_index(test::MemoryDisk& disk, Offset base, std::int64_t asked) {
  TimeIndex index = *TimeIndex::open(disk, "index", base, most_bytes);
  const auto found = index.lookup(disk, Timestamp{asked});
  KAFKASIM_CHECK(found.has_value() && (!*found || index.count() > 0));
  (void)index.is_sane();
  const std::uint64_t before = index.count();
  KAFKASIM_CHECK(index.truncate_to(disk, Offset{asked}).has_value());
  KAFKASIM_CHECK(index.count() <= before);
  KAFKASIM_CHECK(index.maybe_append(disk, {Timestamp{asked}, base}, Closing::yes).has_value());
}

void transaction_index(test::MemoryDisk& disk, Offset base, std::int64_t asked) {
  TransactionIndex index = *TransactionIndex::open(disk, "index", base);
  const auto all = index.all(disk);
  KAFKASIM_CHECK(all.has_value() && all->transactions.size() <= index.count());
  const auto found = index.collect(disk, base, Offset{asked});
  KAFKASIM_CHECK(found.has_value() && found->transactions.size() <= all->transactions.size());
  const auto sane = index.is_sane(disk, Offset{asked});
  KAFKASIM_CHECK(sane.has_value());
  KAFKASIM_CHECK(index.truncate_to(disk, Offset{asked}).has_value());
  KAFKASIM_CHECK(!*sane || index.count() == all->transactions.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Sections in{data, size};
  const int kind = in.byte() % 3;
  const Offset base{in.number() & INT64_MAX};
  const std::int64_t asked = in.number() & INT64_MAX;
  test::MemoryDisk disk;
  disk.set_bytes("index", to_vector(in.rest()));
  if (kind == 0) offset_index(disk, base, asked);
  if (kind == 1) time_index(disk, base, asked);
  if (kind == 2) transaction_index(disk, base, asked);
  return 0;
}

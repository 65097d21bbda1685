#include "sim/check/batch_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/hash.hpp"

namespace kafkasim::sim {

void BatchChain::append(StoredBatch batch) {
  batch.sum_before = batches_.empty() ? 0 : batches_.back().sum_before + batches_.back().hash;
  batches_.push_back(batch);
}

void BatchChain::append(const trace::AppendedBatch& b) {
  RunningHash hash;
  hash.add(b.base.value);
  hash.add(b.last.value);
  hash.add(std::int64_t{b.epoch.value});
  hash.add(std::uint64_t{b.crc});
  append(StoredBatch{.base = b.base,
                     .last = b.last,
                     .epoch = b.epoch,
                     .crc = b.crc,
                     .producer_id = b.producer_id,
                     .base_sequence = b.base_sequence,
                     .producer_epoch = b.producer_epoch,
                     .control = b.control,
                     .transactional = b.transactional,
                     .origin = b.origin,
                     .marker = b.marker,
                     .hash = hash.value()});
}

std::size_t BatchChain::index_at(Offset offset) const {
  return batches_.last_partition_point([offset](const StoredBatch& b) { return b.last < offset; });
}

void BatchChain::truncate_to(Offset offset) { batches_.truncate(index_at(offset)); }

const StoredBatch* BatchChain::at(Offset base) const {
  const std::size_t i = index_at(base);
  return i < size() && batches_[i].base == base ? &batches_[i] : nullptr;
}

std::uint64_t BatchChain::sum(Offset from, Offset to) const {
  const bool from_start = batches_.empty() || batches_[0].base >= from;
  const std::size_t begin =
      from_start ? 0 : batches_.last_partition_point([from](const StoredBatch& b) { return b.base < from; });
  const std::size_t end = index_at(to);
  if (begin >= end) return 0;
  return batches_[end - 1].sum_before + batches_[end - 1].hash - batches_[begin].sum_before;
}

std::optional<Offset> BatchChain::first_difference(const BatchChain& a, const BatchChain& b, Offset from, Offset to) {
  if (a.sum(from, to) == b.sum(from, to)) return std::nullopt;
  Offset equal = from;
  Offset different = to;
  while (different - equal > 1) {
    const Offset middle = equal.plus((different - equal) / 2);
    (a.sum(from, middle) == b.sum(from, middle) ? equal : different) = middle;
  }
  return equal;
}

std::optional<Offset> BatchChain::first_misplaced(const BatchChain& a, const BatchChain& b, Offset from, Offset to) {
  std::size_t i = a.index_at(from);
  std::size_t j = b.index_at(from);
  while (i < a.size() && j < b.size() && a[i].base < to && b[j].base < to) {
    const bool apart = a[i].last < b[j].base || b[j].last < a[i].base;
    if (!apart && !a[i].same_place_as(b[j])) return std::max(from, std::min(a[i].base, b[j].base));
    const Offset reached = std::min(a[i].last, b[j].last);
    if (a[i].last <= reached) ++i;
    if (j < b.size() && b[j].last <= reached) ++j;
  }
  return std::nullopt;
}

std::string describe(const BatchChain& log, Offset offset) {
  const std::size_t i = log.index_at(offset);
  if (i >= log.size()) return "nothing";
  return fmt::format("offsets {} to {} of epoch {}, crc {:08x}", log[i].base.value, log[i].last.value,
                     log[i].epoch.value, log[i].crc);
}

}  // namespace kafkasim::sim

#pragma once
// BatchChain: a log as the checkers know it, with prefix sums, so that two logs are compared over any range without
// looking at what lies between its ends. Looking up an offset gallops from the end, where nearly all look-ups are.
#include <cstdint>
#include <optional>

#include "core/machine/trace.hpp"
#include "sim/check/chunked.hpp"

namespace kafkasim::sim {

struct StoredBatch {
  Offset base;
  Offset last;
  LeaderEpoch epoch;
  std::uint32_t crc{};
  std::int64_t producer_id{-1};
  std::int32_t base_sequence{-1};
  std::int16_t producer_epoch{-1};
  bool control{};
  bool transactional{};
  Origin origin;
  std::optional<TransactionOutcome> marker{};
  std::uint64_t sum_before{};  // of the hashes of all batches before this one; wraps
  std::uint64_t hash{};        // of offsets, epoch and crc
  [[nodiscard]] bool same_as(const StoredBatch& o) const { return hash == o.hash && base == o.base; }
  [[nodiscard]] bool same_place_as(const StoredBatch& o) const {  // what compaction leaves as it is
    return base == o.base && last == o.last && epoch == o.epoch;
  }
  [[nodiscard]] std::int64_t count() const { return last - base + 1; }
};

class BatchChain {
 public:
  void append(const trace::AppendedBatch& batch);
  void append(StoredBatch batch);   // its sum is set here
  void truncate_to(Offset offset);  // keeps the batches below
  void clear() { batches_.truncate(0); }
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] const StoredBatch& operator[](std::size_t i) const { return batches_[i]; }
  [[nodiscard]] std::optional<Offset> end() const {
    return batches_.empty() ? std::nullopt : std::optional{batches_.back().last.next()};
  }
  [[nodiscard]] std::size_t index_at(Offset offset) const;  // of the first batch that ends at or after `offset`
  [[nodiscard]] const StoredBatch* at(Offset base) const;   // that begins there
  // Whole batches that begin at or after `from` and end before `to`.
  [[nodiscard]] std::uint64_t sum(Offset from, Offset to) const;
  // The first offset at or after `from` at which the two differ below `to`; absent if they do not.
  [[nodiscard]] static std::optional<Offset> first_difference(const BatchChain& a, const BatchChain& b, Offset from,
                                                              Offset to);
  // As that, of two logs that may have been compacted there: only what both still hold is compared, by its place.
  [[nodiscard]] static std::optional<Offset> first_misplaced(const BatchChain& a, const BatchChain& b, Offset from,
                                                             Offset to);

 private:
  Chunked<StoredBatch> batches_;
};

// "offsets 5 to 9 of epoch 2, crc 0a0b0c0d", of the batch that holds the offset; "nothing".
[[nodiscard]] std::string describe(const BatchChain& log, Offset offset);

}  // namespace kafkasim::sim

#pragma once
// What the log cleaner makes of one batch (MemoryRecords.filterTo). Base offset, last offset, leader epoch, producer
// fields and codec stay; the records that stay keep offsets and timestamps.
//
// Delete horizon (KIP-534): a batch with tombstones, or with a marker that nothing needs any more, is stamped when it is
// first cleaned with the moment from which they may go. The stamp takes the place of the base timestamp, attribute bit 6
// says so, and the records' timestamp deltas are taken from it.
#include <optional>
#include <span>

#include "core/base/result.hpp"
#include "core/record/record.hpp"

namespace kafkasim {

[[nodiscard]] std::optional<Timestamp> delete_horizon(const RecordBatch& batch);

// Only the header: no records, no codec.
[[nodiscard]] RecordBatch emptied_batch(const RecordBatch& batch);
// With these of its records, in order. Fails if they are too many or too far apart for one batch.
[[nodiscard]] Result<RecordBatch> rebuilt_batch(const RecordBatch& batch, std::span<const Record> records,
                                                std::optional<Timestamp> horizon);

}  // namespace kafkasim

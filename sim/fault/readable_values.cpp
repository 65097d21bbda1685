#include "sim/fault/readable_values.hpp"

#include <map>
#include <utility>

#include "core/record/control_record.hpp"

namespace kafkasim::sim {

namespace {

struct Readable {
  std::vector<const RecordBatch*> batches;
  std::optional<Offset> first_open;  // where the first transaction without marker begins
};

std::optional<TransactionOutcome> outcome_of(const RecordBatch& batch) {
  const auto records = decode_records(batch);
  if (!records || records->empty()) return std::nullopt;
  const Result<EndTransactionMarker> marker = read_end_transaction(records->front());
  return marker ? std::optional{marker->outcome} : std::nullopt;
}

Readable readable(const std::vector<const RecordBatch*>& all) {
  std::map<std::int64_t, std::vector<std::size_t>> open;  // by producer: its batches since its last marker
  std::vector<bool> aborted(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const RecordBatch& batch = *all[i];
    if (!batch.is_transactional()) continue;
    const std::int64_t producer = batch.header.producer_id;
    if (!batch.is_control()) {
      open[producer].push_back(i);
      continue;
    }
    if (outcome_of(batch) == TransactionOutcome::abort) {
      for (const std::size_t mine : open[producer]) aborted[mine] = true;
    }
    open.erase(producer);
  }
  Readable result;
  for (const auto& [producer, batches] : open) {
    const Offset first = all[batches.front()]->base_offset();
    if (!result.first_open || first < *result.first_open) result.first_open = first;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!aborted[i]) result.batches.push_back(all[i]);
  }
  return result;
}

}  // namespace

std::vector<std::optional<std::string>> readable_values(const SimDisk& disk, const TopicPartition& partition,
                                                        const ReadFrom& from) {
  const std::vector<StoredSegment> segments = stored_segments(disk, partition);
  std::vector<const RecordBatch*> all;
  for (const StoredSegment& segment : segments) {
    for (const RecordBatch& batch : segment.batches) {
      if (!from.end || batch.last_offset() < *from.end) all.push_back(&batch);
    }
  }
  Readable seen;
  if (from.isolation == Isolation::read_committed) {
    seen = readable(all);
  } else {
    seen.batches = std::move(all);
  }
  std::vector<std::optional<std::string>> values;
  for (const RecordBatch* batch : seen.batches) {
    if (batch->is_control()) continue;
    const auto records = decode_records(*batch);
    if (!records) continue;
    for (const auto& record : *records) {
      if (record.offset < from.start || (seen.first_open && record.offset >= *seen.first_open)) continue;
      values.push_back(record.value ? std::optional{std::string{as_text(*record.value)}} : std::nullopt);
    }
  }
  return values;
}

}  // namespace kafkasim::sim

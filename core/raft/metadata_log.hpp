#pragma once
// MetadataLog: `__cluster_metadata-0` as the quorum needs it (kafka.raft.KafkaMetadataLog over a UnifiedLog). Appends
// of leaders and of voting followers are durable when the call returns. An Error means that the node cannot go on.
#include <optional>
#include <string_view>
#include <vector>

#include "core/log/unified_log.hpp"
#include "core/model/error_code.hpp"

namespace kafkasim::raft {

inline constexpr std::string_view metadata_log_directory = "__cluster_metadata-0";
inline constexpr std::int64_t max_batch_bytes = 8 * 1024 * 1024;  // MAX_BATCH_SIZE_BYTES; also what one fetch returns

enum class Durable : std::uint8_t { no, yes };

class MetadataLog {
 public:
  [[nodiscard]] Result<LogLoadReport> open(Timestamp wall, Disk& disk);

  [[nodiscard]] Offset start() const { return log_->log_start_offset(); }
  [[nodiscard]] Offset end() const { return log_->log_end_offset(); }
  [[nodiscard]] LeaderEpoch last_epoch() const { return log_->latest_epoch().value_or(LeaderEpoch{0}); }
  // Up to the end: of the largest epoch that is not above `epoch`.
  [[nodiscard]] OffsetAndEpoch end_offset_for_epoch(LeaderEpoch epoch) const;
  // Where the log of a fetcher that ends at (offset, last epoch) parts from this one; absent if it is a prefix of it
  // (ReplicatedLog.validateOffsetAndEpoch).
  [[nodiscard]] std::optional<OffsetAndEpoch> divergence(Offset offset, LeaderEpoch last_epoch) const;
  // To where this log must be cut after a leader answered with `diverging` (ReplicatedLog.truncateToEndOffset).
  [[nodiscard]] Offset truncation_point(const OffsetAndEpoch& diverging) const;

  [[nodiscard]] Result<void> begin_epoch(LeaderEpoch epoch, Disk& disk);
  [[nodiscard]] Result<std::vector<RecordBatch>> append_as_leader(RecordBatch batch, LeaderEpoch epoch, Timestamp wall,
                                                                  Disk& disk);
  // A protocol error (see UnifiedLog) leaves the log as it was.
  [[nodiscard]] Result<LogAppendResult> append_as_follower(std::vector<RecordBatch> batches, LeaderEpoch leader_epoch,
                                                           Timestamp wall, Durable durable, Disk& disk);
  [[nodiscard]] Result<void> truncate_to(Offset offset, Timestamp wall, Disk& disk);
  void update_high_watermark(Offset to) { log_->update_high_watermark(to); }
  // Whole batches from `from` below `limit`: at least one, if there is one, else at most max_batch_bytes.
  [[nodiscard]] Result<std::vector<RecordBatch>> read(Offset from, Offset limit, Disk& disk) const;

 private:
  std::optional<UnifiedLog> log_;  // absent until opened
};

}  // namespace kafkasim::raft

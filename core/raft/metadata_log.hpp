#pragma once
// MetadataLog: `__cluster_metadata-0` as the quorum needs it (kafka.raft.KafkaMetadataLog over a UnifiedLog). Appends
// of leaders and of voting followers are durable when the call returns. An Error means that the node cannot go on.
//
// Invariant: if the log does not begin at offset 0, a snapshot holds all that is before its start (KIP-630). The log
// start moves to a snapshot when that is fetched from the leader (then the log is empty), and by retention.
#include <optional>
#include <string_view>
#include <vector>

#include "core/log/unified_log.hpp"
#include "core/model/config.hpp"
#include "core/model/error_code.hpp"
#include "core/raft/snapshot_store.hpp"

namespace kafkasim::raft {

inline constexpr std::string_view metadata_log_directory = "__cluster_metadata-0";
inline constexpr std::int64_t max_batch_bytes = 8 * 1024 * 1024;  // MAX_BATCH_SIZE_BYTES; also what one fetch returns

enum class Durable : std::uint8_t { no, yes };

class MetadataLog {
 public:
  [[nodiscard]] Result<LogLoadReport> open(const NodeConfig& config, Timestamp wall, Disk& disk);

  [[nodiscard]] Offset start() const { return log_->log_start_offset(); }
  [[nodiscard]] Offset end() const { return log_->log_end_offset(); }
  [[nodiscard]] LeaderEpoch last_epoch() const;  // of an empty log that a snapshot replaced, the snapshot's
  // Up to the end: of the largest epoch that is not above `epoch`.
  [[nodiscard]] OffsetAndEpoch end_offset_for_epoch(LeaderEpoch epoch) const;
  // Where the log of a fetcher that ends at (offset, last epoch) parts from this one; absent if it is a prefix of it
  // (ReplicatedLog.validateOffsetAndEpoch).
  [[nodiscard]] std::optional<OffsetAndEpoch> divergence(Offset offset, LeaderEpoch last_epoch) const;
  // What a fetcher needs first that lies before this log, or has other records where it begins: the latest snapshot.
  [[nodiscard]] std::optional<SnapshotId> needed_snapshot(Offset offset, LeaderEpoch last_epoch) const;
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

  // ---- snapshots ----------------------------------------------------------------------------------
  [[nodiscard]] SnapshotStore& snapshots() { return snapshots_; }
  [[nodiscard]] const SnapshotStore& snapshots() const { return snapshots_; }
  // Of what is committed in this log; false if there is one already, or one of more and the log begins behind it.
  [[nodiscard]] Result<bool> create_snapshot(const SnapshotId& id, const SnapshotContent& content, Timestamp wall, Disk& disk);
  // If the latest snapshot has more than the log: it takes the log's place. True if it did.
  [[nodiscard]] Result<bool> replace_by_snapshot(Timestamp wall, Disk& disk);
  // Retention (metadata.max.retention.bytes, .ms): snapshots go, the oldest first, and with each what of the log is in
  // the next one. The latest stays. True if the log start moved.
  [[nodiscard]] Result<bool> clean(Timestamp wall, Disk& disk);

 private:
  [[nodiscard]] Result<bool> delete_before(const SnapshotId& id, Timestamp wall, Disk& disk);
  [[nodiscard]] Result<bool> is_outdated(const SnapshotId& id, Timestamp wall, Disk& disk) const;
  [[nodiscard]] std::uint64_t size_bytes() const;  // of log and snapshots

  SnapshotStore snapshots_;
  std::int64_t retention_bytes_{-1};
  std::int64_t retention_ms_{-1};
  std::optional<UnifiedLog> log_;  // absent until opened
};

}  // namespace kafkasim::raft

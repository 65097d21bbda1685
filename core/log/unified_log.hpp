#pragma once
// UnifiedLog: one partition's log on one disk (kafka.log.UnifiedLog and LocalLog): segments, leader epochs, producer
// state, high watermark. A copyable value: it keeps file handles and offsets, and is lent the disk for each call.
//
//   log start <= last stable offset <= high watermark <= log end <= what was ever appended;   recovery point <= log end
//
// Two kinds of failure: a protocol outcome is the `error` in the result, and nothing has changed then; a DiskError
// means that the log is no longer to be trusted: its owner takes the log directory offline, as Kafka does, and does not
// call it again.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/log/leader_epoch_cache.hpp"
#include "core/log/log_config.hpp"
#include "core/log/log_validator.hpp"
#include "core/log/producer_state.hpp"
#include "core/log/segment.hpp"
#include "core/log/verifications.hpp"
#include "core/machine/disk.hpp"
#include "core/machine/trace.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

enum class CleanShutdown : std::uint8_t { no, yes };

struct LogAppendResult {
  ErrorCode error{ErrorCode::none};
  Offset first;  // of the batches appended, or of the batch that they repeat
  Offset last;
  bool duplicate{false};              // recognised by its sequence numbers: nothing was appended
  Timestamp log_append_time{-1};      // the broker's, where the topic has log append time
  std::vector<RecordBatch> appended;  // as stored: offsets, epoch and timestamps stamped
  bool rolled{false};                 // a segment was finished: see files_to_flush()
  bool gap_flushed{false};  // offsets are missing between segments: the log was flushed, checkpoint its recovery point
  std::vector<RecordError> record_errors{};  // which records are to blame for the error, where it is theirs
  std::optional<std::string> error_message{};
};

struct LogReadResult {
  ErrorCode error{ErrorCode::none};           // OFFSET_OUT_OF_RANGE below the log start and above the log end
  std::vector<RecordBatch> batches;           // whole batches; the first may begin below `from`
  std::vector<AbortedTransaction> aborted{};  // of read_committed(): those that may reach into the batches
};

struct LogLoadReport {
  std::uint64_t bytes_cut{};         // of a damaged or unfinished end, later segments included
  std::uint32_t segments_removed{};  // behind the damage
  std::uint32_t segments_scanned{};
  bool epochs_rebuilt{false};  // leader-epoch-checkpoint was missing or damaged
};

struct FlushWork {  // what makes all below `up_to` durable, once every file has been flushed and
                    // recovery_point_reached() was called
  Offset up_to{};
  std::vector<FileId> files{};
  std::uint64_t truncations{};  // the log's count of them when this was made
};

// Segments that retention has taken out of a log: nobody reads them any more, their files bear the suffix ".deleted".
struct LeavingFiles {
  std::vector<LogSegment> segments{};  // open still: a flush of them may be under way
  std::vector<std::string> paths{};
};

struct RetentionResult {
  struct Run {  // neighbouring segments that went for one reason
    trace::DeletionReason reason{};
    Offset from;  // where the first began
    Offset to;    // where the log goes on behind the last
    std::uint64_t bytes{};
    std::size_t segments{};
  };
  std::vector<Run> runs{};
  LeavingFiles files{};  // to be removed after file.delete.delay.ms
  bool more{false};      // there is more to delete than was allowed at once
};

struct LogOpenOptions {
  CleanShutdown clean{CleanShutdown::no};
  Offset recovery_point{};    // from recovery-point-offset-checkpoint; 0 if it does not say
  Offset log_start_offset{};  // from log-start-offset-checkpoint; 0 if it does not say
};

enum class StartOver : std::uint8_t { moves_high_watermark, keeps_high_watermark };

class UnifiedLog {
 public:
  struct Opened;
  // Opens the log in `directory` ("orders-0"), or begins an empty one at log_start_offset. Whatever stands there, it
  // comes up with a sound prefix of it; only the disk can make it fail. The high watermark is the log start until its
  // owner sets it.
  [[nodiscard]] static DiskResult<Opened> open(Disk& disk, std::string directory, TopicPartition partition,
                                               const LogConfig& config, const LogOpenOptions& options, Timestamp now);

  // ---- appends ------------------------------------------------------------------------------------
  // Stamps offsets from the log end and `epoch` on the batches, whatever they carry there, and appends them, all or
  // none. A client's must be exactly one batch, with base offset 0. Errors: CORRUPT_MESSAGE (CRC, length),
  // INVALID_RECORD (shape, control bit from a client, no key where compacted), MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE
  // (more than a segment), INVALID_TIMESTAMP, UNSUPPORTED_COMPRESSION_TYPE, and those of ProducerState. A raft leader's
  // are not held to size, timestamps and keys. The first transactional batch of a transaction must come under the guard
  // that maybe_start_verification() gave.
  [[nodiscard]] DiskResult<LogAppendResult> append_as_leader(std::vector<RecordBatch> batches, LeaderEpoch epoch,
                                                             Timestamp wall, Disk& disk,
                                                             AppendOrigin origin = AppendOrigin::client,
                                                             std::optional<VerificationGuard> guard = std::nullopt);
  // Takes batches as the leader stored them. Those from the first batch of an epoch above `leader_epoch` on are left
  // out (KAFKA-18723). Errors: CORRUPT_MESSAGE, OFFSET_OUT_OF_RANGE (begins below the log end), INVALID_RECORD (offsets
  // do not rise).
  [[nodiscard]] DiskResult<LogAppendResult> append_as_follower(std::vector<RecordBatch> batches,
                                                               LeaderEpoch leader_epoch, Timestamp wall, Disk& disk);
  // An election: `epoch` begins at `start`, also if nothing is ever appended in it (KAFKA-7415).
  [[nodiscard]] DiskResult<void> assign_epoch_start(LeaderEpoch epoch, Offset start, Disk& disk);

  // ---- reads --------------------------------------------------------------------------------------
  // Batches from the one that holds `from`, of one segment, whose last offset is below `limit` (the log end, the high
  // watermark, ...).
  [[nodiscard]] DiskResult<LogReadResult> read(Offset from, std::uint64_t max_bytes, Offset limit, MinOneBatch min_one,
                                               const Disk& disk) const;
  // As read(), up to the last stable offset, and which of the transactions in there were aborted.
  // UNKNOWN_SERVER_ERROR: a transaction index cannot be read.
  [[nodiscard]] DiskResult<LogReadResult> read_committed(Offset from, std::uint64_t max_bytes, MinOneBatch min_one,
                                                         const Disk& disk) const;
  // Aborted transactions that reach into [from, upper), by their markers.
  [[nodiscard]] DiskResult<TransactionIndex::Found> aborted_transactions(Offset from, Offset upper,
                                                                         const Disk& disk) const;
  // The first record at or after `timestamp`, in offset order; absent if there is none.
  [[nodiscard]] DiskResult<std::optional<TimestampOffset>> offset_for_timestamp(Timestamp timestamp,
                                                                                const Disk& disk) const;
  // The record with the largest timestamp (ListOffsets -3, KIP-734); absent in an empty log.
  [[nodiscard]] DiskResult<std::optional<TimestampOffset>> offset_of_max_timestamp(const Disk& disk) const;
  // Every batch from the log start on.
  [[nodiscard]] DiskResult<std::vector<RecordBatch>> all_batches(const Disk& disk) const;

  // ---- offsets ------------------------------------------------------------------------------------
  [[nodiscard]] Offset log_start_offset() const { return log_start_; }
  [[nodiscard]] Offset log_end_offset() const { return segments_.back().next_offset(); }
  [[nodiscard]] Offset high_watermark() const { return high_watermark_; }
  // All below is decided and replicated: the start of the first transaction of which that cannot be said, at most the
  // high watermark.
  [[nodiscard]] Offset last_stable_offset() const;
  [[nodiscard]] Offset recovery_point() const { return recovery_point_; }
  // The high watermark becomes `to`, held between log start and log end, up or down. Returns what it is now.
  Offset update_high_watermark(Offset to);
  // Only upwards, at most to the log end (beyond is our own bug). True if it moved.
  bool maybe_increment_high_watermark(Offset to);
  // Forward only; the high watermark comes along (a follower whose leader's log begins later), at most to the log end.
  // True if it moved.
  [[nodiscard]] DiskResult<bool> maybe_increment_log_start_offset(Offset to, Disk& disk);

  // ---- epochs -------------------------------------------------------------------------------------
  [[nodiscard]] std::optional<LeaderEpoch> latest_epoch() const { return epochs_.latest(); }
  [[nodiscard]] std::optional<OffsetAndEpoch> end_offset_for_epoch(LeaderEpoch epoch) const {
    return epochs_.end_offset_for(epoch, log_end_offset());
  }
  [[nodiscard]] std::optional<LeaderEpoch> epoch_of(Offset offset) const {
    return epochs_.epoch_of(offset, log_end_offset());
  }
  [[nodiscard]] const LeaderEpochCache& epochs() const { return epochs_; }

  // ---- transactions (KIP-890) ---------------------------------------------------------------------
  // A transactional batch has come. Absent: its transaction is open here already, append it. Otherwise ask the
  // transaction's coordinator, and append under this guard when it agrees.
  [[nodiscard]] std::optional<VerificationGuard> maybe_start_verification(ProducerId producer, Sequence sequence,
                                                                          ProducerEpoch epoch, EpochBumps epoch_bumps,
                                                                          Timestamp now);
  [[nodiscard]] const Verifications& verifications() const { return verifications_; }

  // ---- truncation ---------------------------------------------------------------------------------
  // Afterwards the log ends with the last batch below `offset`. At or beyond the log end only epochs are cut
  // (KAFKA-10706). True if batches went; the recovery point may have fallen then: checkpoint it.
  [[nodiscard]] DiskResult<bool> truncate_to(Offset offset, Timestamp now, Disk& disk);
  // Empties the log; its next offset, start and, as it has to be, high watermark are `offset` (KAFKA-9491).
  [[nodiscard]] DiskResult<void> truncate_fully_and_start_at(Offset offset, Timestamp now, Disk& disk,
                                                             StartOver how = StartOver::moves_high_watermark);

  // ---- retention ----------------------------------------------------------------------------------
  // Some segment is to go now, or the settings cannot tell without looking closer.
  [[nodiscard]] bool has_old_segments(Timestamp now) const;
  // Takes at most `most` segments from the beginning of the log, all of them below the high watermark: those that lie
  // below the log start; and where cleanup.policy says delete, those that retention.bytes has no room for, then those
  // whose largest timestamp is more than retention.ms ago. Where all go, the active one too, a new segment begins at the
  // log end. The log start moves first. A segment of records without timestamps is as old as its last append, or as the
  // process, whichever is later.
  [[nodiscard]] DiskResult<RetentionResult> delete_old_segments(Timestamp now, std::size_t most, Disk& disk);

  // ---- compaction ---------------------------------------------------------------------------------
  // `cleaned`, whose files still end in ".cleaned" and are durable, takes the place of the segments with these bases: the
  // first is its own base, they follow one another, and none is the active one. The old segments' producer snapshots go
  // with them. Whenever the power fails in it, a start finds the old segments or the new one.
  [[nodiscard]] DiskResult<void> replace_segments(LogSegment cleaned, std::span<const Offset> old_bases, Disk& disk);
  [[nodiscard]] std::uint64_t truncations() const { return truncations_; }  // counts them
  struct LastRecord {                                                       // of a producer
    std::optional<Offset> data_offset{};                                    // absent: only a marker is known of it
    std::optional<ProducerEpoch> epoch{};
  };
  // What must stay in the log so that it still says which producers are active.
  [[nodiscard]] std::map<ProducerId, LastRecord> last_records_of_producers() const;

  // ---- durability ---------------------------------------------------------------------------------
  // Files of finished segments that hold anything at or above the recovery point. Absent if there are none.
  [[nodiscard]] std::optional<FlushWork> files_to_flush() const;
  // Those files have been flushed: nothing below `up_to` needs recovery any more. Syncs the directory if files came or
  // went. Ignored if the log was truncated in the meantime.
  [[nodiscard]] DiskResult<void> recovery_point_reached(const FlushWork& work, Disk& disk);
  // Everything, now; the recovery point becomes the log end.
  [[nodiscard]] DiskResult<void> flush(Disk& disk);
  // flush(), closing index entries, producer snapshot; closes the files. The value is of no use afterwards.
  [[nodiscard]] DiskResult<void> close_cleanly(Disk& disk);
  // Closes the files and nothing else: before the directory is renamed or removed.
  void close(Disk& disk);

  // ---- the rest -----------------------------------------------------------------------------------
  [[nodiscard]] std::uint64_t size_bytes() const;
  [[nodiscard]] std::size_t segment_count() const { return segments_.size(); }
  [[nodiscard]] const std::vector<LogSegment>& segments() const { return segments_; }
  [[nodiscard]] const ProducerState& producer_state() const { return producers_; }
  // Also verifications that nobody finished. Every producer.id.expiration.check.interval.ms.
  void remove_expired_producers(Timestamp now);
  void forget_producers() { producers_.clear(log_end_offset()); }  // legacy: producer-state-of-leaders-only
  [[nodiscard]] const LogConfig& config() const { return config_; }
  void set_config(const LogConfig& config) { config_ = config; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const TopicPartition& partition() const { return partition_; }

 private:
  friend class LogLoader;
  UnifiedLog() = default;
  struct ReadFrom {
    std::size_t segment{};
    std::uint64_t position{};
  };
  [[nodiscard]] DiskResult<LogAppendResult> append(std::vector<RecordBatch> batches, AppendOrigin origin,
                                                   std::optional<VerificationGuard> guard, Timestamp wall, Disk& disk);
  [[nodiscard]] DiskResult<void> note_producer(const RecordBatch& batch, Disk& disk);
  // `where` becomes the place of the first batch.
  [[nodiscard]] DiskResult<LogReadResult> read_at(Offset from, const LogSegment::ReadLimits& limits, ReadFrom& where,
                                                  const Disk& disk) const;
  [[nodiscard]] DiskResult<void> find_aborted(LogReadResult& result, Offset from, const ReadFrom& where,
                                              const Disk& disk) const;
  [[nodiscard]] DiskResult<bool> maybe_roll(std::span<const RecordBatch> batches, Timestamp wall, Disk& disk);
  [[nodiscard]] DiskResult<void> roll(Offset base, Timestamp now, Disk& disk);
  [[nodiscard]] std::size_t segment_of(Offset offset) const;  // the last whose base is at or below it
  // From the newest snapshot, and from the log.
  [[nodiscard]] DiskResult<void> rebuild_producer_state(Timestamp now, Disk& disk);
  [[nodiscard]] DiskResult<void> remove_outer_snapshots(Disk& disk);
  [[nodiscard]] DiskResult<void> start_producer_state(Offset at_most, Timestamp now, Disk& disk);
  // Goes on with the first `segments` of them.
  [[nodiscard]] DiskResult<void> replay_producers(std::size_t segments, Disk& disk);
  [[nodiscard]] DiskResult<void> finish_producer_state(Disk& disk);
  [[nodiscard]] DiskResult<void> take_producer_snapshot(Disk& disk);
  [[nodiscard]] DiskResult<void> drop_segments(std::size_t from, Disk& disk);
  // How many segments from the first on are to go for that reason.
  [[nodiscard]] std::size_t deletable_segments(trace::DeletionReason reason, Timestamp now) const;
  [[nodiscard]] DiskResult<void> delete_segments(std::size_t count, trace::DeletionReason reason, Timestamp now,
                                                 RetentionResult& result, Disk& disk);
  [[nodiscard]] DiskResult<void> sync_directory(Disk& disk);
  [[nodiscard]] std::size_t first_unsynced() const;

  std::string directory_;
  TopicPartition partition_;
  LogConfig config_;
  std::vector<LogSegment> segments_;  // ascending, never empty; the last is the active one
  LeaderEpochCache epochs_;
  ProducerState producers_;
  Verifications verifications_;
  Offset last_snapshot_;
  Offset log_start_;
  Offset high_watermark_;
  Offset recovery_point_;
  std::uint64_t truncations_{0};
  bool directory_dirty_{true};  // names in the directory that a power loss may undo
};

struct UnifiedLog::Opened {
  UnifiedLog log;
  LogLoadReport report;
};

}  // namespace kafkasim

#include "core/raft/metadata_log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace kafkasim::raft {
namespace {

tl::unexpected<Error> broken(const DiskError& error) {
  switch (error.kind) {
    case DiskErrorKind::not_found: return fail("the metadata log lost a file", error.path);
    case DiskErrorKind::exists: return fail("the metadata log met a file that it did not expect", error.path);
    case DiskErrorKind::no_space: return fail("no space is left for the metadata log", error.path);
    case DiskErrorKind::io_error: return fail("the disk failed under the metadata log", error.path);
  }
  return fail("the disk failed under the metadata log", error.path);
}

LogConfig metadata_log_config() {
  LogConfig config;
  config.max_message_bytes = max_batch_bytes;
  return config;
}

}  // namespace

Result<LogLoadReport> MetadataLog::open(Timestamp wall, Disk& disk) {
  const TopicPartition name{"__cluster_metadata", PartitionIndex{0}};
  auto opened =
      UnifiedLog::open(disk, std::string{metadata_log_directory}, name, metadata_log_config(), LogOpenOptions{}, wall);
  if (!opened) return broken(opened.error());
  log_.emplace(std::move(opened->log));
  // What recovery left is acknowledged by the next fetch, so it has to be on the platter.
  if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  return opened->report;
}

OffsetAndEpoch MetadataLog::end_offset_for_epoch(LeaderEpoch epoch) const {
  return log_->end_offset_for_epoch(epoch).value_or(OffsetAndEpoch{end(), last_epoch()});
}

std::optional<OffsetAndEpoch> MetadataLog::divergence(Offset offset, LeaderEpoch last_epoch_there) const {
  if (offset == Offset{0} && start() == Offset{0}) return std::nullopt;
  const OffsetAndEpoch here = end_offset_for_epoch(last_epoch_there);
  if (here.epoch == last_epoch_there && here.offset >= offset) return std::nullopt;
  return here;
}

Offset MetadataLog::truncation_point(const OffsetAndEpoch& diverging) const {
  if (diverging.epoch == LeaderEpoch{0}) return std::min(diverging.offset, end());
  const OffsetAndEpoch here = end_offset_for_epoch(diverging.epoch);
  return here.epoch == diverging.epoch ? std::min(here.offset, diverging.offset) : here.offset;
}

Result<void> MetadataLog::begin_epoch(LeaderEpoch epoch, Disk& disk) {
  if (const auto done = log_->assign_epoch_start(epoch, end(), disk); !done) return broken(done.error());
  return {};
}

Result<std::vector<RecordBatch>> MetadataLog::append_as_leader(RecordBatch batch, LeaderEpoch epoch, Timestamp wall,
                                                               Disk& disk) {
  std::vector<RecordBatch> batches;
  batches.push_back(std::move(batch));
  auto appended = log_->append_as_leader(std::move(batches), epoch, wall, disk, AppendOrigin::raft_leader);
  if (!appended) return broken(appended.error());
  if (appended->error != ErrorCode::none) {
    return fail("the metadata log refused a batch: " + std::string{error_name(appended->error)});
  }
  if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  return std::move(appended->appended);
}

Result<LogAppendResult> MetadataLog::append_as_follower(std::vector<RecordBatch> batches, LeaderEpoch leader_epoch,
                                                        Timestamp wall, Durable durable, Disk& disk) {
  auto appended = log_->append_as_follower(std::move(batches), leader_epoch, wall, disk);
  if (!appended) return broken(appended.error());
  if (durable == Durable::yes && appended->error == ErrorCode::none) {
    if (const auto flushed = log_->flush(disk); !flushed) return broken(flushed.error());
  }
  return *std::move(appended);
}

Result<void> MetadataLog::truncate_to(Offset offset, Timestamp wall, Disk& disk) {
  if (const auto cut = log_->truncate_to(offset, wall, disk); !cut) return broken(cut.error());
  return {};
}

Result<std::vector<RecordBatch>> MetadataLog::read(Offset from, Offset limit, Disk& disk) const {
  auto read = log_->read(from, static_cast<std::uint64_t>(max_batch_bytes), limit, MinOneBatch::yes, disk);
  if (!read) return broken(read.error());
  if (read->error != ErrorCode::none) return fail("the metadata log has no offset " + std::to_string(from.value));
  return std::move(read->batches);
}

}  // namespace kafkasim::raft

#pragma once
// From a MetadataImage back to records, and when that is done (MetadataImage.write, SnapshotGenerator, SnapshotEmitter):
// how a node makes its snapshots of the metadata log.
#include <cstdint>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/metadata_record.hpp"
#include "core/model/config.hpp"
#include "core/model/metadata_image.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {

// Replayed on an empty image they give this one again.
[[nodiscard]] std::vector<MetadataRecord> records_of(const MetadataImage& image);

// The image that the records of a snapshot make up, to its last offset.
[[nodiscard]] Result<MetadataImage> image_of(const CommittedBatch& snapshot);

// A snapshot of it into the node's metadata log. `last`: the batch that brought it there.
void make_snapshot(const MetadataImage& image, const CommittedBatch& last, RaftNode& raft, Env& env);

// A snapshot is due after so many bytes of records (metadata.log.max.record.bytes.between.snapshots) or so much time
// (metadata.log.max.snapshot.interval.ms); looked at when a batch is applied.
class SnapshotSchedule {
 public:
  explicit SnapshotSchedule(const NodeConfig& config)
      : most_bytes_{config.metadata_snapshot_after_bytes}, interval_{config.metadata_snapshot_interval} {}
  void begin(Instant now);  // the process starts, or a snapshot was loaded
  // True if one is due with this batch; then it counts anew.
  [[nodiscard]] bool applied(const CommittedBatch& batch, Instant now);

 private:
  std::int64_t most_bytes_;
  Duration interval_;
  std::int64_t bytes_{0};
  Instant since_{};
};

}  // namespace kafkasim

#pragma once
// SnapshotStore: the snapshots beside the metadata log, and at most one that is being fetched (KafkaMetadataLog's part for
// them, FileRawSnapshotWriter, FileRawSnapshotReader). One stands under its name only when it is whole and durable. An
// Error means that the disk cannot be used, or holds what cannot be.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/machine/disk.hpp"
#include "core/raft/snapshot_file.hpp"

namespace kafkasim::raft {

class SnapshotStore {
 public:
  // What a start finds: partial files go, and snapshots of less than the log's start.
  [[nodiscard]] Result<void> recover(Offset log_start, Disk& disk);

  [[nodiscard]] const std::map<SnapshotId, std::uint64_t>& kept() const { return kept_; }  // with their sizes
  [[nodiscard]] std::optional<SnapshotId> earliest() const;
  [[nodiscard]] std::optional<SnapshotId> latest() const;

  [[nodiscard]] Result<void> write(const SnapshotId& id, std::vector<std::byte> content, Disk& disk);
  [[nodiscard]] Result<SnapshotContent> content(const SnapshotId& id, Disk& disk) const;
  [[nodiscard]] Result<Timestamp> last_contained(const SnapshotId& id, Disk& disk) const;
  // At most so many bytes of it, from `position`, which lies within it.
  [[nodiscard]] Result<std::vector<std::byte>> piece(const SnapshotId& id, std::uint64_t position, std::uint64_t most,
                                                     Disk& disk) const;
  // All that are older than this one.
  [[nodiscard]] Result<void> remove_before(const SnapshotId& id, Disk& disk);

  // ---- the one that is fetched --------------------------------------------------------------------
  [[nodiscard]] Result<void> begin_fetched(const SnapshotId& id, Disk& disk);  // empty; what was begun before is gone
  [[nodiscard]] std::uint64_t fetched_bytes() const { return part_ ? part_->bytes : 0; }
  [[nodiscard]] Result<void> append_fetched(std::vector<std::byte> bytes, Disk& disk);
  [[nodiscard]] Result<void> finish_fetched(Disk& disk);  // it is whole: kept from now on

 private:
  struct Part {
    SnapshotId id;
    std::string path;
    FileId file;
    std::uint64_t bytes{0};
  };
  [[nodiscard]] Result<SharedBytes> bytes_of(const SnapshotId& id, std::uint64_t from, std::uint64_t most, Disk& disk) const;
  std::map<SnapshotId, std::uint64_t> kept_;
  std::optional<Part> part_;
};

}  // namespace kafkasim::raft

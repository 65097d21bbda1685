#pragma once
// LeaderEpochFileCache: where each leader epoch begins in this log (KIP-101, KIP-279), kept in leader-epoch-checkpoint.
// Truncation after an election is decided by it. Invariant: epochs and start offsets both rise from entry to entry.
//
// Every change is on disk, synced, before the call returns. Kafka writes truncations later, in the background, and
// makes up for it at load.
#include <optional>
#include <string>
#include <vector>

#include "core/machine/disk.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct EpochEntry {
  LeaderEpoch epoch;
  Offset start;
  friend bool operator==(const EpochEntry&, const EpochEntry&) = default;
};

struct OffsetAndEpoch {
  Offset offset;
  LeaderEpoch epoch;
  friend auto operator<=>(const OffsetAndEpoch&, const OffsetAndEpoch&) = default;
};

class LeaderEpochCache {
 public:
  LeaderEpochCache() = default;
  // The checkpoint in `directory`. `readable` is false if there is none or it is damaged: then the cache is empty and
  // the log must be asked.
  struct Loaded;
  [[nodiscard]] static DiskResult<Loaded> load(Disk& disk, const std::string& directory);

  // Epoch `epoch` begins at `start`. An entry that is known already changes nothing; one that contradicts later entries
  // removes those.
  [[nodiscard]] DiskResult<void> assign(Disk& disk, const std::string& directory, EpochEntry entry);
  // As assign, but memory only: for rebuilding from the log. write() afterwards.
  bool assign_in_memory(EpochEntry entry);
  void remove_above_in_memory(LeaderEpoch epoch);

  // The largest epoch that is not above `epoch`, and where it ends: the start of the next one, or `log_end` for the
  // latest. Below all known epochs: that epoch itself, and the first start. Absent for an epoch above the latest, and
  // if nothing is known.
  [[nodiscard]] std::optional<OffsetAndEpoch> end_offset_for(LeaderEpoch epoch, Offset log_end) const;
  [[nodiscard]] std::optional<LeaderEpoch> epoch_of(Offset offset,
                                                    Offset log_end) const;  // of the record at `offset`; absent outside
  [[nodiscard]] std::optional<LeaderEpoch> latest() const;
  [[nodiscard]] std::optional<EpochEntry> earliest() const;
  [[nodiscard]] const std::vector<EpochEntry>& entries() const { return entries_; }

  // The log now ends at `end`: removes epochs that begin there or later.
  [[nodiscard]] DiskResult<void> truncate_from_end(Disk& disk, const std::string& directory, Offset end);
  // The log now begins at `start`: the epoch that holds it begins there, and those before it go.
  [[nodiscard]] DiskResult<void> truncate_from_start(Disk& disk, const std::string& directory, Offset start);
  [[nodiscard]] DiskResult<void> clear(Disk& disk, const std::string& directory);
  [[nodiscard]] DiskResult<void> write(Disk& disk, const std::string& directory) const;

  friend bool operator==(const LeaderEpochCache&, const LeaderEpochCache&) = default;

 private:
  std::vector<EpochEntry> entries_;
};

struct LeaderEpochCache::Loaded {
  LeaderEpochCache cache;
  bool readable{};
};

}  // namespace kafkasim

#pragma once
// VoterHistory: which voters and which kraft.version stand at which offset of the metadata log, committed or not
// (org.apache.kafka.raft.internals.KRaftControlRecordStateMachine, VoterSetHistory, TreeMapLogHistory; KIP-853). A voter set
// counts from the moment on when it is in the log, before it is committed: so a change that is truncated is taken back
// here too, and the leader may begin only one at a time.
//
// An Error: a record that cannot be read, or a set that does not overlap with the one before it.
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/result.hpp"
#include "core/machine/disk.hpp"
#include "core/raft/snapshot_file.hpp"
#include "core/raft/voter_set.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim::raft {

class MetadataLog;

class VoterHistory {
 public:
  struct Entry {
    std::int64_t offset{};  // -1: from the snapshot that a quorum begins with
    VoterSet voters;
  };

  VoterHistory() = default;
  // `configured`: the voters of a quorum whose log has none; empty where the log must tell.
  explicit VoterHistory(VoterSet configured) : configured_{std::move(configured)} {}

  // Reads what of the log, and of its latest snapshot, it has not read yet. Call it whenever the log has grown or was
  // replaced.
  [[nodiscard]] Result<void> catch_up(const MetadataLog& log, Disk& disk);
  void restart() { next_.reset(); }  // a snapshot took the log's place: all is read anew
  void truncate(Offset end);         // the log ends there now
  void forget_before(Offset start);  // the log begins there now: the entry in force at its start stays

  [[nodiscard]] const VoterSet& last() const { return sets_.empty() ? configured_ : sets_.rbegin()->second; }
  [[nodiscard]] std::optional<Entry> last_entry() const;  // absent: configured
  [[nodiscard]] std::int16_t version() const { return versions_.empty() ? std::int16_t{0} : versions_.rbegin()->second; }
  [[nodiscard]] bool is_reconfigurable() const { return version() >= reconfigurable_version; }
  // What a snapshot of all up to that offset, with it, says of voters; absent with kraft.version 0.
  [[nodiscard]] std::optional<SnapshotVoters> at(std::int64_t offset) const;

 private:
  [[nodiscard]] Result<void> take(const RecordBatch& batch);
  [[nodiscard]] Result<void> add(std::int64_t offset, VoterSet voters);

  VoterSet configured_;
  std::map<std::int64_t, VoterSet> sets_;
  std::map<std::int64_t, std::int16_t> versions_;
  std::optional<Offset> next_;  // absent: nothing was read yet
};

}  // namespace kafkasim::raft

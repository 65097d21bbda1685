#pragma once
// The producers' state, made again from the batches of a log, and held against the snapshots that stand beside it. What
// the log cannot tell, for batches below the snapshot are missing, is not held against it.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/log/producer_state.hpp"
#include "core/log/transaction_index.hpp"
#include "sim/logtool/verify.hpp"

namespace kafkasim::sim::logtool {

class ProducerCheck {
 public:
  // The log in `directory` begins at `first`. If that is not 0, the snapshot there tells what was before.
  ProducerCheck(Disk& disk, std::string directory, Offset first, const VerifyOptions& options, const Report& report);

  // A batch of the log, in order. Snapshots up to it are compared first. The transaction that it aborts, if it does.
  [[nodiscard]] std::optional<AbortedTransaction> batch(const RecordBatch& batch);
  // The log was read up to `end`. After damage later snapshots are only parsed.
  void end(Offset end, bool damaged);
  // Below this the log does not tell of transactions.
  [[nodiscard]] Offset known_from() const { return complete_ ? Offset{0} : first_; }
  // Offsets are missing: the cleaner was here. Markers and whole batches may be gone, only the last data batch of a
  // producer is sure to be there.
  [[nodiscard]] bool compacted() const { return compacted_; }

 private:
  void compare_up_to(Offset offset);
  void compare(Offset at, const ProducerState& saved);
  [[nodiscard]] std::optional<ProducerState> read(Offset at) const;
  [[nodiscard]] std::string path_of_snapshot(Offset at) const;
  [[nodiscard]] bool may_have_expired(const ProducerEntry& entry, bool gaps) const;
  void note_silence(const RecordBatch& batch);

  Disk* disk_;
  std::string directory_;
  Offset first_;
  VerifyOptions options_;
  const Report* report_;
  std::vector<Offset> snapshots_;  // that are still to come
  ProducerState state_;
  bool complete_{true};  // state_ is all there is to know
  bool compacted_{false};
  Offset whole_from_;               // from here to the end of state_ no offset is missing
  std::set<ProducerId> came_back_;  // after so long that the broker may have forgotten what was before
};

}  // namespace kafkasim::sim::logtool

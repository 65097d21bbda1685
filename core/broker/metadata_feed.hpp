#pragma once
// MetadataFeed: what of the committed metadata a broker applies, and when: all of it at once, unless a freeze is in force.
// Then it keeps the rest. A freeze without a partition lets nothing through, one with a partition nothing behind the
// record that gives it its epoch; of several the one that comes first counts.
//
// A thaw ends all freezes, at the next on_woken(): those that are given with it at the same moment take their place. What
// was kept is then applied in one step, so that a replica sees only the last of the epochs that it missed.
#include <deque>
#include <optional>
#include <vector>

#include "core/machine/seam.hpp"
#include "core/model/metadata_image.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {

class MetadataFeed {
 public:
  void freeze(const FreezeMetadata& freeze);
  void thaw(Instant now);
  void on_woken();
  [[nodiscard]] std::optional<Instant> next_deadline() const { return thaw_at_; }

  void add(std::vector<CommittedBatch> batches);
  // The next batch, or nothing if there is none or the image may not go on.
  [[nodiscard]] std::optional<CommittedBatch> take(const MetadataImage& image);
  // Of a batch that was taken only so many records may be applied: the rest waits.
  void put_back(CommittedBatch batch, std::size_t applied);
  [[nodiscard]] bool stops_at(const MetadataImage& image) const;

 private:
  std::deque<CommittedBatch> waiting_;
  std::vector<FreezeMetadata> freezes_;
  std::vector<FreezeMetadata> next_freezes_;  // given since the thaw
  std::optional<Instant> thaw_at_;
};

}  // namespace kafkasim

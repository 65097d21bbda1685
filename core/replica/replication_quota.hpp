#pragma once
// ReplicationQuota: how much replication of throttled partitions a broker allows, as leader or as follower (KIP-73,
// kafka.server.ReplicationQuotaManager; the rate is that of SimpleRate over SampledStat).
//
// Bytes are counted in samples of replication.quota.window.size.seconds, of which replication.quota.window.num are kept,
// and the one under way. The rate is all that is kept over the time since the oldest sample began, at least one sample's
// length; it is exceeded while it is above the quota. So after a burst nothing passes until the average over the window
// has come down. What passes is counted whether the quota is exceeded or not.
#include <cstdint>
#include <map>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/model/throttled_replicas.hpp"

namespace kafkasim {

class ReplicationQuota {
 public:
  ReplicationQuota(std::int64_t samples, std::int64_t window_seconds);

  void set_rate(std::int64_t bytes_per_second) { rate_ = bytes_per_second; }
  void throttle(const Uuid& topic, ThrottledPartitions partitions);  // in place of what was said before; none: not any more
  [[nodiscard]] bool throttles_any() const { return !topics_.empty(); }
  [[nodiscard]] bool is_throttled(const TopicIdPartition& id) const;

  void record(std::uint64_t bytes, Instant now);
  [[nodiscard]] bool is_exceeded(Instant now);

 private:
  struct Sample {
    std::int64_t began_ms{};
    std::int64_t last_ms{};
    std::uint64_t bytes{};
  };
  void purge(std::int64_t now_ms);

  std::int64_t rate_{INT64_MAX};
  std::size_t samples_kept_;
  std::int64_t window_ms_;
  std::vector<Sample> samples_;
  std::size_t current_{0};
  std::map<Uuid, ThrottledPartitions> topics_;
};

}  // namespace kafkasim

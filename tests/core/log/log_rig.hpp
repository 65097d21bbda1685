#pragma once
// What the tests of whole logs share: orders-0 on a disk in memory, at one time on the clock.
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/log/unified_log.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

inline constexpr Timestamp now{1'000'000};
inline const TopicIdPartition orders{{1, 2}, PartitionIndex{0}};
inline const TopicPartition orders_name{"orders", PartitionIndex{0}};
inline constexpr auto commit = TransactionOutcome::commit;
inline constexpr auto aborts = TransactionOutcome::abort;
inline const LogConfig tiny_segments{.segment_bytes = 400, .index_interval_bytes = 100};
inline const LogConfig short_segments{.segment_bytes = 600, .index_interval_bytes = 150};

inline UnifiedLog open_log(Disk& disk, const LogConfig& config = {}, const LogOpenOptions& options = {}) {
  auto opened = UnifiedLog::open(disk, "orders-0", orders_name, config, options, now);
  REQUIRE(opened);
  return std::move(opened->log);
}

// With what the start found.
inline UnifiedLog::Opened start_log(Disk& disk, const LogOpenOptions& options = {},
                                    const LogConfig& config = short_segments) {
  auto opened = UnifiedLog::open(disk, "orders-0", orders_name, config, options, now);
  REQUIRE(opened);
  return std::move(*opened);
}

inline LogAppendResult append(UnifiedLog& log, Disk& disk, const RecordBatch& batch, int epoch = 0,
                              AppendOrigin origin = AppendOrigin::client) {
  auto result = log.append_as_leader({batch}, LeaderEpoch{epoch}, now, disk, origin);
  REQUIRE(result);
  return *result;
}

inline std::vector<RecordBatch> batches_of(const UnifiedLog& log, const Disk& disk) {
  auto batches = log.all_batches(disk);
  REQUIRE(batches);
  return *batches;
}

inline AbortedTransaction aborted(std::int64_t id, std::int64_t first, std::int64_t last, std::int64_t stable) {
  return {ProducerId{id}, Offset{first}, Offset{last}, Offset{stable}};
}

}  // namespace kafkasim::test

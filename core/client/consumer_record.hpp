#pragma once
// What poll() hands to the application.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ConsumerRecord {
  Offset offset;
  Origin origin;  // unknown if no client of the World wrote it
  Timestamp timestamp;
  std::optional<ByteSpan> key;  // views into `bodies` of the partition's records
  std::optional<ByteSpan> value;
};

struct PartitionRecords {
  TopicPartition partition;
  LeaderEpoch leader_epoch;  // under which all of them were written
  std::vector<ConsumerRecord> records;
  Offset next;                      // the position behind them
  std::vector<SharedBytes> bodies;  // keeps the views alive
};

struct ConsumerRecords {
  std::vector<PartitionRecords> partitions;
  [[nodiscard]] std::int64_t count() const {
    std::int64_t n = 0;
    for (const PartitionRecords& part : partitions) n += static_cast<std::int64_t>(part.records.size());
    return n;
  }
};

}  // namespace kafkasim

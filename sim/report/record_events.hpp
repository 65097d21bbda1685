#pragma once
// What happened to one record, told in sentences: for its life (`--follow`), and for how a finding came about. From the
// observations alone.
#include <cstdint>
#include <optional>
#include <string>

#include "sim/check/history.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

struct WatchedRecord {
  TopicPartition partition;
  std::optional<Offset> offset;  // absent: only what concerns the partition as a whole
  Origin origin;                 // of this one record, if it is known who sent it
};

enum class Stage : std::uint8_t {  // of a record's life, in order; `around`: of its partition
  sent,
  appended,
  copied,
  committed,
  acknowledged,
  delivered,
  group_committed,
  failed,
  gone,
  around
};
struct RecordEvent {
  Stage stage{};
  std::string text;  // what the host did: "appends it in epoch 3, in the batch of offsets 498 to 503"
};

[[nodiscard]] std::optional<RecordEvent> record_event(const Observation& o, const History& history,
                                                      const WatchedRecord& record);

}  // namespace kafkasim::sim

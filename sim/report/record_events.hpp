#pragma once
// What happened to one record, told in sentences: for its life (`--follow`), and for how a finding came about. From the
// observations alone.
#include <cstdint>
#include <optional>
#include <string>

#include "sim/check/history.hpp"
#include "sim/kernel/observation.hpp"

namespace kafkasim::sim {

struct WatchedMarker {  // of the end of a transaction
  TransactionOutcome outcome{};
  std::int64_t producer{};
  std::int16_t epoch{};
};

struct WatchedRecord {
  TopicPartition partition;
  std::optional<Offset> offset;  // absent: only what concerns the partition as a whole
  Origin origin;                 // of this one record, if it is known who sent it
  std::optional<std::int64_t> producer{};  // its id, where the record is part of a transaction
  std::optional<TransactionLedger::Name> transaction{};
  std::optional<WatchedMarker> marker{};  // the offset holds this, and nobody's record
};

enum class Stage : std::uint8_t {  // of a record's life, in order; `around`: of its partition
  sent,
  appended,
  copied,
  committed,
  acknowledged,
  delivered,
  group_committed,
  began,    // its transaction
  decided,  // by the coordinator of the transaction
  marked,   // the marker stands behind it
  ended,    // the marker is replicated: readers of committed records are given it, or pass over it
  told,     // the producer of the transaction
  failed,
  gone,
  repeated,    // a leader appends it at another offset
  sent_again,  // only who sees what is sent can tell
  around
};
struct RecordEvent {
  Stage stage{};
  std::string text;  // what the host did: "appends it in epoch 3, in the batch of offsets 498 to 503"
  std::string group{};  // that committed its offset
};

[[nodiscard]] std::optional<RecordEvent> record_event(const Observation& o, const History& history,
                                                      const WatchedRecord& record);

}  // namespace kafkasim::sim

#pragma once
// Control batches: one record a batch, with the control bit set, whose key says what it is
// (org.apache.kafka.common.record.ControlRecordType).
//   key: version i16 (0), type i16      value: a message of that type's own schema
// They take offsets but are never handed to applications.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/record/record.hpp"

namespace kafkasim {

enum class ControlType : std::int16_t {
  abort = 0,
  commit = 1,
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

// The type that a control record's key names; absent for a key that is too short or a type that this Kafka does not
// know, which readers skip.
[[nodiscard]] std::optional<ControlType> control_type(const Record& record);

// Several in one batch: what opens an epoch, or a snapshot. Base offset 0, leader epoch -1.
struct ControlRecord {
  ControlType type{};
  std::vector<std::byte> value;  // the encoded message
};
[[nodiscard]] RecordBatch build_control_batch(const std::vector<ControlRecord>& records, Timestamp timestamp);
// A control batch without producer. `value` is the encoded message: of a LeaderChangeMessage, say. Base offset 0,
// leader epoch -1.
[[nodiscard]] RecordBatch build_control_batch(ControlType type, ByteSpan value, Timestamp timestamp);
[[nodiscard]] inline RecordBatch build_leader_change_batch(ByteSpan value, Timestamp timestamp) {
  return build_control_batch(ControlType::leader_change, value, timestamp);
}

// How a transaction ended: the marker that its coordinator has written into every partition of it
// (EndTransactionMarker; KIP-98).  value: version i16 (0), coordinatorEpoch i32
enum class TransactionOutcome : std::uint8_t { abort = 0, commit = 1 };
struct EndTransactionMarker {
  TransactionOutcome outcome{};
  std::int32_t coordinator_epoch{};  // the leader epoch of the coordinator's partition of __transaction_state
  friend bool operator==(const EndTransactionMarker&, const EndTransactionMarker&) = default;
};

// A transactional control batch of that producer, without sequence. Base offset 0, leader epoch -1.
[[nodiscard]] RecordBatch build_end_transaction_batch(ProducerId producer, ProducerEpoch epoch,
                                                      const EndTransactionMarker& marker, Timestamp timestamp);
// Fails on another control type, on a key or value cut short and on a negative version. Versions to come only add
// fields at the end.
[[nodiscard]] Result<EndTransactionMarker> read_end_transaction(const Record& record);

}  // namespace kafkasim

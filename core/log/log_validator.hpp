#pragma once
// What a leader checks of batches before it appends them, and what it stamps on them (LogValidator and
// UnifiedLog.analyzeAndValidateRecords; KIP-467). Kafka 4 stores batches of magic 2 only.
//
//   of each batch     CORRUPT_MESSAGE (length, CRC), MESSAGE_TOO_LARGE, INVALID_RECORD (magic, offsets, counts, bytes that
//                     are no records; from a client: more or less than one batch, a control batch, a producer without
//                     sequence), UNSUPPORTED_COMPRESSION_TYPE
//   of each record    INVALID_TIMESTAMP, INVALID_RECORD (no key where the topic is compacted). One bad record fails the
//                     batch; the answer names all that are bad, by their number in it
// A raft leader's batches are not held to size, and their records are not looked at.
#include <optional>
#include <string>
#include <vector>

#include "core/log/log_config.hpp"
#include "core/log/producer_state.hpp"
#include "core/model/error_code.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct Stamp {
  Offset first;  // of the first batch; the others follow
  LeaderEpoch epoch;
  Timestamp wall;  // the broker's clock: log append time, and the middle of the range in which create times must lie
};

// Whether each batch is one: magic, length, CRC.
[[nodiscard]] ErrorCode check_integrity(const RecordBatch& batch);

struct RecordError {
  std::int32_t batch_index{};  // of the record in its batch
  std::string message{};
  friend bool operator==(const RecordError&, const RecordError&) = default;
};

struct Validation {
  ErrorCode error{ErrorCode::none};
  std::vector<RecordError> record_errors{};
  std::optional<std::string> message{};  // only beside record errors
};

// On success the batches carry offsets and epoch, the topic's timestamp type and codec, and the largest timestamp of
// their records. On failure they are of no use.
[[nodiscard]] Validation validate_and_stamp(std::vector<RecordBatch>& batches, AppendOrigin origin, const Stamp& stamp,
                                            const LogConfig& config);

}  // namespace kafkasim

#pragma once
// What a leader checks of batches before it appends them, and what it stamps on them (LogValidator and
// UnifiedLog.analyzeAndValidateRecords). It looks at headers only, except where a compacted topic demands keys: so
// timestamps are judged by the batch's first and largest.
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

// On success the batches carry offsets and epoch, and the topic's timestamp type. On failure they are of no use.
[[nodiscard]] ErrorCode validate_and_stamp(std::vector<RecordBatch>& batches, AppendOrigin origin, const Stamp& stamp,
                                           const LogConfig& config);

}  // namespace kafkasim

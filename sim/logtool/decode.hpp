#pragma once
// What a record of one of Kafka's own logs says, as JSON: control records of any log, and the records of the internal
// topics. What is not known, or does not read, stands there with its frame and its bytes as hex: never an error.
//   {"type": "TOPIC_RECORD", "version": 0, "data": {...}}                                            of the metadata log
//   {"key": {"type": ..., "version": ..., "data": {...}}, "value": {...} or null for a tombstone}    of the others
//   {"type": "COMMIT", "data": {...}}                                                                control records
#include <optional>
#include <string_view>

#include "core/record/record.hpp"
#include "sim/logtool/json.hpp"

namespace kafkasim::sim::logtool {

enum class LogContent : std::uint8_t { plain, group_offsets, transaction_state, cluster_metadata };

// By the name of the partition's directory: "__consumer_offsets-12".
[[nodiscard]] LogContent content_of_directory(std::string_view name);

[[nodiscard]] Json decode_control(const Record& record);
[[nodiscard]] std::optional<Json> decode_record(const Record& record, LogContent content);  // absent: plain

}  // namespace kafkasim::sim::logtool

#include "core/log/log_validator.hpp"

#include <algorithm>

#include "core/record/record.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t timestamp_type_bit = 8;

Validation refused(ErrorCode error) { return {.error = error, .record_errors = {}, .message = {}}; }

ErrorCode check_shape(const RecordBatch& batch, AppendOrigin origin) {
  const BatchHeader& header = batch.header;
  if (header.records_count <= 0 || header.records_count != header.last_offset_delta + 1)
    return ErrorCode::invalid_record;
  if (static_cast<int>(batch.codec()) > static_cast<int>(Codec::zstd)) return ErrorCode::unsupported_compression_type;
  if (origin != AppendOrigin::client) return ErrorCode::none;
  if (batch.is_control()) return ErrorCode::invalid_record;
  if (batch.has_producer() && (header.base_sequence < 0 || header.producer_epoch < 0)) return ErrorCode::invalid_record;
  return ErrorCode::none;
}

// ---- records ----------------------------------------------------------------------------------------

// Is `timestamp` in [wall - before, wall + after]? Differences that leave 64 bits are too far away.
bool in_range(std::int64_t timestamp, std::int64_t wall, const LogConfig& config) {
  std::int64_t age = 0;
  if (__builtin_sub_overflow(wall, timestamp, &age)) return false;
  return age <= config.timestamp_before_max_ms && (age >= 0 || -(age + 1) < config.timestamp_after_max_ms);
}

struct Fault {
  ErrorCode error{};
  std::string message;
};

std::optional<Fault> timestamp_fault(std::int64_t timestamp, TimestampType claimed, Timestamp wall,
                                     const LogConfig& config) {
  if (config.timestamp_type == TimestampType::create && timestamp != -1) {
    if (in_range(timestamp, wall.value, config)) return std::nullopt;
    return Fault{ErrorCode::invalid_timestamp, "timestamp " + std::to_string(timestamp)
                                                   + " is too far from the broker's clock, "
                                                   + std::to_string(wall.value)};
  }
  if (claimed == TimestampType::append)
    return Fault{ErrorCode::invalid_timestamp, "a producer must not claim log append time"};
  return std::nullopt;
}

std::optional<Fault> fault_of(const Record& record, const RecordBatch& batch, Timestamp wall, const LogConfig& config) {
  if (config.compaction == Compaction::on && !record.key)
    return Fault{ErrorCode::invalid_record, "a compacted topic takes no record without a key"};
  return timestamp_fault(record.timestamp.value, batch.timestamp_type(), wall, config);
}

void note(Validation& validation, std::int32_t index, Fault fault) {
  if (validation.error != ErrorCode::invalid_timestamp) validation.error = fault.error;
  validation.record_errors.push_back({index, std::move(fault.message)});
}

void sum_up(Validation& validation) {
  if (validation.record_errors.empty()) return;
  validation.message = validation.error == ErrorCode::invalid_timestamp
                           ? "One or more records have been rejected due to invalid timestamp"
                           : "One or more records have been rejected due to "
                                 + std::to_string(validation.record_errors.size()) + " record errors in total";
}

// Looks at every record; `largest` becomes the largest timestamp among them, -1 at least.
Validation check_records(const RecordBatch& batch, AppendOrigin origin, Timestamp wall, const LogConfig& config,
                         std::int64_t& largest) {
  Validation validation;
  largest = -1;
  RecordReader reader{batch};
  Record record;
  for (std::int32_t index = 0; reader.next(record); ++index) {
    if (origin == AppendOrigin::client && record.offset - batch.base_offset() != index)
      return refused(ErrorCode::invalid_record);
    largest = std::max(largest, record.timestamp.value);
    if (auto fault = fault_of(record, batch, wall, config)) note(validation, index, std::move(*fault));
  }
  if (reader.error()) return refused(ErrorCode::invalid_record);
  sum_up(validation);
  return validation;
}

void set_timestamps(RecordBatch& batch, TimestampType type, std::int64_t largest) {
  const BatchHeader before = batch.header;
  const int others = batch.header.attributes & ~timestamp_type_bit;
  batch.header.attributes =
      static_cast<std::int16_t>(type == TimestampType::append ? others | timestamp_type_bit : others);
  batch.header.max_timestamp = largest;
  if (!(batch.header == before)) batch.header.crc = batch_crc(batch.header, batch.body.span());
}

// The one place where a broker changes how records are compressed: where the topic's compression.type is not what the
// producer chose.
ErrorCode compress_for_topic(RecordBatch& batch, const LogConfig& config) {
  if (!config.compression || config.compression->codec == batch.codec() || batch.is_control()) return ErrorCode::none;
  Result<RecordBatch> changed = recompress(batch, *config.compression);
  if (!changed) return ErrorCode::invalid_record;
  batch = std::move(*changed);
  // It may have grown.
  return batch.size_bytes() > static_cast<std::size_t>(config.max_message_bytes) ? ErrorCode::message_too_large
                                                                                 : ErrorCode::none;
}

Validation check_and_rewrite(RecordBatch& batch, AppendOrigin origin, Timestamp wall, const LogConfig& config) {
  std::int64_t largest = -1;
  Validation validation = check_records(batch, origin, wall, config, largest);
  if (validation.error != ErrorCode::none) return validation;
  if (const ErrorCode error = compress_for_topic(batch, config); error != ErrorCode::none) return refused(error);
  set_timestamps(batch, config.timestamp_type, config.timestamp_type == TimestampType::append ? wall.value : largest);
  return validation;
}

}  // namespace

ErrorCode check_integrity(const RecordBatch& batch) {
  if (batch.header.magic != 2) return ErrorCode::invalid_record;
  if (batch_header_fault(batch.header) != nullptr) return ErrorCode::corrupt_message;
  if (static_cast<std::size_t>(batch.header.batch_length) + log_overhead != batch.size_bytes())
    return ErrorCode::corrupt_message;
  return crc_matches(batch) ? ErrorCode::none : ErrorCode::corrupt_message;
}

Validation validate_and_stamp(std::vector<RecordBatch>& batches, AppendOrigin origin, const Stamp& stamp,
                              const LogConfig& config) {
  Offset next = stamp.first;
  for (RecordBatch& batch : batches) {
    if (origin == AppendOrigin::client && batch.header.base_offset != 0) return refused(ErrorCode::invalid_record);
    if (origin != AppendOrigin::raft_leader
        && batch.size_bytes() > static_cast<std::size_t>(config.max_message_bytes)) {
      return refused(ErrorCode::message_too_large);
    }
    if (const ErrorCode error = check_integrity(batch); error != ErrorCode::none) return refused(error);
  }
  if (origin == AppendOrigin::client && batches.size() != 1) return refused(ErrorCode::invalid_record);
  for (RecordBatch& batch : batches) {
    if (const ErrorCode error = check_shape(batch, origin); error != ErrorCode::none) return refused(error);
    if (origin != AppendOrigin::raft_leader) {
      Validation validation = check_and_rewrite(batch, origin, stamp.wall, config);
      if (validation.error != ErrorCode::none) return validation;
    }
    batch.header.base_offset = next.value;
    batch.header.partition_leader_epoch = stamp.epoch.value;
    next = batch.next_offset();
  }
  return {};
}

}  // namespace kafkasim

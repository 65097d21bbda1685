#include "core/log/log_validator.hpp"

#include "core/record/record.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t timestamp_type_bit = 8;

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

// Is `timestamp` in [wall - before, wall + after]? Differences that leave 64 bits are too far away.
bool in_range(std::int64_t timestamp, std::int64_t wall, const LogConfig& config) {
  std::int64_t age = 0;
  if (__builtin_sub_overflow(wall, timestamp, &age)) return false;
  return age <= config.timestamp_before_max_ms && (age >= 0 || -(age + 1) < config.timestamp_after_max_ms);
}

ErrorCode check_timestamps(const RecordBatch& batch, Timestamp wall, const LogConfig& config) {
  if (config.timestamp_type == TimestampType::append) {
    return batch.timestamp_type() == TimestampType::append ? ErrorCode::invalid_timestamp : ErrorCode::none;
  }
  for (const std::int64_t timestamp : {batch.header.base_timestamp, batch.header.max_timestamp}) {
    if (timestamp != -1 && !in_range(timestamp, wall.value, config)) return ErrorCode::invalid_timestamp;
  }
  return ErrorCode::none;
}

ErrorCode check_keys(const RecordBatch& batch, const LogConfig& config) {
  if (config.compaction == Compaction::off || batch.is_control() || batch.codec() != Codec::none)
    return ErrorCode::none;
  RecordReader reader{batch};
  Record record;
  while (reader.next(record)) {
    if (!record.key) return ErrorCode::invalid_record;
  }
  return reader.error() ? ErrorCode::invalid_record : ErrorCode::none;
}

void set_timestamp_type(RecordBatch& batch, Timestamp wall, TimestampType type) {
  if (type == TimestampType::append) {
    batch.header.attributes = static_cast<std::int16_t>(batch.header.attributes | timestamp_type_bit);
    batch.header.max_timestamp = wall.value;
  } else if (batch.timestamp_type() != type) {
    batch.header.attributes = static_cast<std::int16_t>(batch.header.attributes & ~timestamp_type_bit);
  } else {
    return;
  }
  batch.header.crc = batch_crc(batch.header, batch.body.span());
}

}  // namespace

ErrorCode check_integrity(const RecordBatch& batch) {
  if (batch.header.magic != 2) return ErrorCode::invalid_record;
  if (batch_header_fault(batch.header) != nullptr) return ErrorCode::corrupt_message;
  if (static_cast<std::size_t>(batch.header.batch_length) + log_overhead != batch.size_bytes())
    return ErrorCode::corrupt_message;
  return crc_matches(batch) ? ErrorCode::none : ErrorCode::corrupt_message;
}

ErrorCode validate_and_stamp(std::vector<RecordBatch>& batches, AppendOrigin origin, const Stamp& stamp,
                             const LogConfig& config) {
  Offset next = stamp.first;
  for (RecordBatch& batch : batches) {
    if (origin == AppendOrigin::client && batch.header.base_offset != 0) return ErrorCode::invalid_record;
    if (origin != AppendOrigin::raft_leader
        && batch.size_bytes() > static_cast<std::size_t>(config.max_message_bytes)) {
      return ErrorCode::message_too_large;
    }
    if (const ErrorCode error = check_integrity(batch); error != ErrorCode::none) return error;
  }
  if (origin == AppendOrigin::client && batches.size() != 1) return ErrorCode::invalid_record;
  for (RecordBatch& batch : batches) {
    if (const ErrorCode error = check_shape(batch, origin); error != ErrorCode::none) return error;
    if (origin != AppendOrigin::raft_leader) {
      if (const ErrorCode error = check_timestamps(batch, stamp.wall, config); error != ErrorCode::none) return error;
      if (const ErrorCode error = check_keys(batch, config); error != ErrorCode::none) return error;
      set_timestamp_type(batch, stamp.wall, config.timestamp_type);
    }
    batch.header.base_offset = next.value;
    batch.header.partition_leader_epoch = stamp.epoch.value;
    next = batch.next_offset();
  }
  return ErrorCode::none;
}

}  // namespace kafkasim

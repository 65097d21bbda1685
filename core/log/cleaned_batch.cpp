#include "core/log/cleaned_batch.hpp"

#include <limits>
#include <string>

namespace kafkasim {

namespace {

constexpr std::int16_t codec_bits = 7;
constexpr std::int16_t kept_bits = 8 | 16 | 32;  // timestamp type, transactional, control
constexpr std::int16_t horizon_bit = 64;

}  // namespace

std::optional<Timestamp> delete_horizon(const RecordBatch& batch) {
  if (!batch.has_delete_horizon()) return std::nullopt;
  return Timestamp{batch.header.base_timestamp};
}

RecordBatch emptied_batch(const RecordBatch& batch) {
  RecordBatch empty = batch;
  empty.body = SharedBytes{{}, batch.body.origin()};
  empty.header.batch_length = static_cast<std::int32_t>(batch_header_size - log_overhead);
  empty.header.attributes = static_cast<std::int16_t>(batch.header.attributes & kept_bits);
  empty.header.base_timestamp = -1;
  empty.header.records_count = 0;
  empty.header.crc = batch_crc(empty.header, {});
  return empty;
}

Result<RecordBatch> rebuilt_batch(const RecordBatch& batch, std::span<const Record> records,
                                  std::optional<Timestamp> horizon) {
  BatchBuilder builder{batch.timestamp_type(), Compression{batch.codec()}};
  if (horizon) builder.set_base_timestamp(*horizon);
  std::int64_t next = batch.header.base_offset;
  for (const Record& record : records) {
    const std::string place = std::to_string(record.offset.value);
    if (record.offset.value < next) return fail("offsets of records do not rise", place);
    if (record.offset - batch.base_offset() == std::numeric_limits<std::int32_t>::max()) {
      return fail("offset delta of 2^31 - 1", place);
    }
    builder.append(record.timestamp, record.key, record.value, record.headers,
                   static_cast<std::int32_t>(record.offset.value - next));
    next = record.offset.value + 1;
  }
  if (builder.size_bytes() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return fail("records are too many for a batch", std::to_string(batch.header.base_offset));
  }
  RecordBatch made = builder.build(batch.body.origin());
  made.header.base_offset = batch.header.base_offset;
  made.header.partition_leader_epoch = batch.header.partition_leader_epoch;
  made.header.attributes =
      static_cast<std::int16_t>((batch.header.attributes & (kept_bits | codec_bits)) | (horizon ? horizon_bit : 0));
  made.header.last_offset_delta = batch.header.last_offset_delta;
  made.header.producer_id = batch.header.producer_id;
  made.header.producer_epoch = batch.header.producer_epoch;
  made.header.base_sequence = batch.header.base_sequence;
  made.header.crc = batch_crc(made.header, made.body.span());
  return made;
}

}  // namespace kafkasim

#include "core/record/record.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

std::size_t field_size(std::optional<ByteSpan> field) {
  return field ? varint_size(static_cast<std::int32_t>(field->size())) + field->size() : varint_size(-1);
}

void write_field(ByteWriter& out, std::optional<ByteSpan> field) {
  KAFKASIM_CHECK(!field || field->size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  out.varint(field ? static_cast<std::int32_t>(field->size()) : -1);
  if (field) out.bytes(*field);
}

// Of what the length in front of a record counts.
std::size_t payload_size(std::int64_t timestamp_delta, std::int32_t offset_delta, std::optional<ByteSpan> key,
                         std::optional<ByteSpan> value, std::span<const RecordHeader> headers) {
  std::size_t size = 1 + varlong_size(timestamp_delta) + varint_size(offset_delta) + field_size(key) + field_size(value)
                     + varint_size(static_cast<std::int32_t>(headers.size()));
  for (const RecordHeader& header : headers) size += field_size(as_bytes(header.key)) + field_size(header.value);
  return size;
}

// Differences of 64-bit numbers as Kafka takes them: they wrap.
std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::optional<ByteSpan> read_field(ByteReader& in) {
  const std::int32_t length = in.varint();
  if (!in.ok() || length == -1) return std::nullopt;
  if (length < -1) return in.fail("negative length"), std::nullopt;
  return in.take(static_cast<std::size_t>(length));
}

}  // namespace

RecordReader::RecordReader(const RecordBatch& batch)
    : header_{&batch.header}, in_{batch.body.span()}, left_{batch.header.records_count} {
  static constexpr std::string_view names[] = {"none", "gzip", "snappy", "lz4", "zstd", "5", "6", "7"};
  if (batch.codec() != Codec::none) {
    stop("records are compressed with codec " + std::string{names[batch.header.attributes & 7]}
         + ", which this build does not read");
  }
}

bool RecordReader::stop(std::string_view reason) {
  error_ = Error{std::string{reason}, "record " + std::to_string(header_->records_count - left_)
                                          + " of the batch at offset " + std::to_string(header_->base_offset)};
  return false;
}

bool RecordReader::next(Record& record) {
  if (error_) return false;
  if (left_ <= 0) {
    if (left_ < 0) return stop("negative record count");
    if (in_.remaining() != 0) return stop("bytes are left after the last record");
    return false;
  }
  if (!read_one(record)) return false;
  --left_;
  return true;
}

bool RecordReader::read_one(Record& record) {
  const std::int32_t length = in_.varint();
  if (!in_.ok()) return stop(in_.error());
  if (length < 0 || static_cast<std::size_t>(length) > in_.remaining())
    return stop("record length does not fit its batch");
  const std::size_t end = in_.position() + static_cast<std::size_t>(length);
  in_.skip(1);  // attributes: unused
  const std::int64_t timestamp_delta = in_.varlong();
  const std::int32_t offset_delta = in_.varint();
  record.key = read_field(in_);
  record.value = read_field(in_);
  if (!in_.ok()) return stop(in_.error());
  if (offset_delta < 0 || offset_delta > header_->last_offset_delta) return stop("offset delta is outside its batch");
  record.offset = Offset{wrapping_sum(header_->base_offset, offset_delta)};
  const bool log_append_time = (header_->attributes >> 3 & 1) != 0;
  record.timestamp =
      Timestamp{log_append_time ? header_->max_timestamp : wrapping_sum(header_->base_timestamp, timestamp_delta)};
  return read_headers(record, end);
}

bool RecordReader::read_headers(Record& record, std::size_t end) {
  record.headers.clear();
  const std::int32_t count = in_.varint();
  if (!in_.ok()) return stop(in_.error());
  if (count < 0 || in_.position() > end || static_cast<std::size_t>(count) > (end - in_.position()) / 2) {
    return stop("header count does not fit its record");
  }
  for (std::int32_t i = 0; i < count; ++i) {
    const std::optional<ByteSpan> key = read_field(in_);
    const std::optional<ByteSpan> value = read_field(in_);
    if (!in_.ok()) return stop(in_.error());
    if (!key) return stop("header key is null");
    record.headers.push_back({as_text(*key), value});
  }
  if (in_.position() != end) return stop("record length is not that of its fields");
  return true;
}

Result<std::vector<Record>> decode_records(const RecordBatch& batch) {
  constexpr std::size_t least_record = 7;  // length, attributes, two deltas, two null fields, header count
  std::vector<Record> records;
  RecordReader reader{batch};
  if (!reader.error() && batch.header.records_count > 0) {
    records.reserve(std::min(static_cast<std::size_t>(batch.header.records_count), batch.body.size() / least_record));
  }
  Record record;
  while (reader.next(record)) records.push_back(std::move(record));
  if (reader.error()) return tl::unexpected(*reader.error());
  return records;
}

void BatchBuilder::append(Timestamp timestamp, std::optional<ByteSpan> key, std::optional<ByteSpan> value,
                          std::span<const RecordHeader> headers, std::int32_t offset_gap) {
  KAFKASIM_CHECK(offset_gap >= 0 && next_delta_ <= std::numeric_limits<std::int32_t>::max() - 1 - offset_gap);
  if (count_ == 0) base_timestamp_ = max_timestamp_ = timestamp.value;
  max_timestamp_ = std::max(max_timestamp_, timestamp.value);
  const std::int64_t timestamp_delta = wrapping_difference(timestamp.value, base_timestamp_);
  const std::int32_t offset_delta = next_delta_ + offset_gap;
  const std::size_t size = payload_size(timestamp_delta, offset_delta, key, value, headers);
  KAFKASIM_CHECK(size <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
                 "a record of more than 2 GiB");
  body_.varint(static_cast<std::int32_t>(size));
  body_.i8(0);
  body_.varlong(timestamp_delta);
  body_.varint(offset_delta);
  write_field(body_, key);
  write_field(body_, value);
  body_.varint(static_cast<std::int32_t>(headers.size()));
  for (const RecordHeader& header : headers) {
    write_field(body_, as_bytes(header.key));
    write_field(body_, header.value);
  }
  next_delta_ = offset_delta + 1;
  ++count_;
}

std::size_t BatchBuilder::size_with(Timestamp timestamp, std::optional<ByteSpan> key, std::optional<ByteSpan> value,
                                    std::span<const RecordHeader> headers) const {
  const std::int64_t timestamp_delta = count_ == 0 ? 0 : wrapping_difference(timestamp.value, base_timestamp_);
  const std::size_t size = payload_size(timestamp_delta, next_delta_, key, value, headers);
  return size_bytes() + varint_size(static_cast<std::int32_t>(size)) + size;
}

RecordBatch BatchBuilder::build(Origin origin, std::optional<ProducerFields> producer, Transactional transactional) {
  KAFKASIM_CHECK(body_.size()
                 <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()) - batch_header_size);
  RecordBatch batch;
  batch.header.batch_length = static_cast<std::int32_t>(size_bytes() - log_overhead);
  batch.header.attributes = static_cast<std::int16_t>(static_cast<int>(timestamp_type_) << 3);
  if (transactional == Transactional::yes) batch.header.attributes |= 16;
  batch.header.last_offset_delta = std::max(0, next_delta_ - 1);
  batch.header.base_timestamp = base_timestamp_;
  batch.header.max_timestamp = max_timestamp_;
  batch.header.records_count = count_;
  batch.body = SharedBytes{body_.take(), origin};
  if (producer) {
    batch.header.producer_id = producer->id.value;
    batch.header.producer_epoch = producer->epoch.value;
    batch.header.base_sequence = producer->base_sequence.value;
  }
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  *this = BatchBuilder{timestamp_type_};
  return batch;
}

RecordBatch with_producer(const RecordBatch& batch, const ProducerFields& producer) {
  RecordBatch copy = batch;
  copy.header.producer_id = producer.id.value;
  copy.header.producer_epoch = producer.epoch.value;
  copy.header.base_sequence = producer.base_sequence.value;
  copy.header.crc = batch_crc(copy.header, copy.body.span());
  return copy;
}

}  // namespace kafkasim

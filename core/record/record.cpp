#include "core/record/record.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

// A key or value taken apart once: copies of optional spans are slow, because they load at once what was stored in parts.
struct KeyOrValue {
  const std::byte* data;
  std::int32_t length;  // as it is written: -1 for null
  [[nodiscard]] std::size_t bytes() const { return length < 0 ? 0 : static_cast<std::size_t>(length); }
  [[nodiscard]] std::size_t size() const { return varint_size(length) + bytes(); }
};

inline KeyOrValue field(const std::byte* data, std::size_t size) {
  KAFKASIM_CHECK(size <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  return {data, static_cast<std::int32_t>(size)};
}
inline KeyOrValue field(const std::optional<ByteSpan>& bytes) {
  return bytes ? field(bytes->data(), bytes->size()) : KeyOrValue{nullptr, -1};
}
inline KeyOrValue field(std::string_view text) { return field(as_bytes(text).data(), text.size()); }

inline std::byte* put_field(std::byte* to, const KeyOrValue& field) {
  return put_bytes(put_varint(to, field.length), ByteSpan{field.data, field.bytes()});
}

std::size_t headers_size(std::span<const RecordHeader> headers) {
  std::size_t size = varint_size(static_cast<std::int32_t>(headers.size()));
  for (const RecordHeader& header : headers) size += field(header.key).size() + field(header.value).size();
  return size;
}

// Of what the length in front of a record counts.
inline std::size_t payload_size(std::int64_t timestamp_delta, std::int32_t offset_delta, const KeyOrValue& key,
                                const KeyOrValue& value, std::span<const RecordHeader> headers) {
  return 1 + varlong_size(timestamp_delta) + varint_size(offset_delta) + key.size() + value.size()
         + (headers.empty() ? 1 : headers_size(headers));
}

// Of a body while it grows; build() keeps only what is used. Small enough that the allocator has it at hand.
constexpr std::size_t first_reserve = 768;

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

RecordReader::RecordReader(const RecordBatch& batch, std::size_t most_plain)
    : header_{&batch.header}, plain_{batch.body}, left_{batch.header.records_count} {
  // Of a batch whose records were all compacted away nothing is left to decompress.
  if (batch.codec() != Codec::none && !(batch.body.empty() && left_ == 0)) {
    Result<std::vector<std::byte>> plain = decompress(batch.codec(), batch.body.span(), most_plain);
    if (!plain) {
      stop(plain.error().message + (plain.error().place.empty() ? "" : " (" + plain.error().place + ")"));
      return;
    }
    plain_ = SharedBytes{std::move(*plain), batch.body.origin()};
  }
  in_ = ByteReader{plain_.span()};
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

Result<DecodedRecords> decode_records(const RecordBatch& batch) {
  constexpr std::size_t least_record = 7;  // length, attributes, two deltas, two null fields, header count
  std::vector<Record> records;
  RecordReader reader{batch};
  if (!reader.error() && batch.header.records_count > 0) {
    records.reserve(
        std::min(static_cast<std::size_t>(batch.header.records_count), reader.plain().size() / least_record));
  }
  Record record;
  while (reader.next(record)) records.push_back(std::move(record));
  if (reader.error()) return tl::unexpected(*reader.error());
  return DecodedRecords{reader.plain(), std::move(records)};
}

void BatchBuilder::append(Timestamp timestamp, const std::optional<ByteSpan>& key, const std::optional<ByteSpan>& value,
                          std::span<const RecordHeader> headers, std::int32_t offset_gap) {
  KAFKASIM_CHECK(offset_gap >= 0 && next_delta_ <= std::numeric_limits<std::int32_t>::max() - 1 - offset_gap);
  if (count_ == 0) {
    max_timestamp_ = timestamp.value;
    base_timestamp_ = given_base_.value_or(timestamp).value;
    body_.reserve(first_reserve);
  }
  max_timestamp_ = std::max(max_timestamp_, timestamp.value);
  const std::int64_t timestamp_delta = wrapping_difference(timestamp.value, base_timestamp_);
  const std::int32_t offset_delta = next_delta_ + offset_gap;
  const KeyOrValue key_field = field(key);
  const KeyOrValue value_field = field(value);
  const std::size_t size = payload_size(timestamp_delta, offset_delta, key_field, value_field, headers);
  KAFKASIM_CHECK(size <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
                 "a record of more than 2 GiB");
  const auto length = static_cast<std::int32_t>(size);
  std::byte* to = put_varint(body_.extend(varint_size(length) + size), length);
  *to++ = std::byte{0};  // attributes: unused
  to = put_varlong(to, timestamp_delta);
  to = put_varint(to, offset_delta);
  to = put_field(to, key_field);
  to = put_field(to, value_field);
  to = put_varint(to, static_cast<std::int32_t>(headers.size()));
  for (const RecordHeader& header : headers) to = put_field(put_field(to, field(header.key)), field(header.value));
  next_delta_ = offset_delta + 1;
  ++count_;
}

std::size_t BatchBuilder::size_with(Timestamp timestamp, const std::optional<ByteSpan>& key,
                                    const std::optional<ByteSpan>& value, std::span<const RecordHeader> headers) const {
  const std::int64_t base = count_ == 0 ? given_base_.value_or(timestamp).value : base_timestamp_;
  const std::int64_t timestamp_delta = wrapping_difference(timestamp.value, base);
  const std::size_t size = payload_size(timestamp_delta, next_delta_, field(key), field(value), headers);
  return size_bytes() + varint_size(static_cast<std::int32_t>(size)) + size;
}

RecordBatch BatchBuilder::build(Origin origin, std::optional<ProducerFields> producer, Transactional transactional) {
  RecordBatch batch;
  batch.header.attributes =
      static_cast<std::int16_t>(static_cast<int>(compression_.codec) | static_cast<int>(timestamp_type_) << 3);
  if (transactional == Transactional::yes) batch.header.attributes |= 16;
  batch.header.last_offset_delta = std::max(0, next_delta_ - 1);
  batch.header.base_timestamp = base_timestamp_;
  batch.header.max_timestamp = max_timestamp_;
  batch.header.records_count = count_;
  batch.body =
      SharedBytes{compression_.codec == Codec::none ? body_.take() : compress(compression_, body_.span()), origin};
  KAFKASIM_CHECK(batch.size_bytes() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  batch.header.batch_length = static_cast<std::int32_t>(batch.size_bytes() - log_overhead);
  if (producer) {
    batch.header.producer_id = producer->id.value;
    batch.header.producer_epoch = producer->epoch.value;
    batch.header.base_sequence = producer->base_sequence.value;
  }
  batch.header.crc = batch_crc(batch.header, batch.body.span());
  *this = BatchBuilder{timestamp_type_, compression_};
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

Result<RecordBatch> recompress(const RecordBatch& batch, const Compression& compression) {
  if (batch.codec() == compression.codec || batch.is_control()) return batch;
  BatchBuilder builder{batch.timestamp_type(), compression};
  RecordReader reader{batch};
  Record record;
  std::int64_t next = batch.header.base_offset;
  while (reader.next(record)) {
    if (record.offset.value < next) return fail("offsets of records do not rise", std::to_string(record.offset.value));
    if (record.offset.value - batch.header.base_offset == std::numeric_limits<std::int32_t>::max()) {
      return fail("offset delta of 2^31 - 1", std::to_string(record.offset.value));
    }
    builder.append(record.timestamp, record.key, record.value, record.headers,
                   static_cast<std::int32_t>(record.offset.value - next));
    next = record.offset.value + 1;
  }
  if (reader.error()) return tl::unexpected(*reader.error());
  if (builder.size_bytes() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return fail("records are too many for a batch");
  }
  RecordBatch made = builder.build(batch.body.origin());
  made.header.base_offset = batch.header.base_offset;
  made.header.partition_leader_epoch = batch.header.partition_leader_epoch;
  made.header.last_offset_delta = batch.header.last_offset_delta;
  made.header.producer_id = batch.header.producer_id;
  made.header.producer_epoch = batch.header.producer_epoch;
  made.header.base_sequence = batch.header.base_sequence;
  if (batch.is_transactional()) made.header.attributes |= 16;
  if (reader.plain().empty()) {  // no records: nothing tells the timestamps
    made.header.base_timestamp = batch.header.base_timestamp;
    made.header.max_timestamp = batch.header.max_timestamp;
  }
  made.header.crc = batch_crc(made.header, made.body.span());
  return made;
}

}  // namespace kafkasim

#include "core/record/record_batch.hpp"

#include <algorithm>
#include <limits>

#include "core/base/crc32c.hpp"

namespace kafkasim {

namespace {

constexpr std::size_t crc_from = 21;  // the checksum covers the bytes from `attributes` on
constexpr std::size_t magic_at = 16;

template <class T>
std::byte* put(std::byte* to, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = sizeof(T); i-- > 0;) {
    to[i] = static_cast<std::byte>(bits & 0xff);
    if constexpr (sizeof(T) > 1) bits = static_cast<std::make_unsigned_t<T>>(bits >> 8);
  }
  return to + sizeof(T);
}

template <class T>
T get(const std::byte*& from) {
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    if constexpr (sizeof(T) > 1) bits = static_cast<std::make_unsigned_t<T>>(bits << 8);
    bits = static_cast<std::make_unsigned_t<T>>(bits | static_cast<std::make_unsigned_t<T>>(from[i]));
  }
  from += sizeof(T);
  return static_cast<T>(bits);
}

}  // namespace

BatchHeaderBytes encode_batch_header(const BatchHeader& header) {
  BatchHeaderBytes bytes;
  std::byte* to = bytes.data();
  to = put(to, header.base_offset);
  to = put(to, header.batch_length);
  to = put(to, header.partition_leader_epoch);
  to = put(to, header.magic);
  to = put(to, header.crc);
  to = put(to, header.attributes);
  to = put(to, header.last_offset_delta);
  to = put(to, header.base_timestamp);
  to = put(to, header.max_timestamp);
  to = put(to, header.producer_id);
  to = put(to, header.producer_epoch);
  to = put(to, header.base_sequence);
  put(to, header.records_count);
  return bytes;
}

BatchHeader decode_batch_header(std::span<const std::byte, batch_header_size> bytes) {
  const std::byte* from = bytes.data();
  BatchHeader header;
  header.base_offset = get<std::int64_t>(from);
  header.batch_length = get<std::int32_t>(from);
  header.partition_leader_epoch = get<std::int32_t>(from);
  header.magic = get<std::int8_t>(from);
  header.crc = get<std::uint32_t>(from);
  header.attributes = get<std::int16_t>(from);
  header.last_offset_delta = get<std::int32_t>(from);
  header.base_timestamp = get<std::int64_t>(from);
  header.max_timestamp = get<std::int64_t>(from);
  header.producer_id = get<std::int64_t>(from);
  header.producer_epoch = get<std::int16_t>(from);
  header.base_sequence = get<std::int32_t>(from);
  header.records_count = get<std::int32_t>(from);
  return header;
}

void write_batch_header(const BatchHeader& header, ByteWriter& out) { out.bytes(encode_batch_header(header)); }

BatchHeader read_batch_header(ByteReader& in) {
  const ByteSpan bytes = in.take(batch_header_size);
  if (!in.ok()) return {};
  return decode_batch_header(bytes.first<batch_header_size>());
}

const char* batch_header_fault(const BatchHeader& header) {
  if (header.magic != 2) return "record batch is not of magic 2";
  if (header.batch_length < static_cast<std::int32_t>(batch_header_size - log_overhead)) {
    return "record batch is shorter than its header";
  }
  if (header.base_offset < 0) return "record batch has a negative base offset";
  if (header.last_offset_delta < 0) return "record batch has a negative last offset delta";
  if (header.base_offset > std::numeric_limits<std::int64_t>::max() - header.last_offset_delta - 1) {
    return "record batch has offsets beyond 2^63";
  }
  if (header.records_count < 0) return "record batch has a negative record count";
  return nullptr;
}

std::uint32_t batch_crc(const BatchHeader& header, ByteSpan body) {
  const BatchHeaderBytes bytes = encode_batch_header(header);
  return crc32c(body, crc32c(ByteSpan{bytes}.subspan(crc_from)));
}

bool crc_matches(const RecordBatch& batch) { return batch.header.crc == batch_crc(batch.header, batch.body.span()); }

std::size_t Records::size_bytes() const {
  std::size_t size = 0;
  for (const RecordBatch& batch : batches) size += batch.size_bytes();
  return size;
}

Result<RecordBatch> read_batch(const SharedBytes& bytes, std::size_t at) {
  const std::string place = std::to_string(at);
  if (at > bytes.size() || bytes.size() - at < batch_header_size)
    return fail("record batch header is cut short", place);
  const ByteSpan rest = bytes.span().subspan(at);
  RecordBatch batch;
  batch.header = decode_batch_header(rest.first<batch_header_size>());
  if (const char* fault = batch_header_fault(batch.header)) return fail(fault, place);
  const std::size_t size = log_overhead + static_cast<std::size_t>(batch.header.batch_length);
  if (size > rest.size()) return fail("record batch is cut short", place);
  batch.body = bytes.slice(at + batch_header_size, size - batch_header_size);
  return batch;
}

Records read_batches(const SharedBytes& bytes) {
  Records records;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ByteSpan rest = bytes.span().subspan(at);
    if (rest.size() <= magic_at) break;
    if (rest.size() < batch_header_size) {  // a part of a batch, if what is there can be one
      if (rest[magic_at] != std::byte{2}) records.damage = Error{"record batch is not of magic 2", std::to_string(at)};
      break;
    }
    const BatchHeader header = decode_batch_header(rest.first<batch_header_size>());
    if (batch_header_fault(header) == nullptr
        && log_overhead + static_cast<std::size_t>(header.batch_length) > rest.size())
      break;
    Result<RecordBatch> batch = read_batch(bytes, at);
    if (!batch) {
      records.damage = std::move(batch.error());
      break;
    }
    at += batch->size_bytes();
    records.batches.push_back(std::move(*batch));
  }
  return records;
}

}  // namespace kafkasim

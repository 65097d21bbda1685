#pragma once
// Records inside a batch (org.apache.kafka.common.record.DefaultRecord): reading them out of a body, and building a
// batch from them.
//
//   length varint | attributes i8 | timestampDelta varlong | offsetDelta varint | keyLength varint, key | valueLength
//   varint, value | headerCount varint | { keyLength varint, key | valueLength varint, value }      (length -1: null; a
//   header's key is never null)
//
// A Record is a view: it is valid as long as somebody holds the body (or the bytes it was made from). Codec none only:
// the records of a batch under another codec are an error with its name.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

struct RecordHeader {
  std::string_view key;
  std::optional<ByteSpan> value;
};

struct Record {
  Offset offset;        // absolute: the batch's base offset and the record's delta
  Timestamp timestamp;  // of its batch where the batch has log append time
  std::optional<ByteSpan> key;
  std::optional<ByteSpan> value;
  std::vector<RecordHeader> headers;
};

// Walks the records of a batch without copying them. After next() has returned false, error() tells whether that was
// the end. The batch must outlive the reader. Fails on anything but exactly records_count well-formed records.
class RecordReader {
 public:
  explicit RecordReader(const RecordBatch& batch);
  [[nodiscard]] bool next(Record& record);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  [[nodiscard]] bool read_one(Record& record);
  [[nodiscard]] bool read_headers(Record& record, std::size_t end);
  bool stop(std::string_view reason);

  const BatchHeader* header_;
  ByteReader in_;
  std::int32_t left_;
  std::optional<Error> error_;
};

[[nodiscard]] Result<std::vector<Record>> decode_records(const RecordBatch& batch);

// What a batch says of its producer (KIP-98).
struct ProducerFields {
  ProducerId id;
  ProducerEpoch epoch;
  Sequence base_sequence;
};

enum class Transactional : std::uint8_t { no, yes };

// Records in, one batch out: base offset 0, leader epoch -1, CRC computed, codec none.
class BatchBuilder {
 public:
  explicit BatchBuilder(TimestampType timestamp_type = TimestampType::create) : timestamp_type_{timestamp_type} {}

  // `offset_gap` counts the offsets left out in front of this record (compaction leaves such gaps); a producer has
  // none.
  void append(Timestamp timestamp, std::optional<ByteSpan> key, std::optional<ByteSpan> value,
              std::span<const RecordHeader> headers = {}, std::int32_t offset_gap = 0);

  // The exact size of the batch, its header included: now, and with one more record.
  [[nodiscard]] std::size_t size_bytes() const { return batch_header_size + body_.size(); }
  [[nodiscard]] std::size_t size_with(Timestamp timestamp, std::optional<ByteSpan> key, std::optional<ByteSpan> value,
                                      std::span<const RecordHeader> headers = {}) const;
  [[nodiscard]] std::int32_t records_count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // The batch; the builder is empty afterwards. `origin` goes beside the body, never into it.
  [[nodiscard]] RecordBatch build(Origin origin = {}, std::optional<ProducerFields> producer = std::nullopt,
                                  Transactional transactional = Transactional::no);

 private:
  TimestampType timestamp_type_;
  ByteWriter body_;
  std::int32_t count_{0};
  std::int32_t next_delta_{0};
  std::int64_t base_timestamp_{-1};
  std::int64_t max_timestamp_{-1};
};

// The same records under other producer fields, CRC computed anew: a producer that sends again after its epoch was
// raised.
[[nodiscard]] RecordBatch with_producer(const RecordBatch& batch, const ProducerFields& producer);

}  // namespace kafkasim

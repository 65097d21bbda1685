#pragma once
// Records inside a batch (org.apache.kafka.common.record.DefaultRecord): reading them out of a body, and building a
// batch from them.
//
//   length varint | attributes i8 | timestampDelta varlong | offsetDelta varint | keyLength varint, key | valueLength
//   varint, value | headerCount varint | { keyLength varint, key | valueLength varint, value }      (length -1: null; a
//   header's key is never null)
//
// A Record is a view: it is valid as long as somebody holds the bytes it was made from: RecordReader::plain(), which is
// the batch's own body where the codec is none.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/record/compression.hpp"
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

// What the records of a batch may decompress to. Kafka reads them as a stream and knows no limit.
inline constexpr std::size_t most_plain_bytes = std::size_t{128} << 20;

// Walks the records of a batch without copying them; a compressed body is decompressed once, at the beginning. After
// next() has returned false, error() tells whether that was the end. The batch must outlive the reader. Fails on anything
// but exactly records_count well-formed records.
class RecordReader {
 public:
  explicit RecordReader(const RecordBatch& batch, std::size_t most_plain = most_plain_bytes);
  [[nodiscard]] bool next(Record& record);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  // The bytes that the records are views of, with the origin of the batch's body.
  [[nodiscard]] const SharedBytes& plain() const { return plain_; }

 private:
  [[nodiscard]] bool read_one(Record& record);
  [[nodiscard]] bool read_headers(Record& record, std::size_t end);
  bool stop(std::string_view reason);

  const BatchHeader* header_;
  SharedBytes plain_;
  ByteReader in_{{}};
  std::int32_t left_;
  std::optional<Error> error_;
};

// All records of a batch, and what they are views of.
class DecodedRecords {
 public:
  DecodedRecords(SharedBytes plain, std::vector<Record> records)
      : plain_{std::move(plain)}, records_{std::move(records)} {}
  [[nodiscard]] const SharedBytes& plain() const { return plain_; }
  [[nodiscard]] auto begin() const { return records_.begin(); }
  [[nodiscard]] auto end() const { return records_.end(); }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] const Record& operator[](std::size_t i) const { return records_[i]; }
  [[nodiscard]] const Record& front() const { return records_.front(); }
  [[nodiscard]] const Record& back() const { return records_.back(); }

 private:
  SharedBytes plain_;
  std::vector<Record> records_;
};

[[nodiscard]] Result<DecodedRecords> decode_records(const RecordBatch& batch);

// What a batch says of its producer (KIP-98).
struct ProducerFields {
  ProducerId id;
  ProducerEpoch epoch;
  Sequence base_sequence;
};

enum class Transactional : std::uint8_t { no, yes };

// Records in, one batch out: base offset 0, leader epoch -1, CRC computed over what the codec made of them.
class BatchBuilder {
 public:
  explicit BatchBuilder(TimestampType timestamp_type = TimestampType::create, Compression compression = {})
      : timestamp_type_{timestamp_type}, compression_{compression} {}

  // `offset_gap` counts the offsets left out in front of this record (compaction leaves such gaps); a producer has
  // none.
  void append(Timestamp timestamp, const std::optional<ByteSpan>& key, const std::optional<ByteSpan>& value,
              std::span<const RecordHeader> headers = {}, std::int32_t offset_gap = 0);

  // From which timestamp the deltas of the records are taken; otherwise the first record's. Before the first record.
  void set_base_timestamp(Timestamp base) { given_base_ = base; }

  // The size of the batch before compression, its header included: now, and with one more record. Without a codec it is
  // exact.
  [[nodiscard]] std::size_t size_bytes() const { return batch_header_size + body_.size(); }
  [[nodiscard]] std::size_t size_with(Timestamp timestamp, const std::optional<ByteSpan>& key,
                                      const std::optional<ByteSpan>& value,
                                      std::span<const RecordHeader> headers = {}) const;
  [[nodiscard]] std::int32_t records_count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Codec codec() const { return compression_.codec; }

  // The batch; the builder is empty afterwards. `origin` goes beside the body, never into it.
  [[nodiscard]] RecordBatch build(Origin origin = {}, std::optional<ProducerFields> producer = std::nullopt,
                                  Transactional transactional = Transactional::no);

 private:
  TimestampType timestamp_type_;
  Compression compression_;
  ByteWriter body_;
  std::int32_t count_{0};
  std::int32_t next_delta_{0};
  std::optional<Timestamp> given_base_;
  std::int64_t base_timestamp_{-1};
  std::int64_t max_timestamp_{-1};
};

// The same records under other producer fields, CRC computed anew: a producer that sends again after its epoch was
// raised.
[[nodiscard]] RecordBatch with_producer(const RecordBatch& batch, const ProducerFields& producer);

// The same records under another codec, as a leader stores them whose topic's compression.type is not what the producer
// chose (LogValidator.buildRecordsAndAssignOffsets): built anew, with the base and largest timestamp that they have. The
// batch as it is if it has that codec already, whatever its level, and if it is a control batch: those are not compressed.
// Fails where the records do not decode.
[[nodiscard]] Result<RecordBatch> recompress(const RecordBatch& batch, const Compression& compression);

}  // namespace kafkasim

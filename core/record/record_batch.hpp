#pragma once
// Record batch v2 (magic 2, KIP-98; org.apache.kafka.common.record.DefaultRecordBatch): a 61-byte header that each holder
// owns, beside a body that all share. A leader stamps offsets and its epoch by copying 61 bytes; the CRC covers
// neither (it starts at `attributes`).
//
//   0 baseOffset i64 | 8 batchLength i32 | 12 partitionLeaderEpoch i32 | 16 magic i8 | 17 crc u32 | 21 attributes i16
//   23 lastOffsetDelta i32 | 27 baseTimestamp i64 | 35 maxTimestamp i64 | 43 producerId i64 | 51 producerEpoch i16
//   53 baseSequence i32 | 57 recordsCount i32 | 61 records
//
// Numbers stand here as they do in the bytes (-1 for none); the functions give them meaning.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/ids.hpp"
#include "core/record/compression.hpp"

namespace kafkasim {

inline constexpr std::size_t batch_header_size = 61;
inline constexpr std::size_t log_overhead = 12;  // baseOffset and batchLength: in front of what batchLength counts

enum class TimestampType : std::uint8_t { create = 0, append = 1 };

struct BatchHeader {
  std::int64_t base_offset{0};
  std::int32_t batch_length{0};  // batch_header_size - log_overhead + body size
  std::int32_t partition_leader_epoch{-1};
  std::int8_t magic{2};
  std::uint32_t crc{0};
  std::int16_t attributes{0};
  std::int32_t last_offset_delta{0};
  std::int64_t base_timestamp{-1};
  std::int64_t max_timestamp{-1};
  std::int64_t producer_id{-1};
  std::int16_t producer_epoch{-1};
  std::int32_t base_sequence{-1};
  std::int32_t records_count{0};
  friend bool operator==(const BatchHeader&, const BatchHeader&) = default;
};

struct RecordBatch {
  BatchHeader header;
  SharedBytes body;  // the records, compressed if the codec says so

  [[nodiscard]] Offset base_offset() const { return Offset{header.base_offset}; }
  [[nodiscard]] Offset last_offset() const { return Offset{header.base_offset + header.last_offset_delta}; }
  [[nodiscard]] Offset next_offset() const { return last_offset().next(); }
  [[nodiscard]] LeaderEpoch leader_epoch() const { return LeaderEpoch{header.partition_leader_epoch}; }
  [[nodiscard]] std::size_t size_bytes() const { return batch_header_size + body.size(); }
  [[nodiscard]] Codec codec() const { return static_cast<Codec>(header.attributes & 7); }
  [[nodiscard]] TimestampType timestamp_type() const { return static_cast<TimestampType>(header.attributes >> 3 & 1); }
  [[nodiscard]] bool is_transactional() const { return (header.attributes & 16) != 0; }
  [[nodiscard]] bool is_control() const { return (header.attributes & 32) != 0; }
  [[nodiscard]] bool has_delete_horizon() const { return (header.attributes & 64) != 0; }
  [[nodiscard]] bool has_producer() const { return header.producer_id >= 0; }
  [[nodiscard]] Sequence last_sequence() const { return sequence_plus(Sequence{header.base_sequence}, header.last_offset_delta); }
  friend bool operator==(const RecordBatch&, const RecordBatch&) = default;
};

// The `records` field of a message: batches in order. What does not parse as a batch ends the list and is told in `damage`
// (a Fetch response may end in a part of a batch: that is no damage, it is left out).
struct Records {
  std::vector<RecordBatch> batches;
  std::optional<Error> damage;
  [[nodiscard]] bool empty() const { return batches.empty(); }
  [[nodiscard]] std::size_t size_bytes() const;
  friend bool operator==(const Records&, const Records&) = default;
};

// The CRC-32C that the header should carry: over the bytes from `attributes` to the end.
[[nodiscard]] std::uint32_t batch_crc(const BatchHeader& header, ByteSpan body);
[[nodiscard]] bool crc_matches(const RecordBatch& batch);

void write_batch_header(const BatchHeader& header, ByteWriter& out);
[[nodiscard]] BatchHeader read_batch_header(ByteReader& in);
using BatchHeaderBytes = std::array<std::byte, batch_header_size>;
[[nodiscard]] BatchHeaderBytes encode_batch_header(const BatchHeader& header);
[[nodiscard]] BatchHeader decode_batch_header(std::span<const std::byte, batch_header_size> bytes);

// What is wrong with a header on its own: foreign magic, impossible length, negative or overflowing offsets, negative count.
// Null if nothing is.
[[nodiscard]] const char* batch_header_fault(const BatchHeader& header);

// The batch that stands at the beginning of `bytes`, which it then shares. Fails on a short, foreign or absurd header;
// does not check the CRC. Place: the byte position in `bytes`.
[[nodiscard]] Result<RecordBatch> read_batch(const SharedBytes& bytes, std::size_t at);

// Batches up to the end; a part of a batch at the end is left out silently, anything else odd becomes `damage`.
[[nodiscard]] Records read_batches(const SharedBytes& bytes);

}  // namespace kafkasim

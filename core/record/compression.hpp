#pragma once
// Compression of the records of a batch, as Kafka frames it (org.apache.kafka.common.compress, KIP-110, KIP-390).
//
//   codec    written                                      read
//   gzip     one member (RFC 1952)                        also members in a row; what follows and is none is left alone
//   snappy   xerial's stream: a 16-byte header, then      also a bare snappy block, as librdkafka writes it, and
//            (length i32, snappy block of 32 KiB) ...     streams in a row
//   lz4      one frame: independent blocks of 64 KiB,     one frame of independent blocks without dictionary; what
//            no checksums but the header's                follows is left alone; every checksum that is there counts
//   zstd     one frame without content size               frames in a row, to the end
//
// Compressed bytes depend on the version of the codec's library: nothing may depend on more than their number.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace kafkasim {

struct ProducerConfig;
struct TopicConfig;

enum class Codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

[[nodiscard]] std::string_view codec_name(Codec codec);  // as the setting compression.type has it
[[nodiscard]] std::optional<Codec> codec_named(std::string_view name);

// The levels that a codec has (compression.gzip.level, compression.lz4.level, compression.zstd.level); the others have none.
struct CompressionLevels {
  std::int32_t least;
  std::int32_t most;
  std::int32_t standard;  // of gzip it lies outside of [least, most]: zlib's own choice
  [[nodiscard]] bool allows(std::int32_t level) const { return level == standard || (level >= least && level <= most); }
};
[[nodiscard]] std::optional<CompressionLevels> compression_levels(Codec codec);

struct Compression {
  Codec codec{Codec::none};
  std::optional<std::int32_t> level{};  // absent: Kafka's default; else one that compression_levels() allows
  friend bool operator==(const Compression&, const Compression&) = default;
};

[[nodiscard]] Compression compression_of(const ProducerConfig& config);
// Absent: `producer`, batches are stored as they come.
[[nodiscard]] std::optional<Compression> compression_of(const TopicConfig& config);

// At most 2 GiB - 1 byte at a time.
[[nodiscard]] std::vector<std::byte> compress(const Compression& compression, ByteSpan bytes);

// Memory grows with what really comes out, up to `most_output`; more than that is an error, and so are damage and input
// that ends too early. (zstd adds its window, at most 128 MiB, of which it touches what it fills.) Place: the byte of the
// input.
[[nodiscard]] Result<std::vector<std::byte>> decompress(Codec codec, ByteSpan bytes, std::size_t most_output);

}  // namespace kafkasim

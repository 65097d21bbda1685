#include "core/record/compression.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include "core/base/check.hpp"
#include "core/model/config.hpp"

namespace kafkasim {

namespace {

using Bytes = std::vector<std::byte>;

tl::unexpected<Error> broken(std::string message, std::size_t at) {
  return fail(std::move(message), "byte " + std::to_string(at) + " of the compressed records");
}

// What comes out of a decompressor: room is made as it fills up, one byte beyond the limit, so that going beyond is seen.
class Output {
 public:
  Output(std::size_t most, std::size_t input) : most_{most}, room_{most == SIZE_MAX ? most : most + 1} {
    bytes_.resize(std::min(room_, std::max<std::size_t>(1024, 4 * input)));
  }
  [[nodiscard]] std::span<std::byte> free() {
    if (used_ == bytes_.size()) bytes_.resize(std::min(room_, 2 * bytes_.size()));
    return std::span{bytes_}.subspan(used_);
  }
  void filled(std::size_t count) { used_ += count; }
  [[nodiscard]] bool beyond_limit() const { return used_ > most_; }
  [[nodiscard]] std::size_t left() const { return most_ - used_; }
  void append(ByteSpan part) {
    bytes_.resize(std::max(bytes_.size(), used_ + part.size()));
    std::ranges::copy(part, bytes_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += part.size();
  }
  [[nodiscard]] Bytes take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }
  [[nodiscard]] tl::unexpected<Error> too_much(std::size_t at) const {
    return broken("records decompress to more than " + std::to_string(most_) + " bytes", at);
  }

 private:
  std::size_t most_;
  std::size_t room_;
  Bytes bytes_;
  std::size_t used_{0};
};

// ---- gzip -----------------------------------------------------------------------------------------
// What java.util.zip.GZIPOutputStream puts in front: no time, no flags, operating system unknown.
constexpr std::array<unsigned char, 10> gzip_header{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
constexpr std::size_t least_gzip_member = 18;  // header and trailer
constexpr int window_bits = 15;

Bytef* zlib_in(ByteSpan bytes) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data())); }

Bytes gzip(ByteSpan bytes, int level) {
  z_stream stream{};
  constexpr int memory_level = 8;  // zlib's own
  KAFKASIM_CHECK(deflateInit2(&stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) == Z_OK);
  const std::size_t bound = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  Bytes out(gzip_header.size() + bound);
  std::ranges::copy(std::as_bytes(std::span{gzip_header}), out.begin());
  stream.next_in = zlib_in(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + gzip_header.size());
  stream.avail_out = static_cast<uInt>(bound);
  const int done = deflate(&stream, Z_FINISH);
  out.resize(gzip_header.size() + stream.total_out);
  deflateEnd(&stream);
  KAFKASIM_CHECK(done == Z_STREAM_END);
  const uLong checksum = crc32(0, zlib_in(bytes), static_cast<uInt>(bytes.size()));
  for (const std::size_t number : {static_cast<std::size_t>(checksum), bytes.size()}) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(number >> shift));
  }
  return out;
}

class Inflater {
 public:
  Inflater() { KAFKASIM_CHECK(inflateInit2(&stream_, window_bits + 16) == Z_OK); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  enum class End : std::uint8_t { member, header_broken, too_much, damage };
  // One member from the beginning of `bytes`; `used` is how many bytes it took.
  End member(ByteSpan bytes, Output& out, std::size_t& used) {
    gz_header header{};
    inflateReset(&stream_);
    inflateGetHeader(&stream_, &header);
    stream_.next_in = zlib_in(bytes);
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int state = Z_OK;
    while (state == Z_OK && !out.beyond_limit()) {
      const std::span<std::byte> room = out.free();
      const auto offered = static_cast<uInt>(std::min<std::size_t>(room.size(), std::numeric_limits<int>::max()));
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      stream_.avail_out = offered;
      state = inflate(&stream_, Z_NO_FLUSH);
      out.filled(offered - stream_.avail_out);
    }
    used = bytes.size() - stream_.avail_in;
    if (out.beyond_limit()) return End::too_much;
    if (state == Z_STREAM_END) return End::member;
    return header.done == 1 ? End::damage : End::header_broken;
  }

 private:
  z_stream stream_{};
};

Result<Bytes> gunzip(ByteSpan bytes, std::size_t most) {
  Output out{most, bytes.size()};
  Inflater inflater;
  std::size_t at = 0;
  // As java.util.zip.GZIPInputStream: whatever stands behind a member and does not begin like one is passed over.
  while (at == 0 || bytes.size() - at > least_gzip_member) {
    std::size_t used = 0;
    const Inflater::End end = inflater.member(bytes.subspan(at), out, used);
    if (end == Inflater::End::too_much) return out.too_much(at + used);
    if (end == Inflater::End::damage) return broken("gzip member is damaged or cut short", at + used);
    if (end == Inflater::End::header_broken && at == 0) return broken("not a gzip header", used);
    if (end == Inflater::End::header_broken) break;
    at += used;
  }
  return out.take();
}

// ---- snappy ---------------------------------------------------------------------------------------
constexpr std::array<unsigned char, 8> xerial_magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t xerial_header = 16;  // magic, version i32, least compatible version i32
constexpr std::int32_t xerial_version = 1;
constexpr std::size_t xerial_block = 32 * 1024;

const char* text_of(ByteSpan bytes) { return reinterpret_cast<const char*>(bytes.data()); }

Bytes snappy_stream(ByteSpan bytes) {
  ByteWriter out;
  out.bytes(std::as_bytes(std::span{xerial_magic}));
  out.i32(xerial_version);
  out.i32(xerial_version);
  std::string block(snappy::MaxCompressedLength(xerial_block), '\0');
  for (std::size_t at = 0; at < bytes.size(); at += xerial_block) {
    const ByteSpan part = bytes.subspan(at, std::min(xerial_block, bytes.size() - at));
    std::size_t size = 0;
    snappy::RawCompress(text_of(part), part.size(), block.data(), &size);
    out.i32(static_cast<std::int32_t>(size));
    out.bytes(as_bytes(std::string_view{block}.substr(0, size)));
  }
  return out.take();
}

bool starts_with_xerial_magic(ByteSpan bytes) {
  return bytes.size() >= xerial_header
         && std::ranges::equal(bytes.first(xerial_magic.size()), std::as_bytes(std::span{xerial_magic}));
}

Result<void> unsnap_block(ByteSpan block, std::size_t at, Output& out) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(text_of(block), block.size(), &size)) {
    return broken("snappy block has no length", at);
  }
  if (size > out.left()) return out.too_much(at);
  // At best three bytes stand for 64: a claim of more is a lie, and is not worth the memory.
  if (size / 64 > block.size() / 3 + 1) return broken("snappy block is too short for its length", at);
  std::string plain(size, '\0');
  if (!snappy::RawUncompress(text_of(block), block.size(), plain.data())) {
    return broken("snappy block is damaged or cut short", at);
  }
  out.append(as_bytes(plain));
  return {};
}

Result<Bytes> unsnap(ByteSpan bytes, std::size_t most) {
  if (bytes.empty()) return broken("snappy stream is empty", 0);
  Output out{most, bytes.size()};
  if (!starts_with_xerial_magic(bytes)) {
    if (auto done = unsnap_block(bytes, 0, out); !done) return tl::unexpected(done.error());
    return out.take();
  }
  ByteReader in{bytes};
  while (in.remaining() >= 4) {  // a rest that is no length is left alone, as by xerial's reader
    const std::size_t at = in.position();
    if (std::ranges::equal(bytes.subspan(at, 4), std::as_bytes(std::span{xerial_magic}).first(4))) {
      if (in.remaining() < xerial_header) return broken("snappy stream header is cut short", at);
      if (!starts_with_xerial_magic(bytes.subspan(at))) break;
      in.skip(xerial_magic.size());
      if (in.i32() < xerial_version) return broken("snappy stream is of version 0", at);
      in.skip(4);
      continue;
    }
    const std::int32_t size = in.i32();
    if (size < 0 || static_cast<std::size_t>(size) > in.remaining()) {
      return broken("snappy block does not fit its stream", at);
    }
    const ByteSpan block = in.take(static_cast<std::size_t>(size));
    if (auto done = unsnap_block(block, at + 4, out); !done) return tl::unexpected(done.error());
  }
  return out.take();
}

// ---- lz4 ------------------------------------------------------------------------------------------
// Kafka's default level, 9, means the fast compressor; any other the one with high compression. liblz4 counts the latter's
// from 3 to 12.
int lz4_level(std::int32_t level) { return level == 9 ? 0 : std::clamp(level, 3, 12); }

Bytes lz4_frame(ByteSpan bytes, std::int32_t level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel = lz4_level(level);
  Bytes out(LZ4F_compressFrameBound(bytes.size(), &preferences));
  const std::size_t size = LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
  KAFKASIM_CHECK(LZ4F_isError(size) == 0, LZ4F_getErrorName(size));
  out.resize(size);
  return out;
}

struct FreeLz4 {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

Result<Bytes> unlz4(ByteSpan bytes, std::size_t most) {
  LZ4F_dctx* raw = nullptr;
  KAFKASIM_CHECK(LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) == 0);
  const std::unique_ptr<LZ4F_dctx, FreeLz4> context{raw};
  LZ4F_frameInfo_t info{};
  std::size_t at = bytes.size();
  const std::size_t header = LZ4F_getFrameInfo(context.get(), &info, bytes.data(), &at);
  if (LZ4F_isError(header) != 0) return broken(std::string{"lz4 frame header: "} + LZ4F_getErrorName(header), 0);
  if (info.frameType != LZ4F_frame || info.dictID != 0) return broken("not an lz4 frame that Kafka reads", 0);
  if (info.blockMode != LZ4F_blockIndependent) return broken("lz4 frame has dependent blocks", 0);
  Output out{most, bytes.size()};
  for (;;) {
    const std::span<std::byte> room = out.free();
    std::size_t made = room.size();
    std::size_t used = bytes.size() - at;
    const std::size_t wanted = LZ4F_decompress(context.get(), room.data(), &made, bytes.data() + at, &used, nullptr);
    if (LZ4F_isError(wanted) != 0) return broken(std::string{"lz4 frame: "} + LZ4F_getErrorName(wanted), at);
    at += used;
    out.filled(made);
    if (out.beyond_limit()) return out.too_much(at);
    if (wanted == 0) return out.take();
    if (made == 0 && used == 0) return broken("lz4 frame is cut short", at);
  }
}

// ---- zstd -----------------------------------------------------------------------------------------
struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Bytes zstd_frame(ByteSpan bytes, std::int32_t level) {
  const std::unique_ptr<ZSTD_CCtx, FreeZstd> context{ZSTD_createCCtx()};
  KAFKASIM_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  KAFKASIM_CHECK(ZSTD_isError(size) == 0, ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

Result<Bytes> unzstd(ByteSpan bytes, std::size_t most) {
  const std::unique_ptr<ZSTD_DCtx, FreeZstd> context{ZSTD_createDCtx()};
  KAFKASIM_CHECK(context != nullptr);
  Output out{most, bytes.size()};
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t wanted = 0;  // 0 between frames
  while (in.pos < in.size || wanted != 0) {
    const std::span<std::byte> room = out.free();
    const std::size_t before = in.pos;
    ZSTD_outBuffer to{room.data(), room.size(), 0};
    wanted = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(wanted) != 0) return broken(std::string{"zstd frame: "} + ZSTD_getErrorName(wanted), before);
    out.filled(to.pos);
    if (out.beyond_limit()) return out.too_much(in.pos);
    if (wanted != 0 && to.pos == 0 && in.pos == before) return broken("zstd frame is cut short", in.pos);
  }
  return out.take();
}

constexpr std::array<std::string_view, 5> names{"none", "gzip", "snappy", "lz4", "zstd"};

template <class Config>
Compression with_level(Codec codec, const Config& config) {
  switch (codec) {
    case Codec::gzip: return {codec, static_cast<std::int32_t>(config.compression_gzip_level)};
    case Codec::lz4: return {codec, static_cast<std::int32_t>(config.compression_lz4_level)};
    case Codec::zstd: return {codec, static_cast<std::int32_t>(config.compression_zstd_level)};
    case Codec::none:
    case Codec::snappy: break;
  }
  return {codec, std::nullopt};
}

}  // namespace

std::string_view codec_name(Codec codec) {
  const auto i = static_cast<std::size_t>(codec);
  return i < names.size() ? names[i] : "unknown";
}

std::optional<Codec> codec_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Codec>(i);
  }
  return std::nullopt;
}

std::optional<CompressionLevels> compression_levels(Codec codec) {
  switch (codec) {
    case Codec::gzip: return CompressionLevels{1, 9, -1};
    case Codec::lz4: return CompressionLevels{1, 17, 9};
    case Codec::zstd: return CompressionLevels{-131'072, 22, 3};
    case Codec::none:
    case Codec::snappy: break;
  }
  return std::nullopt;
}

Compression compression_of(const ProducerConfig& config) {
  const std::optional<Codec> codec = codec_named(config.compression_type);
  KAFKASIM_CHECK(codec.has_value(), config.compression_type);
  return with_level(*codec, config);
}

std::optional<Compression> compression_of(const TopicConfig& config) {
  if (config.compression_type == "producer") return std::nullopt;
  if (config.compression_type == "uncompressed") return Compression{};
  const std::optional<Codec> codec = codec_named(config.compression_type);
  KAFKASIM_CHECK(codec.has_value(), config.compression_type);
  return with_level(*codec, config);
}

std::vector<std::byte> compress(const Compression& compression, ByteSpan bytes) {
  KAFKASIM_CHECK(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  const std::optional<CompressionLevels> levels = compression_levels(compression.codec);
  const std::int32_t level = compression.level.value_or(levels ? levels->standard : 0);
  KAFKASIM_CHECK(!levels || levels->allows(level), "a compression level that the codec does not have");
  switch (compression.codec) {
    case Codec::none: return to_vector(bytes);
    case Codec::gzip: return gzip(bytes, level);
    case Codec::snappy: return snappy_stream(bytes);
    case Codec::lz4: return lz4_frame(bytes, level);
    case Codec::zstd: return zstd_frame(bytes, level);
  }
  KAFKASIM_CHECK(false, "a codec that Kafka does not have");
  return {};
}

Result<std::vector<std::byte>> decompress(Codec codec, ByteSpan bytes, std::size_t most_output) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return fail("compressed records of more than 2 GiB");
  }
  switch (codec) {
    case Codec::none:
      if (bytes.size() > most_output) return Output{most_output, 0}.too_much(most_output);
      return to_vector(bytes);
    case Codec::gzip: return gunzip(bytes, most_output);
    case Codec::snappy: return unsnap(bytes, most_output);
    case Codec::lz4: return unlz4(bytes, most_output);
    case Codec::zstd: return unzstd(bytes, most_output);
  }
  return fail("records are compressed with codec " + std::to_string(static_cast<int>(codec))
              + ", which Kafka does not have");
}

}  // namespace kafkasim

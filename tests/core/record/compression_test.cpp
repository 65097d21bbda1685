#include "core/record/compression.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/base/random.hpp"
#include "core/model/config.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t plenty = std::size_t{64} << 20;
constexpr Codec codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};
constexpr Codec compressing[] = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Bytes noise(std::size_t size) {
  Random random{size + 1};
  Bytes bytes(size);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random.below(256));
  return bytes;
}

Bytes prose(std::size_t size) {
  Random random{size + 7};
  std::string text;
  while (text.size() < size) text += "order " + std::to_string(random.below(1000)) + " was paid; ";
  return to_vector(as_bytes(std::string_view{text}.substr(0, size)));
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// A file of this process alone that goes away with its test.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(std::string_view suffix)
      : path{(std::filesystem::temp_directory_path() / ("kafkasim-" + std::to_string(::getpid()) + std::string{suffix}))
                 .string()} {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path); }
};

Bytes output_of(const std::string& command) {
  Bytes out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::byte buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    out.insert(out.end(), buffer, buffer + got);
  }
  const int status = ::pclose(pipe);
  INFO(command << " (Debian packages gzip, lz4, zstd)");
  REQUIRE(status == 0);
  return out;
}

Bytes through(const std::string& tool, const Bytes& input) {
  const TemporaryFile file{".in"};
  std::ofstream{file.path, std::ios::binary}.write(reinterpret_cast<const char*>(input.data()),
                                                   static_cast<std::streamsize>(input.size()));
  return output_of(tool + " < '" + file.path + "'");
}

void check_same(const Result<Bytes>& got, const Bytes& expected) {
  if (!got) FAIL(got.error().message << " at " << got.error().place);
  CHECK((*got == expected));
}

}  // namespace

TEST_CASE("every codec gives back what it was given") {
  for (const Codec codec : codecs) {
    for (const std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 17, 1000, 32'768, 32'769, 65'536, 65'537, 300'000}) {
      for (const Bytes& plain : {Bytes(size), noise(size), prose(size)}) {
        INFO(codec_name(codec) << " of " << size);
        const Bytes packed = compress({codec}, plain);
        check_same(decompress(codec, packed, size), plain);
        if (codec != Codec::none && size >= 1000 && plain != noise(size)) CHECK(packed.size() < size / 2);
      }
    }
  }
}

TEST_CASE("every level of every codec gives what any reader reads and other levels are refused") {
  const Bytes plain = prose(100'000);
  for (const Codec codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    const CompressionLevels levels = compression_levels(codec).value();
    CHECK(levels.allows(levels.standard));
    CHECK_FALSE(levels.allows(levels.least - 10));
    CHECK_FALSE(levels.allows(levels.most + 1));
    for (std::int32_t level = std::max(levels.least, -3); level <= std::min(levels.most, 19); ++level) {
      if (levels.allows(level)) check_same(decompress(codec, compress({codec, level}, plain), plenty), plain);
    }
    check_same(decompress(codec, compress({codec, levels.least}, plain), plenty), plain);
    CHECK(compress({codec}, plain) == compress({codec, levels.standard}, plain));
  }
  CHECK_FALSE(compression_levels(Codec::snappy));
  CHECK(compression_levels(Codec::gzip)->allows(-1));
  CHECK_FALSE(compression_levels(Codec::gzip)->allows(0));
  CHECK(compress({Codec::gzip, 9}, plain).size() < compress({Codec::gzip, 1}, plain).size());
  CHECK(compress({Codec::zstd, 19}, plain).size() < compress({Codec::zstd, 1}, plain).size());
  CHECK(compress({Codec::lz4, 17}, plain).size() < compress({Codec::lz4}, plain).size());
}

TEST_CASE("codecs have the names of the setting") {
  for (const Codec codec : codecs) CHECK(codec_named(codec_name(codec)) == codec);
  CHECK(codec_name(Codec::lz4) == "lz4");
  CHECK_FALSE(codec_named("producer"));
  CHECK_FALSE(codec_named("LZ4"));
}

TEST_CASE("the settings of a producer and of a topic say how batches are compressed") {
  ProducerConfig producer;
  TopicConfig topic;
  CHECK(compression_of(producer) == Compression{});
  CHECK_FALSE(compression_of(topic));  // as the producer chose
  topic.compression_type = "uncompressed";
  CHECK(compression_of(topic)->codec == Codec::none);
  for (const Codec codec : {Codec::gzip, Codec::lz4, Codec::zstd}) {
    const std::string name{codec_name(codec)};
    const std::string level = "compression." + name + ".level";
    const CompressionLevels levels = compression_levels(codec).value();
    REQUIRE(set(producer, "compression.type", name));
    REQUIRE(set(topic, "compression.type", name));
    CHECK(compression_of(producer) == Compression{codec, levels.standard});
    CHECK(compression_of(topic) == Compression{codec, levels.standard});
    for (const std::int64_t value : {levels.least, levels.most, levels.standard}) {
      REQUIRE(set(producer, level, value));
      REQUIRE(set(topic, level, value));
      CHECK(compression_of(producer).level == value);
      CHECK(compression_of(topic)->level == value);
    }
    for (const std::int64_t value : {levels.least - 1, levels.most + 1}) {
      CHECK_FALSE(set(producer, level, value));
      CHECK_FALSE(set(topic, level, value));
    }
  }
  REQUIRE(set(topic, "compression.type", "snappy"));
  CHECK(compression_of(topic) == Compression{Codec::snappy});
}

TEST_CASE("frames begin as those of the Java client do") {
  const Bytes plain = prose(50'000);
  CHECK(to_hex(ByteSpan{compress({Codec::gzip}, plain)}.first(10)) == "1f8b08000000000000ff");
  CHECK(to_hex(ByteSpan{compress({Codec::lz4}, plain)}.first(7)) == "04224d18604082");
  CHECK(to_hex(compress({Codec::lz4}, {})) == "04224d1860408200000000");
  CHECK(to_hex(compress({Codec::snappy}, {})) == "82534e41505059000000000100000001");
  const Bytes zstd = compress({Codec::zstd}, plain);
  CHECK(to_hex(ByteSpan{zstd}.first(4)) == "28b52ffd");
  CHECK(zstd[4] == std::byte{0});  // no content size, no checksum, no dictionary
  const Bytes snappy = compress({Codec::snappy}, plain);
  ByteReader in{snappy};
  in.skip(16);
  in.skip(static_cast<std::size_t>(in.i32()));  // 32 KiB
  in.skip(static_cast<std::size_t>(in.i32()));  // the rest
  CHECK(in.ok());
  CHECK(in.remaining() == 0);
}

TEST_CASE("snappy is read with xerial framing and without") {
  const Bytes plain = prose(20'000);
  const Bytes framed = compress({Codec::snappy}, plain);
  const Bytes bare(framed.begin() + 20, framed.end());
  check_same(decompress(Codec::snappy, bare, plenty), plain);
  check_same(decompress(Codec::snappy, joined({framed, framed}), plenty), joined({plain, plain}));
  check_same(decompress(Codec::snappy, joined({framed, Bytes(3)}), plenty), plain);
  CHECK_FALSE(decompress(Codec::snappy, {}, plenty));
  CHECK_FALSE(decompress(Codec::snappy, ByteSpan{bare}.first(bare.size() - 1), plenty));
  Bytes old = framed;
  old[11] = std::byte{0};
  CHECK_FALSE(decompress(Codec::snappy, old, plenty));
}

TEST_CASE("what follows the first frame is read as the Java readers read it") {
  const Bytes a = prose(1000);
  const Bytes b = prose(2000);
  for (const Codec codec : {Codec::gzip, Codec::zstd}) {
    check_same(decompress(codec, joined({compress({codec}, a), compress({codec}, b)}), plenty), joined({a, b}));
  }
  const Bytes rubbish = noise(100);
  check_same(decompress(Codec::gzip, joined({compress({Codec::gzip}, a), rubbish}), plenty), a);
  check_same(decompress(Codec::lz4, joined({compress({Codec::lz4}, a), compress({Codec::lz4}, b)}), plenty), a);
  check_same(decompress(Codec::lz4, joined({compress({Codec::lz4}, a), rubbish}), plenty), a);
  CHECK_FALSE(decompress(Codec::zstd, joined({compress({Codec::zstd}, a), rubbish}), plenty));
  const Bytes gzip = compress({Codec::gzip}, b);
  CHECK_FALSE(decompress(Codec::gzip, joined({gzip, Bytes(gzip.begin(), gzip.end() - 9)}), plenty));
  check_same(decompress(Codec::zstd, {}, plenty), {});
}

TEST_CASE("the header checksum of lz4 counts and dependent blocks are refused") {
  Bytes frame = compress({Codec::lz4}, prose(1000));
  frame[6] ^= std::byte{1};
  const auto refused = decompress(Codec::lz4, frame, plenty);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("header") != std::string::npos);
  const auto dependent = decompress(Codec::lz4, through("lz4 -q -c -B4 -BD", prose(200'000)), plenty);
  REQUIRE_FALSE(dependent);
  CHECK(dependent.error().message == "lz4 frame has dependent blocks");
  CHECK_FALSE(decompress(Codec::lz4, from_hex("502a4d1804000000aaaaaaaa"), plenty));  // a skippable frame
}

TEST_CASE("the tools gzip and lz4 and zstd read what is written and the other way round") {
  struct Tool {
    Codec codec;
    const char* pack;
    const char* unpack;
  };
  for (const Tool& tool : {Tool{Codec::gzip, "gzip -c", "gzip -dc"}, Tool{Codec::lz4, "lz4 -q -c -BI", "lz4 -q -dc"},
                           Tool{Codec::zstd, "zstd -q -c", "zstd -q -dc"}}) {
    for (const Bytes& plain : {Bytes{}, prose(10), noise(70'000), prose(500'000)}) {
      INFO(tool.pack << " of " << plain.size());
      check_same(through(tool.unpack, compress({tool.codec}, plain)), plain);
      check_same(decompress(tool.codec, through(tool.pack, plain), plenty), plain);
    }
  }
}

TEST_CASE("input that ends too early is an error with its place") {
  const Bytes plain = prose(3000);
  for (const Codec codec : compressing) {
    const Bytes packed = compress({codec}, plain);
    for (std::size_t size = 1; size < packed.size(); ++size) {
      INFO(codec_name(codec) << " cut to " << size);
      const auto got = decompress(codec, ByteSpan{packed}.first(size), plenty);
      // xerial's stream has no end mark: where a block ends it may end.
      if (codec == Codec::snappy && got) {
        CHECK((got->empty() && size < 20 && size >= 16));
        continue;
      }
      REQUIRE_FALSE(got);
      CHECK(got.error().place.starts_with("byte "));
    }
  }
}

TEST_CASE("flipped bits never crash a codec and those with a checksum notice") {
  const Bytes plain = prose(2000);
  Random random{11};
  for (const Codec codec : compressing) {
    const Bytes packed = compress({codec}, plain);
    for (int i = 0; i < 3000; ++i) {
      Bytes changed = packed;
      const std::uint64_t flips = 1 + random.below(3);
      for (std::uint64_t j = 0; j < flips; ++j) {
        const std::uint64_t at = random.below(changed.size());
        changed[at] ^= static_cast<std::byte>(1U << random.below(8));
      }
      const auto got = decompress(codec, changed, 1 << 20);
      if (got && codec == Codec::gzip) CHECK((*got == plain));  // harmless bits of its header
    }
    for (int i = 0; i < 3000; ++i) (void)decompress(codec, noise(random.below(60)), 1 << 20);
  }
}

TEST_CASE("a bomb stops at the limit") {
  constexpr std::size_t limit = std::size_t{1} << 20;
  for (const Codec codec : {Codec::gzip, Codec::zstd}) {
    Bytes bomb;  // 1 GiB of zeros
    const Bytes part = compress({codec}, Bytes(std::size_t{16} << 20));
    for (int i = 0; i < 64; ++i) bomb.insert(bomb.end(), part.begin(), part.end());
    CHECK(bomb.size() < 1'100'000);
    const auto got = decompress(codec, bomb, limit);
    REQUIRE_FALSE(got);
    CHECK(got.error().message == "records decompress to more than 1048576 bytes");
  }
  const Bytes zeros(limit + 1);
  for (const Codec codec : codecs) {
    INFO(codec_name(codec));
    const Bytes packed = compress({codec}, zeros);
    CHECK_FALSE(decompress(codec, packed, limit));
    check_same(decompress(codec, packed, limit + 1), zeros);
    CHECK_FALSE(decompress(codec, packed, 0));
  }
  // 2 GiB claimed by five bytes.
  CHECK_FALSE(decompress(Codec::snappy, from_hex("ffffffff0700"), SIZE_MAX));
}

TEST_CASE("a codec that Kafka does not have is an error") {
  const auto got = decompress(static_cast<Codec>(6), prose(10), plenty);
  REQUIRE_FALSE(got);
  CHECK(got.error().message.find("codec 6") != std::string::npos);
}

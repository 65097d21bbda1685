#include "sim/serve/frame_reader.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::sim {
namespace {

std::vector<std::byte> framed(const std::string& text) {
  ByteWriter out;
  out.i32(static_cast<std::int32_t>(text.size()));
  out.bytes(as_bytes(text));
  return out.take();
}

}  // namespace

TEST_CASE("frames are cut from a stream however it comes") {
  std::vector<std::byte> stream = framed("one");
  for (const std::string& text : {std::string{}, std::string(300, 'x'), std::string{"last"}}) {
    const std::vector<std::byte> more = framed(text);
    stream.insert(stream.end(), more.begin(), more.end());
  }
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    FrameReader reader{1000};
    std::vector<SharedBytes> frames;
    for (std::size_t at = 0; at < stream.size(); at += step)
      REQUIRE(reader.feed(ByteSpan{stream}.subspan(at, std::min(step, stream.size() - at)), frames).has_value());
    REQUIRE(frames.size() == 4);
    CHECK(as_text(frames[0].span()) == "one");
    CHECK(frames[1].empty());
    CHECK(frames[2].size() == 300);
    CHECK(as_text(frames[3].span()) == "last");
  }
}

TEST_CASE("an impossible size is refused") {
  for (const std::int32_t size : {-1, INT32_MIN, INT32_MAX, 1001}) {
    FrameReader reader{1000};
    std::vector<SharedBytes> frames;
    ByteWriter out;
    out.i32(size);
    CHECK_FALSE(reader.feed(out.span(), frames).has_value());
  }
}

TEST_CASE("a frame takes no more memory than has come of it but for a first megabyte") {
  FrameReader reader{100U << 20};
  std::vector<SharedBytes> frames;
  ByteWriter out;
  out.i32(100 << 20);
  out.bytes(std::vector<std::byte>(1000));
  REQUIRE(reader.feed(out.span(), frames).has_value());
  CHECK(reader.buffered() <= 1U << 20);
}

}  // namespace kafkasim::sim

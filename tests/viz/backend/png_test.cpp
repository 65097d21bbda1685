#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>
#include <zlib.h>

#include "tests/support/temporary_directory.hpp"
#include "viz/backend/png.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

Image checkered(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.pixels.push_back(rgb(static_cast<std::uint32_t>(x * 65536 + y * 256 + (x ^ y))));
  }
  return image;
}

std::uint32_t png_word(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

TEST_CASE("a PNG holds the size and every pixel of its picture") {
  const Image image = checkered(70, 33);
  const std::string png = to_png(image);
  REQUIRE(png.starts_with("\x89PNG\r\n\x1a\n"));
  REQUIRE(png.substr(12, 4) == "IHDR");
  CHECK(png_word(png, 16) == 70);
  CHECK(png_word(png, 20) == 33);
  REQUIRE(png.substr(37, 4) == "IDAT");
  const std::uint32_t length = png_word(png, 33);
  const auto* data = reinterpret_cast<const Bytef*>(png.data());
  CHECK(crc32(0, data + 37, length + 4) == png_word(png, 41 + length));
  std::string rows(33 * (70 * 3 + 1), '\0');
  uLongf size = rows.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, data + 41, length) == Z_OK);
  REQUIRE(size == rows.size());
  std::size_t at = 0;
  for (int y = 0; y < 33; ++y) {
    REQUIRE(rows[at++] == '\0');  // no filter
    for (int x = 0; x < 70; ++x) {
      Colour c = 0xff000000;
      for (unsigned shift = 0; shift < 24; shift += 8) c |= static_cast<Colour>(static_cast<unsigned char>(rows[at++])) << shift;
      REQUIRE(c == image.pixel(x, y));
    }
  }
  CHECK(png.substr(png.size() - 8, 4) == "IEND");
}

TEST_CASE("the same picture gives the same file") {
  CHECK(to_png(checkered(40, 40)) == to_png(checkered(40, 40)));
  CHECK(to_png(checkered(40, 40)) != to_png(checkered(40, 41)));
}

TEST_CASE("a flat picture is a small file") { CHECK(to_png(Image{1600, 1000, std::vector<Colour>(1'600'000, rgb(0x1a1e25))}).size() < 10'000); }

TEST_CASE("a PNG is written where it shall be and says why it cannot be") {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/picture.png";
  REQUIRE(write_png(path, checkered(8, 8)));
  std::ifstream file{path, std::ios::binary};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == to_png(checkered(8, 8)));

  const Result<void> nowhere = write_png(folder.path() + "/no/such/folder.png", checkered(8, 8));
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message == "No such file or directory");
  CHECK(nowhere.error().place == folder.path() + "/no/such/folder.png");

  const Result<void> full = write_png("/dev/full", checkered(200, 200));
  REQUIRE_FALSE(full);
  CHECK(full.error().message == "No space left on device");
  CHECK(std::filesystem::exists("/dev/full"));
}

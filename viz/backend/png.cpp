#include "viz/backend/png.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include <zlib.h>

namespace kafkasim::viz {

namespace {

void png_number(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xff);
}

void png_chunk(std::string& png, std::string_view type, std::string_view data) {
  png_number(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png += type;
  png += data;
  const auto* checked = reinterpret_cast<const Bytef*>(png.data() + begin);
  png_number(png, static_cast<std::uint32_t>(crc32(0, checked, static_cast<uInt>(png.size() - begin))));
}

std::string png_deflated(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string result(size, '\0');
  compress2(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()), 6);
  result.resize(size);
  return result;
}

// No filter: pictures of panels are flat with crisp letters, which deflate takes by a quarter better as they are than as differences.
std::string png_rows(const Image& image) {
  std::string rows;
  rows.reserve((static_cast<std::size_t>(image.width) * 3 + 1) * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    rows += '\0';
    const Colour* from = image.pixels.data() + image.row(y);
    for (int x = 0; x < image.width; ++x, ++from) {
      for (int shift = 0; shift < 24; shift += 8) rows += static_cast<char>(*from >> shift & 0xff);
    }
  }
  return rows;
}

Error png_file_error(const std::string& path) { return {std::strerror(errno), path}; }

}  // namespace

std::string to_png(const Image& image) {
  std::string png = "\x89PNG\r\n\x1a\n";
  std::string header;
  png_number(header, static_cast<std::uint32_t>(image.width));
  png_number(header, static_cast<std::uint32_t>(image.height));
  header += std::string{8, 2, 0, 0, 0};  // bits, RGB, deflate, the usual filters, not interlaced
  png_chunk(png, "IHDR", header);
  png_chunk(png, "IDAT", png_deflated(png_rows(image)));
  png_chunk(png, "IEND", "");
  return png;
}

Result<void> write_png(const std::string& path, const Image& image) {
  const std::string png = to_png(image);
  const auto close = [](std::FILE* file) { (void)std::fclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> file{std::fopen(path.c_str(), "wb"), close};
  if (!file) return tl::unexpected<Error>{png_file_error(path)};
  const bool whole = std::fwrite(png.data(), 1, png.size(), file.get()) == png.size();
  if (!whole || std::fclose(file.release()) != 0) {
    Error error = png_file_error(path);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);  // and not /dev/full
    return tl::unexpected<Error>{std::move(error)};
  }
  return {};
}

}  // namespace kafkasim::viz

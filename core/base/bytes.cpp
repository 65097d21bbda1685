#include "core/base/bytes.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

std::uint32_t zigzag(std::int32_t x) { return (static_cast<std::uint32_t>(x) << 1) ^ static_cast<std::uint32_t>(x >> 31); }
std::uint64_t zigzag(std::int64_t x) { return (static_cast<std::uint64_t>(x) << 1) ^ static_cast<std::uint64_t>(x >> 63); }

std::size_t leb128_size(std::uint64_t x) {
  std::size_t count = 1;
  while (x >>= 7) ++count;
  return count;
}

}  // namespace

SharedBytes::SharedBytes(std::vector<std::byte> bytes, Origin origin) : size_{bytes.size()} {
  owner_ = std::make_shared<const Owner>(Owner{std::move(bytes), origin});
}

SharedBytes SharedBytes::of(std::string_view text) { return SharedBytes{to_vector(as_bytes(text))}; }

SharedBytes SharedBytes::slice(std::size_t from, std::size_t count) const {
  KAFKASIM_CHECK(from <= size_ && count <= size_ - from);
  SharedBytes part = *this;
  part.from_ = from_ + from;
  part.size_ = count;
  return part;
}

bool operator==(const SharedBytes& a, const SharedBytes& b) {
  return a.same_memory(b) || std::ranges::equal(a.span(), b.span());
}

std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
ByteSpan as_bytes(std::string_view text) { return std::as_bytes(std::span{text.data(), text.size()}); }
std::vector<std::byte> to_vector(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

std::string to_hex(ByteSpan bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte b : bytes) {
    text.push_back(digits[static_cast<std::size_t>(b) >> 4]);
    text.push_back(digits[static_cast<std::size_t>(b) & 15]);
  }
  return text;
}

void ByteReader::fail(std::string_view reason) {
  if (!ok_) return;
  ok_ = false;
  error_ = std::string{reason} + " at byte " + std::to_string(at_);
}

void ByteReader::short_read() { fail("unexpected end of input"); }

ByteSpan ByteReader::take(std::size_t count) {
  if (!ok_ || count > remaining()) return short_read(), ByteSpan{};
  const ByteSpan part = bytes_.subspan(at_, count);
  at_ += count;
  return part;
}

std::uint64_t ByteReader::leb128(int most_bytes) {
  std::uint64_t x = 0;
  for (int i = 0; i < most_bytes; ++i) {
    const auto b = static_cast<std::uint8_t>(i8());
    if (!ok_) return 0;
    x |= static_cast<std::uint64_t>(b & 0x7f) << (7 * i);
    if ((b & 0x80) == 0) return x;
  }
  fail("varint is too long");
  return 0;
}

std::uint32_t ByteReader::unsigned_varint() {
  const std::uint64_t x = leb128(5);
  if (x > 0xffffffffULL) return fail("varint does not fit 32 bits"), 0;
  return static_cast<std::uint32_t>(x);
}

std::int32_t ByteReader::varint() {
  const std::uint32_t x = unsigned_varint();
  return static_cast<std::int32_t>((x >> 1) ^ (0U - (x & 1)));
}

std::int64_t ByteReader::varlong() {
  const std::uint64_t x = leb128(10);
  return static_cast<std::int64_t>((x >> 1) ^ (std::uint64_t{0} - (x & 1)));
}

void ByteWriter::unsigned_varint(std::uint32_t x) {
  for (; x >= 0x80; x >>= 7) out_.push_back(static_cast<std::byte>((x & 0x7f) | 0x80));
  out_.push_back(static_cast<std::byte>(x));
}

void ByteWriter::varint(std::int32_t x) { unsigned_varint(zigzag(x)); }

void ByteWriter::varlong(std::int64_t value) {
  std::uint64_t x = zigzag(value);
  for (; x >= 0x80; x >>= 7) out_.push_back(static_cast<std::byte>((x & 0x7f) | 0x80));
  out_.push_back(static_cast<std::byte>(x));
}

void ByteWriter::patch_i32(std::size_t at, std::int32_t value) {
  KAFKASIM_CHECK(at + 4 <= out_.size());
  const auto x = static_cast<std::uint32_t>(value);
  for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<std::byte>(x >> (8 * (3 - i)));
}

std::size_t unsigned_varint_size(std::uint32_t x) { return leb128_size(x); }
std::size_t varint_size(std::int32_t x) { return leb128_size(zigzag(x)); }
std::size_t varlong_size(std::int64_t x) { return leb128_size(zigzag(x)); }

}  // namespace kafkasim

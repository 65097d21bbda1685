#include "core/base/bytes.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace kafkasim {

SharedBytes::SharedBytes(std::vector<std::byte> bytes, Origin origin) : size_{bytes.size()} {
  owner_ = std::make_shared<const Owner>(Owner{std::move(bytes), origin});
  data_ = owner_->bytes.data();
}

SharedBytes::Unfilled SharedBytes::unfilled(std::size_t size) {
  auto owner = std::make_shared<Owner>();
  owner->unfilled = std::make_unique_for_overwrite<std::byte[]>(size);  // NOLINT(modernize-avoid-c-arrays)
  Unfilled made;
  made.to = {owner->unfilled.get(), size};
  made.bytes.data_ = made.to.data();
  made.bytes.size_ = size;
  made.bytes.owner_ = std::move(owner);
  return made;
}

SharedBytes SharedBytes::of(std::string_view text) { return SharedBytes{to_vector(as_bytes(text))}; }

SharedBytes SharedBytes::slice(std::size_t from, std::size_t count) const {
  KAFKASIM_CHECK(from <= size_ && count <= size_ - from);
  SharedBytes part = *this;
  part.data_ = data_ + from;
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

std::uint64_t ByteReader::long_leb128(std::size_t most_bytes) {
  if (!ok_) return 0;
  const ByteSpan rest = bytes_.subspan(at_, std::min(most_bytes, remaining()));
  std::uint64_t x = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto b = std::to_integer<std::uint8_t>(rest[i]);
    x |= static_cast<std::uint64_t>(b & 0x7f) << (7 * i);
    if ((b & 0x80) != 0) continue;
    at_ += i + 1;
    return x;
  }
  at_ += rest.size();
  if (rest.size() < most_bytes) return short_read(), 0;
  fail("varint is too long");
  return 0;
}

void ByteWriter::grow(std::size_t count) {
  constexpr std::size_t least = 64;
  buffer_.resize(std::max({least, 2 * buffer_.size(), size_ + count}));
}

std::vector<std::byte> ByteWriter::take() {
  std::vector<std::byte> taken = std::exchange(buffer_, {});
  const std::size_t size = std::exchange(size_, 0);
  if (taken.size() - size <= size / 2) return taken.resize(size), taken;
  return std::vector<std::byte>(taken.data(), taken.data() + size);  // much of it stays unused for as long as it lives
}

void ByteWriter::patch_i32(std::size_t at, std::int32_t value) {
  KAFKASIM_CHECK(at + 4 <= size_);
  const auto x = static_cast<std::uint32_t>(value);
  for (std::size_t i = 0; i < 4; ++i) buffer_[at + i] = static_cast<std::byte>(x >> (8 * (3 - i)));
}

}  // namespace kafkasim

#pragma once
// Bytes: reading with bounds, writing in network order, and slices that share their memory.
//   ByteReader in{bytes}; Offset base{in.i64()}; if (!in.ok()) return fail(in.error(), ...);
// A reader past its end returns zeros and stays failed: check once after a group of reads, and before any loop whose
// count was read. Varints are Kafka's (ByteUtils): zigzag for records, unsigned for the wire's compact types.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kafkasim {

using ByteSpan = std::span<const std::byte>;

// Who wrote the records of a batch: the client's ordinal and the number of the first record among those that this client
// sent to that partition, counted from 0. Carried beside the bytes, never in them; absent where nobody in the World wrote them.
struct Origin {
  std::int32_t client{-1};
  std::int64_t first_send{-1};
  [[nodiscard]] bool known() const { return client >= 0; }
  friend bool operator==(const Origin&, const Origin&) = default;
};

// An immutable run of bytes that copies share. A part of it keeps the whole alive.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::vector<std::byte> bytes, Origin origin = {});
  [[nodiscard]] static SharedBytes of(std::string_view text);
  // Memory that nobody has zeroed, for one who fills all of it before anyone else looks: bytes read from a file.
  struct Unfilled;
  [[nodiscard]] static Unfilled unfilled(std::size_t size);

  [[nodiscard]] ByteSpan span() const { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SharedBytes slice(std::size_t from, std::size_t count) const;  // must lie inside
  [[nodiscard]] Origin origin() const { return owner_ ? owner_->origin : Origin{}; }
  // True if both are the same part of the same memory, so equal without looking.
  [[nodiscard]] bool same_memory(const SharedBytes& o) const { return data_ == o.data_ && size_ == o.size_; }
  friend bool operator==(const SharedBytes& a, const SharedBytes& b);

 private:
  struct Owner {
    std::vector<std::byte> bytes;
    Origin origin;
    std::unique_ptr<std::byte[]> unfilled{};  // NOLINT(modernize-avoid-c-arrays): a vector would zero it
  };
  std::shared_ptr<const Owner> owner_;
  const std::byte* data_{nullptr};  // of the owner's
  std::size_t size_{0};
};

struct SharedBytes::Unfilled {
  SharedBytes bytes;
  std::span<std::byte> to;  // the same memory
};

[[nodiscard]] std::string_view as_text(ByteSpan bytes);
[[nodiscard]] ByteSpan as_bytes(std::string_view text);
[[nodiscard]] std::vector<std::byte> to_vector(ByteSpan bytes);
[[nodiscard]] std::string to_hex(ByteSpan bytes);

[[nodiscard]] constexpr std::uint32_t zigzag(std::int32_t x) {
  return (static_cast<std::uint32_t>(x) << 1) ^ static_cast<std::uint32_t>(x >> 31);
}
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t x) {
  return (static_cast<std::uint64_t>(x) << 1) ^ static_cast<std::uint64_t>(x >> 63);
}

[[nodiscard]] constexpr std::size_t unsigned_varlong_size(std::uint64_t x) {  // seven bits a byte
  return (static_cast<std::size_t>(std::bit_width(x | 1)) + 6) / 7;
}
[[nodiscard]] constexpr std::size_t unsigned_varint_size(std::uint32_t x) { return unsigned_varlong_size(x); }
[[nodiscard]] constexpr std::size_t varint_size(std::int32_t x) { return unsigned_varlong_size(zigzag(x)); }
[[nodiscard]] constexpr std::size_t varlong_size(std::int64_t x) { return unsigned_varlong_size(zigzag(x)); }

inline constexpr std::size_t most_varint_bytes = 5;
inline constexpr std::size_t most_varlong_bytes = 10;

// Writes at `to`, where there is room for all of it, and returns the place behind it.
inline std::byte* put_unsigned_varlong(std::byte* to, std::uint64_t x) {
  if (x < 0x80) return *to = static_cast<std::byte>(x), to + 1;  // nearly all of them
  for (; x >= 0x80; x >>= 7) *to++ = static_cast<std::byte>(x | 0x80);
  *to++ = static_cast<std::byte>(x);
  return to;
}
inline std::byte* put_varint(std::byte* to, std::int32_t x) { return put_unsigned_varlong(to, zigzag(x)); }
inline std::byte* put_varlong(std::byte* to, std::int64_t x) { return put_unsigned_varlong(to, zigzag(x)); }
inline std::byte* put_bytes(std::byte* to, ByteSpan bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_{bytes} {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  // Once failed a reader stays so; the first reason is kept.
  void fail(std::string_view reason);
  [[nodiscard]] const std::string& error() const { return error_; }

  std::int8_t i8() { return static_cast<std::int8_t>(fixed<1>()); }
  std::int16_t i16() { return static_cast<std::int16_t>(fixed<2>()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed<2>()); }
  std::int32_t i32() { return static_cast<std::int32_t>(fixed<4>()); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed<4>()); }
  std::int64_t i64() { return static_cast<std::int64_t>(fixed<8>()); }
  std::uint64_t u64() { return fixed<8>(); }
  std::uint32_t unsigned_varint() {  // at most 5 bytes
    const std::uint64_t x = leb128<most_varint_bytes>();
    if (x > 0xffffffffULL) return fail("varint does not fit 32 bits"), 0;
    return static_cast<std::uint32_t>(x);
  }
  std::int32_t varint() {  // zigzag
    const std::uint32_t x = unsigned_varint();
    return static_cast<std::int32_t>((x >> 1) ^ (0U - (x & 1)));
  }
  std::int64_t varlong() {  // zigzag, at most 10 bytes
    const std::uint64_t x = leb128<most_varlong_bytes>();
    return static_cast<std::int64_t>((x >> 1) ^ (std::uint64_t{0} - (x & 1)));
  }
  ByteSpan take(std::size_t count) {  // empty, and failed, if fewer are left
    if (!ok_ || count > remaining()) return short_read(), ByteSpan{};
    const ByteSpan part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }
  void skip(std::size_t count) { (void)take(count); }

 private:
  template <std::size_t N>
  std::uint64_t fixed() {
    if (remaining() < N || !ok_) return short_read(), 0;
    std::uint64_t x = 0;
    for (std::size_t i = 0; i < N; ++i) x = x << 8 | static_cast<std::uint64_t>(bytes_[at_ + i]);
    at_ += N;
    return x;
  }
  template <std::size_t MostBytes>
  std::uint64_t leb128() {
    if (ok_ && at_ < bytes_.size() && std::to_integer<std::uint8_t>(bytes_[at_]) < 0x80) {  // nearly all of them
      return std::to_integer<std::uint64_t>(bytes_[at_++]);
    }
    return long_leb128(MostBytes);
  }
  std::uint64_t long_leb128(std::size_t most_bytes);
  void short_read();

  ByteSpan bytes_;
  std::size_t at_{0};
  bool ok_{true};
  std::string error_;
};

// Writes into a buffer that is larger than what was written: making room is rare, a write is a store.
class ByteWriter {
 public:
  void i8(std::int8_t x) { fixed<1>(static_cast<std::uint8_t>(x)); }
  void i16(std::int16_t x) { fixed<2>(static_cast<std::uint16_t>(x)); }
  void u16(std::uint16_t x) { fixed<2>(x); }
  void i32(std::int32_t x) { fixed<4>(static_cast<std::uint32_t>(x)); }
  void u32(std::uint32_t x) { fixed<4>(x); }
  void i64(std::int64_t x) { fixed<8>(static_cast<std::uint64_t>(x)); }
  void u64(std::uint64_t x) { fixed<8>(x); }
  void unsigned_varint(std::uint32_t x) { unsigned_varlong(x); }
  void varint(std::int32_t x) { unsigned_varlong(zigzag(x)); }
  void varlong(std::int64_t x) { unsigned_varlong(zigzag(x)); }
  void bytes(ByteSpan bytes) { put_bytes(extend(bytes.size()), bytes); }
  void reserve(std::size_t count) {
    if (count > buffer_.size()) buffer_.resize(count);
  }
  // Room for `count` bytes behind what was written, now part of it: the caller writes each of them before anything else.
  [[nodiscard]] std::byte* extend(std::size_t count) {
    if (count > buffer_.size() - size_) grow(count);
    std::byte* to = buffer_.data() + size_;
    size_ += count;
    return to;
  }
  // Overwrites four bytes written before: a length or checksum that is known only afterwards.
  void patch_i32(std::size_t at, std::int32_t x);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] ByteSpan span() const { return ByteSpan{buffer_}.first(size_); }
  // What was written, in no more memory than about half as much again; the writer is empty afterwards.
  [[nodiscard]] std::vector<std::byte> take();

 private:
  template <std::size_t N>
  void fixed(std::uint64_t x) {
    std::byte* to = extend(N);
    for (std::size_t i = 0; i < N; ++i) to[i] = static_cast<std::byte>(x >> (8 * (N - 1 - i)));
  }
  void unsigned_varlong(std::uint64_t x) { put_unsigned_varlong(extend(unsigned_varlong_size(x)), x); }
  void grow(std::size_t count);

  std::vector<std::byte> buffer_;  // its size is the room that there is
  std::size_t size_{0};
};

}  // namespace kafkasim

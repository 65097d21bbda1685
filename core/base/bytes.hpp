#pragma once
// Bytes: reading with bounds, writing in network order, and slices that share their memory.
//   ByteReader in{bytes}; Offset base{in.i64()}; if (!in.ok()) return fail(in.error(), ...);
// A reader past its end returns zeros and stays failed: check once after a group of reads, and before any loop whose
// count was read. Varints are Kafka's (ByteUtils): zigzag for records, unsigned for the wire's compact types.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
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

  [[nodiscard]] ByteSpan span() const { return owner_ ? ByteSpan{owner_->bytes}.subspan(from_, size_) : ByteSpan{}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SharedBytes slice(std::size_t from, std::size_t count) const;  // must lie inside
  [[nodiscard]] Origin origin() const { return owner_ ? owner_->origin : Origin{}; }
  // True if both are the same part of the same memory, so equal without looking.
  [[nodiscard]] bool same_memory(const SharedBytes& o) const { return owner_ == o.owner_ && from_ == o.from_ && size_ == o.size_; }
  friend bool operator==(const SharedBytes& a, const SharedBytes& b);

 private:
  struct Owner {
    std::vector<std::byte> bytes;
    Origin origin;
  };
  std::shared_ptr<const Owner> owner_;
  std::size_t from_{0};
  std::size_t size_{0};
};

[[nodiscard]] std::string_view as_text(ByteSpan bytes);
[[nodiscard]] ByteSpan as_bytes(std::string_view text);
[[nodiscard]] std::vector<std::byte> to_vector(ByteSpan bytes);
[[nodiscard]] std::string to_hex(ByteSpan bytes);

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
  std::uint32_t unsigned_varint();  // at most 5 bytes
  std::int32_t varint();            // zigzag
  std::int64_t varlong();           // zigzag, at most 10 bytes
  ByteSpan take(std::size_t count);  // empty, and failed, if fewer are left
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
  std::uint64_t leb128(int most_bytes);
  void short_read();

  ByteSpan bytes_;
  std::size_t at_{0};
  bool ok_{true};
  std::string error_;
};

class ByteWriter {
 public:
  void i8(std::int8_t x) { fixed<1>(static_cast<std::uint8_t>(x)); }
  void i16(std::int16_t x) { fixed<2>(static_cast<std::uint16_t>(x)); }
  void u16(std::uint16_t x) { fixed<2>(x); }
  void i32(std::int32_t x) { fixed<4>(static_cast<std::uint32_t>(x)); }
  void u32(std::uint32_t x) { fixed<4>(x); }
  void i64(std::int64_t x) { fixed<8>(static_cast<std::uint64_t>(x)); }
  void u64(std::uint64_t x) { fixed<8>(x); }
  void unsigned_varint(std::uint32_t x);
  void varint(std::int32_t x);
  void varlong(std::int64_t x);
  void bytes(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void reserve(std::size_t count) { out_.reserve(count); }
  // Overwrites four bytes written before: a length or checksum that is known only afterwards.
  void patch_i32(std::size_t at, std::int32_t x);

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] ByteSpan span() const { return out_; }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(out_); }

 private:
  template <std::size_t N>
  void fixed(std::uint64_t x) {
    for (std::size_t i = N; i-- > 0;) out_.push_back(static_cast<std::byte>(x >> (8 * i)));
  }
  std::vector<std::byte> out_;
};

[[nodiscard]] std::size_t unsigned_varint_size(std::uint32_t x);
[[nodiscard]] std::size_t varint_size(std::int32_t x);
[[nodiscard]] std::size_t varlong_size(std::int64_t x);

}  // namespace kafkasim

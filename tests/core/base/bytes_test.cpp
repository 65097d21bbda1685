#include "core/base/bytes.hpp"

#include <catch2/catch.hpp>

#include "core/base/check.hpp"
#include "tests/support/data_file.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("varints are those of Kafka in both directions") {
  const auto data = read_json("hash_varint_vectors.json");
  int count = 0;
  for (const auto& vector : data["varint"]) {
    if (!vector.contains("value")) continue;
    const std::vector<std::byte> bytes = from_hex(vector["hex"]);
    const std::int64_t value = std::stoll(vector["value"].get<std::string>());
    const auto kind = vector["kind"].get<std::string>();
    ByteReader in{bytes};
    ByteWriter out;
    if (kind == "Varlong") {
      CHECK(in.varlong() == value);
      out.varlong(value);
      CHECK(varlong_size(value) == bytes.size());
    } else if (kind == "Varint") {
      const auto x = static_cast<std::int32_t>(value);
      CHECK(in.varint() == x);
      out.varint(x);
      CHECK(varint_size(x) == bytes.size());
    } else {
      const auto x = static_cast<std::uint32_t>(value);
      CHECK(in.unsigned_varint() == x);
      out.unsigned_varint(x);
      CHECK(unsigned_varint_size(x) == bytes.size());
    }
    CHECK(in.ok());
    CHECK(in.remaining() == 0);
    CHECK(to_hex(out.span()) == vector["hex"].get<std::string>());
    ++count;
  }
  CHECK(count > 50);
}

TEST_CASE("a varint that is too long or too large fails the reader") {
  for (const char* hex : {"ffffffffff01", "8080808080", "ffffffff1f", "ff"}) {
    const std::vector<std::byte> bytes = from_hex(hex);
    ByteReader in{bytes};
    (void)in.unsigned_varint();
    CHECK_FALSE(in.ok());
  }
  const std::vector<std::byte> bytes = from_hex("ffffffffffffffffffff01");
  ByteReader in{bytes};
  (void)in.varlong();
  CHECK_FALSE(in.ok());
}

TEST_CASE("a reader past its end gives zeros and stays failed with the first reason") {
  const std::vector<std::byte> bytes = from_hex("0102030405");
  ByteReader in{bytes};
  CHECK(in.i16() == 0x0102);
  CHECK(in.i32() == 0);
  CHECK_FALSE(in.ok());
  const std::string reason = in.error();
  CHECK(reason.find("byte 2") != std::string::npos);
  CHECK(in.i8() == 0);
  CHECK(in.take(1).empty());
  in.fail("later");
  CHECK(in.error() == reason);
  CHECK(in.position() == 2);
}

TEST_CASE("numbers are written in network order and read back") {
  ByteWriter out;
  out.i8(-1);
  out.i16(-2);
  out.u16(0xfffe);
  out.i32(-3);
  out.u32(0xfffffffd);
  out.i64(-4);
  out.u64(0x0102030405060708);
  CHECK(to_hex(out.span()) == "fffffefffefffffffdfffffffdfffffffffffffffc0102030405060708");
  ByteReader in{out.span()};
  CHECK(in.i8() == -1);
  CHECK(in.i16() == -2);
  CHECK(in.u16() == 0xfffe);
  CHECK(in.i32() == -3);
  CHECK(in.u32() == 0xfffffffd);
  CHECK(in.i64() == -4);
  CHECK(in.u64() == 0x0102030405060708);
  CHECK(in.remaining() == 0);
  out.patch_i32(1, 0x0a0b0c0d);
  CHECK(to_hex(out.span().first(5)) == "ff0a0b0c0d");
  CHECK_THROWS_AS(out.patch_i32(out.size() - 3, 1), InternalError);
}

TEST_CASE("copies and slices of shared bytes share their memory and origin") {
  const SharedBytes whole{to_vector(as_bytes("hello world")), {2, 9}};
  const SharedBytes copy = whole;
  const SharedBytes part = whole.slice(6, 5);
  CHECK(copy.same_memory(whole));
  CHECK(as_text(part.span()) == "world");
  CHECK(part.origin() == Origin{2, 9});
  CHECK(part.span().data() == whole.span().data() + 6);
  CHECK(part == SharedBytes::of("world"));
  CHECK_FALSE(part.same_memory(SharedBytes::of("world")));
  CHECK(part.slice(1, 2) == SharedBytes::of("or"));
  CHECK(SharedBytes{}.empty());
  CHECK_FALSE(SharedBytes{}.origin().known());
  CHECK_THROWS_AS(part.slice(3, 3), InternalError);
}

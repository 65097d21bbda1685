#include <catch2/catch.hpp>

#include "core/wire/reader.hpp"

using namespace kafkasim;

namespace {

SharedBytes two_batches_and_a_half() {
  ByteWriter out;
  for (int i = 0; i < 3; ++i) {
    BatchHeader header;
    header.base_offset = i;
    header.batch_length = static_cast<std::int32_t>(batch_header_size - log_overhead) + 3;
    write_batch_header(header, out);
    if (i < 2) out.bytes(as_bytes("abc"));
  }
  return SharedBytes{out.take()};
}

}  // namespace

TEST_CASE("records are cut into batches that share the memory of the message and a part of one is left out") {
  const SharedBytes body = two_batches_and_a_half();
  const std::vector<Origin> none;
  wire::BatchSource source{body, none};
  ByteReader in{body.span()};
  const Records records = source.read(in, 0, body.size());
  CHECK(in.remaining() == 0);
  REQUIRE(records.batches.size() == 2);
  CHECK(records.batches[1].body.same_memory(body.slice(2 * batch_header_size + 3, 3)));
}

TEST_CASE("with origins each batch gets memory of its own that carries its origin") {
  const SharedBytes body = two_batches_and_a_half();
  const std::vector<Origin> origins{{1, 2}, {3, 4}};
  wire::BatchSource source{body, origins};
  ByteReader in{body.span()};
  const Records records = source.read(in, 0, body.size());
  REQUIRE(records.batches.size() == 2);
  CHECK(records.batches[0].body.origin() == Origin{1, 2});
  CHECK(records.batches[1].body.origin() == Origin{3, 4});
  CHECK(as_text(records.batches[1].body.span()) == "abc");
}

TEST_CASE("records in a struct that cannot hold any are refused") {
  const SharedBytes body = two_batches_and_a_half();
  wire::BatchSource source;
  ByteReader in{body.span()};
  CHECK(source.read(in, 0, 10).empty());
  CHECK_FALSE(in.ok());
}

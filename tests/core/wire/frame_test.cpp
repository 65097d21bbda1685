#include "core/wire/frame.hpp"

#include <catch2/catch.hpp>

#include "core/message/api_versions.hpp"
#include "core/message/heartbeat.hpp"

using namespace kafkasim;

namespace {

const HeartbeatRequest heartbeat{.group_id = "g", .generation_id = Generation{1}, .member_id = "m"};

std::vector<std::byte> framed(const Envelope& envelope) {
  ByteWriter out;
  encode_frame(envelope, out, nullptr);
  CHECK(out.size() == frame_size(envelope));
  return out.take();
}

SharedBytes without_size(const std::vector<std::byte>& frame) {
  return SharedBytes{{frame.begin() + frame_size_bytes, frame.end()}};
}

}  // namespace

TEST_CASE("a request frame has header v1 before the flexible versions and v2 from them on") {
  CHECK(to_hex(framed({7, 3, "cl", Message::of(heartbeat)}))
        == "00000018" "000c" "0003" "00000007" "0002" "636c" "000167" "00000001" "00016d" "ffff");
  CHECK(to_hex(framed({7, 4, "cl", Message::of(heartbeat)}))
        == "00000017" "000c" "0004" "00000007" "0002" "636c" "00" "0267" "00000001" "026d" "00" "00");
}

TEST_CASE("a response frame has a tag buffer in its header from the flexible versions on") {
  CHECK(to_hex(framed({7, 3, "", Message::of(HeartbeatResponse{})})) == "0000000a" "00000007" "00000000" "0000");
  CHECK(to_hex(framed({7, 4, "", Message::of(HeartbeatResponse{})})) == "0000000c" "00000007" "00" "00000000" "0000" "00");
}

TEST_CASE("an ApiVersions response has the oldest header in every version") {
  CHECK(to_hex(framed({7, 4, "", Message::of(ApiVersionsResponse{})})) == "0000000c" "00000007" "0000" "01" "00000000" "00");
}

TEST_CASE("frames come back as they were sent") {
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{3}, std::int16_t{4}}) {
    const Result<Envelope> request =
        decode_request_frame(without_size(framed({9, version, "me", Message::of(heartbeat)})), {});
    REQUIRE(request);
    CHECK(request->correlation_id == 9);
    CHECK(request->version == version);
    CHECK(request->client_id == "me");
    CHECK((request->message.as<HeartbeatRequest>() == heartbeat));
    const SharedBytes answer = without_size(framed({9, version, "", Message::of(HeartbeatResponse{})}));
    CHECK(read_correlation_id(answer.span()).value() == 9);
    const Result<Envelope> response = decode_response_frame(ApiKey::heartbeat, version, answer, {});
    REQUIRE(response);
    CHECK(response->correlation_id == 9);
    CHECK((response->message.as<HeartbeatResponse>() == HeartbeatResponse{}));
  }
}

TEST_CASE("a null client id arrives as an empty one") {
  const Result<RequestHeader> header =
      read_request_header(to_vector(as_bytes(std::string{"\0\x12\0\0\0\0\0\5\xff\xff", 10})));
  REQUIRE(header);
  CHECK((*header == RequestHeader{.api_key = 18, .api_version = 0, .correlation_id = 5}));
}

TEST_CASE("tagged fields of a request header are passed over") {
  std::vector<std::byte> frame = framed({7, 4, "cl", Message::of(heartbeat)});
  const std::size_t tags_at = 4 + 2 + 2 + 4 + 2 + 2;
  frame[tags_at] = std::byte{1};
  const std::vector<std::byte> tag{std::byte{3}, std::byte{2}, std::byte{0xaa}, std::byte{0xbb}};
  frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(tags_at) + 1, tag.begin(), tag.end());
  CHECK(decode_request_frame(without_size(frame), {}).has_value());
}

TEST_CASE("the header of an ApiVersions request of an unknown version can still be read") {
  ByteWriter out;
  out.i16(18);
  out.i16(99);
  out.i32(5);
  out.i16(-1);
  const std::vector<std::byte> frame = out.take();
  const Result<RequestHeader> header = read_request_header(frame);
  REQUIRE(header);
  CHECK(header->api_version == 99);
  CHECK_FALSE(decode_request_frame(SharedBytes{frame}, {}));
}

TEST_CASE("a request of an API that does not exist or of a frame cut short is refused") {
  ByteWriter out;
  out.i16(999);
  out.i16(0);
  out.i32(5);
  out.i16(-1);
  CHECK_FALSE(decode_request_frame(SharedBytes{out.take()}, {}));
  const SharedBytes whole = without_size(framed({7, 4, "cl", Message::of(heartbeat)}));
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(decode_request_frame(whole.slice(0, size), {}));
}

TEST_CASE("the length of the next frame is known after four bytes and bounded") {
  const std::vector<std::byte> frame = framed({7, 4, "cl", Message::of(heartbeat)});
  CHECK_FALSE(next_frame_length(ByteSpan{frame}.first(3), 1000).value().has_value());
  CHECK(next_frame_length(frame, 1000).value() == frame.size() - frame_size_bytes);
  CHECK_FALSE(next_frame_length(frame, 10).has_value());
  CHECK_FALSE(next_frame_length(to_vector(as_bytes("\xff\xff\xff\xff")), 1000).has_value());
}

TEST_CASE("bytes after the end of a request are refused or passed over as Kafka does") {
  std::vector<std::byte> frame = framed({7, 4, "cl", Message::of(heartbeat)});
  frame.insert(frame.end(), 3, std::byte{0});
  CHECK_FALSE(decode_request_frame(without_size(frame), {}).has_value());
  const Result<Envelope> read = decode_request_frame(without_size(frame), {}, BytesAfterTheEnd::passed_over);
  REQUIRE(read.has_value());
  CHECK(read->message.as<HeartbeatRequest>() == heartbeat);
}

#include "core/wire/frame.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace kafkasim {

namespace {

enum class TagBuffer : std::uint8_t { absent, present };

TagBuffer header_tags(ApiKey api, MessageKind kind, std::int16_t version) {
  const bool always_old = api == ApiKey::api_versions && kind == MessageKind::response;
  return is_flexible(api, version) && !always_old ? TagBuffer::present : TagBuffer::absent;
}

TagBuffer header_tags(const Envelope& envelope) {
  return header_tags(envelope.message.api(), envelope.message.kind(), envelope.version);
}

std::size_t header_size(const Envelope& envelope) {
  const std::size_t tags = header_tags(envelope) == TagBuffer::present ? 1 : 0;
  if (envelope.message.kind() == MessageKind::response) return 4 + tags;
  return 2 + 2 + 4 + 2 + envelope.client_id.size() + tags;
}

// No tagged field of a header is known: whatever is there is passed over.
void skip_tags(ByteReader& in) {
  const std::uint32_t count = in.unsigned_varint();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    in.unsigned_varint();
    in.skip(in.unsigned_varint());
  }
}

RequestHeader read_header(ByteReader& in) {
  RequestHeader header;
  header.api_key = in.i16();
  header.api_version = in.i16();
  header.correlation_id = in.i32();
  const std::int16_t length = in.i16();
  if (length < -1) in.fail("negative length of the client id");
  if (in.ok() && length > 0) header.client_id = std::string{as_text(in.take(static_cast<std::size_t>(length)))};
  return header;
}

Result<Envelope> with_body(ApiKey api, MessageKind kind, RequestHeader header, const SharedBytes& frame, std::size_t at,
                           const std::vector<Origin>& origins, BytesAfterTheEnd rest) {
  Result<Message> message = decode(api, kind, header.api_version, frame.slice(at, frame.size() - at), origins, rest);
  if (!message) return tl::unexpected<Error>{std::move(message.error())};
  return Envelope{header.correlation_id, header.api_version, std::move(header.client_id), std::move(*message)};
}

}  // namespace

std::size_t frame_size(const Envelope& envelope) {
  return frame_size_bytes + header_size(envelope) + encoded_size(envelope.message, envelope.version);
}

void encode_frame(const Envelope& envelope, ByteWriter& out, std::vector<Origin>* origins) {
  const std::size_t start = out.size();
  out.i32(0);
  if (envelope.message.kind() == MessageKind::request) {
    KAFKASIM_CHECK(envelope.client_id.size() <= INT16_MAX, "a client id is too long for the wire");
    out.i16(static_cast<std::int16_t>(envelope.message.api()));
    out.i16(envelope.version);
    out.i32(envelope.correlation_id);
    out.i16(static_cast<std::int16_t>(envelope.client_id.size()));
    out.bytes(as_bytes(envelope.client_id));
  } else {
    out.i32(envelope.correlation_id);
  }
  if (header_tags(envelope) == TagBuffer::present) out.unsigned_varint(0);
  encode(envelope.message, envelope.version, out, origins);
  const std::size_t length = out.size() - start - frame_size_bytes;
  KAFKASIM_CHECK(length <= INT32_MAX, "a frame is too long for the wire");
  out.patch_i32(start, static_cast<std::int32_t>(length));
}

Result<RequestHeader> read_request_header(ByteSpan frame) {
  ByteReader in{frame};
  RequestHeader header = read_header(in);
  if (!in.ok()) return fail("request header: " + in.error());
  return header;
}

Result<Envelope> decode_request_frame(const SharedBytes& frame, const std::vector<Origin>& origins, BytesAfterTheEnd rest) {
  ByteReader in{frame.span()};
  RequestHeader header = read_header(in);
  if (!in.ok()) return fail("request header: " + in.error());
  if (!is_known_api(header.api_key)) return fail("request of unknown API " + std::to_string(header.api_key));
  const auto api = static_cast<ApiKey>(header.api_key);
  if (header_tags(api, MessageKind::request, header.api_version) == TagBuffer::present) skip_tags(in);
  if (!in.ok()) return fail("request header: " + in.error());
  return with_body(api, MessageKind::request, std::move(header), frame, in.position(), origins, rest);
}

Result<std::int32_t> read_correlation_id(ByteSpan frame) {
  ByteReader in{frame};
  const std::int32_t id = in.i32();
  if (!in.ok()) return fail("response header: " + in.error());
  return id;
}

Result<Envelope> decode_response_frame(ApiKey api, std::int16_t version, const SharedBytes& frame,
                                       const std::vector<Origin>& origins) {
  ByteReader in{frame.span()};
  RequestHeader header;
  header.api_version = version;
  header.correlation_id = in.i32();
  if (header_tags(api, MessageKind::response, version) == TagBuffer::present) skip_tags(in);
  if (!in.ok()) return fail("response header: " + in.error());
  return with_body(api, MessageKind::response, std::move(header), frame, in.position(), origins, BytesAfterTheEnd::refused);
}

Result<std::optional<std::size_t>> next_frame_length(ByteSpan stream, std::size_t most) {
  if (stream.size() < frame_size_bytes) return std::optional<std::size_t>{};
  ByteReader in{stream};
  const std::int32_t length = in.i32();
  if (length < 0 || static_cast<std::size_t>(length) > most) {
    return fail("frame of " + std::to_string(length) + " bytes; at most " + std::to_string(most) + " are taken");
  }
  return std::optional{static_cast<std::size_t>(length)};
}

}  // namespace kafkasim

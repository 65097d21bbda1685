#pragma once
// Frames as they stand on a connection: a size (int32), a header, a body. Request headers are v1, or v2 where the body
// is flexible; response headers v0, or v1 where it is, but always v0 for ApiVersions, whose receiver cannot know the
// version yet (KIP-511).
//   request header:  api key i16, version i16, correlation id i32, client id (nullable, i16 length in v2 too), v2:
//   tagged fields response header: correlation id i32, v1: tagged fields
// listener.hpp tells of a request that was read by read_request_header() whether it is to be decoded at all.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/machine/seam.hpp"
#include "core/wire/codec.hpp"

namespace kafkasim {

inline constexpr std::size_t frame_size_bytes = 4;

struct RequestHeader {
  std::int16_t api_key{};  // a number: it may be one that we do not know
  std::int16_t api_version{};
  std::int32_t correlation_id{};
  std::string client_id{};  // null arrives as empty
  friend bool operator==(const RequestHeader&, const RequestHeader&) = default;
};

// Exact size of the frame, with its size field.
[[nodiscard]] std::size_t frame_size(const Envelope& envelope);

// Appends the frame, with its size field; `origins` as encode() has them.
void encode_frame(const Envelope& envelope, ByteWriter& out, std::vector<Origin>* origins);

// Below, `frame` is what follows the size field. The bytes may come from anyone.

// The first four fields, which every version of the header has: enough to answer an ApiVersions of an unknown version.
[[nodiscard]] Result<RequestHeader> read_request_header(ByteSpan frame);
[[nodiscard]] Result<Envelope> decode_request_frame(const SharedBytes& frame, const std::vector<Origin>& origins,
                                                    BytesAfterTheEnd rest = BytesAfterTheEnd::refused);
// The receiver knows api and version from the request that has this correlation id; read_correlation_id() tells which
// it is.
[[nodiscard]] Result<std::int32_t> read_correlation_id(ByteSpan frame);
[[nodiscard]] Result<Envelope> decode_response_frame(ApiKey api, std::int16_t version, const SharedBytes& frame,
                                                     const std::vector<Origin>& origins);

// From the beginning of a stream: how many bytes follow the size field. Absent if not even the size is there yet; fails
// on a negative size or one above `most`.
[[nodiscard]] Result<std::optional<std::size_t>> next_frame_length(ByteSpan stream, std::size_t most);

}  // namespace kafkasim

#pragma once
// What the listener of a broker for clients serves: the APIs that ApiVersions lists, and what to do with a request before
// its body is read (ApiKeys, ApiMessageType.ListenerType, RequestContext.parseRequest).
//   served                   decode_request_frame() reads it
//   unsupported_api_versions an ApiVersions of a version that is not known: it is answered in version 0 with
//                            unsupported_api_versions(), so that the client can ask again (KIP-511)
//   refused                  the connection is closed
#include <cstdint>
#include <vector>

#include "core/message/api_versions.hpp"

namespace kafkasim {

enum class Admission : std::uint8_t { served, unsupported_api_versions, refused };
[[nodiscard]] Admission admission(std::int16_t api_key, std::int16_t version);

// In order of their keys. Produce stands there from version 0 on, although 0 to 2 are refused: librdkafka takes a broker
// that lacks them for one that knows no compression (KAFKA-18659).
[[nodiscard]] std::vector<ApiVersionsResponse::ApiVersion> listed_api_versions();

// Of a controller's listener.
[[nodiscard]] std::vector<ApiVersionsResponse::ApiVersion> listed_controller_api_versions();

[[nodiscard]] ApiVersionsResponse unsupported_api_versions();

}  // namespace kafkasim

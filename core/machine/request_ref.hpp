#pragma once
// RequestRef: where the answer to a request goes, kept while the request waits (in a purgatory, for a commit).
#include <cstdint>
#include <utility>

#include "core/machine/seam.hpp"

namespace kafkasim {

struct RequestRef {
  ConnectionId connection;
  std::int32_t correlation_id{};
  std::int16_t version{};
  friend bool operator==(const RequestRef&, const RequestRef&) = default;
};

[[nodiscard]] inline RequestRef request_ref(const Received& received) {
  return {received.connection, received.envelope.correlation_id, received.envelope.version};
}

template <class Response>
void answer(const RequestRef& ref, Response response, Env& env) {
  env.out.add(Send{ref.connection, Envelope{ref.correlation_id, ref.version, {}, Message::of(std::move(response))}});
}

}  // namespace kafkasim

#include "sim/kernel/wire_mode.hpp"

#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

namespace kafkasim::sim {
namespace {

Wired there_and_back(const Envelope& envelope) {
  ByteWriter out;
  std::vector<Origin> origins;
  encode_frame(envelope, out, &origins);
  const std::uint64_t bytes = out.size();
  const SharedBytes all{out.take()};
  const SharedBytes frame = all.slice(frame_size_bytes, all.size() - frame_size_bytes);
  Result<Envelope> back = envelope.message.kind() == MessageKind::request
                              ? decode_request_frame(frame, origins)
                              : decode_response_frame(envelope.message.api(), envelope.version, frame, origins);
  KAFKASIM_CHECK(back.has_value(), back.error().message);
  return Wired{std::move(*back), bytes};
}

}  // namespace

Wired through_wire(Envelope envelope, WireMode mode) {
  if (mode == WireMode::exact) return there_and_back(envelope);
  const std::uint64_t bytes = frame_size(envelope);
  return Wired{std::move(envelope), bytes};
}

std::uint64_t wire_hash(const Envelope& envelope) {
  RunningHash hash;
  hash.add(static_cast<std::uint64_t>(envelope.message.api()));
  hash.add(static_cast<std::uint64_t>(envelope.message.kind()));
  hash.add(static_cast<std::uint64_t>(envelope.version));
  if (envelope.message.kind() == MessageKind::request) hash.add(std::string_view{envelope.client_id});
  hash_message(envelope.message, envelope.version, hash);
  return hash.value();
}

}  // namespace kafkasim::sim

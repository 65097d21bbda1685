// What a stranger sends to a broker: the stream is cut into frames, each frame admitted or refused as the listener does it, decoded,
// and written anew; its projection must be stable.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/listener.hpp"
#include "sim/serve/frame_reader.hpp"

namespace {

using namespace kafkasim;

void check_request(const SharedBytes& frame) {
  const Result<RequestHeader> header = read_request_header(frame.span());
  if (!header || admission(header->api_key, header->api_version) != Admission::served) return;
  const Result<Envelope> envelope = decode_request_frame(frame, {});
  if (!envelope) {
    KAFKASIM_CHECK(!envelope.error().message.empty());
    return;
  }
  ByteWriter out;
  encode_frame(*envelope, out, nullptr);
  KAFKASIM_CHECK(out.size() == frame_size(*envelope));
  const SharedBytes written{out.take()};
  const Result<Envelope> again = decode_request_frame(written.slice(frame_size_bytes, written.size() - frame_size_bytes), {});
  KAFKASIM_CHECK(again.has_value(), again ? "" : again.error().message);
  RunningHash one;
  RunningHash two;
  hash_message(envelope->message, envelope->version, one);
  hash_message(again->message, again->version, two);
  KAFKASIM_CHECK(one.value() == two.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim::FrameReader reader{1U << 20};
  std::vector<SharedBytes> frames;
  // As it comes over a network: the first byte says in which pieces.
  const std::size_t step = size > 0 ? std::size_t{data[0]} + 1 : 1;
  const ByteSpan stream = std::as_bytes(std::span{data, size}).subspan(size > 0 ? 1 : 0);
  for (std::size_t at = 0; at < stream.size(); at += step) {
    if (!reader.feed(stream.subspan(at, std::min(step, stream.size() - at)), frames)) break;
  }
  for (const SharedBytes& frame : frames) check_request(frame);
  return 0;
}

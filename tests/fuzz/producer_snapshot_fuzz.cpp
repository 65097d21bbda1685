// The content of a producer snapshot, first as it is, then with the checksum that it should have, which no fuzzer would
// guess: what decodes is what decodes again from what we write of it.
#include "core/base/check.hpp"
#include "core/base/crc32c.hpp"
#include "core/log/producer_snapshot.hpp"
#include "tests/fuzz/sections.hpp"

namespace {

using namespace kafkasim;

void check_snapshot(ByteSpan bytes, Offset offset) {
  const Result<ProducerState> state = decode_producer_snapshot(bytes, offset);
  if (!state) {
    KAFKASIM_CHECK(!state.error().message.empty());
    return;
  }
  KAFKASIM_CHECK(state->is_consistent() && state->end_offset() == offset);
  const Result<ProducerState> again = decode_producer_snapshot(encode_producer_snapshot(*state), offset);
  KAFKASIM_CHECK(again.has_value() && *again == *state);
  ProducerState aged = *state;
  aged.remove_expired(Timestamp{INT64_MAX}, 1);
  KAFKASIM_CHECK(aged.producers().size() <= state->producers().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t checksum_at = 2;
  constexpr std::size_t covered_from = 6;
  fuzz::Sections in{data, size};
  const Offset offset{in.number() & INT64_MAX};
  std::vector<std::byte> bytes = to_vector(in.rest());
  check_snapshot(bytes, offset);
  if (bytes.size() < covered_from) return 0;
  const std::uint32_t sum = crc32c(ByteSpan{bytes}.subspan(covered_from));
  for (std::size_t i = 0; i < 4; ++i) bytes[checksum_at + i] = static_cast<std::byte>(sum >> (24 - 8 * i) & 0xFFU);
  check_snapshot(bytes, offset);
  return 0;
}

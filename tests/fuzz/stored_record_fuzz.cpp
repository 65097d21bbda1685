// A byte for the kind, then a key or a value of __consumer_offsets or __transaction_state, a control record's value, or what
// members of a group give each other: it decodes or is refused, and what decodes survives a round trip.
#include "core/base/check.hpp"
#include "core/wire/consumer_protocol_codec.hpp"
#include "core/wire/control_record_codec.hpp"
#include "core/wire/group_record_codec.hpp"
#include "core/wire/transaction_record_codec.hpp"
#include "tests/fuzz/sections.hpp"

namespace {

using namespace kafkasim;

template <class Decode, class Encode>
void round_trip(ByteSpan bytes, Decode decode, Encode encode) {
  const auto value = decode(bytes);
  if (!value) {
    KAFKASIM_CHECK(!value.error().message.empty());
    return;
  }
  const auto again = decode(encode(*value));
  KAFKASIM_CHECK(again.has_value() && *again == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Sections in{data, size};
  const int kind = in.byte() % 8;
  const ByteSpan bytes = in.rest();
  const auto v1 = [](const TransactionLogValue& value) {
    return encode_transaction_value(value, TransactionValueVersion::v1);
  };
  const auto group_value = [](const auto& value) { return encode_group_value(value); };
  const auto protocol = [](const auto& value) { return encode_consumer_protocol(value); };
  switch (kind) {
    case 0: round_trip(bytes, decode_group_key, encode_group_key); break;
    case 1: round_trip(bytes, decode_offset_commit_value, group_value); break;
    case 2: round_trip(bytes, decode_group_metadata_value, group_value); break;
    case 3: round_trip(bytes, decode_transaction_key, encode_transaction_key); break;
    case 4: round_trip(bytes, decode_transaction_value, v1); break;
    case 5: round_trip(bytes, decode_leader_change, encode_leader_change); break;
    case 6: round_trip(bytes, decode_subscription, protocol); break;
    default: round_trip(bytes, decode_assignment, protocol); break;
  }
  return 0;
}

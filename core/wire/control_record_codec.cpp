#include "core/wire/control_record_codec.hpp"

#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

template <class V>
void describe(Fields<V, LeaderChangeMessage::Voter>& m) {
  using M = LeaderChangeMessage::Voter;
  m.field(named<&M::voter_id>);
  m.field(named<&M::voter_directory_id>, since(1));
}

template <class V>
void describe(Fields<V, LeaderChangeMessage>& m) {
  using M = LeaderChangeMessage;
  m.field(named<&M::version>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::voters>);
  m.field(named<&M::granting_voters>);
}

}  // namespace wire

namespace {

wire::Layout layout(std::int16_t version) {
  return {version > 0 ? std::int16_t{1} : std::int16_t{0}, wire::Form::flexible};
}

}  // namespace

std::vector<std::byte> encode_leader_change(const LeaderChangeMessage& message) {
  ByteWriter out;
  wire::append_struct(message, layout(message.version), out);
  return out.take();
}

Result<LeaderChangeMessage> decode_leader_change(ByteSpan bytes) {
  const std::int16_t version = ByteReader{bytes}.i16();
  if (version < 0) return fail("LeaderChangeMessage of negative version");
  ByteReader in{bytes};
  auto message = wire::read_struct<LeaderChangeMessage>(layout(version), in);
  return wire::finished(std::move(message), in, "LeaderChangeMessage");
}

}  // namespace kafkasim

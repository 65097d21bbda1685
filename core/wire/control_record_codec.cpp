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

template <class V>
void describe(Fields<V, SnapshotHeader>& m) {
  m.field(named<&SnapshotHeader::version>);
  m.field(named<&SnapshotHeader::last_contained_log_timestamp>);
}

template <class V>
void describe(Fields<V, SnapshotFooter>& m) {
  m.field(named<&SnapshotFooter::version>);
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

std::vector<std::byte> encode_snapshot_header(const SnapshotHeader& header) {
  ByteWriter out;
  wire::append_struct(header, layout(0), out);
  return out.take();
}

Result<SnapshotHeader> decode_snapshot_header(ByteSpan bytes) {
  if (ByteReader{bytes}.i16() < 0) return fail("SnapshotHeaderRecord of negative version");
  ByteReader in{bytes};
  auto header = wire::read_struct<SnapshotHeader>(layout(0), in);
  return wire::finished(std::move(header), in, "SnapshotHeaderRecord");
}

std::vector<std::byte> encode_snapshot_footer(const SnapshotFooter& footer) {
  ByteWriter out;
  wire::append_struct(footer, layout(0), out);
  return out.take();
}

}  // namespace kafkasim

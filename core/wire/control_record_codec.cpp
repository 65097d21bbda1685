#include "core/wire/control_record_codec.hpp"

#include "core/wire/describe_common.hpp"
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

template <class V>
void describe(Fields<V, KRaftVersionRecord>& m) {
  m.field(named<&KRaftVersionRecord::version>);
  m.field(named<&KRaftVersionRecord::kraft_version>);
}

template <class V>
void describe(Fields<V, VotersRecord::Voter>& m) {
  using M = VotersRecord::Voter;
  m.field(named<&M::voter_id>);
  m.field(named<&M::voter_directory_id>);
  m.field(named<&M::endpoints>);
  m.field(named<&M::kraft_version_feature>);
}

template <class V>
void describe(Fields<V, VotersRecord>& m) {
  m.field(named<&VotersRecord::version>);
  m.field(named<&VotersRecord::voters>);
}

}  // namespace wire

namespace {

wire::Layout layout(std::int16_t version) {
  return {version > 0 ? std::int16_t{1} : std::int16_t{0}, wire::Form::flexible};
}

template <class T>
std::vector<std::byte> encode_control(const T& record) {
  ByteWriter out;
  wire::append_struct(record, layout(0), out);
  return out.take();
}

template <class T>
Result<T> decode_control(ByteSpan bytes, const std::string& what) {
  if (ByteReader{bytes}.i16() < 0) return fail(what + " of negative version");
  ByteReader in{bytes};
  auto record = wire::read_struct<T>(layout(0), in);
  return wire::finished(std::move(record), in, what);
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

std::vector<std::byte> encode_snapshot_header(const SnapshotHeader& header) { return encode_control(header); }
Result<SnapshotHeader> decode_snapshot_header(ByteSpan bytes) {
  return decode_control<SnapshotHeader>(bytes, "SnapshotHeaderRecord");
}
std::vector<std::byte> encode_snapshot_footer(const SnapshotFooter& footer) { return encode_control(footer); }

std::vector<std::byte> encode_kraft_version(const KRaftVersionRecord& record) { return encode_control(record); }
Result<KRaftVersionRecord> decode_kraft_version(ByteSpan bytes) {
  return decode_control<KRaftVersionRecord>(bytes, "KRaftVersionRecord");
}
std::vector<std::byte> encode_voters(const VotersRecord& record) { return encode_control(record); }
Result<VotersRecord> decode_voters(ByteSpan bytes) { return decode_control<VotersRecord>(bytes, "VotersRecord"); }

}  // namespace kafkasim

#include "core/wire/group_record_codec.hpp"

#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

template <class V>
void describe(Fields<V, OffsetCommitKey>& m) {
  using M = OffsetCommitKey;
  m.field(named<&M::group>);
  m.field(named<&M::topic>);
  m.field(named<&M::partition>);
}

template <class V>
void describe(Fields<V, OffsetCommitValue>& m) {
  using M = OffsetCommitValue;
  m.field(named<&M::offset>);
  m.field(named<&M::leader_epoch>, since(3));
  m.field(named<&M::metadata>);
  m.field(named<&M::commit_timestamp>);
  m.field(named<&M::expire_timestamp>, between(1, 1));
}

template <class V>
void describe(Fields<V, GroupMetadataKey>& m) {
  m.field(named<&GroupMetadataKey::group>);
}

template <class V>
void describe(Fields<V, GroupMetadataValue::Member>& m) {
  using M = GroupMetadataValue::Member;
  m.field(named<&M::member_id>);
  m.field(named<&M::group_instance_id>, since(3));
  m.field(named<&M::client_id>);
  m.field(named<&M::client_host>);
  m.field(named<&M::rebalance_timeout>, since(1));
  m.field(named<&M::session_timeout>);
  m.field(named<&M::subscription>);
  m.field(named<&M::assignment>);
}

template <class V>
void describe(Fields<V, GroupMetadataValue>& m) {
  using M = GroupMetadataValue;
  m.field(named<&M::protocol_type>);
  m.field(named<&M::generation>);
  m.field(named<&M::protocol>);
  m.field(named<&M::leader>);
  m.field(named<&M::current_state_timestamp>, since(2));
  m.field(named<&M::members>);
}

}  // namespace wire

namespace {

constexpr std::int16_t offset_commit_key_version = 1;
constexpr std::int16_t group_metadata_key_version = 2;
constexpr std::int16_t value_version = 3;
constexpr std::int16_t expiring_value_version = 1;
constexpr std::int16_t newest_group_value_version = 4;

template <class T>
std::vector<std::byte> encode_stored(const T& x, std::int16_t version) {
  ByteWriter out;
  out.i16(version);
  wire::append_struct(x, {version, wire::Form::fixed}, out);
  return out.take();
}

template <class T>
Result<T> decode_value(ByteSpan bytes, const char* what) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  if (version < 0 || version > newest_group_value_version) in.fail("unknown version " + std::to_string(version));
  T x = wire::read_struct<T>({version, version >= 4 ? wire::Form::flexible : wire::Form::fixed}, in);
  return wire::finished(std::move(x), in, what);
}

}  // namespace

std::vector<std::byte> encode_group_key(const GroupRecordKey& key) {
  if (const auto* offset = std::get_if<OffsetCommitKey>(&key)) return encode_stored(*offset, offset_commit_key_version);
  return encode_stored(std::get<GroupMetadataKey>(key), group_metadata_key_version);
}

std::vector<std::byte> encode_group_value(const OffsetCommitValue& value) {
  return encode_stored(value, value.expire_timestamp ? expiring_value_version : value_version);
}

std::vector<std::byte> encode_group_value(const GroupMetadataValue& value) { return encode_stored(value, value_version); }

Result<GroupRecordKey> decode_group_key(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  const wire::Layout layout{version, wire::Form::fixed};
  GroupRecordKey key;
  if (version == group_metadata_key_version) {
    key = wire::read_struct<GroupMetadataKey>(layout, in);
  } else if (version >= 0 && version <= offset_commit_key_version) {
    key = wire::read_struct<OffsetCommitKey>(layout, in);
  } else {
    in.fail("unknown version " + std::to_string(version));
  }
  return wire::finished(std::move(key), in, "group key");
}

Result<OffsetCommitValue> decode_offset_commit_value(ByteSpan bytes) {
  return decode_value<OffsetCommitValue>(bytes, "OffsetCommitValue");
}

Result<GroupMetadataValue> decode_group_metadata_value(ByteSpan bytes) {
  return decode_value<GroupMetadataValue>(bytes, "GroupMetadataValue");
}

}  // namespace kafkasim

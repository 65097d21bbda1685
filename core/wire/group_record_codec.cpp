#include "core/wire/group_record_codec.hpp"

#include "core/wire/describe_common.hpp"
#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

struct GroupOnlyKey {
  std::string group{};
};
struct GroupMemberKey {
  std::string group{};
  std::string member{};
};

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

template <class V>
void describe(Fields<V, GroupOnlyKey>& m) {
  m.field(named<&GroupOnlyKey::group>);
}

template <class V>
void describe(Fields<V, GroupMemberKey>& m) {
  m.field(named<&GroupMemberKey::group>);
  m.field(named<&GroupMemberKey::member>);
}

template <class V>
void describe(Fields<V, ConsumerGroupMetadataValue>& m) {
  m.field(named<&ConsumerGroupMetadataValue::epoch>);
}

template <class V>
void describe(Fields<V, ConsumerGroupPartitionMetadataValue::PartitionMetadata>& m) {
  using M = ConsumerGroupPartitionMetadataValue::PartitionMetadata;
  m.field(named<&M::partition>);
  m.field(named<&M::racks>);
}

template <class V>
void describe(Fields<V, ConsumerGroupPartitionMetadataValue::Topic>& m) {
  using M = ConsumerGroupPartitionMetadataValue::Topic;
  m.field(named<&M::topic_id>);
  m.field(named<&M::topic_name>);
  m.field(named<&M::num_partitions>);
  m.field(named<&M::partition_metadata>);
}

template <class V>
void describe(Fields<V, ConsumerGroupPartitionMetadataValue>& m) {
  m.field(named<&ConsumerGroupPartitionMetadataValue::topics>);
}

template <class V>
void describe(Fields<V, ClassicMemberProtocol>& m) {
  using M = ClassicMemberProtocol;
  m.field(named<&M::name>);
  m.field(named<&M::metadata>);
}

template <class V>
void describe(Fields<V, ClassicMemberMetadata>& m) {
  using M = ClassicMemberMetadata;
  m.field(named<&M::session_timeout>);
  m.field(named<&M::supported_protocols>);
}

template <class V>
void describe(Fields<V, ConsumerGroupMemberMetadataValue>& m) {
  using M = ConsumerGroupMemberMetadataValue;
  m.field(named<&M::instance_id>);
  m.field(named<&M::rack_id>);
  m.field(named<&M::client_id>);
  m.field(named<&M::client_host>);
  m.field(named<&M::subscribed_topic_names>);
  m.field(named<&M::subscribed_topic_regex>);
  m.field(named<&M::rebalance_timeout>);
  m.field(named<&M::server_assignor>);
  m.field(named<&M::classic_member_metadata>, since(0).tag(0));
}

template <class V>
void describe(Fields<V, ConsumerGroupTargetMetadataValue>& m) {
  m.field(named<&ConsumerGroupTargetMetadataValue::assignment_epoch>);
}

template <class V>
void describe(Fields<V, ConsumerGroupTargetMemberValue>& m) {
  m.field(named<&ConsumerGroupTargetMemberValue::topic_partitions>);
}

template <class V>
void describe(Fields<V, ConsumerGroupCurrentMemberValue>& m) {
  using M = ConsumerGroupCurrentMemberValue;
  m.field(named<&M::member_epoch>);
  m.field(named<&M::previous_member_epoch>);
  m.field(named<&M::state>);
  m.field(named<&M::assigned_partitions>);
  m.field(named<&M::partitions_pending_revocation>);
}

template <class V>
void describe(Fields<V, ConsumerGroupRegularExpressionValue>& m) {
  using M = ConsumerGroupRegularExpressionValue;
  m.field(named<&M::topics>);
  m.field(named<&M::version>);
  m.field(named<&M::timestamp>);
}

}  // namespace wire

namespace {

constexpr std::int16_t first_consumer_group_key = 3;
constexpr std::int16_t last_consumer_group_key = 8;
constexpr std::int16_t consumer_group_value_version = 0;

bool names_a_member(ConsumerGroupRecord record) {
  return record == ConsumerGroupRecord::member_metadata || record == ConsumerGroupRecord::target_member
         || record == ConsumerGroupRecord::current_member || record == ConsumerGroupRecord::regular_expression;
}

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
  if (const auto* consumer = std::get_if<ConsumerGroupKey>(&key)) {
    const auto version = static_cast<std::int16_t>(consumer->record);
    if (!names_a_member(consumer->record)) return encode_stored(wire::GroupOnlyKey{consumer->group}, version);
    return encode_stored(wire::GroupMemberKey{consumer->group, consumer->member}, version);
  }
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
  } else if ((version >= first_consumer_group_key && version <= last_consumer_group_key)
             || version == static_cast<std::int16_t>(ConsumerGroupRecord::regular_expression)) {
    const auto record = static_cast<ConsumerGroupRecord>(version);
    if (names_a_member(record)) {
      auto read = wire::read_struct<wire::GroupMemberKey>(layout, in);
      key = ConsumerGroupKey{record, std::move(read.group), std::move(read.member)};
    } else {
      key = ConsumerGroupKey{record, wire::read_struct<wire::GroupOnlyKey>(layout, in).group, {}};
    }
  } else {
    in.fail("unknown version " + std::to_string(version));
  }
  return wire::finished(std::move(key), in, "group key");
}

template <class T>
std::vector<std::byte> encode_consumer_group_value(const T& value) {
  ByteWriter out;
  out.i16(consumer_group_value_version);
  wire::append_struct(value, {consumer_group_value_version, wire::Form::flexible}, out);
  return out.take();
}

template <class T>
Result<T> decode_consumer_group_value(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  if (version != consumer_group_value_version) in.fail("unknown version " + std::to_string(version));
  T x = wire::read_struct<T>({consumer_group_value_version, wire::Form::flexible}, in);
  return wire::finished(std::move(x), in, "consumer group value");
}

#define KAFKASIM_CONSUMER_GROUP_VALUE(T) \
  template std::vector<std::byte> encode_consumer_group_value<T>(const T&); \
  template Result<T> decode_consumer_group_value<T>(ByteSpan);
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupMetadataValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupPartitionMetadataValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupMemberMetadataValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupTargetMetadataValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupTargetMemberValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupCurrentMemberValue)
KAFKASIM_CONSUMER_GROUP_VALUE(ConsumerGroupRegularExpressionValue)
#undef KAFKASIM_CONSUMER_GROUP_VALUE

Result<OffsetCommitValue> decode_offset_commit_value(ByteSpan bytes) {
  return decode_value<OffsetCommitValue>(bytes, "OffsetCommitValue");
}

Result<GroupMetadataValue> decode_group_metadata_value(ByteSpan bytes) {
  return decode_value<GroupMetadataValue>(bytes, "GroupMetadataValue");
}

}  // namespace kafkasim

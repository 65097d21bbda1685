#include "core/wire/metadata_record_codec.hpp"

#include <array>
#include <utility>

#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

template <class V>
void describe(Fields<V, RegisterBrokerRecord::Endpoint>& m) {
  using M = RegisterBrokerRecord::Endpoint;
  m.field(named<&M::name>);
  m.field(named<&M::host>);
  m.field(named<&M::port>);
  m.field(named<&M::security_protocol>);
}

template <class V>
void describe(Fields<V, RegisterBrokerRecord::Feature>& m) {
  using M = RegisterBrokerRecord::Feature;
  m.field(named<&M::name>);
  m.field(named<&M::min_supported_version>);
  m.field(named<&M::max_supported_version>);
}

template <class V>
void describe(Fields<V, RegisterBrokerRecord>& m) {
  using M = RegisterBrokerRecord;
  m.field(named<&M::broker_id>);
  m.field(named<&M::is_migrating_zk_broker>, since(2));
  m.field(named<&M::incarnation_id>);
  m.field(named<&M::broker_epoch>);
  m.field(named<&M::end_points>);
  m.field(named<&M::features>);
  m.field(named<&M::rack>);
  m.field(named<&M::fenced>);
  m.field(named<&M::in_controlled_shutdown>, since(1));
  m.field(named<&M::log_dirs>, since(3).tag(0));
}

template <class V>
void describe(Fields<V, UnregisterBrokerRecord>& m) {
  using M = UnregisterBrokerRecord;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
}

template <class V>
void describe(Fields<V, TopicRecord>& m) {
  using M = TopicRecord;
  m.field(named<&M::name>);
  m.field(named<&M::topic_id>);
}

template <class V>
void describe(Fields<V, PartitionRecord>& m) {
  using M = PartitionRecord;
  m.field(named<&M::partition_id>);
  m.field(named<&M::topic_id>);
  m.field(named<&M::replicas>);
  m.field(named<&M::isr>);
  m.field(named<&M::removing_replicas>);
  m.field(named<&M::adding_replicas>);
  m.field(named<&M::leader>);
  m.field(named<&M::leader_recovery_state>, since(0).tag(0));
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::partition_epoch>);
  m.field(named<&M::directories>, since(1));
  m.field(named<&M::eligible_leader_replicas>, since(2).tag(1));
  m.field(named<&M::last_known_elr>, since(2).tag(2));
}

template <class V>
void describe(Fields<V, ConfigRecord>& m) {
  using M = ConfigRecord;
  m.field(named<&M::resource_type>);
  m.field(named<&M::resource_name>);
  m.field(named<&M::name>);
  m.field(named<&M::value>);
}

template <class V>
void describe(Fields<V, PartitionChangeRecord>& m) {
  using M = PartitionChangeRecord;
  m.field(named<&M::partition_id>);
  m.field(named<&M::topic_id>);
  m.field(named<&M::isr>, since(0).tag(0));
  m.field(named<&M::leader>, since(0).tag(1));
  m.field(named<&M::replicas>, since(0).tag(2));
  m.field(named<&M::removing_replicas>, since(0).tag(3));
  m.field(named<&M::adding_replicas>, since(0).tag(4));
  m.field(named<&M::leader_recovery_state>, since(0).tag(5));
  m.field(named<&M::eligible_leader_replicas>, since(2).tag(6));
  m.field(named<&M::last_known_elr>, since(2).tag(7));
  m.field(named<&M::directories>, since(1).tag(8));
}

template <class V>
void describe(Fields<V, FenceBrokerRecord>& m) {
  using M = FenceBrokerRecord;
  m.field(named<&M::id>);
  m.field(named<&M::epoch>);
}

template <class V>
void describe(Fields<V, UnfenceBrokerRecord>& m) {
  using M = UnfenceBrokerRecord;
  m.field(named<&M::id>);
  m.field(named<&M::epoch>);
}

template <class V>
void describe(Fields<V, RemoveTopicRecord>& m) {
  using M = RemoveTopicRecord;
  m.field(named<&M::topic_id>);
}

template <class V>
void describe(Fields<V, FeatureLevelRecord>& m) {
  using M = FeatureLevelRecord;
  m.field(named<&M::name>);
  m.field(named<&M::feature_level>);
}

template <class V>
void describe(Fields<V, ProducerIdsRecord>& m) {
  using M = ProducerIdsRecord;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
  m.field(named<&M::next_producer_id>);
}

template <class V>
void describe(Fields<V, BrokerRegistrationChangeRecord>& m) {
  using M = BrokerRegistrationChangeRecord;
  m.field(named<&M::broker_id>);
  m.field(named<&M::broker_epoch>);
  m.field(named<&M::fenced>, since(0).tag(0));
  m.field(named<&M::in_controlled_shutdown>, since(1).tag(1));
  m.field(named<&M::log_dirs>, since(2).tag(2));
}

template <class V>
void describe(Fields<V, NoOpRecord>&) {}

template <class V>
void describe(Fields<V, ClearElrRecord>& m) {
  m.field(named<&ClearElrRecord::topic_name>);
}

}  // namespace wire

namespace {

constexpr std::uint32_t frame_version = 1;

struct RecordRow {
  std::uint32_t api_key;
  std::int16_t newest;
  MetadataRecord (*read)(wire::Layout, ByteReader&);
};

template <class T>
constexpr RecordRow row(std::uint32_t api_key, std::int16_t newest) {
  return {api_key, newest,
          [](wire::Layout layout, ByteReader& in) { return MetadataRecord{wire::read_struct<T>(layout, in)}; }};
}

// In the order of the alternatives of MetadataRecord.
constexpr std::array<RecordRow, std::variant_size_v<MetadataRecord>> record_rows{
    row<RegisterBrokerRecord>(0, 3), row<UnregisterBrokerRecord>(1, 0), row<TopicRecord>(2, 0),
    row<PartitionRecord>(3, 2),      row<ConfigRecord>(4, 0),           row<PartitionChangeRecord>(5, 2),
    row<FenceBrokerRecord>(7, 0),    row<UnfenceBrokerRecord>(8, 0),    row<RemoveTopicRecord>(9, 0),
    row<FeatureLevelRecord>(12, 0),  row<ProducerIdsRecord>(15, 0),     row<BrokerRegistrationChangeRecord>(17, 2),
    row<NoOpRecord>(20, 0),          row<ClearElrRecord>(28, 0),
};

constexpr wire::Layout layout_of(std::int16_t version) { return {version, wire::Form::flexible}; }

template <class Sink>
void put(const MetadataRecord& record, Sink& sink) {
  const RecordRow& row = record_rows[record.index()];
  sink.uvarint(frame_version);
  sink.uvarint(row.api_key);
  sink.uvarint(static_cast<std::uint32_t>(row.newest));
  std::visit([&](const auto& body) { wire::Encoder<Sink>{layout_of(row.newest), sink}.structure(body); }, record);
}

}  // namespace

std::vector<std::byte> encode_metadata_record(const MetadataRecord& record) {
  ByteWriter out;
  wire::ByteSink sink{out, nullptr};
  put(record, sink);
  return out.take();
}

std::size_t encoded_size(const MetadataRecord& record) {
  wire::SizeSink sink;
  put(record, sink);
  return sink.size();
}

Result<MetadataRecord> decode_metadata_record(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::uint32_t frame = in.unsigned_varint();
  const std::uint32_t api_key = in.unsigned_varint();
  const std::uint32_t version = in.unsigned_varint();
  if (in.ok() && frame != frame_version) in.fail("unknown frame version " + std::to_string(frame));
  if (!in.ok()) return fail("metadata record: " + in.error());
  for (const RecordRow& row : record_rows) {
    if (row.api_key != api_key) continue;
    const std::string what = "metadata record " + std::to_string(api_key) + " v" + std::to_string(version);
    if (version > static_cast<std::uint32_t>(row.newest)) return fail(what + " is not supported");
    MetadataRecord record = row.read(layout_of(static_cast<std::int16_t>(version)), in);
    return wire::finished(std::move(record), in, what);
  }
  return fail("metadata record of unknown kind " + std::to_string(api_key));
}

}  // namespace kafkasim

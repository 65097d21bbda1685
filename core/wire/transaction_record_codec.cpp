#include "core/wire/transaction_record_codec.hpp"

#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

template <class V>
void describe(Fields<V, TransactionLogKey>& m) {
  m.field(named<&TransactionLogKey::transactional_id>);
}

template <class V>
void describe(Fields<V, TransactionLogValue::Partitions>& m) {
  using M = TransactionLogValue::Partitions;
  m.field(named<&M::topic>);
  m.field(named<&M::partition_ids>);
}

template <class V>
void describe(Fields<V, TransactionLogValue>& m) {
  using M = TransactionLogValue;
  m.field(named<&M::producer_id>);
  m.field(named<&M::previous_producer_id>, since(1).tag(0));
  m.field(named<&M::next_producer_id>, since(1).tag(1));
  m.field(named<&M::producer_epoch>);
  m.field(named<&M::transaction_timeout>);
  m.field(named<&M::transaction_status>);
  m.field(named<&M::transaction_partitions>);
  m.field(named<&M::last_update_timestamp>);
  m.field(named<&M::start_timestamp>);
  m.field(named<&M::client_transaction_version>, since(1).tag(2));
}

}  // namespace wire

namespace {

constexpr std::int16_t newest_transaction_value_version = 1;

wire::Layout transaction_layout(std::int16_t version) {
  return {version, version > 0 ? wire::Form::flexible : wire::Form::fixed};
}

}  // namespace

std::vector<std::byte> encode_transaction_key(const TransactionLogKey& key) {
  ByteWriter out;
  out.i16(0);
  wire::append_struct(key, {0, wire::Form::fixed}, out);
  return out.take();
}

std::vector<std::byte> encode_transaction_value(const TransactionLogValue& value, TransactionValueVersion version) {
  ByteWriter out;
  const auto number = static_cast<std::int16_t>(version);
  out.i16(number);
  wire::append_struct(value, transaction_layout(number), out);
  return out.take();
}

Result<TransactionLogKey> decode_transaction_key(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  if (version != 0) in.fail("unknown version " + std::to_string(version));
  TransactionLogKey key = wire::read_struct<TransactionLogKey>({0, wire::Form::fixed}, in);
  return wire::finished(std::move(key), in, "TransactionLogKey");
}

Result<TransactionLogValue> decode_transaction_value(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  if (version < 0 || version > newest_transaction_value_version) in.fail("unknown version " + std::to_string(version));
  TransactionLogValue value = wire::read_struct<TransactionLogValue>(transaction_layout(version), in);
  return wire::finished(std::move(value), in, "TransactionLogValue");
}

}  // namespace kafkasim

#include "core/wire/consumer_protocol_codec.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/wire/struct_codec.hpp"

namespace kafkasim {

namespace wire {

template <class V>
void describe(Fields<V, ConsumerProtocolSubscription::TopicPartitions>& m) {
  using M = ConsumerProtocolSubscription::TopicPartitions;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ConsumerProtocolSubscription>& m) {
  using M = ConsumerProtocolSubscription;
  m.field(named<&M::topics>);
  m.field(named<&M::user_data>);
  m.field(named<&M::owned_partitions>, since(1));
  m.field(named<&M::generation_id>, since(2));
  m.field(named<&M::rack_id>, since(3));
}

template <class V>
void describe(Fields<V, ConsumerProtocolAssignment::TopicPartitions>& m) {
  using M = ConsumerProtocolAssignment::TopicPartitions;
  m.field(named<&M::topic>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, ConsumerProtocolAssignment>& m) {
  using M = ConsumerProtocolAssignment;
  m.field(named<&M::assigned_partitions>);
  m.field(named<&M::user_data>);
}

}  // namespace wire

namespace {

template <class T>
std::vector<std::byte> encode_as(const T& x, std::int16_t version) {
  KAFKASIM_CHECK(version >= 0 && version <= newest_consumer_protocol);
  ByteWriter out;
  out.i16(version);
  wire::append_struct(x, {version, wire::Form::fixed}, out);
  return out.take();
}

template <class T>
Result<T> decode_as(ByteSpan bytes, const char* what) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  if (version < 0) in.fail("negative version");
  T x = wire::read_struct<T>({std::min(version, newest_consumer_protocol), wire::Form::fixed}, in);
  if (in.ok() && version > newest_consumer_protocol) in.skip(in.remaining());
  return wire::finished(std::move(x), in, what);
}

}  // namespace

std::vector<std::byte> encode_consumer_protocol(const ConsumerProtocolSubscription& subscription,
                                                std::int16_t version) {
  return encode_as(subscription, version);
}

std::vector<std::byte> encode_consumer_protocol(const ConsumerProtocolAssignment& assignment, std::int16_t version) {
  return encode_as(assignment, version);
}

std::int16_t consumer_protocol_version(ByteSpan bytes) {
  ByteReader in{bytes};
  const std::int16_t version = in.i16();
  return in.ok() ? std::clamp(version, std::int16_t{0}, newest_consumer_protocol) : std::int16_t{0};
}

Result<ConsumerProtocolSubscription> decode_subscription(ByteSpan bytes) {
  return decode_as<ConsumerProtocolSubscription>(bytes, "subscription");
}

Result<ConsumerProtocolAssignment> decode_assignment(ByteSpan bytes) {
  return decode_as<ConsumerProtocolAssignment>(bytes, "assignment");
}

}  // namespace kafkasim

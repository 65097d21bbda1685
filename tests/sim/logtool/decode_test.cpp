#include "sim/logtool/decode.hpp"

#include "core/wire/control_record_codec.hpp"
#include "core/wire/group_record_codec.hpp"
#include "core/wire/metadata_record_codec.hpp"
#include "core/wire/transaction_record_codec.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::logtool;
using namespace kafkasim::sim::logtool::testing;

namespace {

Record record_of(const std::optional<std::vector<std::byte>>& key, const std::optional<std::vector<std::byte>>& value) {
  Record record;
  if (key) record.key = *key;
  if (value) record.value = *value;
  return record;
}

}  // namespace

TEST_CASE("the directory says what a log holds") {
  CHECK(content_of_directory("__consumer_offsets-12") == LogContent::group_offsets);
  CHECK(content_of_directory("__transaction_state-0") == LogContent::transaction_state);
  CHECK(content_of_directory("__cluster_metadata-0") == LogContent::cluster_metadata);
  CHECK(content_of_directory("orders-0") == LogContent::plain);
  CHECK_FALSE(decode_record(Record{}, LogContent::plain));
}

TEST_CASE("metadata records are told by the names of Kafka") {
  PartitionChangeRecord change;
  change.partition_id = PartitionIndex{2};
  change.topic_id = Uuid{0, 1};
  change.isr = std::vector<NodeId>{NodeId{1}, NodeId{3}};
  const auto bytes = encode_metadata_record(change);
  const Json json = decode_record(record_of({}, bytes), LogContent::cluster_metadata).value();
  CHECK(json["type"] == "PARTITION_CHANGE_RECORD");
  CHECK(json["version"] == 2);
  CHECK(json["data"]["partitionId"] == 2);
  CHECK(json["data"]["topicId"] == "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(json["data"]["isr"] == Json::array({1, 3}));
  CHECK_FALSE(json["data"].contains("leader"));
}

TEST_CASE("every metadata record that core writes is told without a byte left over") {
  RegisterBrokerRecord broker;
  broker.end_points = {{"PLAINTEXT", "localhost", 9092, 0}};
  broker.features = {{"metadata.version", 1, 25}};
  broker.log_dirs = {Uuid{3, 4}};
  PartitionRecord partition;
  partition.replicas = {NodeId{1}};
  partition.directories = {Uuid{5, 6}};
  for (const MetadataRecord& record :
       {MetadataRecord{broker}, MetadataRecord{UnregisterBrokerRecord{}}, MetadataRecord{TopicRecord{"t", Uuid{1, 2}}},
        MetadataRecord{partition}, MetadataRecord{ConfigRecord{}}, MetadataRecord{FenceBrokerRecord{}},
        MetadataRecord{UnfenceBrokerRecord{}}, MetadataRecord{RemoveTopicRecord{}},
        MetadataRecord{FeatureLevelRecord{"f", 2}}, MetadataRecord{ProducerIdsRecord{}},
        MetadataRecord{BrokerRegistrationChangeRecord{}}, MetadataRecord{NoOpRecord{}}}) {
    const auto bytes = encode_metadata_record(record);
    const Json json = decode_record(record_of({}, bytes), LogContent::cluster_metadata).value();
    INFO(json_line(json));
    REQUIRE(json.contains("data"));
    CHECK_FALSE(json["data"].contains("trailingBytes"));
    CHECK_FALSE(json["data"].contains("unknownTaggedFields"));
  }
}

TEST_CASE("what is not known prints its frame and its bytes") {
  ByteWriter out;
  for (const std::uint32_t x : {1U, 99U, 3U}) out.unsigned_varint(x);
  out.i8(42);
  const Json unknown = decode_record(record_of({}, out.take()), LogContent::cluster_metadata).value();
  CHECK(unknown["type"] == "unknown");
  CHECK(unknown["api_key"] == 99);
  CHECK(unknown["version"] == 3);
  CHECK(unknown["bytes"] == "2a");
  const auto key = to_vector(as_bytes(std::string{"\0\x0bxy", 4}));
  const Json share = decode_record(record_of(key, key), LogContent::group_offsets).value();
  CHECK(share["key"]["type"] == "ShareGroupMetadataKey");
  CHECK(share["key"]["version"] == 11);
  CHECK(share["key"]["bytes"] == "7879");
  const Json cut = decode_record(record_of({}, std::vector<std::byte>{std::byte{1}, std::byte{2}, std::byte{0}}),
                                 LogContent::cluster_metadata)
                       .value();
  CHECK(cut["type"] == "TOPIC_RECORD");
  CHECK(cut.contains("error"));
  CHECK_FALSE(decode_record(Record{}, LogContent::cluster_metadata)->contains("data"));
  CHECK(decode_record(Record{}, LogContent::group_offsets)->at("key").is_null());
}

TEST_CASE("committed offsets and groups are told with what their members said") {
  const auto key = encode_group_key(OffsetCommitKey{"g", "orders", PartitionIndex{3}});
  OffsetCommitValue offset;
  offset.offset = Offset{77};
  const Json commit = decode_record(record_of(key, encode_group_value(offset)), LogContent::group_offsets).value();
  CHECK(commit["key"]["type"] == "OffsetCommitKey");
  CHECK(commit["key"]["data"]["topic"] == "orders");
  CHECK(commit["value"]["version"] == 3);
  CHECK(commit["value"]["data"]["offset"] == 77);
  CHECK(decode_record(record_of(key, std::nullopt), LogContent::group_offsets)->at("value").is_null());
  GroupMetadataValue group;
  group.protocol_type = "consumer";
  group.members.resize(1);
  ByteWriter subscription;  // version 0: topics and user data
  subscription.i16(0);
  subscription.i32(1);
  subscription.i16(6);
  subscription.bytes(as_bytes("orders"));
  subscription.i32(-1);
  group.members[0].subscription = subscription.take();
  const auto group_key = encode_group_key(GroupMetadataKey{"g"});
  const Json told = decode_record(record_of(group_key, encode_group_value(group)), LogContent::group_offsets).value();
  CHECK(told["value"]["data"]["members"][0]["subscription"]["topics"] == Json::array({"orders"}));
  CHECK(told["value"]["data"]["members"][0]["subscription"]["userData"].is_null());
}

TEST_CASE("transactional ids are told in both versions of their values") {
  TransactionLogValue value;
  value.producer_id = ProducerId{4};
  value.next_producer_id = ProducerId{5};
  value.transaction_status = TransactionStatus::ongoing;
  value.transaction_partitions.emplace().push_back({"orders", {PartitionIndex{1}}});
  const auto key = encode_transaction_key({"shop"});
  for (const auto version : {TransactionValueVersion::v0, TransactionValueVersion::v1}) {
    const Json json =
        decode_record(record_of(key, encode_transaction_value(value, version)), LogContent::transaction_state).value();
    CHECK(json["key"]["data"]["transactionalId"] == "shop");
    CHECK(json["value"]["type"] == "TransactionLogValue");
    CHECK(json["value"]["data"]["producerId"] == 4);
    CHECK(json["value"]["data"]["transactionStatus"] == 1);
    CHECK(json["value"]["data"]["transactionPartitions"][0]["partitionIds"] == Json::array({1}));
    CHECK(json["value"]["data"].contains("nextProducerId") == (version == TransactionValueVersion::v1));
  }
}

TEST_CASE("control records are told by their type") {
  LeaderChangeMessage change;
  change.leader_id = NodeId{3000};
  change.voters = {{NodeId{3000}, {}}};
  const RecordBatch leader = build_leader_change_batch(encode_leader_change(change), Timestamp{1});
  const auto records = decode_records(leader);
  REQUIRE(records);
  const Json json = decode_control((*records)[0]);
  CHECK(json["type"] == "LEADER_CHANGE");
  CHECK(json["data"]["leaderId"] == 3000);
  CHECK(json["data"]["voters"][0]["voterId"] == 3000);
  const auto footer = decode_records(build_control_batch(ControlType::snapshot_footer, std::vector<std::byte>(3), {}));
  CHECK(decode_control((*footer)[0])["type"] == "SNAPSHOT_FOOTER");
  const auto key = to_vector(as_bytes(std::string{"\0\0\0\x63", 4}));
  CHECK(decode_control(record_of(key, key))["type"] == "unknown");
}

TEST_CASE("the value of an unknown type is bytes and its first two are no version") {
  const auto key = to_vector(as_bytes(std::string{"\0Mx", 3}));
  const auto value = to_vector(as_bytes("yy"));
  for (const LogContent content : {LogContent::group_offsets, LogContent::transaction_state}) {
    const Json json = decode_record(record_of(key, value), content).value();
    CHECK(json["key"].dump() == R"({"type":"unknown","version":77,"bytes":"78"})");
    CHECK(json["value"].dump() == R"({"type":"unknown","bytes":"7979"})");
    CHECK(decode_record(record_of({}, value), content)->at("value")["bytes"] == "7979");
  }
}

TEST_CASE("a log on its way holds what it held before") {
  const std::string id = ".0123456789abcdef0123456789abcdef";
  CHECK(content_of_directory("__consumer_offsets-12" + id + "-future") == LogContent::group_offsets);
  CHECK(content_of_directory("__transaction_state-0" + id + "-delete") == LogContent::transaction_state);
  CHECK(content_of_directory("orders-0" + id + "-stray") == LogContent::plain);
}

#include "core/wire/codec.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/message/api_versions.hpp"
#include "core/message/fetch.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/metadata.hpp"
#include "core/message/offset_commit.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/produce.hpp"
#include "core/message/version.hpp"
#include "core/wire/metadata_record_codec.hpp"
#include "tests/core/wire/round_trip.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;

namespace {

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

nlohmann::json vectors(const std::string& file) {
  std::ifstream in{kafkasim::test::source_dir() + "/tests/data/" + file};
  return nlohmann::json::parse(in).at("vectors");
}

const std::vector<ApiKey>& all_apis() {
  static const std::vector<ApiKey> keys = [] {
    std::vector<ApiKey> found;
    for (std::int16_t number = -1; number < 100; ++number) {
      if (is_known_api(number)) found.push_back(static_cast<ApiKey>(number));
    }
    return found;
  }();
  return keys;
}

ApiKey api_of(const std::string& name) {
  for (const ApiKey key : all_apis()) {
    if (api_name(key) == name) return key;
  }
  FAIL("no API is called " << name);
  return ApiKey::fetch;
}

Result<Message> decode_hex(ApiKey api, MessageKind kind, std::int16_t version, const std::string& hex) {
  return decode(api, kind, version, SharedBytes{from_hex(hex)}, {});
}

std::uint64_t hash_of(const Message& message, std::int16_t version) {
  RunningHash hash;
  hash_message(message, version, hash);
  return hash.value();
}

RecordBatch small_batch(Origin origin) {
  RecordBatch batch;
  batch.header.batch_length = static_cast<std::int32_t>(batch_header_size - log_overhead) + 3;
  batch.header.crc = 17;
  batch.body = SharedBytes{to_vector(as_bytes("abc")), origin};
  return batch;
}

Message produce(std::vector<RecordBatch> batches) {
  ProduceRequest::Partition partition;
  partition.records.batches = std::move(batches);
  ProduceRequest request;
  request.topic_data.push_back({.topic_id = Uuid{1, 2}, .partition_data = {partition}});
  return Message::of(std::move(request));
}

}  // namespace

TEST_CASE("requests that KafkaJS wrote are read and written back byte for byte") {
  std::size_t checked = 0;
  for (const auto& vector : vectors("wire_vectors.json")) {
    const ApiKey api = api_of(vector.at("api").get<std::string>());
    const auto version = vector.at("version").get<std::int16_t>();
    const auto hex = vector.at("hex").get<std::string>();
    INFO(api_name(api) << " v" << version << " " << hex);
    const Result<Message> message = decode_hex(api, MessageKind::request, version, hex);
    REQUIRE(message);
    CHECK(to_hex(test::encoded(*message, version).bytes.span()) == hex);
    ++checked;
  }
  CHECK(checked >= 42);
}

TEST_CASE("bytes made from the schemas of Kafka are read and written back in every version") {
  std::size_t checked = 0;
  for (const auto& vector : vectors("schema_vectors.json")) {
    const auto name = vector.at("name").get<std::string>();
    const auto kind = vector.at("kind").get<std::string>();
    const auto version = vector.at("version").get<std::int16_t>();
    const auto hex = vector.at("hex").get<std::string>();
    INFO(name << " " << kind << " v" << version << " " << hex);
    if (kind == "metadata") {
      const Result<MetadataRecord> record = decode_metadata_record(from_hex(hex));
      INFO((record ? std::string{} : record.error().message));
      REQUIRE(record.has_value());
      CHECK(to_hex(encode_metadata_record(*record)) == hex);
    } else {
      const auto side = kind == "request" ? MessageKind::request : MessageKind::response;
      const Result<Message> message = decode_hex(api_of(name), side, version, hex);
      INFO((message ? std::string{} : message.error().message));
      REQUIRE(message.has_value());
      CHECK(to_hex(test::encoded(*message, version).bytes.span()) == hex);
    }
    ++checked;
  }
  CHECK(checked > 700);
}

TEST_CASE("the newest version of each API is the one that our machines speak") {
  CHECK(all_apis().size() == 53);
  for (const ApiKey key : all_apis()) {
    INFO(api_name(key));
    CHECK(newest_version(key) == spoken_version(key));
    CHECK(oldest_version(key) <= newest_version(key));
  }
}

TEST_CASE("a version that Kafka 4 does not serve is refused") {
  const Result<Message> old = decode_hex(ApiKey::produce, MessageKind::request, 2, "00");
  REQUIRE_FALSE(old);
  CHECK(old.error().message == "Produce request v2 is not supported");
  CHECK_FALSE(decode_hex(ApiKey::heartbeat, MessageKind::request, 5, "00"));
  CHECK_THROWS_AS(encoded_size(Message::of(HeartbeatRequest{}), 5), InternalError);
}

TEST_CASE("an array that claims more elements than bytes are left is refused before memory is taken") {
  // OffsetCommit response v7: throttle time and two thousand million topics
  const Result<Message> message = decode_hex(ApiKey::offset_commit, MessageKind::response, 7, "000000007fffffff");
  REQUIRE_FALSE(message);
  CHECK(message.error().message.find("more elements or bytes than are left") != std::string::npos);
  CHECK_FALSE(decode_hex(ApiKey::offset_commit, MessageKind::response, 9, "00000000ffffffff0f00"));
}

TEST_CASE("an unknown tagged field is passed over and lost") {
  // Heartbeat response v4: throttle time 5, error 27, one tag 9 of two bytes
  const Result<Message> message = decode_hex(ApiKey::heartbeat, MessageKind::response, 4, "00000005001b010902ffff");
  REQUIRE(message);
  CHECK((message->as<HeartbeatResponse>()
         == HeartbeatResponse{.throttle_time = milliseconds(5), .error_code = ErrorCode::rebalance_in_progress}));
  CHECK(to_hex(test::encoded(*message, 4).bytes.span()) == "00000005001b00");
}

TEST_CASE("a tagged field that is longer or shorter than it says is refused") {
  // ApiVersions response v3: no error, no keys, no throttle; tag 1 is the int64 of the features epoch
  CHECK(decode_hex(ApiKey::api_versions, MessageKind::response, 3, "00000100000000010108000000000000000a"));
  CHECK_FALSE(decode_hex(ApiKey::api_versions, MessageKind::response, 3, "0000010000000001010700000000000000"));
  CHECK_FALSE(decode_hex(ApiKey::api_versions, MessageKind::response, 3, "00000100000000010109000000000000000a00"));
}

TEST_CASE("Metadata of all topics is an empty list in version 0 and null later") {
  const Message all = Message::of(MetadataRequest{});
  CHECK(to_hex(test::encoded(all, 0).bytes.span()) == "00000000");
  CHECK(to_hex(test::encoded(all, 1).bytes.span()) == "ffffffff");
  CHECK_FALSE(
      decode_hex(ApiKey::metadata, MessageKind::request, 0, "00000000")->as<MetadataRequest>().topics.has_value());
  const Result<Message> none = decode_hex(ApiKey::metadata, MessageKind::request, 1, "00000000");
  REQUIRE(none);
  REQUIRE(none->as<MetadataRequest>().topics.has_value());
  CHECK(none->as<MetadataRequest>().topics->empty());
}

TEST_CASE("a follower names itself in a tagged field from Fetch version 15 on") {
  FetchRequest request;
  request.replica_state = {NodeId{3}, BrokerEpoch{77}};
  const Message message = Message::of(request);
  CHECK(project(message, 14).as<FetchRequest>().replica_state == FetchRequest::ReplicaState{NodeId{3}, std::nullopt});
  CHECK(project(message, 15).as<FetchRequest>().replica_state == request.replica_state);
  const Message consumer = Message::of(FetchRequest{});
  CHECK(encoded_size(consumer, 15) + 4 == encoded_size(consumer, 14));
}

TEST_CASE("OffsetFetch asks for one group up to version 7 and for many later") {
  OffsetFetchRequest request;
  request.groups.push_back({.group_id = "one"});
  request.groups.push_back({.group_id = "two"});
  CHECK(project(Message::of(request), 7).as<OffsetFetchRequest>().groups.size() == 1);
  CHECK(project(Message::of(request), 8).as<OffsetFetchRequest>().groups.size() == 2);
}

TEST_CASE("batches share the bytes of the frame unless origins are given") {
  const Message message = produce({small_batch({4, 10}), small_batch({5, 0})});
  const test::Encoded out = test::encoded(message, 13);
  REQUIRE(out.origins == std::vector<Origin>{{4, 10}, {5, 0}});
  const auto batch_of = [](const Result<Message>& decoded, std::size_t i) {
    return decoded->as<ProduceRequest>().topic_data.front().partition_data.front().records.batches.at(i);
  };
  const Result<Message> shared = decode(ApiKey::produce, MessageKind::request, 13, out.bytes, {});
  REQUIRE(shared);
  CHECK_FALSE(batch_of(shared, 0).body.origin().known());
  const Result<Message> rebuilt = decode(ApiKey::produce, MessageKind::request, 13, out.bytes, out.origins);
  REQUIRE(rebuilt);
  CHECK(batch_of(rebuilt, 0).body.origin() == Origin{4, 10});
  CHECK(batch_of(rebuilt, 1).body.origin() == Origin{5, 0});
  CHECK_FALSE(decode(ApiKey::produce, MessageKind::request, 13, out.bytes, {Origin{4, 10}}));
}

TEST_CASE("the hash of a message follows what its version carries and nothing else") {
  const HeartbeatRequest plain{.group_id = "g", .generation_id = Generation{1}, .member_id = "m"};
  HeartbeatRequest with_instance = plain;
  with_instance.group_instance_id = "i";
  CHECK(hash_of(Message::of(plain), 2) == hash_of(Message::of(with_instance), 2));
  CHECK(hash_of(Message::of(plain), 4) != hash_of(Message::of(with_instance), 4));
  CHECK(hash_of(Message::of(plain), 3) != hash_of(Message::of(plain), 4));
  const Message batch = produce({small_batch({})});
  RecordBatch other = small_batch({});
  other.header.crc = 18;
  CHECK(hash_of(batch, 13) != hash_of(produce({other}), 13));
}

TEST_CASE("a retention time beyond what the clock can count is cut to its end") {
  // OffsetCommit request v2: group, generation, member, retention time, no topics
  const std::string before =
      "000167"
      "00000001"
      "00016d";
  const Result<Message> most = decode_hex(ApiKey::offset_commit, MessageKind::request, 2, before + "7fffffffffffffff" "00000000");
  const Result<Message> least = decode_hex(ApiKey::offset_commit, MessageKind::request, 2, before + "8000000000000000" "00000000");
  REQUIRE(most);
  REQUIRE(least);
  CHECK(most->as<OffsetCommitRequest>().retention_time->whole_ms() == INT64_MAX / 1'000'000);
  CHECK(least->as<OffsetCommitRequest>().retention_time->whole_ms() == -(INT64_MAX / 1'000'000));
}

#include "core/wire/dissect.hpp"

#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/message/alter_partition.hpp"
#include "core/message/fetch.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/join_group.hpp"
#include "core/message/offset_fetch.hpp"
#include "core/message/produce.hpp"
#include "core/record/record.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "tests/core/wire/round_trip.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim;

namespace {

std::string lines_of(const Dissected& apart, std::size_t most = 1000) {
  std::string text;
  for (const DissectedField& field : apart.fields) {
    if (most-- == 0) break;
    text += fmt::format("{:{}}{}: {} @{}+{}\n", "", 2 * field.depth, field.name, field.value, field.at, field.size);
  }
  return text;
}

const DissectedField* field_named(const Dissected& apart, std::string_view name) {
  const auto found = std::ranges::find(apart.fields, name, &DissectedField::name);
  return found == apart.fields.end() ? nullptr : &*found;
}

RecordBatch batch_of(int count, Compression compression = {}) {
  BatchBuilder builder{TimestampType::create, compression};
  for (int i = 0; i < count; ++i) {
    const std::string key = "k" + std::to_string(i);
    const std::string value{i % 2 == 0 ? "plain" : "\x01\x02"};
    builder.append(Timestamp{1000}, as_bytes(key), as_bytes(value));
  }
  return builder.build();
}

Dissected produce_of(RecordBatch batch) {
  ProduceRequest::Partition partition;
  partition.records.batches = {std::move(batch)};
  ProduceRequest request;
  request.topic_data.push_back({.topic_id = Uuid{1, 2}, .partition_data = {std::move(partition)}});
  return dissect(Message::of(std::move(request)), 13);
}

std::vector<std::byte> bytes_of_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

TEST_CASE("messages made from the schemas of Kafka come apart into the bytes that they are sent as") {
  std::ifstream in{test::source_dir() + "/tests/data/schema_vectors.json"};
  const nlohmann::json data = nlohmann::json::parse(in);
  std::set<std::pair<ApiKey, MessageKind>> seen;
  const auto apis = known_apis();
  for (const auto& vector : data.at("vectors")) {
    if (vector.at("kind") == "metadata") continue;
    const auto name = vector.at("name").get<std::string>();
    const auto api = std::ranges::find_if(apis, [&](ApiKey key) { return api_name(key) == name; });
    REQUIRE(api != apis.end());
    const auto kind = vector.at("kind") == "request" ? MessageKind::request : MessageKind::response;
    const SharedBytes bytes{bytes_of_hex(vector.at("hex").get<std::string>())};
    const Result<Message> message = decode(*api, kind, vector.at("version").get<std::int16_t>(), bytes, {});
    REQUIRE(message.has_value());
    for (std::int16_t version = oldest_version(*api); version <= newest_version(*api); ++version) {
      INFO(name << " v" << version);
      test::check_dissected(*message, version);
    }
    seen.insert({*api, kind});
  }
  CHECK(seen.size() >= 66);  // three APIs have no vectors: they come apart where their descriptions are tested, as all do
}

TEST_CASE("a heartbeat comes apart into Kafka's fields") {
  const Message message = Message::of(HeartbeatRequest{.group_id = "shop", .generation_id = Generation{7}, .member_id = "m1"});
  CHECK(lines_of(dissect(message, 3)) ==
        "GroupId: \"shop\" @0+6\n"
        "GenerationId: 7 @6+4\n"
        "MemberId: \"m1\" @10+4\n"
        "GroupInstanceId: null @14+2\n");
  const Message answer = Message::of(HeartbeatResponse{.throttle_time = milliseconds(5), .error_code = ErrorCode::rebalance_in_progress});
  CHECK(lines_of(dissect(answer, 4)) ==
        "ThrottleTimeMs: 5 @0+4\n"
        "ErrorCode: REBALANCE_IN_PROGRESS (27) @4+2\n");
}

TEST_CASE("elements of a list stand below it and tagged fields begin at their tag") {
  FetchResponse::Partition partition{.partition_index = PartitionIndex{2}, .error_code = ErrorCode::fenced_leader_epoch};
  partition.current_leader = LeaderIdAndEpoch{NodeId{3}, LeaderEpoch{9}};
  FetchResponse response;
  response.responses.push_back({.topic_id = Uuid{1, 2}, .partitions = {partition, {.partition_index = PartitionIndex{5}}}});
  const Dissected apart = dissect(Message::of(response), 16);
  const DissectedField* leader = field_named(apart, "CurrentLeader");
  REQUIRE(leader != nullptr);
  CHECK(leader->depth == 4);
  CHECK(apart.bytes[leader->at] == std::byte{1});  // its tag
  CHECK(leader->size == 2 + 4 + 4 + 1);
  CHECK((leader + 1)->name == "LeaderId");
  CHECK((leader + 1)->at == leader->at + 2);
  CHECK((leader + 3)->name == "[1]");  // the next partition: it has no tagged field whose name could stick to it
  CHECK((leader + 3)->depth == 3);
  CHECK(field_named(apart, "Partitions")->value == "2 elements");
}

TEST_CASE("what old versions called otherwise has its old name") {
  AlterPartitionRequest::Partition partition;
  partition.new_isr_with_epochs = {{.broker_id = NodeId{1}}, {.broker_id = NodeId{2}}};
  AlterPartitionRequest request;
  request.topics.push_back({.partitions = {partition}});
  const Dissected old = dissect(Message::of(request), 2);
  REQUIRE(field_named(old, "NewIsr") != nullptr);
  CHECK(field_named(old, "NewIsr")->value == "2 elements");
  CHECK(field_named(old, "NewIsrWithEpochs") == nullptr);
  CHECK(field_named(dissect(Message::of(request), 3), "NewIsrWithEpochs") != nullptr);
  OffsetFetchRequest fetch;
  fetch.groups.push_back({.group_id = "shop"});
  CHECK(dissect(Message::of(fetch), 7).fields.front().name == "GroupId");  // the only group stands in the request itself
  CHECK(dissect(Message::of(fetch), 8).fields.front().name == "Groups");
}

TEST_CASE("a batch comes apart into its header and its records") {
  const Dissected apart = produce_of(batch_of(2));
  const DissectedField* base = field_named(apart, "BaseOffset");
  REQUIRE(base != nullptr);
  CHECK((base - 1)->name == "[0]");
  CHECK((base - 1)->at == base->at);
  CHECK((base - 2)->name == "Records");
  CHECK(field_named(apart, "Crc")->value.ends_with("as it must be"));
  CHECK(field_named(apart, "Attributes")->value == "0: not compressed");
  const DissectedField* first = field_named(apart, "Record 0");
  REQUIRE(first != nullptr);
  CHECK(first->value == "key \"k0\", value \"plain\"");
  CHECK(first->at == base->at + batch_header_size);
  CHECK((first + 1)->value == "key \"k1\", value 0x0102");
  CHECK((first + 1)->at == first->at + first->size);
}

TEST_CASE("a batch with a wrong checksum says so") {
  RecordBatch batch = batch_of(1);
  ++batch.header.crc;
  CHECK(field_named(produce_of(batch), "Crc")->value.ends_with("WRONG"));
}

TEST_CASE("of a large batch the first records are shown and of a compressed one none") {
  const Dissected large = produce_of(batch_of(70));
  CHECK(field_named(large, "Record 49") != nullptr);
  CHECK(field_named(large, "Record 50") == nullptr);
  CHECK(large.fields.back().value == "20 more records");
  CHECK(large.fields.back().at + large.fields.back().size < large.bytes.size());
  const Dissected packed = produce_of(batch_of(70, {.codec = Codec::gzip}));
  CHECK(field_named(packed, "Record 0") == nullptr);
  CHECK(packed.fields.back().value.ends_with("compressed"));
  CHECK(field_named(packed, "Attributes")->value == "1: gzip");
}

TEST_CASE("a frame comes apart with its header") {
  const Envelope request{17, 4, "me", Message::of(HeartbeatRequest{.group_id = "g"})};
  const Dissected apart = dissect(request);
  ByteWriter out;
  encode_frame(request, out, nullptr);
  CHECK(apart.bytes == out.take());
  CHECK(lines_of(apart, 6) ==
        "Size: 22 @0+4\n"
        "RequestApiKey: 12 (Heartbeat) @4+2\n"
        "RequestApiVersion: 4 @6+2\n"
        "CorrelationId: 17 @8+4\n"
        "ClientId: \"me\" @12+4\n"
        "GroupId: \"g\" @17+2\n");
  const Envelope answer{17, 3, "me", Message::of(HeartbeatResponse{})};
  CHECK(lines_of(dissect(answer), 3) ==
        "Size: 10 @0+4\n"
        "CorrelationId: 17 @4+4\n"
        "ThrottleTimeMs: 0 @8+4\n");
}

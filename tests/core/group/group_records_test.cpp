#include "core/group/group_records.hpp"

#include <catch2/catch.hpp>

#include "core/record/control_record.hpp"
#include "core/record/record.hpp"
#include "core/wire/consumer_protocol_codec.hpp"
#include "core/wire/group_record_codec.hpp"

using namespace kafkasim;

namespace {

const TopicPartition orders{"orders", PartitionIndex{0}};

OffsetCommitValue at(std::int64_t offset) { return {Offset{offset}, LeaderEpoch{1}, "m", Timestamp{5}, {}}; }

RecordBatch raw(const std::vector<std::byte>& key, std::optional<std::vector<std::byte>> value) {
  BatchBuilder builder;
  builder.append(Timestamp{1}, ByteSpan{key}, value ? std::optional{ByteSpan{*value}} : std::nullopt);
  return builder.build();
}

GroupMetadataValue generation(std::int32_t number) {
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = Generation{number};
  return value;
}

}  // namespace

TEST_CASE("what a group stores is read back and of one key the later record stands", "[group]") {
  const LoadedGroups loaded = read_group_log(
      {offsets_batch("g", {{orders, at(1)}}, Timestamp{1}), group_metadata_batch("g", generation(1), Timestamp{1}),
       offsets_batch("g", {{orders, at(2)}}, Timestamp{1}), group_metadata_batch("g", generation(2), Timestamp{1})});
  CHECK(loaded.passed_over == 0);
  REQUIRE(loaded.groups.size() == 1);
  CHECK(loaded.groups.at("g").offsets.at(orders) == at(2));
  CHECK(loaded.groups.at("g").metadata->generation == Generation{2});
}

TEST_CASE("a tombstone removes an offset or a group", "[group]") {
  const std::vector<RecordBatch> log = {offsets_batch("g", {{orders, at(1)}}, Timestamp{1}),
                                        group_metadata_batch("g", generation(1), Timestamp{1}),
                                        raw(encode_group_key(GroupMetadataKey{"g"}), std::nullopt)};
  LoadedGroups loaded = read_group_log(log);
  CHECK_FALSE(loaded.groups.at("g").metadata);
  CHECK(loaded.groups.at("g").offsets.size() == 1);
  std::vector<RecordBatch> longer = log;
  longer.push_back(raw(encode_group_key(OffsetCommitKey{"g", "orders", PartitionIndex{0}}), std::nullopt));
  CHECK(read_group_log(longer).groups.empty());
}

TEST_CASE("records of the offsets topic that cannot be read are counted and the others are kept", "[group]") {
  const std::vector<std::byte> strange(3, std::byte{0x7f});
  const LoadedGroups loaded = read_group_log(
      {raw(strange, strange), raw(encode_group_key(OffsetCommitKey{"g", "orders", PartitionIndex{0}}), strange),
       raw(encode_group_key(GroupMetadataKey{"g"}), strange), offsets_batch("g", {{orders, at(4)}}, Timestamp{1})});
  CHECK(loaded.passed_over == 3);
  CHECK(loaded.first_fault);
  CHECK(loaded.groups.at("g").offsets.at(orders) == at(4));
}

TEST_CASE("offsets of a transaction stand where they were written once a marker commits it", "[group]") {
  const auto in_transaction = [](std::int64_t offset) {
    return transactional_offsets_batch("g", {{orders, at(offset)}}, ProducerId{7}, ProducerEpoch{0}, Timestamp{1});
  };
  const auto ends = [](TransactionOutcome outcome) {
    return build_end_transaction_batch(ProducerId{7}, ProducerEpoch{0}, {outcome, 1}, Timestamp{1});
  };
  const auto stored_at = [](RecordBatch batch, std::int64_t base) {
    batch.header.base_offset = base;
    return batch;
  };
  const LoadedGroups open = read_group_log({in_transaction(4)});
  CHECK(open.groups.empty());
  CHECK(open.open.at(ProducerId{7}).at("g").at(orders) == at(4));
  const LoadedGroups committed = read_group_log({in_transaction(4), ends(TransactionOutcome::commit)});
  CHECK(committed.groups.at("g").offsets.at(orders) == at(4));
  CHECK(committed.open.empty());
  const LoadedGroups aborted = read_group_log({in_transaction(4), ends(TransactionOutcome::abort)});
  CHECK(aborted.groups.empty());
  CHECK(aborted.open.empty());
  const LoadedGroups overtaken =
      read_group_log({stored_at(in_transaction(4), 0), stored_at(offsets_batch("g", {{orders, at(6)}}, Timestamp{1}), 1),
                      stored_at(ends(TransactionOutcome::commit), 2)});
  CHECK(overtaken.groups.at("g").offsets.at(orders) == at(6));
}

TEST_CASE("an assignment is read as partitions and strange bytes as none", "[group]") {
  const ConsumerProtocolAssignment assignment{{{"orders", {PartitionIndex{0}, PartitionIndex{2}}}}, std::nullopt};
  CHECK(assigned_partitions(encode_consumer_protocol(assignment))
        == std::vector<TopicPartition>{orders, {"orders", PartitionIndex{2}}});
  CHECK(assigned_partitions({}).empty());
  CHECK(assigned_partitions(std::vector<std::byte>(5, std::byte{0xff})).empty());
}

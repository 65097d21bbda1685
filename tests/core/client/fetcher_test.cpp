#include "core/client/fetcher.hpp"

#include <catch2/catch.hpp>

#include "core/record/control_record.hpp"
#include "tests/core/client/consumer_rig.hpp"
#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ConsumerRig fetching_reader(ConsumerConfig config = from_earliest()) {
  return ConsumerRig{config, ConsumePartitions{{orders0}}, 1};
}

}  // namespace

TEST_CASE("a fetch carries the leader epoch and the topic id and the limits of the configuration") {
  ConsumerRig rig = fetching_reader();
  rig.cluster.at("orders", 0).epoch = LeaderEpoch{6};
  (void)rig.poll();
  rig.cluster.serve(rig.bench);
  REQUIRE(rig.cluster.held.size() == 1);
  const auto& request = rig.cluster.held.front().envelope.message.as<FetchRequest>();
  CHECK(request.topics.front().topic_id == rig.cluster.topics.at("orders").id);
  CHECK(request.topics.front().partitions.front().current_leader_epoch == LeaderEpoch{6});
  CHECK(request.topics.front().partitions.front().partition_max_bytes == 1'048'576);
  CHECK(request.max_wait == milliseconds(500));
  CHECK(request.session_epoch == 0);
}

TEST_CASE("records below the position in the first batch are skipped") {
  ConsumerRig rig = fetching_reader();
  rig.cluster.at("orders", 0).start = 0;
  rig.write(0, {"a", "b", "c"});
  rig.cluster.at("orders", 0).start = 1;  // the log begins within the batch
  rig.poll_for(milliseconds(100));
  CHECK(rig.got == std::vector<std::string>{"b", "c"});
}

TEST_CASE("control batches are skipped and the position moves past them") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a"});
  RecordBatch control = build_control_batch(ControlType::commit, as_bytes("x"), Timestamp{1});
  control.header.base_offset = 1;
  rig.cluster.at("orders", 0).log.push_back(control);
  rig.poll_for(milliseconds(100));
  CHECK(rig.got == std::vector<std::string>{"a"});
  CHECK(rig.bench.machine.position(orders0) == Offset{2});
}

TEST_CASE("a position that is out of range is reset") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a", "b"});
  rig.poll_for(milliseconds(100));
  rig.cluster.at("orders", 0).log.pop_back();  // an unclean election lost the end of the log
  rig.write(0, {"c"});
  rig.poll_for(seconds(1));
  CHECK(rig.got == std::vector<std::string>{"a", "b", "c"});
  CHECK(rig.bench.noted<trace::PositionReset>().size() == 2);
  CHECK(rig.bench.noted<trace::ClientSawError>().back().error == ErrorCode::offset_out_of_range);
}

TEST_CASE("latest begins at the end of the log") {
  ConsumerConfig config;
  ConsumerRig rig = fetching_reader(config);
  rig.write(0, {"old"});
  rig.poll_for(milliseconds(100));
  rig.write(0, {"new"});
  rig.poll_for(milliseconds(600));
  CHECK(rig.got == std::vector<std::string>{"new"});
}

TEST_CASE("a consumer follows the leader that a fetch error names") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(100));
  rig.write(0, {"b"});
  rig.cluster.at("orders", 0).leader = NodeId{2};
  rig.cluster.at("orders", 0).epoch = LeaderEpoch{1};
  rig.poll_for(milliseconds(20));
  CHECK(rig.got == std::vector<std::string>{"a", "b"});
}

TEST_CASE("after a fetch error the partition waits for the retry backoff") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a"});
  rig.cluster.errors[ApiKey::fetch] = {ErrorCode::unknown_leader_epoch, ErrorCode::unknown_leader_epoch};
  rig.poll_for(milliseconds(70));
  CHECK(rig.got.empty());
  rig.poll_for(milliseconds(200));
  CHECK(rig.got.size() == 1);
}

TEST_CASE("a damaged batch ends the consumer") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a"});
  rig.cluster.at("orders", 0).log.front().header.crc ^= 1;
  rig.poll_for(milliseconds(100));
  CHECK(rig.got.empty());
  REQUIRE(rig.bench.exit);
  CHECK_FALSE(rig.bench.exit->orderly);
}

TEST_CASE("records of different leader epochs are handed out apart") {
  ConsumerRig rig = fetching_reader();
  rig.write(0, {"a"});
  rig.cluster.at("orders", 0).epoch = LeaderEpoch{3};
  rig.write(0, {"b"});
  rig.poll_for(milliseconds(100));
  const auto delivered = rig.bench.noted<trace::RecordsDelivered>();
  REQUIRE(delivered.size() == 2);
  CHECK(delivered[0].leader_epoch == LeaderEpoch{0});
  CHECK(delivered[1].leader_epoch == LeaderEpoch{3});
}

TEST_CASE("a reader of committed records leaves out aborted transactions up to their marker") {
  ConsumerConfig config = from_earliest();
  config.isolation_level = "read_committed";
  ConsumerRig rig = fetching_reader(config);
  ModelPartition& partition = rig.cluster.at("orders", 0);
  const auto transactional = [&](const std::string& value, std::int64_t producer) {
    BatchBuilder builder;
    builder.append(Timestamp{1}, std::nullopt, as_bytes(value));
    RecordBatch batch =
        builder.build({}, ProducerFields{ProducerId{producer}, ProducerEpoch{0}, Sequence{0}}, Transactional::yes);
    batch.header.base_offset = partition.end();
    batch.header.partition_leader_epoch = 0;
    partition.log.push_back(batch);
  };
  const auto end = [&](std::int64_t producer, TransactionOutcome outcome) {
    RecordBatch marker =
        build_end_transaction_batch(ProducerId{producer}, ProducerEpoch{0}, {outcome, 0}, Timestamp{1});
    marker.header.base_offset = partition.end();
    partition.log.push_back(marker);
  };
  transactional("kept", 7);
  transactional("gone", 8);
  rig.write(0, {"plain"});
  transactional("gone too", 8);
  end(8, TransactionOutcome::abort);
  end(7, TransactionOutcome::commit);
  transactional("next", 8);
  end(8, TransactionOutcome::commit);
  partition.aborted = {{ProducerId{8}, Offset{1}}};
  rig.poll_for(milliseconds(100));
  CHECK(rig.got == std::vector<std::string>{"kept", "plain", "next"});
  CHECK(rig.bench.machine.position(orders0) == Offset{8});
}

namespace {

ConsumerConfig in_rack() {
  ConsumerConfig config = from_earliest();
  config.client_rack = "c";
  config.metadata_max_age = seconds(5);
  return config;
}

// Who was asked for records, in turn.
std::vector<std::int32_t> asked_for_records(ConsumerRig& rig) {
  std::vector<std::int32_t> nodes;
  for (const Sent& sent : rig.cluster.held) nodes.push_back(node_of(sent.to));
  return nodes;
}

}  // namespace

TEST_CASE("a consumer reads from the follower that the leader names for its rack") {
  ConsumerRig rig = fetching_reader(in_rack());
  rig.cluster.at("orders", 0).sends_to = NodeId{3};
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(100));
  CHECK(rig.got == std::vector<std::string>{"a"});
  CHECK(asked_for_records(rig) == std::vector<std::int32_t>{3});
  REQUIRE(rig.cluster.held.size() == 1);
  CHECK(rig.cluster.held.front().envelope.message.as<FetchRequest>().rack_id == "c");
}

TEST_CASE("a consumer asks the leader again when the follower that it named is older than metadata may be") {
  ConsumerRig rig = fetching_reader(in_rack());
  rig.cluster.at("orders", 0).sends_to = NodeId{3};
  rig.write(0, {"a"});
  rig.poll_for(seconds(4));
  rig.cluster.at("orders", 0).sends_to.reset();
  rig.cluster.held.clear();
  rig.write(0, {"b"});
  rig.poll_for(seconds(40));  // the request to the follower times out, and it is forgotten
  CHECK(rig.got == std::vector<std::string>{"a", "b"});
  CHECK(asked_for_records(rig) == std::vector<std::int32_t>{1});
}

TEST_CASE("a consumer asks for metadata at once when it is sent to a broker that it does not know") {
  ConsumerRig rig = fetching_reader(in_rack());
  rig.cluster.brokers = {1, 2};
  rig.poll_for(seconds(6));  // metadata that are too old are asked for again
  rig.cluster.brokers = {1, 2, 3};
  rig.cluster.at("orders", 0).sends_to = NodeId{3};
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(500));
  CHECK(rig.got == std::vector<std::string>{"a"});
  CHECK(asked_for_records(rig) == std::vector<std::int32_t>{3});
}

TEST_CASE("what a follower does not have a consumer asks of the leader before it resets its position") {
  ConsumerRig rig = fetching_reader(in_rack());
  rig.cluster.at("orders", 0).sends_to = NodeId{3};
  rig.write(0, {"a"});
  rig.poll_for(milliseconds(100));
  rig.cluster.errors[ApiKey::fetch] = {ErrorCode::offset_out_of_range};
  rig.cluster.at("orders", 0).sends_to.reset();
  rig.write(0, {"b"});
  rig.poll_for(milliseconds(100));
  CHECK(rig.got == std::vector<std::string>{"a", "b"});
  CHECK(rig.bench.noted<trace::PositionReset>().size() == 1);  // at the start only
}

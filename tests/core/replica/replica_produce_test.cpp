// Produce, and appends of coordinators.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

NodeConfig min_isr(std::int64_t count) {
  NodeConfig config;
  config.topic_defaults.min_insync_replicas = count;
  return config;
}

}  // namespace

TEST_CASE("with acks 1 the leader answers when it has appended", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  const int request = c.produce(1, "a", 1);
  REQUIRE(c.produced(request));
  CHECK(c.produced(request)->error_code == ErrorCode::none);
  CHECK(c.produced(request)->base_offset == Offset{0});
  CHECK(c.produced(request)->log_start_offset == Offset{0});
  const auto notes = c.notes<trace::ProduceAnswered>(1);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].acks == 1);
  CHECK(notes[0].high_watermark == Offset{0});
}

TEST_CASE("a leader notes the bytes that it was sent and not only those that it stores", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {{"compression.type", "gzip"}});
  c.carry();
  const RecordBatch batch = make_batch({.records = 3, .value = std::string(1'000, 'x')});
  const int request = c.produce(1, batch);
  c.carry();
  REQUIRE(c.outcome(request) == ErrorCode::none);
  const auto led = c.notes<trace::LogAppended>(1);
  REQUIRE(led.size() == 1);
  CHECK(led[0].received_bytes == batch.size_bytes());
  CHECK(led[0].batches.at(0).size_bytes < batch.size_bytes());
  const auto followed = c.notes<trace::LogAppended>(2);
  REQUIRE(followed.size() == 1);
  CHECK(followed[0].received_bytes == 0);
}

TEST_CASE("with acks 0 nothing is answered and an error closes the connection", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  const int good = c.produce(1, "a", 0);
  CHECK_FALSE(c.produced(good));
  CHECK(c.count_of<NoAnswer>(1) == 1);
  CHECK(c.log_end(1) == 1);
  (void)c.produce(2, "a", 0);
  CHECK(c.count_of<NoAnswer>(2) == 0);
  CHECK(c.count_of<Close>(2) == 1);
}

TEST_CASE("acks other than all or 1 or 0 are refused", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  CHECK(c.outcome(c.produce(1, "a", 2)) == ErrorCode::invalid_required_acks);
  CHECK(c.log_end(1) == 0);
}

TEST_CASE("with acks all nothing is written while the ISR is under min insync replicas", "[replica]") {
  Cluster c{3, min_isr(2)};
  c.add_topic({1, 2, 3});
  c.elect(1, {1});
  CHECK(c.outcome(c.produce(1, "a")) == ErrorCode::not_enough_replicas);
  CHECK(c.log_end(1) == 0);
  CHECK(c.outcome(c.produce(1, "a", 1)) == ErrorCode::none);  // acks=1 does not ask
  CHECK(c.high_watermark(1) == 0);                            // but is not committed either
}

TEST_CASE("records with acks all wait while the ISR is under min insync replicas and complete when it has grown",
          "[replica]") {
  Cluster c{3, min_isr(2)};
  c.add_topic({1, 2, 3});
  c.carry();
  c.cut = {{2, 1}, {3, 1}};
  const int request = c.produce(1, make_batch(), -1, seconds(300));
  c.run(seconds(46));
  c.accept_isr(1);  // broker 1 alone
  CHECK_FALSE(c.outcome(request));
  c.registration().partition_epoch = c.registration().partition_epoch.next();
  c.publish({1});
  CHECK_FALSE(c.outcome(request));
  CHECK(c.high_watermark(1) == 0);
  c.cut.clear();
  c.run(seconds(5));
  c.accept_isr(1);  // one follower is back
  CHECK(c.outcome(request) == ErrorCode::none);
}

TEST_CASE("a topic that becomes stricter than its ISR holds back the high watermark", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const int request = c.produce(1, "a");
  c.image.topics.at(orders_id).edit().configs["min.insync.replicas"] = "2";
  c.publish({1});
  PartitionRegistration& partition = c.registration();
  partition.partition_epoch = partition.partition_epoch.next();
  partition.isr = Cluster::nodes({1});
  c.publish({1});
  CHECK_FALSE(c.outcome(request));
  c.cut.clear();
  c.carry();
  CHECK(c.high_watermark(1) == 0);  // under min.insync.replicas it stands still
}

TEST_CASE("a produce request with acks all that is not replicated in time says so and leaves its records",
          "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const int request = c.produce(1, make_batch(), -1, seconds(2));
  c.run(milliseconds(1'999));
  CHECK_FALSE(c.outcome(request));
  c.run(milliseconds(2));
  CHECK(c.outcome(request) == ErrorCode::request_timed_out);
  CHECK(c.log_end(1) == 1);
}

TEST_CASE("a produce request that waits is failed when its leader is deposed", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const int request = c.produce(1, "a");
  c.elect(2, {2}, {1});
  REQUIRE(c.produced(request));
  CHECK(c.produced(request)->error_code == ErrorCode::not_leader_or_follower);
  CHECK(c.produced(request)->current_leader == LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{1}});
  const auto notes = c.notes<trace::ProduceAnswered>(1);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].error == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a duplicate with acks all is answered with its old offsets but only when these are replicated",
          "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  c.carry();
  c.cut = {{2, 1}};
  const RecordBatch batch = make_batch({.value = "x", .producer = producer(9, 0, 0)});
  const int first = c.produce(1, batch);
  const int again = c.produce(1, batch);
  CHECK(c.log_end(1) == 1);
  CHECK_FALSE(c.outcome(first));
  CHECK_FALSE(c.outcome(again));
  c.cut.clear();
  c.carry();
  REQUIRE(c.produced(again));
  CHECK(c.produced(again)->error_code == ErrorCode::none);
  CHECK(c.produced(again)->base_offset == Offset{0});
  CHECK(c.notes<trace::LogAppended>(1).size() == 1);
}

TEST_CASE("a gap in the sequence numbers of a producer is refused", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  (void)c.produce(1, make_batch({.producer = producer(9, 0, 0)}));
  CHECK(c.outcome(c.produce(1, make_batch({.producer = producer(9, 0, 5)})))
        == ErrorCode::out_of_order_sequence_number);
  CHECK(c.log_end(1) == 1);
}

TEST_CASE("produce requests to who does not lead or does not know the topic get errors for that partition alone",
          "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2});
  CHECK(c.outcome(c.produce(2, "a")) == ErrorCode::not_leader_or_follower);
  CHECK(c.outcome(c.produce(1, make_batch(), -1, seconds(1), {Uuid{1, 99}, PartitionIndex{0}}))
        == ErrorCode::unknown_topic_id);
  CHECK(c.outcome(c.produce(1, make_batch(), -1, seconds(1), {orders_id, PartitionIndex{9}}))
        == ErrorCode::unknown_topic_or_partition);

  ProduceRequest mixed;
  mixed.acks = 1;
  mixed.topic_data.push_back({.name = "orders"});
  mixed.topic_data.push_back({.name = "nothing"});
  for (auto& topic : mixed.topic_data)
    topic.partition_data.push_back({.index = PartitionIndex{0}, .records = {{make_batch()}, std::nullopt}});
  const auto* response = c.answer_to<ProduceResponse>(c.ask(1, mixed, 9));
  REQUIRE(response);
  CHECK(response->responses[0].partition_responses[0].error_code == ErrorCode::none);
  CHECK(response->responses[1].partition_responses[0].error_code == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("a produce request must bring exactly one whole batch for each partition", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  ProduceRequest request;
  request.topic_data.push_back({.topic_id = orders_id});
  auto& partitions = request.topic_data.back().partition_data;
  partitions.push_back({.index = PartitionIndex{0}, .records = {}});
  partitions.push_back({.index = PartitionIndex{0}, .records = {{make_batch(), make_batch()}, std::nullopt}});
  partitions.push_back({.index = PartitionIndex{0}, .records = {{make_batch()}, Error{"garbage", "7"}}});
  const auto* response = c.answer_to<ProduceResponse>(c.ask(1, request));
  REQUIRE(response);
  const auto& told = response->responses[0].partition_responses;
  CHECK(told[0].error_code == ErrorCode::invalid_record);
  CHECK(told[1].error_code == ErrorCode::invalid_record);
  CHECK(told[2].error_code == ErrorCode::corrupt_message);
  CHECK(c.log_end(1) == 0);
}

TEST_CASE("clients may not write to internal topics", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, {}, "__consumer_offsets", Uuid{3, 3});
  CHECK(c.outcome(c.produce(1, make_batch(), -1, seconds(1), {Uuid{3, 3}, PartitionIndex{0}}))
        == ErrorCode::invalid_topic_exception);
}

TEST_CASE("the append of a coordinator completes when it is replicated", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {}, "__consumer_offsets", orders_id);
  c.carry();
  c.call(1, [](ReplicaManager& manager, Env& env) { manager.append_internal(orders, make_batch(), 42, env); });
  CHECK(c.brokers.at(1).completions.empty());
  c.carry();
  REQUIRE(c.brokers.at(1).completions.size() == 1);
  CHECK(c.brokers.at(1).completions[0].token == 42);
  CHECK(c.brokers.at(1).completions[0].error == ErrorCode::none);
  CHECK(c.brokers.at(1).completions[0].base == Offset{0});
}

TEST_CASE("the append of a coordinator fails after the offsets commit timeout or where it does not lead", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {}, "__consumer_offsets", orders_id);
  c.carry();
  c.cut = {{2, 1}};
  c.call(1, [](ReplicaManager& manager, Env& env) { manager.append_internal(orders, make_batch(), 1, env); });
  c.run(milliseconds(5'001));
  REQUIRE(c.brokers.at(1).completions.size() == 1);
  CHECK(c.brokers.at(1).completions[0].error == ErrorCode::request_timed_out);
  c.call(2, [](ReplicaManager& manager, Env& env) { manager.append_internal(orders, make_batch(), 2, env); });
  REQUIRE(c.brokers.at(2).completions.size() == 1);
  CHECK(c.brokers.at(2).completions[0].error == ErrorCode::not_leader_or_follower);
}

TEST_CASE("a coordinator loads all batches to the log end of the partition that it leads", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, {{"segment.bytes", "1048576"}}, "__consumer_offsets", orders_id);
  c.carry();
  for (int i = 0; i < 3; ++i) {
    c.call(1, [](ReplicaManager& manager, Env& env) { manager.append_internal(orders, make_batch(), 1, env); });
  }
  c.call(1, [](ReplicaManager& manager, Env& env) {
    const InternalRead read = manager.read_internal(orders, Offset{0}, env);
    CHECK(read.error == ErrorCode::none);
    CHECK(read.batches.size() == 3);
    CHECK(read.log_end == Offset{3});
    CHECK(read.high_watermark == Offset{0});
    CHECK(manager.read_internal(orders, Offset{2}, env).batches.size() == 1);
  });
  c.call(2, [](ReplicaManager& manager, Env& env) {
    CHECK(manager.read_internal(orders, Offset{0}, env).error == ErrorCode::not_leader_or_follower);
  });
}

TEST_CASE("the answer to a refused batch names the records that are to blame", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, {{"cleanup.policy", "compact"}});
  BatchBuilder builder;
  builder.append(Timestamp{1}, as_bytes("k"), as_bytes("v"));
  builder.append(Timestamp{1}, std::nullopt, as_bytes("v"));
  const auto* told = c.produced(c.produce(1, builder.build()));
  REQUIRE(told);
  CHECK(told->error_code == ErrorCode::invalid_record);
  REQUIRE(told->record_errors.size() == 1);
  CHECK(told->record_errors[0].batch_index == 1);
  CHECK(told->record_errors[0].batch_index_error_message.has_value());
  CHECK(told->error_message.has_value());
  CHECK(c.log_end(1) == 0);
}

TEST_CASE("records of an older format are an invalid record and zstd needs a newer request", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  ProduceRequest request;
  request.topic_data.push_back({.name = "orders", .topic_id = orders_id});
  BatchHeader old;
  old.magic = 1;
  auto& partitions = request.topic_data.back().partition_data;
  partitions.push_back({.index = PartitionIndex{0}, .records = {{}, Error{batch_header_fault(old), "0"}}});
  RecordBatch zstd = make_batch();
  zstd.header.attributes = 4;
  partitions.push_back({.index = PartitionIndex{0}, .records = {{zstd}, std::nullopt}});
  const auto* response = c.answer_to<ProduceResponse>(c.ask(1, request, 6));
  REQUIRE(response);
  const auto& told = response->responses[0].partition_responses;
  CHECK(told[0].error_code == ErrorCode::invalid_record);
  CHECK(told[1].error_code == ErrorCode::unsupported_compression_type);
}

TEST_CASE("a transactional batch that nobody has verified is refused", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  const RecordBatch batch = make_batch({.producer = producer(7, 0, 0), .transactional = Transactional::yes});
  CHECK(c.outcome(c.produce(1, batch)) == ErrorCode::invalid_txn_state);
  CHECK(c.log_end(1) == 0);
}

#include "core/client/producer.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "core/base/murmur2.hpp"
#include "tests/core/client/model_cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

ProducerRecord record(std::string value, std::optional<std::string> key = std::nullopt,
                      std::optional<std::int32_t> partition = 0) {
  ProducerRecord r;
  r.topic = "orders";
  r.value = std::move(value);
  r.key = std::move(key);
  if (partition) r.partition = PartitionIndex{*partition};
  return r;
}

struct ProducerRig {
  explicit ProducerRig(ProducerConfig config = {}, int partitions = 1, std::uint64_t seed = 1)
      : bench{Producer{identity(), config}, seed} {
    cluster.add_topic("orders", partitions);
    bench.start();
    cluster.serve(bench);
  }
  void send(ProducerRecord r) {
    bench.with_env([&](Env& env) { bench.machine.send(std::move(r), env); });
  }
  // Sends one record to make the topic known, and sees it through.
  void warm_up() {
    send(record("first"));
    cluster.run_for(bench, milliseconds(50));
    REQUIRE(cluster.at("orders", 0).end() == 1);
  }
  void run_for(Duration time) { cluster.run_for(bench, time); }
  [[nodiscard]] std::vector<std::string> values(int partition = 0) {
    std::vector<std::string> all;
    for (const RecordBatch& batch : cluster.at("orders", partition).log) {
      const auto records = decode_records(batch);
      for (const Record& r : *records) all.emplace_back(as_text(*r.value));
    }
    return all;
  }
  ModelCluster cluster;
  Bench<Producer> bench;
};

ProduceResponse refuse(const Sent& sent, ErrorCode error) {
  ProduceResponse answer;
  for (const auto& topic : sent.envelope.message.as<ProduceRequest>().topic_data) {
    ProduceResponse::Topic out;
    out.topic_id = topic.topic_id;
    for (const auto& partition : topic.partition_data) {
      ProduceResponse::Partition one;
      one.index = partition.index;
      one.error_code = error;
      one.log_start_offset = Offset{0};
      out.partition_responses.push_back(one);
    }
    answer.responses.push_back(out);
  }
  return answer;
}

const RecordBatch& first_batch_of(const Sent& sent) {
  return sent.envelope.message.as<ProduceRequest>().topic_data.front().partition_data.front().records.batches.front();
}

}  // namespace

TEST_CASE("a producer compresses its batches as compression type says") {
  for (const std::string codec : {"gzip", "snappy", "lz4", "zstd"}) {
    ProducerConfig config;
    config.compression_type = codec;
    ProducerRig rig{config};
    rig.warm_up();
    const std::string value(500, 'v');
    for (int i = 0; i < 5; ++i) rig.send(record(value));
    rig.run_for(milliseconds(100));
    CHECK(rig.values() == std::vector<std::string>{"first", value, value, value, value, value});
    const RecordBatch& last = rig.cluster.at("orders", 0).log.back();
    CHECK(codec_name(last.codec()) == codec);
    CHECK(crc_matches(last));
    CHECK(last.size_bytes() < 500);
  }
}

TEST_CASE("under a codec a producer learns how many records a batch will hold") {
  ProducerConfig config;
  config.compression_type = "zstd";
  config.batch_size = 1000;
  ProducerRig rig{config};
  rig.warm_up();
  const auto most_records_of_40 = [&rig] {
    const std::size_t before = rig.cluster.at("orders", 0).log.size();
    for (int i = 0; i < 40; ++i) rig.send(record(std::string(90, 'x')));
    rig.run_for(milliseconds(100));
    std::int32_t most = 0;
    const auto& log = rig.cluster.at("orders", 0).log;
    for (std::size_t i = before; i < log.size(); ++i) most = std::max(most, log[i].header.records_count);
    return most;
  };
  CHECK(most_records_of_40() < 12);  // the first, tiny record became larger: the guess went up
  for (int i = 0; i < 400; ++i) {
    rig.send(record(std::string(90, 'x')));
    rig.run_for(milliseconds(50));
  }
  CHECK(most_records_of_40() > 20);
}

TEST_CASE("a producer learns its producer id and the topic before it writes and reports the acknowledged records") {
  ProducerRig rig;
  rig.send(record("a"));
  rig.send(record("b"));
  rig.run_for(milliseconds(20));
  CHECK(rig.values() == std::vector<std::string>{"a", "b"});
  REQUIRE(rig.bench.noted<trace::RecordSent>().size() == 2);
  CHECK(rig.bench.noted<trace::RecordSent>()[1].origin == Origin{3, 1});
  const auto acked = rig.bench.noted<trace::RecordsAcked>();
  REQUIRE(acked.size() == 1);
  CHECK(acked[0].origin == Origin{3, 0});
  CHECK(acked[0].count == 2);
  CHECK(acked[0].base == Offset{0});
  CHECK(acked[0].acks == -1);
  CHECK(rig.cluster.at("orders", 0).log.front().body.origin() == Origin{3, 0});
  CHECK(rig.bench.machine.idle());
}

TEST_CASE("a batch waits for linger and goes out at once when it is full") {
  ProducerConfig config;
  config.linger = milliseconds(40);
  config.batch_size = 200;
  ProducerRig rig{config};
  rig.warm_up();
  rig.send(record("b"));
  rig.cluster.serve(rig.bench);
  CHECK(rig.values().size() == 1);
  rig.run_for(milliseconds(39));
  CHECK(rig.values().size() == 1);
  rig.run_for(milliseconds(1));
  CHECK(rig.values().size() == 2);
  rig.send(record(std::string(150, 'x')));
  rig.cluster.serve(rig.bench);
  CHECK(rig.values().size() == 3);
}

TEST_CASE("one request to a broker takes one batch of each partition that it leads") {
  ProducerConfig config;
  config.batch_size = 100;
  ProducerRig rig{config, 4};
  rig.warm_up();  // broker 1 leads partitions 0 and 3
  rig.send(record("p0", std::nullopt, 0));
  rig.send(record("p3", std::nullopt, 3));
  rig.bench.run_for(milliseconds(5));
  REQUIRE(rig.bench.waiting<ProduceRequest>() == 1);
  const Sent sent = *rig.bench.take<ProduceRequest>();
  CHECK(sent.to == endpoint_of(1));
  CHECK(sent.envelope.message.as<ProduceRequest>().topic_data.front().partition_data.size() == 2);
}

TEST_CASE("a keyed record goes to the partition of the murmur2 hash of its key") {
  ProducerRig rig{{}, 5};
  for (const char* key : {"21", "foobar", "abc"}) rig.send(record(key, key, std::nullopt));
  rig.run_for(milliseconds(20));
  for (const char* key : {"21", "foobar", "abc"}) {
    const auto there = rig.values(partition_for_key(as_bytes(key), 5));
    CHECK(std::ranges::find(there, key) != there.end());
  }
}

TEST_CASE("records without key stay on one partition until a batch is full and then move on") {
  ProducerConfig config;
  config.batch_size = 500;
  ProducerRig rig{config, 3};
  for (int i = 0; i < 200; ++i) rig.send(record(std::string(40, 'x'), std::nullopt, std::nullopt));
  rig.run_for(milliseconds(50));
  int partitions_used = 0;
  for (int p = 0; p < 3; ++p) {
    partitions_used += rig.values(p).empty() ? 0 : 1;
    for (const RecordBatch& batch : rig.cluster.at("orders", p).log) CHECK(batch.size_bytes() <= 500);
  }
  CHECK(partitions_used == 3);
  const auto sent = rig.bench.noted<trace::RecordSent>();
  CHECK(sent[0].partition == sent[5].partition);
}

TEST_CASE("no more than max in flight requests wait for an answer on a connection") {
  ProducerConfig config;
  config.batch_size = 100;
  config.max_in_flight = 2;
  ProducerRig rig{config};
  rig.warm_up();
  for (int i = 0; i < 5; ++i) rig.send(record(std::string(60, 'x')));
  rig.bench.run_for(milliseconds(10));
  CHECK(rig.bench.waiting<ProduceRequest>() == 2);
}

TEST_CASE("a batch that is tried again keeps its sequence numbers and a duplicate is not written") {
  ProducerRig rig;
  rig.warm_up();
  rig.send(record("b"));
  rig.bench.run_for(milliseconds(5));
  const Sent sent = *rig.bench.take<ProduceRequest>();
  (void)rig.cluster.handle(sent);  // written and the answer is lost
  rig.bench.disconnect(sent.connection);
  rig.run_for(milliseconds(500));
  CHECK(rig.values() == std::vector<std::string>{"first", "b"});
  CHECK(rig.bench.noted<trace::RecordsAcked>().size() == 2);
  CHECK(rig.bench.noted<trace::RecordsAcked>()[1].base == Offset{1});
}

TEST_CASE("a failed batch goes out again before later ones and alone") {
  ProducerConfig config;
  config.batch_size = 100;
  ProducerRig rig{config};
  rig.warm_up();
  for (int i = 0; i < 3; ++i) rig.send(record(std::string(60, static_cast<char>('a' + i))));
  REQUIRE(rig.bench.waiting<ProduceRequest>() == 3);
  const Sent first = *rig.bench.take<ProduceRequest>();
  const Sent second = *rig.bench.take<ProduceRequest>();
  const Sent third = *rig.bench.take<ProduceRequest>();
  rig.bench.answer(first, refuse(first, ErrorCode::not_enough_replicas));
  rig.bench.answer(second, refuse(second, ErrorCode::out_of_order_sequence_number));
  rig.bench.answer(third, refuse(third, ErrorCode::out_of_order_sequence_number));
  rig.send(record(std::string(60, 'z')));
  rig.bench.run_for(milliseconds(150));
  REQUIRE(rig.bench.waiting<ProduceRequest>() == 1);
  CHECK(first_batch_of(rig.bench.requests.back()).header.base_sequence == first_batch_of(first).header.base_sequence);
  rig.run_for(seconds(2));
  const auto all = rig.values();
  REQUIRE(all.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) CHECK(all[i + 1][0] == "abcz"[i]);
  CHECK(rig.cluster.at("orders", 0).log.back().header.producer_epoch == 0);
}

TEST_CASE("DUPLICATE_SEQUENCE_NUMBER counts as success without an offset") {
  ProducerRig rig;
  rig.warm_up();
  rig.send(record("b"));
  rig.bench.run_for(milliseconds(5));
  const Sent sent = *rig.bench.take<ProduceRequest>();
  rig.bench.answer(sent, refuse(sent, ErrorCode::duplicate_sequence_number));
  const auto acked = rig.bench.noted<trace::RecordsAcked>();
  REQUIRE(acked.size() == 2);
  CHECK_FALSE(acked[1].base);
  CHECK(rig.bench.noted<trace::RecordsFailed>().empty());
}

TEST_CASE("a gap that no retry closes makes the producer bump its epoch and number from zero") {
  for (const ErrorCode error : {ErrorCode::out_of_order_sequence_number, ErrorCode::unknown_producer_id}) {
    ProducerRig rig;
    rig.warm_up();
    rig.cluster.at("orders", 0).producers.clear();  // the log lost what it knew
    rig.send(record("b"));
    rig.bench.run_for(milliseconds(5));
    const Sent sent = *rig.bench.take<ProduceRequest>();
    CHECK(first_batch_of(sent).header.base_sequence == 1);
    rig.bench.answer(sent, refuse(sent, error));
    rig.run_for(seconds(1));
    CHECK(rig.values() == std::vector<std::string>{"first", "b"});
    const BatchHeader& header = rig.cluster.at("orders", 0).log.back().header;
    CHECK(header.producer_epoch == 1);
    CHECK(header.base_sequence == 0);
    CHECK(crc_matches(rig.cluster.at("orders", 0).log.back()));
  }
}

TEST_CASE("records expire after delivery timeout and are surely not written only if they were never sent") {
  ProducerConfig config;
  config.delivery_timeout = seconds(40);
  ProducerRig rig{config};
  rig.warm_up();
  rig.send(record("sent"));
  rig.bench.run_for(milliseconds(5));
  REQUIRE(rig.bench.take<ProduceRequest>());  // never answered
  rig.bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  rig.bench.disconnect_all();
  rig.bench.run_for(milliseconds(10));
  rig.send(record("not sent"));
  rig.run_for(seconds(41));
  const auto failed = rig.bench.noted<trace::RecordsFailed>();
  REQUIRE(failed.size() == 2);
  CHECK(failed[0].error == ErrorCode::request_timed_out);
  CHECK(failed[0].origin == Origin{3, 1});
  CHECK_FALSE(failed[0].surely_not_written);
  CHECK(failed[1].origin == Origin{3, 2});
  CHECK(failed[1].surely_not_written);
}

TEST_CASE("an expired batch that may have been written makes later ones use a new epoch") {
  ProducerConfig config;
  config.delivery_timeout = seconds(40);
  ProducerRig rig{config};
  rig.warm_up();
  rig.send(record("lost"));
  rig.bench.run_for(milliseconds(5));
  REQUIRE(rig.bench.take<ProduceRequest>());
  rig.bench.down = {endpoint_of(1), endpoint_of(2), endpoint_of(3)};
  rig.bench.disconnect_all();
  rig.run_for(seconds(41));
  rig.bench.down.clear();
  rig.send(record("after"));
  rig.run_for(seconds(3));
  CHECK(rig.values() == std::vector<std::string>{"first", "after"});
  CHECK(rig.cluster.at("orders", 0).log.back().header.producer_epoch == 1);
}

TEST_CASE("an error not worth a retry fails the batch at once") {
  ProducerRig rig;
  rig.warm_up();
  rig.cluster.errors[ApiKey::produce] = {ErrorCode::message_too_large};
  rig.send(record("b"));
  rig.run_for(milliseconds(20));
  REQUIRE(rig.bench.noted<trace::RecordsFailed>().size() == 1);
  CHECK(rig.bench.noted<trace::RecordsFailed>()[0].error == ErrorCode::message_too_large);
  CHECK(rig.bench.noted<trace::ClientSawError>().back().error == ErrorCode::message_too_large);
  rig.send(record("c"));
  rig.run_for(milliseconds(20));
  CHECK(rig.values() == std::vector<std::string>{"first", "c"});
}

TEST_CASE("a batch that is too large for its broker is split and each record written once and in order") {
  for (const std::string codec : {"none", "zstd"}) {
    ProducerConfig config;
    config.compression_type = codec;
    config.linger = milliseconds(5);
    ProducerRig rig{config};
    rig.warm_up();
    rig.cluster.errors[ApiKey::produce] = {ErrorCode::message_too_large};
    std::vector<std::string> all{"first"};
    for (int i = 0; i < 40; ++i) {
      all.push_back(std::to_string(i) + std::string(1000, 'v'));
      rig.send(record(all.back()));
    }
    rig.run_for(milliseconds(200));
    CHECK(rig.values() == all);
    CHECK(rig.bench.noted<trace::RecordsFailed>().empty());
    const auto errors = rig.bench.noted<trace::ClientSawError>();  // those behind it were out of order
    REQUIRE_FALSE(errors.empty());
    CHECK(errors.front().error == ErrorCode::message_too_large);
    std::int32_t acked = 0;
    for (const auto& note : rig.bench.noted<trace::RecordsAcked>()) acked += note.count;
    CHECK(acked == 41);
    CHECK(rig.bench.machine.idle());
  }
}

TEST_CASE("a producer follows a leader that an answer names without waiting for its backoff") {
  ProducerRig rig{{}, 2};
  rig.warm_up();
  rig.send(record("b"));
  rig.bench.run_for(milliseconds(5));
  const Sent sent = *rig.bench.take<ProduceRequest>();
  rig.cluster.at("orders", 0).leader = NodeId{2};
  rig.cluster.at("orders", 0).epoch = LeaderEpoch{1};
  ProduceResponse answer = refuse(sent, ErrorCode::not_leader_or_follower);
  answer.responses.front().partition_responses.front().current_leader = LeaderIdAndEpoch{NodeId{2}, LeaderEpoch{1}};
  answer.node_endpoints = {{NodeId{2}, endpoint_of(2).host, 9092, std::nullopt}};
  rig.bench.answer(sent, answer);
  const auto again = rig.bench.take<ProduceRequest>();
  REQUIRE(again);
  CHECK(again->to == endpoint_of(2));
}

TEST_CASE("without idempotence and with several requests in flight a retry may overtake") {
  ProducerConfig config;
  config.enable_idempotence = false;
  config.batch_size = 100;
  ProducerRig rig{config};
  rig.warm_up();
  rig.send(record(std::string(60, 'a')));
  rig.send(record(std::string(60, 'b')));
  const Sent first = *rig.bench.take<ProduceRequest>();
  rig.bench.answer(first, refuse(first, ErrorCode::not_enough_replicas));
  rig.run_for(seconds(1));
  const auto all = rig.values();
  REQUIRE(all.size() == 3);
  CHECK(all[1][0] == 'b');
  CHECK(all[2][0] == 'a');
  CHECK_FALSE(rig.cluster.at("orders", 0).log.front().has_producer());
}

TEST_CASE("with one request in flight nothing overtakes even without idempotence") {
  ProducerConfig config;
  config.enable_idempotence = false;
  config.max_in_flight = 1;
  config.batch_size = 100;
  ProducerRig rig{config};
  rig.warm_up();
  rig.send(record(std::string(60, 'a')));
  rig.send(record(std::string(60, 'b')));
  const Sent first = *rig.bench.take<ProduceRequest>();
  rig.bench.answer(first, refuse(first, ErrorCode::not_enough_replicas));
  rig.run_for(seconds(1));
  CHECK(rig.values()[1][0] == 'a');
}

TEST_CASE("with acks 0 records count as acknowledged when they are sent and have no offset") {
  ProducerConfig config;
  config.acks = "0";
  config.enable_idempotence = false;
  ProducerRig rig{config};
  rig.send(record("a"));
  rig.run_for(milliseconds(20));
  CHECK(rig.values().size() == 1);
  const auto acked = rig.bench.noted<trace::RecordsAcked>();
  REQUIRE(acked.size() == 1);
  CHECK(acked[0].acks == 0);
  CHECK_FALSE(acked[0].base);
}

TEST_CASE("a producer whose buffer memory is used up blocks until a batch has an outcome") {
  ProducerConfig config;
  config.batch_size = 100;
  config.buffer_memory = 400;
  ProducerRig rig{config};
  rig.warm_up();
  for (int i = 0; i < 3; ++i) rig.send(record(std::string(60, 'x')));
  CHECK(rig.bench.machine.can_accept());
  rig.send(record(std::string(60, 'y')));
  CHECK_FALSE(rig.bench.machine.can_accept());
  CHECK(rig.bench.noted<trace::RecordSent>().size() == 4);
  rig.cluster.serve(rig.bench);
  CHECK(rig.bench.machine.can_accept());
  rig.run_for(milliseconds(50));
  CHECK(rig.values().back()[0] == 'y');
}

TEST_CASE("a record for a topic that nobody knows is dropped after max block and never counted as sent") {
  ProducerConfig config;
  config.max_block = seconds(5);
  ProducerRig rig{config};
  ProducerRecord r = record("x");
  r.topic = "missing";
  rig.send(r);
  CHECK_FALSE(rig.bench.machine.can_accept());
  rig.run_for(milliseconds(4'900));
  CHECK_FALSE(rig.bench.machine.can_accept());
  rig.run_for(milliseconds(200));
  CHECK(rig.bench.machine.can_accept());
  CHECK(rig.bench.noted<trace::RecordSent>().empty());
  CHECK(rig.bench.noted<trace::Remark>().size() == 1);
  REQUIRE(rig.bench.noted<trace::SendRefused>().size() == 1);
  CHECK(rig.bench.noted<trace::SendRefused>()[0].topic == "missing");
  CHECK(rig.bench.noted<trace::SendRefused>()[0].error == ErrorCode::request_timed_out);
}

TEST_CASE("a record larger than max request size is refused at once and noted with its topic") {
  ProducerConfig config;
  config.max_request_size = 100;
  ProducerRig rig{config};
  rig.send(record(std::string(200, 'x')));
  CHECK(rig.bench.noted<trace::RecordSent>().empty());
  REQUIRE(rig.bench.noted<trace::SendRefused>().size() == 1);
  CHECK(rig.bench.noted<trace::SendRefused>()[0].topic == record("x").topic);
  CHECK(rig.bench.noted<trace::SendRefused>()[0].error == ErrorCode::message_too_large);
}

TEST_CASE("close sends what is pending without linger and then exits") {
  ProducerConfig config;
  config.linger = seconds(10);
  ProducerRig rig{config};
  rig.bench.step(Command{record("by hand")});
  rig.cluster.serve(rig.bench);
  CHECK(rig.values().empty());
  rig.bench.step(StopRequested{});
  CHECK_FALSE(rig.bench.exit);
  rig.cluster.serve(rig.bench);
  CHECK(rig.values() == std::vector<std::string>{"by hand"});
  REQUIRE(rig.bench.exit);
  CHECK(rig.bench.exit->orderly);
}

TEST_CASE("a copy of a producer goes on exactly as the producer does") {
  ProducerRig rig{{}, 3};
  for (int i = 0; i < 20; ++i) rig.send(record(std::to_string(i), std::nullopt, std::nullopt));
  ProducerRig copy = rig;
  rig.run_for(milliseconds(100));
  copy.run_for(milliseconds(100));
  for (int p = 0; p < 3; ++p) CHECK(rig.values(p) == copy.values(p));
  CHECK(rig.bench.notes.size() == copy.bench.notes.size());
}

TEST_CASE("an idempotent producer writes each record once and in order under disconnects and retriable errors") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    ProducerConfig config;
    config.batch_size = 150;
    config.linger = milliseconds(2);
    ProducerRig rig{config, 3, seed};
    Random chaos{seed * 7919};
    const std::array errors{ErrorCode::not_enough_replicas, ErrorCode::not_leader_or_follower,
                            ErrorCode::request_timed_out, ErrorCode::not_enough_replicas_after_append,
                            ErrorCode::unknown_server_error};
    std::array<int, 3> sent{};
    for (int round = 0; round < 150; ++round) {
      for (int i = 0; i < 3; ++i) {
        const auto p = static_cast<std::size_t>(chaos.below(3));
        rig.send(record(std::to_string(sent[p]++), std::nullopt, static_cast<std::int32_t>(p)));
      }
      while (!rig.bench.requests.empty()) {
        const Sent request = rig.bench.requests.front();
        rig.bench.requests.pop_front();
        const std::uint64_t fate = chaos.below(12);
        const bool is_produce = request.envelope.message.api() == ApiKey::produce;
        if (fate == 0) {  // lost on its way there
          rig.bench.disconnect(request.connection);
        } else if (fate == 1) {  // the answer is lost
          (void)rig.cluster.handle(request);
          rig.bench.disconnect(request.connection);
        } else if (fate == 2 && is_produce) {
          const ErrorCode error = errors[chaos.below(errors.size() - 1)];
          if (error == ErrorCode::not_enough_replicas_after_append) (void)rig.cluster.handle(request);
          rig.bench.answer(request, refuse(request, error));
        } else if (const auto answer = rig.cluster.handle(request)) {
          rig.bench.answer(request, *answer);
        }
        if (fate == 3) {
          ModelPartition& moved = rig.cluster.at("orders", static_cast<int>(chaos.below(3)));
          moved.leader = NodeId{static_cast<std::int32_t>(1 + chaos.below(3))};
          moved.epoch = moved.epoch.next();
        }
      }
      rig.bench.run_for(milliseconds(static_cast<std::int64_t>(chaos.below(30))));
    }
    rig.run_for(seconds(60));
    REQUIRE(rig.bench.machine.idle());
    CHECK(rig.bench.noted<trace::RecordsFailed>().empty());
    for (std::size_t p = 0; p < 3; ++p) {
      std::vector<std::string> expected;
      for (int i = 0; i < sent[p]; ++i) expected.push_back(std::to_string(i));
      REQUIRE(rig.values(static_cast<int>(p)) == expected);
    }
    int acked = 0;
    for (const auto& one : rig.bench.noted<trace::RecordsAcked>()) acked += one.count;
    CHECK(acked == sent[0] + sent[1] + sent[2]);
  }
}

// Retention as a broker runs it: when, in which slices, by which settings.
#include "tests/core/replica/cluster.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const std::string big(700'000, 'x');  // one record a segment of 1 MiB
const std::map<std::string, std::string> small{{"segment.bytes", "1048576"}};

std::map<std::string, std::string> with(std::map<std::string, std::string> more) {
  more.insert(small.begin(), small.end());
  return more;
}

void fill(Cluster& c, int records, const TopicIdPartition& id = orders) {
  for (int i = 0; i < records; ++i) {
    const RecordBatch batch = make_batch({.timestamp = c.now.ns / 1'000'000, .value = big});
    REQUIRE(c.outcome(c.produce(1, batch, -1, seconds(30), id)) == ErrorCode::none);
  }
}

std::size_t segments(Cluster& c, const TopicIdPartition& id = orders) { return c.report(1, id).segments; }

bool has(const MemoryDisk& disk, std::string_view end) {
  const auto paths = disk.paths();
  return std::ranges::any_of(paths, [&](const std::string& path) { return path.ends_with(end); });
}

}  // namespace

TEST_CASE("retention runs thirty seconds after the start and then at its interval", "[replica]") {
  NodeConfig config;
  config.log_retention_check_interval = seconds(100);
  Cluster c{1, config};
  c.add_topic({1}, with({{"retention.bytes", "0"}}));
  fill(c, 3);
  c.run(seconds(29));
  CHECK(segments(c) == 3);
  c.run(seconds(1));
  CHECK(segments(c) == 1);
  CHECK(c.report(1).log_start == Offset{3});
  fill(c, 2);
  c.run(seconds(99));
  CHECK(segments(c) == 2);
  c.run(seconds(1));
  CHECK(c.report(1).log_start == Offset{5});
  const auto told = c.notes<trace::SegmentsDeleted>(1);
  REQUIRE(told.size() == 2);
  CHECK(told[0].from == Offset{0});
  CHECK(told[0].to == Offset{3});
  CHECK(told[0].reason == trace::DeletionReason::retention_bytes);
  CHECK(told[0].bytes > 2'100'000);
  CHECK(c.notes<trace::LogStartMoved>(1).size() == 2);
}

TEST_CASE("deleted segments stay on the disk for the delay and are gone then", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, with({{"retention.bytes", "0"}, {"file.delete.delay.ms", "5000"}}));
  fill(c, 3);
  c.run(seconds(30));
  const MemoryDisk& disk = c.brokers.at(1).disk;
  CHECK(has(disk, ".log.deleted"));
  c.run(milliseconds(4'999));
  CHECK(has(disk, ".log.deleted"));
  c.run(milliseconds(1));
  CHECK_FALSE(has(disk, ".deleted"));
}

TEST_CASE("a pass over many segments is made of short steps", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, with({{"retention.bytes", "0"}}));
  c.add_topic({1}, with({{"retention.bytes", "0"}}), "other", {7, 8});
  const TopicIdPartition other{{7, 8}, PartitionIndex{0}};
  fill(c, 12);
  fill(c, 7, other);
  c.now = Instant{c.now.ns + seconds(30).ns};
  int steps = 0;
  for (std::size_t left = 19; left > 0 && steps < 10; ++steps) {
    const std::size_t before = left;
    c.keep_up(1);
    CHECK_FALSE(c.at(1).upkeep_deadline());  // the disk is not done yet
    c.carry();
    left = 0;
    for (const TopicIdPartition& id : {orders, other})
      left += segments(c, id) - (c.report(1, id).size_bytes > 0 ? 0U : 1U);
    CHECK(before - left <= 8);
    if (left > 0) CHECK(c.at(1).upkeep_deadline() <= c.now);
  }
  CHECK(steps == 3);
  CHECK(c.notes<trace::SegmentsDeleted>(1).size() == 4);
}

TEST_CASE("a topic whose settings change is cleaned by the new ones", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, small);
  fill(c, 3);
  c.run(seconds(40));
  CHECK(segments(c) == 3);
  c.image.topics.at(orders_id).edit().configs["retention.ms"] = "60000";
  c.publish();
  c.run(seconds(300));
  CHECK(segments(c) == 1);
  const auto told = c.notes<trace::SegmentsDeleted>(1);
  REQUIRE(told.size() == 1);
  CHECK(told[0].reason == trace::DeletionReason::retention_ms);
}

TEST_CASE("the defaults of the broker hold for topics that say nothing", "[replica]") {
  NodeConfig config;
  REQUIRE(set(config, "log.retention.bytes", SettingValue{std::int64_t{0}}));
  Cluster c{1, config};
  c.add_topic({1}, small);
  c.add_topic({1}, with({{"retention.bytes", "-1"}}), "other", {7, 8});
  const TopicIdPartition other{{7, 8}, PartitionIndex{0}};
  fill(c, 2);
  fill(c, 2, other);
  c.run(seconds(30));
  CHECK(c.report(1).log_start == Offset{2});
  CHECK(c.report(1, other).log_start == Offset{0});
}

TEST_CASE("logs are not cleaned before the metadata have told their settings", "[replica]") {
  NodeConfig config;
  REQUIRE(set(config, "log.retention.bytes", SettingValue{std::int64_t{0}}));
  Cluster c{1, config};
  c.add_topic({1}, with({{"retention.bytes", "-1"}}));
  fill(c, 3);
  c.kill(1);
  c.boot(1);
  c.run(seconds(60));
  CHECK(c.at(1).log(orders)->log_start_offset() == Offset{0});
}

TEST_CASE("a follower deletes by its own clock and what its leader has deleted", "[replica]") {
  Cluster c{2};
  c.add_topic({1, 2}, with({{"retention.bytes", "700100"}}));
  c.carry();
  for (int i = 0; i < 4; ++i) {
    (void)c.produce(1, make_batch({.timestamp = c.now.ns / 1'000'000, .value = big}));
    c.run(milliseconds(600));
  }
  REQUIRE(c.high_watermark(2) == 4);
  c.run(seconds(31));
  CHECK(c.report(1).log_start == c.report(2).log_start);
  CHECK(c.report(2).log_start > Offset{0});
  CHECK(c.report(2).segments == c.report(1).segments);
}

TEST_CASE("a disk without space takes the broker down when somebody writes to it", "[replica]") {
  Cluster c{1};
  c.add_topic({1});
  c.brokers.at(1).disk.capacity = 1'000;
  CHECK(c.outcome(c.produce(1, big)) == ErrorCode::kafka_storage_error);
  CHECK(c.at(1).failed());
  REQUIRE(c.notes<trace::LogDirectoryFailed>(1).size() == 1);
  CHECK(c.notes<trace::LogDirectoryFailed>(1)[0].reason.find("no space left") != std::string::npos);
  CHECK(c.count_of<Exit>(1) == 1);
}

TEST_CASE("whichever disk operation of a pass fails the log directory goes offline and comes up again", "[replica]") {
  for (std::uint64_t operations = 0; operations < 200; ++operations) {
    INFO("operations " << operations);
    Cluster c{1};
    c.add_topic({1}, with({{"retention.bytes", "0"}, {"file.delete.delay.ms", "1000"}}));
    fill(c, 3);
    c.flush(1);
    c.now = Instant{c.now.ns + seconds(30).ns};
    c.brokers.at(1).disk.operations_left = operations;
    c.keep_up(1);
    const bool failed = c.at(1).failed();
    CHECK(c.count_of<Exit>(1) == (failed ? 1 : 0));
    c.kill(1);
    c.boot(1);
    c.publish();
    const UnifiedLog* log = c.at(1).log(orders);
    REQUIRE(log != nullptr);
    CHECK(log->log_end_offset() == Offset{3});
    CHECK(c.outcome(c.produce(1, "a")) == ErrorCode::none);
    if (!failed) return;
  }
  FAIL("a pass never ends");
}

TEST_CASE("a topic whose retention is minus one keeps its records for ever", "[replica]") {
  Cluster c{1};
  c.add_topic({1}, with({{"retention.ms", "-1"}}));
  c.add_topic({1}, with({{"retention.ms", "3600000"}}), "other", {7, 8});
  const TopicIdPartition other{{7, 8}, PartitionIndex{0}};
  fill(c, 3);
  fill(c, 3, other);
  c.now = Instant{c.now.ns + seconds(400 * 86'400).ns};
  c.run(seconds(600));
  CHECK(c.report(1).log_start == Offset{0});
  CHECK(segments(c) == 3);
  CHECK(c.report(1, other).log_start == Offset{3});
}

TEST_CASE("producers that were silent for their time are forgotten at the next look every ten minutes", "[replica]") {
  NodeConfig config;
  config.producer_id_expiration = seconds(1'000);
  Cluster c{1, config};
  c.add_topic({1});
  const auto known = [&c] { return c.at(1).log(orders)->producer_state().producers().size(); };
  const auto append = [&c](std::int64_t producer) {
    const ProducerFields fields{ProducerId{producer}, ProducerEpoch{0}, Sequence{0}};
    const RecordBatch batch = make_batch({.timestamp = c.now.ns / 1'000'000, .producer = fields});
    REQUIRE(c.outcome(c.produce(1, batch)) == ErrorCode::none);
  };
  append(1);
  c.run(seconds(500));
  append(2);
  CHECK(known() == 2);
  c.run(seconds(699));  // looks are at 600 and 1200 s
  CHECK(known() == 2);
  c.run(seconds(1));
  CHECK(known() == 1);
  c.run(seconds(599));
  CHECK(known() == 1);
  c.run(seconds(1));
  CHECK(known() == 0);
}

TEST_CASE("how often producers are looked for that were silent is producer.id.expiration.check.interval.ms", "[replica]") {
  NodeConfig config;
  config.producer_id_expiration = seconds(50);
  config.producer_id_expiration_check_interval = seconds(40);
  Cluster c{1, config};
  c.add_topic({1});
  const ProducerFields fields{ProducerId{1}, ProducerEpoch{0}, Sequence{0}};
  const RecordBatch batch = make_batch({.timestamp = c.now.ns / 1'000'000, .producer = fields});
  REQUIRE(c.outcome(c.produce(1, batch)) == ErrorCode::none);
  const auto known = [&c] { return c.at(1).log(orders)->producer_state().producers().size(); };
  c.run(seconds(79));  // the first look, at 40 s, is too early
  CHECK(known() == 1);
  c.run(seconds(1));
  CHECK(known() == 0);
}

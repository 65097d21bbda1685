#include "core/controller/metadata_snapshot.hpp"

#include <catch2/catch.hpp>

#include "core/wire/metadata_record_codec.hpp"
#include "tests/core/controller/lone.hpp"

namespace kafkasim::test {
namespace {

MetadataImage some_image() {
  MetadataImage image;
  BrokerImage broker{NodeId{1}, BrokerEpoch{17}, Uuid{1, 2}, Endpoint{"broker-1", 9092}, "a", false, false};
  image.brokers[broker.id] = broker;
  broker.id = NodeId{2};
  broker.rack.reset();
  broker.fenced = true;
  broker.in_controlled_shutdown = true;
  image.brokers[broker.id] = broker;
  TopicImage orders{"orders", Uuid{7, 7}, {}, {{"retention.ms", "1000"}, {"min.insync.replicas", "2"}}};
  PartitionRegistration partition{{NodeId{1}, NodeId{2}}, {NodeId{2}}, NodeId{2}, LeaderEpoch{5}, PartitionEpoch{9}, false};
  orders.partitions.push_back(partition);
  partition.leader.reset();
  partition.recovering = true;
  partition.rare.set({{NodeId{1}}, {NodeId{3}}, {NodeId{1}}, {NodeId{2}}});
  orders.partitions.push_back(partition);
  image.topics.emplace(orders.id, Cow<TopicImage>{orders});
  image.topic_ids.emplace("orders", orders.id);
  image.topics.emplace(Uuid{3, 3}, Cow<TopicImage>{TopicImage{"empty", Uuid{3, 3}, {}, {}}});
  image.topic_ids.emplace("empty", Uuid{3, 3});
  image.features = {{"eligible.leader.replicas.version", 1}, {"metadata.version", 27}};
  image.node_configs[""]["log.cleaner.threads"] = "2";
  image.node_configs["1"]["log.retention.ms"] = "5";
  image.group_configs["readers"]["consumer.session.timeout.ms"] = "50000";
  image.next_producer_id = 3000;
  image.end_offset = 100;
  image.epoch = 4;
  return image;
}

CommittedBatch as_snapshot(const MetadataImage& image) {
  CommittedBatch batch;
  for (const MetadataRecord& record : records_of(image)) batch.records.push_back(encode_metadata_record(record));
  batch.last_offset = Offset{image.end_offset - 1};
  batch.epoch = image.epoch;
  batch.source = CommittedBatch::Source::snapshot;
  return batch;
}

void must_be_equal(const MetadataImage& a, const MetadataImage& b) {
  CHECK((a.brokers == b.brokers));
  CHECK((a.topic_ids == b.topic_ids));
  CHECK((a.node_configs == b.node_configs));
  CHECK((a.group_configs == b.group_configs));
  CHECK((a.features == b.features));
  CHECK(a.next_producer_id == b.next_producer_id);
  CHECK(a.end_offset == b.end_offset);
  CHECK(a.epoch == b.epoch);
  REQUIRE(a.topics.size() == b.topics.size());
  for (const auto& [id, topic] : a.topics) CHECK((*topic == *b.topic(id)));
}

CommittedBatch of_bytes(std::uint64_t bytes) {
  CommittedBatch batch;
  batch.size_bytes = bytes;
  return batch;
}

}  // namespace

TEST_CASE("An image that is written as records and replayed is the same image") {
  const MetadataImage image = some_image();
  const Result<MetadataImage> again = image_of(as_snapshot(image));
  REQUIRE(again);
  must_be_equal(image, *again);
  must_be_equal(MetadataImage{}, *image_of(as_snapshot(MetadataImage{})));
}

TEST_CASE("A snapshot begins with the metadata version and has topics before their settings") {
  const std::vector<MetadataRecord> records = records_of(some_image());
  REQUIRE(std::holds_alternative<FeatureLevelRecord>(records.front()));
  CHECK(std::get<FeatureLevelRecord>(records.front()).name == "metadata.version");
}

TEST_CASE("A snapshot that contradicts itself is refused") {
  CommittedBatch batch = as_snapshot(some_image());
  batch.records.push_back(encode_metadata_record(TopicRecord{"orders", Uuid{8, 8}}));
  CHECK_FALSE(image_of(batch));
  batch.records.back() = {std::byte{1}};
  CHECK_FALSE(image_of(batch));
}

TEST_CASE("A snapshot is due after so many bytes of records or so much time") {
  NodeConfig config;
  config.metadata_snapshot_after_bytes = 100;
  config.metadata_snapshot_interval = seconds(10);
  SnapshotSchedule schedule{config};
  const Instant begin{seconds(5).ns};
  schedule.begin(begin);
  CHECK_FALSE(schedule.applied(of_bytes(99), begin));
  CHECK(schedule.applied(of_bytes(1), begin + seconds(1)));
  CHECK_FALSE(schedule.applied(of_bytes(99), begin + milliseconds(10'999)));
  CHECK(schedule.applied(of_bytes(0), begin + seconds(11)));
  config.metadata_snapshot_interval = {};
  SnapshotSchedule by_bytes{config};
  by_bytes.begin(begin);
  CHECK_FALSE(by_bytes.applied(of_bytes(99), begin + seconds(1'000'000)));
  CHECK(by_bytes.applied(of_bytes(1), begin + seconds(1'000'000)));
}

TEST_CASE("A controller makes a snapshot of what it has applied and starts again from it") {
  NodeConfig config;
  config.metadata_snapshot_after_bytes = 1;
  Lone lone{config};
  const std::int32_t asked = lone.send(CreateTopicsRequest{.topics = {{.name = "t", .num_partitions = 1, .replication_factor = 1}}});
  CHECK(lone.answer(asked).has_value());
  lone.wait(seconds(2));  // NoOp records bring the log on
  const auto kept = std::ranges::count_if(lone.notes, [](const trace::Event& note) { return note.is<trace::RaftSnapshotKept>(); });
  CHECK(kept > 1);
  const MetadataImage before = lone.controller.committed();
  lone.step(Started{StartKind::restart, HostId{0}, 2});
  lone.wait(seconds(2));
  CHECK(lone.controller.is_active());
  CHECK((lone.controller.committed().topic_ids == before.topic_ids));
  CHECK(lone.controller.committed().end_offset > before.end_offset);
  CHECK(lone.exits.empty());
}

}  // namespace kafkasim::test

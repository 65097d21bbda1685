#include "core/broker/metadata_feed.hpp"

#include <catch2/catch.hpp>

#include "tests/core/broker/rig.hpp"

using namespace kafkasim;
using test::orders_id;
using test::Rig;

namespace {

const TopicPartition orders_0{"orders", PartitionIndex{0}};

MetadataImage image_at(std::int32_t epoch) {
  TopicImage topic{"orders", orders_id, {}, {}};
  topic.partitions.emplace_back().leader_epoch = LeaderEpoch{epoch};
  MetadataImage image;
  image.topics[orders_id] = Cow<TopicImage>{topic};
  image.topic_ids["orders"] = orders_id;
  return image;
}

const PartitionChangeRecord takes_over{
    .partition_id = PartitionIndex{0}, .topic_id = orders_id, .leader = std::optional{NodeId{1}}};

CommittedBatch batch(std::int64_t base, std::size_t records) {
  CommittedBatch one;
  one.base_offset = Offset{base};
  one.last_offset = Offset{base + static_cast<std::int64_t>(records) - 1};
  one.records.assign(records, {});
  return one;
}

}  // namespace

TEST_CASE("without a freeze all that is committed is applied") {
  MetadataFeed feed;
  feed.add({batch(0, 1), batch(1, 2)});
  CHECK(feed.take(image_at(0))->base_offset == Offset{0});
  CHECK(feed.take(image_at(0))->base_offset == Offset{1});
  CHECK_FALSE(feed.take(image_at(0)));
}

TEST_CASE("a freeze at an epoch lets through what comes before it and the strictest of several counts") {
  MetadataFeed feed;
  feed.add({batch(0, 1)});
  feed.freeze({orders_0, LeaderEpoch{3}});
  CHECK_FALSE(feed.stops_at(image_at(2)));
  CHECK(feed.stops_at(image_at(3)));
  CHECK(feed.stops_at(image_at(4)));
  CHECK_FALSE(feed.stops_at(MetadataImage{}));  // no such topic yet
  feed.freeze({orders_0, LeaderEpoch{2}});
  CHECK(feed.stops_at(image_at(2)));
  feed.freeze({});
  CHECK(feed.stops_at(image_at(0)));
  CHECK_FALSE(feed.take(image_at(0)));
}

TEST_CASE("a thaw takes effect when its owner is woken and a freeze given with it stays") {
  MetadataFeed feed;
  feed.add({batch(0, 1)});
  feed.freeze({});
  feed.thaw(Instant{5});
  feed.freeze({orders_0, LeaderEpoch{3}});
  CHECK(feed.next_deadline() == Instant{5});
  CHECK(feed.stops_at(image_at(0)));
  feed.on_woken();
  CHECK_FALSE(feed.next_deadline());
  CHECK_FALSE(feed.stops_at(image_at(2)));
  CHECK(feed.stops_at(image_at(3)));
  feed.thaw(Instant{6});
  feed.on_woken();
  CHECK(feed.take(image_at(3)));
}

TEST_CASE("of a batch that is stopped within the rest comes again") {
  MetadataFeed feed;
  feed.add({batch(10, 5)});
  CommittedBatch taken = *feed.take({});
  feed.put_back(std::move(taken), 2);
  const CommittedBatch rest = *feed.take({});
  CHECK(rest.base_offset == Offset{12});
  CHECK(rest.last_offset == Offset{14});
  CHECK(rest.records.size() == 3);
}

// ---- a broker with one ---------------------------------------------------------------------------------

TEST_CASE("a frozen broker applies no further metadata and thawed it applies the rest as one image") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{NodeId{1}}});
  rig.wait(seconds(1));
  const auto epoch = [&rig] { return rig.broker.image().partition({orders_id, PartitionIndex{0}})->leader_epoch; };
  REQUIRE(epoch() == LeaderEpoch{0});
  rig.step(Command{FreezeMetadata{}});
  const std::int64_t before = rig.broker.image().end_offset;
  rig.append({takes_over, takes_over});
  rig.wait(seconds(1));
  CHECK(epoch() == LeaderEpoch{0});
  CHECK(rig.broker.image().end_offset == before);
  rig.notes.clear();
  rig.step(Command{ThawMetadata{}});
  rig.wait(milliseconds(1));
  CHECK(epoch() == LeaderEpoch{2});
  CHECK(rig.noted<trace::BecameLeader>().size() == 1);  // only in the last epoch
}

TEST_CASE("a broker frozen at an epoch applies the record that gives it and no later one") {
  Rig rig;
  rig.run();
  rig.add_topic("orders", orders_id, {{NodeId{1}}});
  rig.wait(seconds(1));
  rig.step(Command{FreezeMetadata{orders_0, LeaderEpoch{1}}});
  rig.append({takes_over, takes_over});
  rig.wait(seconds(1));
  CHECK(rig.broker.image().partition({orders_id, PartitionIndex{0}})->leader_epoch == LeaderEpoch{1});
  rig.step(Command{ThawMetadata{}});
  rig.wait(milliseconds(1));
  CHECK(rig.broker.image().partition({orders_id, PartitionIndex{0}})->leader_epoch == LeaderEpoch{2});
}

#include "sim/report/record_events.hpp"

#include <catch2/catch.hpp>

#include "sim/check/history.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

const TopicIdPartition id{Uuid{7, 7}, PartitionIndex{0}};
const WatchedRecord record{{"orders", PartitionIndex{0}}, Offset{5}, Origin{0, 12}};

History history() {
  History made{Subjects{.nodes = {{HostId{0}, NodeId{1}}}, .controllers = {}, .clients = {}, .pipelines = {}, .min_insync_replicas = {}}};
  made.observe({Instant{1}, 1, HostId{0}, trace::Event{trace::TopicCreated{1, "orders", id.topic_id}}});
  made.observe({Instant{1}, 2, HostId{0}, trace::Event{trace::BecameLeader{id, LeaderEpoch{0}, Offset{0}, {}}}});
  return made;
}
std::optional<RecordEvent> told(trace::Event event) {
  static const History known = history();
  return record_event({Instant{2}, 3, HostId{0}, std::move(event)}, known, record);
}
trace::LogAppended appended(std::int64_t base, std::int64_t last, Origin origin) {
  trace::AppendedBatch batch;
  batch.base = Offset{base};
  batch.last = Offset{last};
  batch.origin = origin;
  return {id, trace::ReplicaRole::leader, LeaderEpoch{0}, {batch}};
}

}  // namespace

TEST_CASE("a batch that covers the offset is the record if its sender and send number are") {
  CHECK(told(appended(4, 6, {0, 11}))->stage == Stage::appended);
  CHECK(told(appended(4, 6, {1, 11}))->stage == Stage::around);  // another client's
  CHECK_FALSE(told(appended(6, 8, {0, 13})));
}

TEST_CASE("a leader that appends the record at another offset repeats it") {
  CHECK(told(appended(8, 9, {0, 11}))->stage == Stage::repeated);
  CHECK(told(appended(8, 9, {0, 11}))->text == "appends it at offset 9, in the batch of offsets 8 to 9 of epoch 0");
  CHECK(told(appended(5, 6, {0, 11}))->stage == Stage::repeated);  // and another stands at its offset
}

TEST_CASE("the high watermark commits a record when it passes it") {
  const auto moved = [](std::int64_t from, std::int64_t to) {
    return told(trace::HighWatermarkMoved{id, trace::ReplicaRole::leader, LeaderEpoch{0}, Offset{from}, Offset{to}, Offset{9}});
  };
  CHECK(moved(3, 6)->stage == Stage::committed);
  CHECK_FALSE(moved(3, 5));
  CHECK_FALSE(moved(6, 9));
}

TEST_CASE("a truncation below the record takes it away and one above does not") {
  CHECK(told(trace::LogTruncated{id, Offset{9}, Offset{5}})->stage == Stage::gone);
  CHECK(told(trace::LogTruncated{id, Offset{9}, Offset{6}})->stage == Stage::around);
}

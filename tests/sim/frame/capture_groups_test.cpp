// Groups and readers, in pictures of runs.
#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

// Two members of "slow" take a fifth of a second a record; "lone" reads a-0 by itself.
const std::string lagging = small(2, "12s", R"("topics": [{"name": "a", "assignment": [[1, 2], [2, 1]]}],
  "producers": [{"id": "shop", "topic": "a", "rate": "40/s", "config": {"linger.ms": 0}}],
  "consumers": [{"group": "slow", "topics": ["a"], "count": 2, "process_time": "200ms",
                 "config": {"auto.offset.reset": "earliest", "auto.commit.interval.ms": 100, "max.poll.records": 1}},
                {"id": "lone", "assign": ["a-0"], "config": {"auto.offset.reset": "earliest"}}], "epilogue": false,)");
const TopicPartition first{"a", PartitionIndex{0}};

}  // namespace

TEST_CASE("a group that reads too slowly shows its members and its lag") {
  Filmed film{lagging};
  film.until(seconds(10));
  const Frame frame = film.picture();
  const FrameGroup* group = frame.group("slow");
  REQUIRE(group != nullptr);
  CHECK(group->state == "Stable");
  CHECK(group->generation >= Generation{1});
  CHECK(group->rebalances >= 1);
  CHECK(group->coordinator.has_value());
  REQUIRE(group->members.size() == 2);
  CHECK(frame.node(group->members[0].name)->group == "slow");
  CHECK(group->members[0].partitions.size() == 1);
  REQUIRE(group->progress.size() == 2);
  CHECK(group->lag > 100);
  std::int64_t sum = 0;
  for (const auto& progress : group->progress) sum += progress.end - progress.committed;
  CHECK(sum == group->lag);
  CHECK(film.run.measure({Metric::lag, {}, GroupName{"slow"}, {}}) == MetricValue{group->lag});
}

TEST_CASE("a partition tells who reads it and how far each has come") {
  Filmed film{lagging};
  film.until(seconds(10));
  const Frame frame = film.picture();
  const std::vector<FrameReader>& readers = frame.partition(first)->readers;
  REQUIRE(readers.size() == 2);
  CHECK(readers[0].group == "slow");
  CHECK(frame.node(readers[0].member) != nullptr);
  REQUIRE(readers[0].committed);
  REQUIRE(readers[0].position);
  CHECK(*readers[0].position >= *readers[0].committed);
  CHECK(readers[0].lag > 50);
  CHECK(readers[1].group.empty());
  CHECK(readers[1].member == "lone");
  CHECK_FALSE(readers[1].committed);
  REQUIRE(readers[1].position);
  CHECK(readers[1].lag < 20);
  CHECK(frame.partition({"a", PartitionIndex{1}})->readers.size() == 1);
}

TEST_CASE("a partition that nobody owns any more keeps what the group has committed") {
  Filmed film{small(1, "20s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "rate": "20/s"}],
    "consumers": [{"group": "g", "topics": ["t"], "config": {"auto.commit.interval.ms": 100}}],
    "timeline": [{"at": "4s", "remove_consumers": {"group": "g", "count": 1}}], "epilogue": false,)")};
  film.until(seconds(8));
  const Frame frame = film.picture();
  CHECK(frame.group("g")->state == "Empty");
  CHECK(frame.group("g")->members.empty());
  const std::vector<FrameReader>& readers = frame.partition(t0)->readers;
  REQUIRE(readers.size() == 1);
  CHECK(readers[0].member.empty());
  CHECK(readers[0].committed > Offset{20});
  CHECK(readers[0].lag > 20);
}

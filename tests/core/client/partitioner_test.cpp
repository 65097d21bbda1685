#include "core/client/partitioner.hpp"

#include <array>
#include <set>

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

TopicView view_of(std::vector<bool> has_leader) {
  TopicView view;
  for (const bool leader : has_leader)
    view.partitions.push_back({leader ? std::optional{NodeId{1}} : std::nullopt, {}});
  return view;
}

}  // namespace

TEST_CASE("a keyless record never picks a partition without leader while another has one") {
  Random random{5};
  const TopicView view = view_of({false, true, false, true});
  std::set<std::int32_t> seen;
  for (int i = 0; i < 50; ++i) {
    StickyPartitioner partitioner{100};
    seen.insert(partitioner.pick("t", view, StickyPartitioner::LastBatch::full, random).value);
  }
  CHECK(seen == std::set<std::int32_t>{1, 3});
}

TEST_CASE("the switch to another partition waits for a full batch but not beyond twice the batch size") {
  Random random{5};
  const TopicView view = view_of(std::vector<bool>(64, true));
  StickyPartitioner partitioner{100};
  const PartitionIndex first = partitioner.pick("t", view, StickyPartitioner::LastBatch::full, random);
  partitioner.appended("t", 150, view, StickyPartitioner::LastBatch::open, random);
  CHECK(partitioner.pick("t", view, StickyPartitioner::LastBatch::open, random) == first);
  SECTION("full") { CHECK(partitioner.pick("t", view, StickyPartitioner::LastBatch::full, random) != first); }
  SECTION("twice as much") {
    partitioner.appended("t", 50, view, StickyPartitioner::LastBatch::open, random);
    CHECK(partitioner.pick("t", view, StickyPartitioner::LastBatch::open, random) != first);
  }
}

namespace {

// How often each of five partitions is picked of so many times: every record fills its batch.
std::array<int, 5> picks(StickyPartitioner& partitioner, const TopicView& view, int times) {
  Random random{11};
  std::array<int, 5> counted{};
  for (int i = 0; i < times; ++i) {
    ++counted.at(static_cast<std::size_t>(partitioner.pick("t", view, StickyPartitioner::LastBatch::full, random).value));
    partitioner.appended("t", 1, view, StickyPartitioner::LastBatch::full, random);
  }
  return counted;
}

StickyPartitioner in_use(const TopicView& view) {
  StickyPartitioner partitioner{1};
  Random random{5};
  (void)partitioner.pick("t", view, StickyPartitioner::LastBatch::full, random);
  return partitioner;
}

std::vector<StickyPartitioner::Load> loads_of(const std::vector<std::int64_t>& queued) {
  std::vector<StickyPartitioner::Load> loads;
  for (std::size_t i = 0; i < queued.size(); ++i) loads.push_back({PartitionIndex{static_cast<std::int32_t>(i)}, queued[i]});
  return loads;
}

}  // namespace

TEST_CASE("a partition is picked the less often the longer its queue is") {
  const TopicView view = view_of(std::vector<bool>(5, true));
  StickyPartitioner partitioner = in_use(view);
  partitioner.weigh("t", loads_of({5, 0, 3, 0, 1}), 5);
  constexpr std::array weights{1, 6, 3, 6, 5};  // the longest queue and one, less its own
  const std::array<int, 5> counted = picks(partitioner, view, 2100);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(counted.at(i) > weights.at(i) * 80);
    CHECK(counted.at(i) < weights.at(i) * 120);
  }
  partitioner.weigh_evenly("t");
  for (const int count : picks(partitioner, view, 2500)) CHECK((count > 400 && count < 600));
}

TEST_CASE("queues of one length make no difference unless a partition is left out") {
  const TopicView view = view_of(std::vector<bool>(5, true));
  StickyPartitioner partitioner = in_use(view);
  partitioner.weigh("t", loads_of({7, 7, 7, 7, 7}), 5);
  for (const int count : picks(partitioner, view, 2500)) CHECK((count > 400 && count < 600));
  partitioner.weigh("t", loads_of({7, 7, 7, 7}), 5);
  CHECK(picks(partitioner, view, 100)[4] <= 1);  // where it was before it moves on
  CHECK(picks(partitioner, view, 100)[4] == 0);
  partitioner.weigh("t", {}, 5);  // all are left out: any of them
  CHECK(picks(partitioner, view, 100)[4] > 0);
}

TEST_CASE("a topic that was created anew with fewer partitions is not sent to by old weights") {
  StickyPartitioner partitioner = in_use(view_of(std::vector<bool>(5, true)));
  partitioner.weigh("t", loads_of({9, 9, 9, 9, 0}), 5);
  const TopicView smaller = view_of(std::vector<bool>(2, true));
  Random random{3};
  for (int i = 0; i < 50; ++i) {
    CHECK(partitioner.pick("t", smaller, StickyPartitioner::LastBatch::full, random).value < 2);
    partitioner.appended("t", 1, smaller, StickyPartitioner::LastBatch::full, random);
  }
}

#include "core/client/partitioner.hpp"

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

#include "sim/check/group_home.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a group is kept in the offsets partition that the hash of its name gives", "[check]") {
  Tale tale;
  CHECK(home_of("my-group", tale.checks().history()) == nullptr);
  tale.tell(0, trace::TopicCreated{1, "__consumer_offsets", Uuid{8, 8}});
  for (std::int32_t i = 0; i < 50; ++i) {
    trace::PartitionChanged e;
    e.metadata_offset = 100 + i;
    e.partition = {Uuid{8, 8}, PartitionIndex{i}};
    tale.tell(0, e);
  }
  REQUIRE(home_of("my-group", tale.checks().history()) != nullptr);
  CHECK(home_of("my-group", tale.checks().history())->name.partition == PartitionIndex{12});
}

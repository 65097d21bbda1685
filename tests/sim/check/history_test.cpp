#include "sim/check/history.hpp"

#include <catch2/catch.hpp>

#include "sim/check/chunked.hpp"
#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("a chunked list is cut and copied without disturbing its copies", "[check]") {
  Chunked<int, 4> a;
  for (int i = 0; i < 10; ++i) a.push_back(i);
  Chunked<int, 4> b = a;
  b.truncate(5);
  b.push_back(77);
  CHECK(a.size() == 10);
  CHECK(a[5] == 5);
  CHECK(b.size() == 6);
  CHECK(b.back() == 77);
  CHECK(a.partition_point([](int x) { return x < 7; }) == 7);
}

TEST_CASE("two chains are compared over any range and the first difference is found", "[check]") {
  BatchChain a;
  BatchChain b;
  for (std::int64_t i = 0; i < 100; ++i) {
    a.append(appended({i * 10, i * 10 + 9, 0, static_cast<std::uint32_t>(i)}));
    b.append(appended({i * 10, i * 10 + 9, 0, static_cast<std::uint32_t>(i == 60 ? 7777 : i)}));
  }
  CHECK(BatchChain::first_difference(a, b, Offset{0}, Offset{600}) == std::nullopt);
  CHECK(BatchChain::first_difference(a, b, Offset{610}, Offset{1000}) == std::nullopt);
  const auto differ = BatchChain::first_difference(a, b, Offset{0}, Offset{1000});
  REQUIRE(differ.has_value());
  CHECK(a[a.index_at(*differ)].base == Offset{600});
}

TEST_CASE("a chain that was cut and grew again has the sums of one that never had more", "[check]") {
  BatchChain a;
  BatchChain b;
  a.append(appended({0, 4, 0, 1}));
  a.append(appended({5, 9, 0, 2}));
  a.truncate_to(Offset{5});
  a.append(appended({5, 9, 1, 3}));
  b.append(appended({0, 4, 0, 1}));
  b.append(appended({5, 9, 1, 3}));
  CHECK(a.sum(Offset{0}, Offset{10}) == b.sum(Offset{0}, Offset{10}));
}

TEST_CASE("a decision that a second controller tells is taken once", "[check]") {
  Tale tale;
  trace::PartitionChanged old;
  old.metadata_offset = 1;  // below the one that made broker 1 leader
  old.partition = tp;
  old.leader = NodeId{3};
  old.leader_epoch = LeaderEpoch{9};
  tale.tell(21, old);
  CHECK(tale.checks().history().partition(tp)->leader == NodeId{1});
}

TEST_CASE("a wiped broker has lost its replicas and copies them from the beginning", "[check]") {
  Tale tale;
  tale.append_everywhere({0, 9, 0, 1, 0});
  tale.commit(1, 0, 10);
  tale.tell(1, KernelEvent{PowerLost{}});
  tale.tell(1, KernelEvent{DisksWiped{}});
  const ReplicaHistory* wiped = tale.checks().history().partition(tp)->replica(NodeId{2});
  REQUIRE(wiped != nullptr);
  CHECK(wiped->log_end == Offset{0});
  CHECK(wiped->log.size() == 0);
  CHECK(tale.checks().history().partition(tp)->losses == std::set<NodeId>{NodeId{2}});
  tale.append(2, {0, 9, 0, 1, 0});
  CHECK(tale.checks().history().partition(tp)->losses.empty());
  CHECK(tale.checks().findings().violations() == 0);
}

TEST_CASE("what is missing because bits had flipped is excused and by nothing else", "[check]") {
  for (const bool flipped : {true, false}) {
    Tale tale{{"shop", true, true, true}, 1};
    tale.append(1, {0, 9, 0, 1, 0}, trace::ReplicaRole::leader);
    tale.commit(1, 0, 10);
    if (flipped) tale.tell(0, KernelEvent{DataCorrupted{"orders-0/00000000000000000000.log", 70, std::byte{1}}});
    tale.tell(0, KernelEvent{ProcessCrashed{}});
    tale.load(1, 0, {});
    CHECK(tale.checks().history().partition(tp)->excuse() == (flipped ? Excuse::corruption : Excuse::power_loss));
  }
  CHECK(excuse_name(Excuse::corruption) == "corruption");
}

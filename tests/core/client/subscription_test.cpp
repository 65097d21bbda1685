#include "core/client/subscription.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("only partitions whose position is known are committed") {
  const TopicPartition a{"t", PartitionIndex{0}};
  const TopicPartition b{"t", PartitionIndex{1}};
  Subscription subscription;
  subscription.assign({a, b}, PositionState::committed_wanted);
  subscription.seek(b, Offset{7}, LeaderEpoch{2});
  const OffsetsToCommit offsets = subscription.consumed();
  REQUIRE(offsets.size() == 1);
  CHECK(offsets.at(b) == CommittedPosition{Offset{7}, LeaderEpoch{2}});
  CHECK(subscription.in_state(PositionState::committed_wanted) == std::vector<TopicPartition>{a});
}

TEST_CASE("a new assignment forgets the positions of the old one") {
  const TopicPartition a{"t", PartitionIndex{0}};
  Subscription subscription;
  subscription.assign({a}, PositionState::reset_wanted);
  subscription.seek(a, Offset{7}, std::nullopt);
  subscription.assign({a}, PositionState::committed_wanted);
  CHECK(subscription.find(a)->state == PositionState::committed_wanted);
  subscription.seek({"other", PartitionIndex{0}}, Offset{1}, std::nullopt);
  CHECK(subscription.partitions() == std::vector<TopicPartition>{a});
}

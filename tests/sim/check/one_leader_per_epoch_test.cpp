#include "sim/check/one_leader_per_epoch.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

TEST_CASE("two brokers that lead a partition in one epoch break one-leader-per-epoch", "[check]") {
  Tale tale;
  tale.decide(2, 1, {2, 3});
  tale.lead(2, 1);  // again: the same broker may be told twice
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 0);
  tale.lead(3, 1);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 1);
}

TEST_CASE("a broker that appends as leader in an epoch that another led breaks one-leader-per-epoch", "[check]") {
  Tale tale;
  tale.append(2, {0, 0, 0, 5}, trace::ReplicaRole::leader);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 1);
}

TEST_CASE("a replica that leads an epoch of which the controller decided otherwise breaks one-leader-per-epoch",
          "[check]") {
  Tale tale;
  tale.isr(2, 4, {1, 2});
  tale.lead(2, 4);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 0);
  tale.isr(2, 5, {1, 2});
  tale.lead(1, 5);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 1);
}

TEST_CASE("an acknowledgement in an epoch of another leader breaks one-leader-per-epoch", "[check]") {
  Tale tale;
  trace::ProduceAnswered answer;
  answer.partition = tp;
  answer.leader_epoch = LeaderEpoch{0};
  tale.tell(0, answer);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 0);
  tale.tell(1, answer);
  CHECK(tale.violations(OneLeaderPerEpoch::id) == 1);
}

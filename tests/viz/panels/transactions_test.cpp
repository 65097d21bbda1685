#include "viz/panels/transactions.hpp"

#include <catch2/catch.hpp>

#include "tests/viz/panels/stage.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz::test {

namespace {

// The bank's transaction over two partitions is open from the second second to the fifth.
constexpr const char* with_a_bank = R"({
  "name": "small", "title": "A transaction", "seed": 7, "duration": "8s",
  "cluster": {"brokers": 3, "controllers": 1, "profile": "fast"},
  "topics": [{"name": "bookings", "partitions": 3, "replication_factor": 3}],
  "producers": [{"id": "bank", "config": {"transactional.id": "transfers", "linger.ms": 0}}],
  "timeline": [{"at": "2s", "transaction": {"as": "bank", "do": "begin"}},
               {"at": "2s", "produce": {"topic": "bookings", "partition": 0, "value": "from", "as": "bank"}},
               {"at": "2s", "produce": {"topic": "bookings", "partition": 2, "value": "to", "as": "bank"}},
               {"at": "5s", "transaction": {"as": "bank", "do": "commit"}}]
})";

}  // namespace

TEST_CASE("a transaction is shown below the groups with the partitions in it", "[viz][transactions]") {
  Stage stage{draw_groups, 560, 200, 1, with_a_bank};
  stage.go(seconds(4));
  for (const char* probe : {"transaction.transfers", "transaction.transfers.bookings-0", "transaction.transfers.bookings-2"}) CHECK(stage.shows(probe));
  CHECK_FALSE(stage.shows("transaction.transfers.bookings-1"));
  CHECK(stage.wrote("open (Ongoing)"));
  CHECK(stage.wrote("Consumer groups and transactions"));
  stage.go(seconds(7));
  CHECK(stage.wrote("committed (CompleteCommit)"));
  CHECK_FALSE(stage.shows("transaction.transfers.bookings-0"));
}

TEST_CASE("the producer of a transaction and a partition in it can be chosen", "[viz][transactions]") {
  Stage stage{draw_groups, 560, 200, 1, with_a_bank};
  stage.go(seconds(4));
  stage.click("transaction.transfers");
  const auto* node = std::get_if<ChosenNode>(&stage.app->chosen());
  REQUIRE(node != nullptr);
  CHECK(stage.app->frame().node(node->host)->name == "bank");
  stage.click("transaction.transfers.bookings-2");
  REQUIRE(std::holds_alternative<ChosenPartition>(stage.app->chosen()));
  CHECK(std::get<ChosenPartition>(stage.app->chosen()).partition == TopicPartition{"bookings", PartitionIndex{2}});
}

TEST_CASE("what is known of a transaction stands with its producer", "[viz][transactions]") {
  Stage stage{draw_inspector, 330, 560, 1, with_a_bank};
  stage.app->choose(ChosenNode{stage.app->frame().node(std::string_view{"bank"})->host});
  stage.go(seconds(4));
  CHECK(stage.wrote("transfers"));
  CHECK(stage.wrote("open (Ongoing)"));
  CHECK(stage.wrote("wait for the marker"));
}

TEST_CASE("transactions fit wide and narrow windows", "[viz][transactions]") {
  for (const int width : {240, 330, 560, 1200}) {
    INFO(width);
    Stage stage{draw_groups, width, 260, 1, with_a_bank};
    stage.go(seconds(4));
    CHECK(stage.blemishes() == std::vector<std::string>{});
  }
}

TEST_CASE("where no producer has a transactional id there is no list of transactions", "[viz][transactions]") {
  Stage stage{draw_groups, 560, 240};
  stage.go(seconds(1));
  CHECK(stage.wrote("Consumer groups"));
  CHECK_FALSE(stage.wrote("ransactions"));
}

}  // namespace kafkasim::viz::test

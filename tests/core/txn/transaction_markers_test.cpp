#include "core/txn/transaction_markers.hpp"

#include <catch2/catch.hpp>

#include "tests/core/txn/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using enum TransactionStatus;

namespace {

// A transaction over both partitions whose commit is stored.
InitProducerIdResponse committing(TransactionHarness& rig) {
  const InitProducerIdResponse bank = rig.init();
  REQUIRE(rig.add(bank, orders0) == ErrorCode::none);
  REQUIRE(rig.add(bank, orders1) == ErrorCode::none);
  REQUIRE(rig.end(bank, true).error_code == ErrorCode::none);
  return bank;
}

void lead(MetadataImage& image, PartitionIndex partition, std::optional<NodeId> leader) {
  image.topics.at(image.topic_ids.at("orders")).edit().partitions[static_cast<std::size_t>(partition.value)].leader = leader;
  ++image.end_offset;
}

}  // namespace

TEST_CASE("all partitions of one leader are marked by one request", "[txn]") {
  TransactionHarness rig;
  committing(rig);
  const std::optional<Send> markers = rig.take_markers();
  REQUIRE(markers);
  CHECK(markers->envelope.message.as<WriteTxnMarkersRequest>().markers.at(0).topics.at(0).partition_indexes.size() == 2);
  CHECK_FALSE(rig.take_markers());
}

TEST_CASE("a marker that its leader could not write is sent again", "[txn]") {
  TransactionHarness rig;
  committing(rig);
  rig.reply_markers(*rig.take_markers(), ErrorCode::not_enough_replicas);
  CHECK(rig.report().status == prepare_commit);
  rig.pass(milliseconds(200));
  rig.write_markers();
  CHECK(rig.report().status == complete_commit);
}

TEST_CASE("a partition without leader waits for one and one that was deleted needs no marker", "[txn]") {
  TransactionHarness rig;
  lead(rig.image, PartitionIndex{1}, std::nullopt);
  committing(rig);
  rig.write_markers();
  CHECK(rig.report().status == prepare_commit);
  SECTION("a leader comes") {
    lead(rig.image, PartitionIndex{1}, NodeId{2});
    rig.input(Woken{});
    rig.write_markers();
    CHECK(rig.report().status == complete_commit);
  }
  SECTION("the topic goes") {
    rig.image.topic_ids.erase("orders");
    ++rig.image.end_offset;
    rig.input(Woken{});
    CHECK(rig.report().status == complete_commit);
  }
}

TEST_CASE("a coordinator whose marker is refused for another's leaves the transaction to that one", "[txn]") {
  TransactionHarness rig;
  committing(rig);
  rig.reply_markers(*rig.take_markers(), ErrorCode::transaction_coordinator_fenced);
  rig.pass(seconds(1));
  CHECK_FALSE(rig.take_markers());
  CHECK(rig.report().status == prepare_commit);
}

TEST_CASE("when the connection breaks the markers are sent again", "[txn]") {
  TransactionHarness rig;
  committing(rig);
  const Send lost = *rig.take_markers();
  rig.input(Disconnected{lost.connection, DisconnectReason::reset});
  rig.pass(seconds(1));
  rig.write_markers();
  CHECK(rig.report().status == complete_commit);
}

TEST_CASE("of old an answer to the coordinator of before took out what the present one had to do", "[txn]") {
  for (const bool of_old : {false, true}) {
    LegacyBehaviours legacy;
    if (of_old) legacy.bring_back(Legacy::marker_entry_wrong_delete);
    TransactionHarness rig{TransactionVersion::v2, {}, legacy};
    committing(rig);
    const std::optional<Send> former = rig.take_markers();
    REQUIRE(former);
    rig.resign();
    rig.elect(5);
    // Another coordinator was there in between, and has written one of the markers.
    rig.reply_markers(*former, ErrorCode::transaction_coordinator_fenced);
    rig.pass(seconds(1));
    rig.write_markers();
    CHECK(rig.report().status == (of_old ? prepare_commit : complete_commit));
  }
}

#include "core/message/message.hpp"

#include <catch2/catch.hpp>

#include "core/message/heartbeat.hpp"
#include "core/message/quorum_epoch.hpp"

using namespace kafkasim;

TEST_CASE("a message knows its API and kind and gives its body only as what it is") {
  const Message message = Message::of(HeartbeatRequest{.group_id = "g", .generation_id = Generation{3}});
  CHECK(message.api() == ApiKey::heartbeat);
  CHECK(message.kind() == MessageKind::request);
  CHECK(message.as<HeartbeatRequest>().generation_id == Generation{3});
  CHECK(message.get_if<HeartbeatResponse>() == nullptr);
  CHECK(message.get_if<BeginQuorumEpochRequest>() == nullptr);
  CHECK_THROWS_AS(message.as<HeartbeatResponse>(), InternalError);
}

TEST_CASE("copies of a message share one body") {
  const Message message = Message::of(HeartbeatRequest{});
  const Message copy = message;
  CHECK(copy.get_if<HeartbeatRequest>() == message.get_if<HeartbeatRequest>());
}

TEST_CASE("an API is named as Kafka names it") {
  CHECK(api_name(ApiKey::alter_partition) == "AlterPartition");
  CHECK(api_name(ApiKey::delete_records) == "DeleteRecords");
  CHECK(api_name(ApiKey::offset_for_leader_epoch) == "OffsetForLeaderEpoch");
}

#include "sim/kernel/lane.hpp"

#include <catch2/catch.hpp>

#include "core/message/fetch.hpp"
#include "core/message/heartbeat.hpp"
#include "core/message/vote.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

namespace {

Input received(Message message) { return Received{ConnectionId{}, Envelope{1, 0, "", std::move(message)}}; }

}  // namespace

TEST_CASE("elections and broker heartbeats have a thread of their own") {
  for (const ApiKey api : {ApiKey::vote, ApiKey::begin_quorum_epoch, ApiKey::end_quorum_epoch, ApiKey::broker_heartbeat,
                           ApiKey::broker_registration, ApiKey::alter_partition}) {
    CHECK(lane_of(api, MessageKind::request) == Lane::control);
    CHECK(lane_of(api, MessageKind::response) == Lane::control);
  }
  CHECK(LaneThreads{}.of(Lane::control) == 1);
}

TEST_CASE("requests of clients and followers share the request handlers") {
  CHECK(lane_of(ApiKey::produce, MessageKind::request) == Lane::request);
  CHECK(lane_of(ApiKey::fetch, MessageKind::request) == Lane::request);
  CHECK(lane_of(ApiKey::heartbeat, MessageKind::request) == Lane::request);
}

TEST_CASE("fetched records go to the fetchers but those of the metadata log do not") {
  FetchResponse data;
  data.responses.push_back({"", Uuid{5, 5}, {}});
  CHECK(lane_of(received(Message::of(data))) == Lane::fetcher);
  FetchResponse metadata;
  metadata.responses.push_back({"", metadata_topic_id, {}});
  CHECK(lane_of(received(Message::of(metadata))) == Lane::background);
}

TEST_CASE("deadlines wait behind no request") {
  CHECK(lane_of(Input{Woken{}}) == Lane::background);
  CHECK(lane_of(Input{Flushed{}}) == Lane::background);
  CHECK(lane_of(Input{StopRequested{}}) == Lane::control);
}

TEST_CASE("every lane has a thread however few are configured") {
  const LaneThreads none{0, 0, 0, 0};
  for (const Lane lane : all_lanes) {
    CHECK(none.of(lane) == 1);
    CHECK_FALSE(lane_name(lane).empty());
  }
}

#include "viz/panels/topology_parts.hpp"

#include "tests/viz/panels/topology_stage.hpp"
#include "viz/panels/panels.hpp"

namespace kafkasim::viz {
namespace {

using test::message_of;
using test::Stage;
using test::three_brokers;

// The message of the frame that is drawn first, by the name of its probe.
std::optional<std::string> some_message(Stage& stage) {
  for (const auto& [name, area] : stage.head.ui().probes()) {
    if (name.starts_with("message.")) return name;
  }
  return std::nullopt;
}

TEST_CASE("a click on a message chooses it") {
  Stage stage{draw_topology, 500, 330};
  std::optional<std::string> message;
  for (int ms = 1000; !message && ms < 1900; ms += 7) {
    stage.go(milliseconds(ms));
    message = some_message(stage);
  }
  REQUIRE(message);
  stage.head.move_to(*message);
  CHECK(stage.app->tip.value_or("").find("correlation id") != std::string::npos);
  stage.click(*message);
  CHECK(std::holds_alternative<ChosenMessage>(stage.app->chosen()));
}

TEST_CASE("heartbeats of brokers and the metadata log are left out but votes are not") {
  Headless head{500, 330};
  sim::Frame frame = three_brokers();
  frame.messages = {message_of(ApiKey::broker_heartbeat, sim::Traffic2::control, 0, 1, frame), message_of(ApiKey::fetch, sim::Traffic2::quorum, 0, 1, frame),
                    message_of(ApiKey::vote, sim::Traffic2::quorum, 0, 1, frame), message_of(ApiKey::produce, sim::Traffic2::produce, 1, 0, frame)};
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  Lanes lanes{plan, 1};
  CHECK(place_messages(plan, lanes, frame, true).size() == 4);
  const std::vector<ShownMessage> shown = place_messages(plan, lanes, frame, false);
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].first == 2);
  CHECK(shown[1].first == 3);
}

TEST_CASE("more than 250 messages on one lane become one dot with their number") {
  Headless head{500, 330};
  sim::Frame frame = three_brokers();
  for (std::size_t i = 0; i <= most_single_messages; ++i) frame.messages.push_back(message_of(ApiKey::fetch, sim::Traffic2::replication, 0, 1, frame));
  frame.messages.push_back(message_of(ApiKey::fetch, sim::Traffic2::replication, 1, 0, frame));
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  Lanes lanes{plan, 1};
  const std::vector<ShownMessage> shown = place_messages(plan, lanes, frame, false);
  REQUIRE(shown.size() == 2);
  CHECK(shown[0].count == most_single_messages + 1);
  CHECK(shown[1].count == 1);
}

TEST_CASE("messages that are held stand one behind another at the receiver's door") {
  Headless head{500, 330};
  sim::Frame frame = three_brokers();
  for (int i = 0; i < 3; ++i) {
    frame.messages.push_back(message_of(ApiKey::fetch, sim::Traffic2::replication, 0, 1, frame));
    frame.messages.back().state = sim::MessageState::held;
    frame.messages.back().progress = 0;
  }
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  Lanes lanes{plan, 1};
  const std::vector<ShownMessage> shown = place_messages(plan, lanes, frame, false);
  REQUIRE(shown.size() == 3);
  CHECK(shown[0].at.x > shown[1].at.x + 5);
  CHECK(shown[1].at.x > shown[2].at.x + 5);
  CHECK(shown[0].at.x < plan.cards[1].area.min.x);
}

}  // namespace
}  // namespace kafkasim::viz

#include "viz/panels/panels.hpp"

#include <fmt/format.h>

#include "core/message/message.hpp"
#include "tests/viz/panels/stage.hpp"
#include "viz/panels/topology_parts.hpp"

namespace kafkasim::viz {
namespace {

using test::Stage;

std::string large_cluster(int brokers, int controllers, int producers, int consumers) {
  return fmt::format(R"({{"name": "large", "seed": 3, "duration": "5s", "cluster": {{"brokers": {}, "controllers": {}, "profile": "fast"}},
    "topics": [{{"name": "orders", "partitions": 6, "replication_factor": 3}}],
    "producers": [{{"id": "shop", "topic": "orders", "count": {}, "rate": "20/s"}}],
    "consumers": [{{"group": "analytics", "topics": ["orders"], "count": {}}}],
    "timeline": [{{"at": "1s", "slow_disk": {{"broker": 1, "times": 20}}}}, {{"at": "1s", "crash": 3}}]}})",
                     brokers, controllers, producers, consumers);
}

void check_cards_apart(const TopologyPlan& plan) {
  for (std::size_t i = 0; i < plan.cards.size(); ++i) {
    const Area& a = plan.cards[i].area;
    CHECK(a.min.x >= plan.sheet.min.x - 1);
    CHECK(a.max.x <= plan.sheet.max.x + 1);
    CHECK(a.max.y <= plan.sheet.max.y + 1);
    for (std::size_t j = i + 1; j < plan.cards.size(); ++j) {
      const Area& b = plan.cards[j].area;
      INFO(plan.cards[i].node->name << " and " << plan.cards[j].node->name);
      CHECK((a.max.x <= b.min.x || b.max.x <= a.min.x || a.max.y <= b.min.y || b.max.y <= a.min.y));
    }
  }
}

// The message of the frame that is drawn first, by the name of its probe.
std::optional<std::string> some_message(Stage& stage) {
  for (const auto& [name, area] : stage.head.ui().probes()) {
    if (name.starts_with("message.")) return name;
  }
  return std::nullopt;
}

struct Size {
  int width, height;
  float scale;
};

TEST_CASE("the topology writes nothing upon another and cuts nothing whatever the cluster's size and the display's") {
  const Size size = GENERATE(Size{370, 320, 1}, Size{500, 330, 1}, Size{625, 470, 1.25F}, Size{1500, 990, 3});
  const std::string scenario = GENERATE(std::string{test::small_cluster}, large_cluster(3, 3, 4, 3), large_cluster(5, 5, 2, 6), large_cluster(9, 5, 12, 12));
  Stage stage{draw_topology, size.width, size.height, size.scale, scenario};
  for (const Duration at : {milliseconds(500), milliseconds(2500)}) {
    stage.go(at);
    CHECK(stage.blemishes() == std::vector<std::string>{});
    const float unit = size.scale;
    const Area sheet{{0, 0}, {static_cast<float>(size.width) - 30 * unit, static_cast<float>(size.height) - 66 * unit}};
    check_cards_apart(plan_topology(stage.head.ui(), stage.app->frame(), sheet));
  }
}

TEST_CASE("many nodes are told by short names and the tip says the rest") {
  Stage stage{draw_topology, 500, 330, 1, large_cluster(9, 5, 12, 12)};
  stage.go(milliseconds(500));
  CHECK(stage.wrote("b9"));
  CHECK(stage.wrote("c3004"));
  stage.head.move_to("node.broker 9");
  CHECK(stage.app->tip.value_or("").find("broker 9: running") != std::string::npos);
}

TEST_CASE("a small cluster is told by its names and figures") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(1500));
  CHECK(stage.wrote("broker 1"));
  CHECK(stage.wrote("leads 1"));
  CHECK(stage.wrote("active, epoch"));
}

TEST_CASE("a click on a broker chooses it and a click beside it chooses nothing") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(1500));
  stage.click("node.broker 2");
  CHECK(stage.app->chosen() == Chosen{ChosenNode{stage.app->frame().node(std::string_view{"broker 2"})->host}});
  stage.head.click(ImVec2{6, 40});
  CHECK(stage.app->chosen() == Chosen{});
}

TEST_CASE("a right click on a node offers what can be done to it") {
  Stage stage{draw_topology, 500, 500};
  stage.go(milliseconds(1500));
  const std::size_t before = stage.head.ui().probes().size();
  stage.head.right_click("node.broker 2");
  stage.settle();
  CHECK(stage.head.ui().probes().size() > before);
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

TEST_CASE("a broker that crashed says so") {
  Stage stage{draw_topology, 500, 330};
  stage.go(milliseconds(2500));
  CHECK(stage.wrote("down"));
  stage.head.move_to("node.broker 1");
  CHECK(stage.app->tip.value_or("").find("broker 1: down") != std::string::npos);
}

TEST_CASE("a cut link has a wall in each direction and a node cut from everyone one around it") {
  const std::string scenario = R"({"name": "cut", "seed": 3, "duration": "5s", "cluster": {"brokers": 3, "controllers": 1, "profile": "fast"},
    "topics": [{"name": "orders", "partitions": 3, "replication_factor": 3}],
    "timeline": [{"at": "1s", "partition": [[1], [2]], "for": "1s"}, {"at": "3s", "partition": [3]}]})";
  Stage stage{draw_topology, 500, 330, 1, scenario};
  stage.go(milliseconds(500));
  CHECK_FALSE(stage.shows("link.broker 1.broker 2"));
  stage.go(milliseconds(1500));
  CHECK(stage.shows("link.broker 1.broker 2"));
  CHECK(stage.shows("link.broker 2.broker 1"));
  CHECK_FALSE(stage.shows("wall.broker 1"));
  stage.go(milliseconds(3500));
  CHECK(stage.shows("wall.broker 3"));
  CHECK_FALSE(stage.shows("link.broker 1.broker 2"));
}

// ---- by a Frame made by hand ---------------------------------------------------------------------------------------------------

sim::FrameNode node_at(int host, sim::NodeKind kind, std::string name, float x, float y) {
  sim::FrameNode node;
  node.host = HostId{static_cast<HostId::rep>(host)};
  node.kind = kind;
  node.state = sim::NodeState::running;
  node.name = std::move(name);
  if (kind == sim::NodeKind::broker) node.id = NodeId{host};
  node.place = {x, y};
  return node;
}

sim::FrameMessage message_of(ApiKey api, sim::Traffic2 traffic, std::size_t from, std::size_t to, const sim::Frame& frame) {
  sim::FrameMessage m;
  m.from = frame.nodes[from].host;
  m.to = frame.nodes[to].host;
  m.api = api;
  m.traffic = traffic;
  m.progress = 0.5F;
  return m;
}

sim::Frame three_brokers() {
  sim::Frame frame;
  frame.nodes = {node_at(1, sim::NodeKind::broker, "broker 1", 0.2F, 0.5F), node_at(2, sim::NodeKind::broker, "broker 2", 0.5F, 0.5F),
                 node_at(3, sim::NodeKind::broker, "broker 3", 0.8F, 0.5F)};
  return frame;
}

TEST_CASE("heartbeats of brokers and the metadata log are left out but votes are not") {
  Headless head{500, 330};
  sim::Frame frame = three_brokers();
  frame.messages = {message_of(ApiKey::broker_heartbeat, sim::Traffic2::control, 0, 1, frame), message_of(ApiKey::fetch, sim::Traffic2::quorum, 0, 1, frame),
                    message_of(ApiKey::vote, sim::Traffic2::quorum, 0, 1, frame), message_of(ApiKey::produce, sim::Traffic2::produce, 1, 0, frame)};
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  CHECK(place_messages(plan, frame, 1, true).size() == 4);
  const std::vector<ShownMessage> shown = place_messages(plan, frame, 1, false);
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
  const std::vector<ShownMessage> shown = place_messages(plan, frame, 1, false);
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
  const std::vector<ShownMessage> shown = place_messages(plan, frame, 1, false);
  REQUIRE(shown.size() == 3);
  CHECK(shown[0].at.x > shown[1].at.x + 5);
  CHECK(shown[1].at.x > shown[2].at.x + 5);
  CHECK(shown[0].at.x < plan.cards[1].area.min.x);
}

TEST_CASE("both directions have lanes of their own and bend around a card between") {
  Headless head{500, 330};
  const sim::Frame frame = three_brokers();
  const TopologyPlan plan = plan_topology(head.ui(), frame, head.area());
  const Lane there = lane_between(plan, plan.cards[0], plan.cards[2], 1);
  const Lane back = lane_between(plan, plan.cards[2], plan.cards[0], 1);
  for (int i = 1; i < 20; ++i) {
    const float t = static_cast<float>(i) / 20;
    CHECK_FALSE(plan.cards[1].area.contains(there.at(t)));
    CHECK_FALSE(plan.cards[1].area.contains(back.at(t)));
  }
  CHECK(there.at(0.5F).y < plan.cards[1].area.min.y);
  CHECK(back.at(0.5F).y > plan.cards[1].area.max.y);
}

}  // namespace
}  // namespace kafkasim::viz

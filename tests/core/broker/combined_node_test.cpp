#include "core/broker/combined_node.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/machine/deadlines.hpp"
#include "core/message/version.hpp"
#include "tests/core/raft/solo.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {
namespace {

const NodeId one{1};
constexpr ConnectionId client{HostId{9}, 1};

// One combined node. Alone it is the only voter; with two other voters, who are silent, it follows nobody.
class Combined {
 public:
  explicit Combined(int voters, VoterSource source = {}) : node{broker_options(voters, source), controller_options(voters)} {
    step(Started{StartKind::first, HostId{0}, 1});
  }
  void step(const Input& in) {
    Effects effects;
    Env env{now, Timestamp{1'000}, random, disk, effects};
    node.step(in, env);
    for (Effect& effect : effects.take()) {
      if (const auto* dialled = std::get_if<Connect>(&effect)) dials.push_back(dialled->to);
      if (const auto* sent = std::get_if<Send>(&effect)) sends.push_back(*sent);
      if (const auto* exit = std::get_if<Exit>(&effect)) exits.push_back(*exit);
      if (const auto* flush = std::get_if<Flush>(&effect)) flushed.push_back({flush->token, true});
    }
    for (const Flushed& done : std::exchange(flushed, {})) step(done);
  }
  void wait(Duration time) {
    const Instant end = now + time;
    for (int wakes = 0; node.next_deadline() && *node.next_deadline() <= end; ++wakes) {
      REQUIRE(wakes < 20'000);
      now = std::max(now, *node.next_deadline());
      step(Woken{});
    }
    now = end;
  }
  template <class Request>
  std::optional<Message> ask(Request request, Listener listener) {
    const std::int32_t id = ++asked_;
    step(Received{client, Envelope{id, spoken_version(Request::api), "test", Message::of(std::move(request))}, listener});
    for (const Send& sent : sends) {
      if (sent.connection == client && sent.envelope.correlation_id == id) return sent.envelope.message;
    }
    return std::nullopt;
  }
  [[nodiscard]] const Broker& broker() const { return std::get<0>(node.parts()); }
  [[nodiscard]] const Controller& controller() const { return std::get<1>(node.parts()); }

  MemoryDisk disk;
  Random random{5};
  Instant now{seconds(1).ns};
  CombinedNode node;
  std::vector<Endpoint> dials;
  std::vector<Send> sends;
  std::vector<Exit> exits;
  std::vector<Flushed> flushed;

 private:
  static std::map<NodeId, Endpoint> voters_of(int voters) {
    std::map<NodeId, Endpoint> endpoints;
    for (int i = 1; i <= voters; ++i) endpoints[NodeId{i}] = {"node-" + std::to_string(i), 9093};
    return endpoints;
  }
  static BrokerOptions broker_options(int voters, VoterSource source) {
    BrokerOptions options{one, {"node-1", 9092}, std::nullopt, "a-cluster", voters_of(voters), NodeConfig{}};
    options.metadata = MetadataSource::own_controller;
    options.voter_source = source;
    return options;
  }
  static ControllerOptions controller_options(int voters) {
    return {one, "a-cluster", voters_of(voters), NodeConfig{}, {}, {}, Replayed::kept};
  }
  std::int32_t asked_{0};
};

}  // namespace

TEST_CASE("The broker of a combined node joins the cluster of the controller beside it without the network") {
  Combined combined{1};
  combined.wait(seconds(3));
  CHECK(combined.controller().is_active());
  CHECK(combined.broker().state() == BrokerState::running);
  CHECK(combined.broker().image().brokers.contains(one));
  CHECK(combined.broker().image().end_offset == combined.controller().committed().end_offset);
  CHECK(combined.dials.empty());
  CHECK(combined.sends.empty());
}

TEST_CASE("A combined node has one metadata log") {
  Combined combined{1};
  combined.wait(seconds(3));
  const auto names = combined.disk.list("");
  REQUIRE(names);
  CHECK(std::ranges::count(*names, "__cluster_metadata-0") == 1);
  const auto files = combined.disk.list("__cluster_metadata-0");
  REQUIRE(files);
  CHECK(std::ranges::count(*files, "quorum-state") == 1);
}

TEST_CASE("Who asks a combined node is answered by the role whose listener was dialled") {
  Combined combined{1};
  combined.wait(seconds(3));
  const CreateTopicsRequest create{.topics = {{.name = "t", .num_partitions = 1, .replication_factor = 1}}, .timeout = seconds(5)};
  const auto by_controller = combined.ask(create, Listener::second);
  REQUIRE(by_controller);
  CHECK(by_controller->as<CreateTopicsResponse>().topics[0].error_code == ErrorCode::none);
  const auto by_broker = combined.ask(create, Listener::first);  // it asks the controller inside, which knows the topic by now
  REQUIRE(by_broker);
  CHECK(by_broker->as<CreateTopicsResponse>().topics[0].error_code == ErrorCode::topic_already_exists);
  combined.wait(Duration{});
  const auto metadata = combined.ask(MetadataRequest{.topics = std::nullopt}, Listener::first);
  REQUIRE(metadata);
  CHECK(metadata->as<MetadataResponse>().topics.size() == 1);
  CHECK_FALSE(combined.ask(MetadataRequest{.topics = std::nullopt}, Listener::second));  // not the controllers' API
  CHECK(combined.ask(raft_test::vote_of(2, 99), Listener::second).has_value());
}

TEST_CASE("The broker of a combined node tells kraft version 1 only where voters stand in the log") {
  for (const VoterSource source : {VoterSource::configuration, VoterSource::log}) {
    Combined combined{1, source};
    combined.wait(seconds(3));
    const auto told = combined.ask(ApiVersionsRequest{"test", "1"}, Listener::first);
    REQUIRE(told);
    const auto& finalized = told->as<ApiVersionsResponse>().finalized_features;
    const auto level = std::ranges::find(finalized, "kraft.version", &ApiVersionsResponse::FinalizedFeature::name);
    CHECK((level != finalized.end()) == (source == VoterSource::log));  // level 0 is none
  }
}

TEST_CASE("A combined node that is not the active controller asks the others over the network") {
  Combined combined{3};
  combined.wait(seconds(10));
  CHECK_FALSE(combined.controller().is_active());
  CHECK(combined.broker().state() == BrokerState::registering);
  CHECK(std::ranges::count(combined.dials, Endpoint{"node-2", 9093}) > 0);
  CHECK(std::ranges::count(combined.dials, Endpoint{"node-1", 9093}) == 0);
}

TEST_CASE("Neither the broker nor the controller of a combined node waits for the upkeep of the logs") {
  constexpr std::string_view checkpoint = "replication-offset-checkpoint";
  Combined combined{1};
  combined.wait(seconds(3));
  combined.now = combined.now + seconds(60);
  REQUIRE(combined.broker().prompt_deadline() <= combined.now);
  REQUIRE(combined.controller().next_deadline() <= combined.now);
  for (int steps = 0; !combined.disk.exists(checkpoint); ++steps) {
    REQUIRE(steps < 100);
    REQUIRE(combined.node.next_deadline() <= combined.now);
    const auto prompt = earlier(combined.broker().prompt_deadline(), combined.controller().next_deadline());
    combined.step(Woken{});
    if (is_due(prompt, combined.now)) CHECK_FALSE(combined.disk.exists(checkpoint));
  }
}

TEST_CASE("The controller of a combined node answers before the broker makes the logs of a new topic") {
  Combined combined{1};
  combined.wait(seconds(3));
  const CreateTopicsRequest create{.topics = {{.name = "t", .num_partitions = 50, .replication_factor = 1}}, .timeout = seconds(5)};
  REQUIRE(combined.ask(create, Listener::second));
  CHECK_FALSE(combined.broker().image().topic("t"));
  CHECK_FALSE(combined.disk.exists("t-0"));
  REQUIRE(is_due(combined.node.next_deadline(), combined.now));
  combined.wait(Duration{});
  CHECK(combined.broker().image().topic("t"));
  CHECK(combined.disk.list("t-49").has_value());
  CHECK_FALSE(is_due(combined.node.next_deadline(), combined.now));
}

TEST_CASE("An orderly shutdown of a combined node takes the broker out before the controller") {
  Combined combined{1};
  combined.wait(seconds(3));
  combined.step(StopRequested{});
  combined.wait(seconds(10));
  REQUIRE(combined.exits.size() == 1);
  CHECK(combined.exits[0].orderly);
  CHECK(combined.broker().state() == BrokerState::stopped);
  CHECK(combined.controller().committed().broker(one)->fenced);  // the controller was still there for it
  CHECK_FALSE(combined.node.next_deadline());
}

TEST_CASE("A combined node ends with a role that cannot go on") {
  Combined combined{1};
  combined.wait(seconds(3));
  combined.disk.operations_left = 0;
  combined.wait(seconds(5));
  REQUIRE_FALSE(combined.exits.empty());
  CHECK_FALSE(combined.exits[0].orderly);
  CHECK(combined.exits.size() == 1);
}

TEST_CASE("A combined node that starts again has forgotten its inner connections") {
  Combined combined{1};
  combined.wait(seconds(3));
  combined.step(Started{StartKind::restart, HostId{0}, 2});
  combined.wait(seconds(15));  // until the session of the broker that was is over
  for (const Exit& exit : combined.exits) UNSCOPED_INFO(exit.reason);
  CHECK(combined.broker().state() == BrokerState::running);
  CHECK(combined.exits.empty());
}

}  // namespace kafkasim::test

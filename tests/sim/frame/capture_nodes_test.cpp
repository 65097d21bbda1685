// Machines and the ways between them, in pictures of runs.
#include <catch2/catch.hpp>

#include "tests/sim/frame/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

const FrameNode& node_named(const Frame& frame, std::string_view name) {
  const FrameNode* node = frame.node(name);
  INFO(name);
  REQUIRE(node != nullptr);
  return *node;
}

bool is_cut(const Frame& frame, std::string_view from, std::string_view to) {
  return std::ranges::any_of(frame.links, [&](const FrameLink& link) {
    return link.from == node_named(frame, from).host && link.to == node_named(frame, to).host && link.cut;
  });
}

}  // namespace

TEST_CASE("a picture tells who runs and leads and who is down or paused or without power") {
  Filmed film{three_brokers("", R"({"at": "1s", "crash": 1}, {"at": "1s", "pause": 2}, {"at": "1s", "power_off": 3})")};
  film.until(milliseconds(900));
  const Frame before = film.picture();
  for (const char* name : {"broker 1", "broker 2", "broker 3"}) {
    CHECK(node_named(before, name).state == NodeState::running);
    CHECK(node_named(before, name).role == "running");
    CHECK_FALSE(node_named(before, name).fenced);
    CHECK(node_named(before, name).disk->used > 0);
    CHECK_FALSE(node_named(before, name).disk->offline);
  }
  const FrameNode& controller = node_named(before, "controller 3000");
  CHECK(controller.active);
  CHECK(controller.role == "leader");
  CHECK(controller.epoch >= 1);
  CHECK(before.controller == NodeId{3000});
  CHECK(before.controller_epoch == controller.epoch);

  film.until(milliseconds(1100));
  const Frame after = film.picture();
  CHECK(node_named(after, "broker 1").state == NodeState::down);
  CHECK(node_named(after, "broker 1").role.empty());
  CHECK(node_named(after, "broker 2").state == NodeState::paused);
  CHECK(node_named(after, "broker 3").state == NodeState::without_power);
  CHECK_FALSE(node_named(after, "broker 1").fenced);  // nobody has noticed yet

  film.until(seconds(4));
  CHECK(node_named(film.picture(), "broker 1").fenced);
}

TEST_CASE("nodes come in the order of brokers and controllers and clients") {
  const Frame frame = Filmed{three_brokers("", "")}.picture();
  std::vector<NodeKind> kinds;
  for (const FrameNode& node : frame.nodes) kinds.push_back(node.kind);
  CHECK(std::ranges::is_sorted(kinds));
  CHECK(frame.node(NodeId{3}) == frame.node("broker 3"));
}

TEST_CASE("a client whose time has not come is not in the picture and the admin of the topics is no more") {
  Filmed film{three_brokers("", "")};
  film.until(milliseconds(50));
  CHECK(film.picture().node("p") == nullptr);
  CHECK(film.picture().node("admin") == nullptr);
  film.until(milliseconds(200));
  CHECK(node_named(film.picture(), "p").kind == NodeKind::producer);
  CHECK(node_named(film.picture(), "p").state == NodeState::running);
}

TEST_CASE("members tell their group and nodes their rack") {
  Filmed film{R"({"name": "racks", "seed": 5, "duration": "3s", "topics": [{"name": "t"}],
    "consumers": [{"group": "g", "topics": ["t"], "rack": "b"}],
    "cluster": {"brokers": 2, "racks": ["a", "b"], "controllers": 1, "profile": "fast"}})"};
  film.until(seconds(1));
  const Frame frame = film.picture();
  CHECK(node_named(frame, "broker 1").rack == "a");
  CHECK(node_named(frame, "g/1").group == "g");
  CHECK(node_named(frame, "g/1").rack == "b");
  CHECK(node_named(frame, "g/1").kind == NodeKind::consumer);
}

TEST_CASE("ailments that do not stop a machine are told until they are over") {
  Filmed film{three_brokers("", R"({"at": "1s", "slow_disk": {"broker": 1, "times": 20}, "for": "1s"},
    {"at": "1s", "slow_cpu": {"target": 1, "times": 1.5}, "for": "1s"},
    {"at": "1s", "clock": {"target": 2, "jump": "-5s"}, "for": "1s"}, {"at": "1s", "clock": {"target": 3, "drift": "200ppm"}, "for": "1s"},
    {"at": "1s", "freeze_metadata": 3, "for": "1s"})")};
  film.until(milliseconds(1500));
  const Frame ill = film.picture();
  CHECK(node_named(ill, "broker 1").ailments == std::vector<std::string>{"disk 20 times slower", "processor 1.5 times slower"});
  CHECK(node_named(ill, "broker 2").ailments == std::vector<std::string>{"clock 5s behind"});
  CHECK(node_named(ill, "broker 3").ailments == std::vector<std::string>{"metadata frozen", "clock gains 200 ppm"});
  CHECK(node_named(ill, "controller 3000").ailments.empty());
  film.until(milliseconds(2500));
  for (const FrameNode& node : film.picture().nodes) CHECK(node.ailments.empty());
}

TEST_CASE("a full disk is an ailment and a failed one takes the log directory offline") {
  Filmed film{three_brokers("", R"({"at": "1s", "fail_disk": 3}, {"at": "1s", "full_disk": 2, "for": "10ms"})", "4s")};
  film.until(milliseconds(1005));
  CHECK(node_named(film.picture(), "broker 2").ailments == std::vector<std::string>{"disk full"});
  CHECK(node_named(film.picture(), "broker 3").ailments == std::vector<std::string>{"disk fails"});
}

TEST_CASE("a cut shows on every way that it closes and on no other") {
  Filmed film{three_brokers("", R"({"at": "1s", "partition": [[1], [2]], "one_way": true, "for": "1s"},
    {"at": "1s", "slow_link": {"between": [1, 3], "latency": "50ms"}, "for": "1s"})")};
  film.until(milliseconds(500));
  CHECK(film.picture().links.empty());
  film.until(milliseconds(1500));
  const Frame frame = film.picture();
  CHECK(is_cut(frame, "broker 1", "broker 2"));
  CHECK_FALSE(is_cut(frame, "broker 2", "broker 1"));
  CHECK_FALSE(is_cut(frame, "broker 1", "broker 3"));
  REQUIRE(frame.links.size() == 3);
  for (const FrameLink& link : frame.links) CHECK(link.poor == !link.cut);
  film.until(milliseconds(2500));
  CHECK(film.picture().links.empty());
}

TEST_CASE("a broker that comes back is in recovery before it runs") {
  Filmed film{three_brokers("", R"({"at": "1s", "crash": 3, "for": "1s"})")};
  film.until(milliseconds(1900));
  REQUIRE(film.until_shown([](const Frame& f) { return f.node("broker 3")->state == NodeState::starting; }));
  REQUIRE(film.until_shown([](const Frame& f) { return f.node("broker 3")->role == "recovery"; }));
  REQUIRE(film.until_shown([](const Frame& f) { return f.node("broker 3")->role == "running"; }));
  CHECK(film.run.now() < seconds(5));
}

TEST_CASE("a picture tells how the transaction of a producer stands") {
  Filmed film{R"j({"name": "t", "seed": 5, "duration": "9s", "epilogue": false,
      "cluster": {"brokers": 2, "controllers": 1, "profile": "fast", "config": {"transaction.state.log.num.partitions": 1}},
      "topics": [{"name": "t", "replication_factor": 2}], "producers": [{"id": "bank", "config": {"transactional.id": "bank"}}, {"id": "shop"}],
      "timeline": [{"at": "4s", "transaction": {"as": "bank", "do": "begin"}}, {"at": "4s", "produce": {"topic": "t", "value": "v", "as": "bank"}},
                   {"at": "5s", "transaction": {"as": "bank", "do": "commit"}}]})j"};
  film.until(milliseconds(4500));
  CHECK(node_named(film.picture(), "bank").role == "open");
  CHECK(node_named(film.picture(), "shop").role.empty());
  film.until(seconds(7));
  CHECK(node_named(film.picture(), "bank").role == "none is open");
}

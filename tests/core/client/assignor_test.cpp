#include "core/client/assignor.hpp"
#include "tests/core/client/assigning.hpp"
#include "tests/support/source_dir.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

std::vector<TopicPartition> read_partitions(const nlohmann::json& by_topic) {
  std::vector<TopicPartition> partitions;
  for (const auto& [topic, indexes] : by_topic.items()) {
    for (const std::int32_t index : indexes) partitions.push_back({topic, PartitionIndex{index}});
  }
  return partitions;
}

}  // namespace

TEST_CASE("the assignors give what the tests of Kafka and of other clients expect") {
  std::ifstream file{kafkasim::test::source_dir() + "/tests/data/assignor_vectors.json"};
  const nlohmann::json vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.at("cases").size() == 33);
  for (const auto& one : vectors.at("cases")) {
    CAPTURE(one.dump());
    std::vector<AssignorMember> members;
    for (const auto& [id, topics] : one.at("members").items()) {
      AssignorMember member = wants(id, topics.get<std::vector<std::string>>());
      const auto instances = one.value("group_instance_id", nlohmann::json::object());
      if (instances.contains(id)) member.instance_id = instances.at(id).get<std::string>();
      const auto owned = one.value("owned", nlohmann::json::object());
      if (owned.contains(id)) member.owned = read_partitions(owned.at(id));
      if (owned.contains(id)) member.generation = Generation{1};
      members.push_back(std::move(member));
    }
    AssignorTopics topics;
    for (const auto& [topic, partitions] : one.at("partitions").items())
      topics[topic].partitions = static_cast<std::int32_t>(partitions.size());
    const auto assigned = assign(*assignor_named(one.at("strategy").get<std::string>()), members, topics);
    for (const auto& [id, expected] : one.at("expected").items())
      CHECK(sorted(assigned.at(id)) == sorted(read_partitions(expected)));
  }
}

TEST_CASE("the user data of the sticky assignor comes back from its bytes and without generation from version 0") {
  const LastAssignment last{parts({3, 1}), Generation{7}};
  ConsumerProtocolSubscription told;
  told.topics = {"t"};
  told.user_data = user_data(Assignor::sticky, last);
  const AssignorMember member = assignor_member(Assignor::sticky, "a", std::nullopt, told);
  CHECK(member.owned == parts({3, 1}));
  CHECK(member.generation == Generation{7});
  told.user_data->resize(told.user_data->size() - 4);
  const AssignorMember old = assignor_member(Assignor::sticky, "a", std::nullopt, told);
  CHECK(old.owned == parts({3, 1}));
  CHECK_FALSE(old.generation);
  told.user_data->resize(3);  // no user data of this kind
  CHECK(assignor_member(Assignor::sticky, "a", std::nullopt, told).owned.empty());
  CHECK_FALSE(user_data(Assignor::range, last));
  CHECK_FALSE(user_data(Assignor::sticky, {}));
}

TEST_CASE("cooperative-sticky reads what is owned from the subscription and its generation from there or from user data") {
  ConsumerProtocolSubscription told;
  told.topics = {"t"};
  told.owned_partitions = {{"t", {PartitionIndex{2}}}};
  told.user_data = user_data(Assignor::cooperative_sticky, {{}, Generation{9}});
  const AssignorMember by_data = assignor_member(Assignor::cooperative_sticky, "a", std::nullopt, told);
  CHECK(by_data.owned == parts({2}));
  CHECK(by_data.generation == Generation{9});
  told.generation_id = Generation{11};
  CHECK(assignor_member(Assignor::cooperative_sticky, "a", std::nullopt, told).generation == Generation{11});
}

TEST_CASE("a member is cooperative only if all its assignors are") {
  CHECK(rebalance_protocol(assignors_of("range,cooperative-sticky")) == RebalanceProtocol::eager);
  CHECK(rebalance_protocol(assignors_of("cooperative-sticky")) == RebalanceProtocol::cooperative);
  CHECK(assignors_of("org.apache.kafka.clients.consumer.StickyAssignor, roundrobin")
        == std::vector{Assignor::sticky, Assignor::round_robin});
}

#include "core/client/assignor_range.hpp"
#include "tests/support/source_dir.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace kafkasim;

TEST_CASE("the range assignor gives what the tests of Kafka and sarama expect") {
  std::ifstream file{kafkasim::test::source_dir() + "/tests/data/assignor_range_vectors.json"};
  const nlohmann::json vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.at("cases").size() == 11);
  for (const auto& one : vectors.at("cases")) {
    CAPTURE(one.dump());
    std::vector<RangeMember> members;
    for (const auto& [id, topics] : one.at("members").items()) {
      members.push_back(RangeMember{id, std::nullopt, topics.get<std::vector<std::string>>()});
    }
    std::map<std::string, std::int32_t> counts;
    for (const auto& [topic, partitions] : one.at("partitions").items()) {
      counts[topic] = static_cast<std::int32_t>(partitions.size());
    }
    const auto assigned = assign_range(members, counts);
    for (const auto& [id, expected] : one.at("expected").items()) {
      std::vector<TopicPartition> partitions;
      for (const auto& [topic, indexes] : expected.items()) {
        for (const std::int32_t index : indexes) partitions.push_back({topic, PartitionIndex{index}});
      }
      CHECK(assigned.at(id) == partitions);
    }
  }
}

TEST_CASE("static members are ordered by their instance id and come before the others") {
  const std::vector<RangeMember> members{{"a", std::nullopt, {"t"}}, {"z", "1", {"t"}}, {"y", "2", {"t"}}};
  const auto assigned = assign_range(members, {{"t", 4}});
  CHECK(assigned.at("z") == std::vector<TopicPartition>{{"t", PartitionIndex{0}}, {"t", PartitionIndex{1}}});
  CHECK(assigned.at("y") == std::vector<TopicPartition>{{"t", PartitionIndex{2}}});
  CHECK(assigned.at("a") == std::vector<TopicPartition>{{"t", PartitionIndex{3}}});
}

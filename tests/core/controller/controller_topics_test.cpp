#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::b3;
using test::Lone;

namespace {

struct Three : Lone {
  explicit Three(NodeConfig config = {}) : Lone{std::move(config)} {
    for (const std::int32_t id : {1, 2, 3}) (void)add_broker(id);
  }
  std::vector<DeleteTopicsResponse::Topic> remove(std::vector<DeleteTopicsRequest::Topic> topics) {
    return ask(DeleteTopicsRequest{.topics = std::move(topics)})->template as<DeleteTopicsResponse>().responses;
  }
  CreatePartitionsResponse::Topic grow(CreatePartitionsRequest::Topic topic, CreatePartitionsRequest request = {}) {
    request.topics.push_back(std::move(topic));
    return ask(request)->template as<CreatePartitionsResponse>().results.at(0);
  }
  [[nodiscard]] std::size_t partitions(const std::string& topic) const {
    return controller.committed().topic(topic)->partitions.size();
  }
};

CreatePartitionsRequest::Topic to(std::string name, std::int32_t count) {
  return {.name = std::move(name), .count = count, .assignments = std::nullopt};
}

}  // namespace

TEST_CASE("a topic is deleted by its name or by its id and may be made again as another one", "[controller]") {
  Three cluster;
  const Uuid id = cluster.create_on("orders", {b1, b2}, {{"retention.ms", "1000"}});
  const bool by_name = GENERATE(true, false);
  const auto told = by_name ? cluster.remove({{.name = "orders"}}) : cluster.remove({{.name = {}, .topic_id = id}});
  REQUIRE(told.size() == 1);
  CHECK(told[0].error_code == ErrorCode::none);
  CHECK(told[0].name == "orders");
  CHECK(told[0].topic_id == id);
  CHECK_FALSE(cluster.controller.committed().topic("orders"));
  CHECK(cluster.noted<trace::TopicDeleted>() == 1);
  const Uuid again = cluster.create_on("orders", {b1, b2});
  CHECK(again != id);
  CHECK(cluster.controller.committed().topic("orders")->configs.empty());
}

TEST_CASE("what cannot be deleted is told topic by topic", "[controller]") {
  Three cluster;
  const Uuid id = cluster.create_on("orders", {b1});
  const auto first_error = [&cluster](DeleteTopicsRequest::Topic topic) {
    return cluster.remove({std::move(topic)}).at(0).error_code;
  };
  CHECK(first_error({.name = "nothing"}) == ErrorCode::unknown_topic_or_partition);
  CHECK(first_error({.name = {}, .topic_id = Uuid{1, 1}}) == ErrorCode::unknown_topic_id);
  CHECK(first_error({.name = {}}) == ErrorCode::invalid_request);
  CHECK(first_error({.name = "orders", .topic_id = id}) == ErrorCode::invalid_request);
  const auto twice = cluster.remove({{.name = "orders"}, {.name = "orders"}});
  REQUIRE(twice.size() == 1);
  CHECK(twice[0].error_code == ErrorCode::invalid_request);
  CHECK(cluster.controller.committed().topic("orders"));
}

TEST_CASE("no topic is deleted where that is disabled", "[controller]") {
  NodeConfig config;
  REQUIRE(set(config, "delete.topic.enable", SettingValue{false}));
  Three cluster{config};
  (void)cluster.create_on("orders", {b1});
  CHECK(cluster.remove({{.name = "orders"}}).at(0).error_code == ErrorCode::invalid_request);  // version 1 has no name for it
  cluster.step(Received{{HostId{9}, 1}, Envelope{777, 6, "test", Message::of(DeleteTopicsRequest{.topics = {{.name = "orders"}}})}});
  CHECK(cluster.answer(777)->as<DeleteTopicsResponse>().responses.at(0).error_code == ErrorCode::topic_deletion_disabled);
  CHECK(cluster.controller.committed().topic("orders"));
}

TEST_CASE("the same topic by name and by id is deleted once and the second is refused", "[controller]") {
  Three cluster;
  const Uuid id = cluster.create_on("orders", {b1});
  const auto told = cluster.remove({{.name = {}, .topic_id = id}, {.name = "orders"}});
  REQUIRE(told.size() == 2);
  CHECK(told[0].error_code == ErrorCode::none);
  CHECK(told[1].error_code == ErrorCode::invalid_request);
}

TEST_CASE("a topic grows by partitions with as many replicas as it has", "[controller]") {
  Three cluster;
  REQUIRE(cluster.create("orders", 2, 2).error_code == ErrorCode::none);
  CHECK(cluster.grow(to("orders", 5)).error_code == ErrorCode::none);
  REQUIRE(cluster.partitions("orders") == 5);
  for (const PartitionRegistration& partition : cluster.controller.committed().topic("orders")->partitions) {
    CHECK(partition.replicas.size() == 2);
    CHECK(partition.isr == partition.replicas);
    CHECK(partition.leader == partition.replicas.front());
  }
}

TEST_CASE("new partitions go where an administrator puts them", "[controller]") {
  Three cluster;
  (void)cluster.create_on("orders", {b1, b2});
  CreatePartitionsRequest::Topic topic = to("orders", 2);
  topic.assignments = {{{b3, b1}}};
  CHECK(cluster.grow(topic).error_code == ErrorCode::none);
  CHECK(cluster.controller.committed().topic("orders")->partitions.at(1).replicas == std::vector{b3, b1});
}

TEST_CASE("a topic does not grow as its administrator has not thought it through", "[controller]") {
  Three cluster;
  (void)cluster.create_on("orders", {b1, b2});
  CreatePartitionsRequest::Topic topic = to("orders", 3);
  ErrorCode expected = ErrorCode::invalid_replica_assignment;
  SECTION("it has that many already") {
    topic.count = 1;
    expected = ErrorCode::invalid_partitions;
  }
  SECTION("it would shrink") {
    topic.count = 0;
    expected = ErrorCode::invalid_partitions;
  }
  SECTION("it is not there") {
    topic.name = "nothing";
    expected = ErrorCode::unknown_topic_or_partition;
  }
  SECTION("one assignment for two partitions") { topic.assignments = {{{b3, b1}}}; }
  SECTION("fewer replicas than the topic has") { topic.assignments = {{{b3, b1}}, {{b3}}}; }
  SECTION("a broker twice") { topic.assignments = {{{b3, b1}}, {{b3, b3}}}; }
  SECTION("a broker that is not registered") { topic.assignments = {{{b3, b1}}, {{b3, NodeId{9}}}}; }
  CHECK(cluster.grow(topic).error_code == expected);
  CHECK(cluster.partitions("orders") == 1);
}

TEST_CASE("partitions that are only validated are not made", "[controller]") {
  Three cluster;
  (void)cluster.create_on("orders", {b1});
  CHECK(cluster.grow(to("orders", 2), {.validate_only = true}).error_code == ErrorCode::none);
  CHECK(cluster.partitions("orders") == 1);
}

TEST_CASE("a controller that is not active refuses administrators", "[controller]") {
  Lone three{{}, 3};
  const auto deleted = three.ask(DeleteTopicsRequest{.topics = {{.name = "orders"}}});
  REQUIRE(deleted);
  CHECK(deleted->as<DeleteTopicsResponse>().responses.at(0).error_code == ErrorCode::not_controller);
}

TEST_CASE("a topic that is made tells all settings that it goes by and where each is from", "[controller]") {
  Three cluster;
  CreateTopicsRequest request;
  request.topics.push_back({.name = "orders", .num_partitions = 1, .replication_factor = 1, .configs = {{"retention.ms", "1000"}}});
  request.validate_only = GENERATE(false, true);
  const auto told = cluster.ask(request)->as<CreateTopicsResponse>().topics.at(0);
  REQUIRE(told.error_code == ErrorCode::none);
  REQUIRE(told.configs.has_value());
  CHECK(told.configs->size() == topic_setting_names().size());
  CHECK(std::ranges::is_sorted(*told.configs, {}, &CreateTopicsResponse::Config::name));
  const auto source_of = [&told](std::string_view name) { return std::ranges::find(*told.configs, name, &CreateTopicsResponse::Config::name); };
  CHECK(source_of("retention.ms")->value == "1000");
  CHECK(source_of("retention.ms")->config_source == 1);
  CHECK(source_of("cleanup.policy")->value == "delete");
  CHECK(source_of("cleanup.policy")->config_source == 5);
}

TEST_CASE("the metadata topic cannot be made and a name that comes twice is refused altogether", "[controller]") {
  Three cluster;
  CreateTopicsRequest request;
  request.topics.push_back({.name = "__cluster_metadata", .num_partitions = 1, .replication_factor = 1});
  for (int i = 0; i < 2; ++i) request.topics.push_back({.name = "twice", .num_partitions = 1, .replication_factor = 1});
  const auto told = cluster.ask(request)->as<CreateTopicsResponse>().topics;
  REQUIRE(told.size() == 2);
  CHECK(told[0].error_code == ErrorCode::invalid_request);
  CHECK(told[0].error_message == "Creation of internal topic __cluster_metadata is prohibited.");
  CHECK(told[1].error_code == ErrorCode::invalid_request);
  CHECK_FALSE(cluster.controller.committed().topic("twice"));
}

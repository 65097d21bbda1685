#include <catch2/catch.hpp>

#include "tests/core/controller/lone.hpp"

using namespace kafkasim;
using test::b1;
using test::b2;
using test::Lone;

namespace {

using Change = IncrementalAlterConfigsRequest::Config;
using Settings = std::map<std::string, std::string>;

constexpr std::int8_t topic_type = 2;
constexpr std::int8_t broker_type = 4;
constexpr std::int8_t group_type = 32;

Change set_to(std::string name, std::string value) {
  return {std::move(name), config_operation::set, std::move(value)};
}

struct Configured : Lone {
  Configured() {
    for (const std::int32_t id : {1, 2}) (void)add_broker(id);
    (void)create_on("orders", {b1, b2}, {{"retention.ms", "1000"}});
  }
  IncrementalAlterConfigsResponse::Resource change(std::int8_t type, const std::string& name,
                                                   std::vector<Change> changes) {
    IncrementalAlterConfigsRequest request;
    request.resources.push_back({type, name, std::move(changes)});
    return ask(request)->template as<IncrementalAlterConfigsResponse>().responses.at(0);
  }
  AlterConfigsResponse::Resource replace(std::vector<AlterConfigsRequest::Config> configs) {
    AlterConfigsRequest request;
    request.resources.push_back({topic_type, "orders", std::move(configs)});
    return ask(request)->template as<AlterConfigsResponse>().responses.at(0);
  }
  [[nodiscard]] const Settings& orders() const { return controller.committed().topic("orders")->configs; }
};

}  // namespace

TEST_CASE("settings of a topic are set and taken back one by one", "[controller]") {
  Configured cluster;
  const auto told = cluster.change(topic_type, "orders", {set_to("min.insync.replicas", "2")});
  CHECK(told.error_code == ErrorCode::none);
  CHECK(told.resource_name == "orders");
  CHECK(cluster.orders() == Settings{{"min.insync.replicas", "2"}, {"retention.ms", "1000"}});
  CHECK(cluster.change(topic_type, "orders", {{"retention.ms", config_operation::remove, std::nullopt}}).error_code
        == ErrorCode::none);
  CHECK(cluster.orders() == Settings{{"min.insync.replicas", "2"}});
}

TEST_CASE("lists are appended to and subtracted from", "[controller]") {
  Configured cluster;
  const auto change = [&cluster](std::int8_t operation, const std::string& value) {
    return cluster.change(topic_type, "orders", {{"cleanup.policy", operation, value}}).error_code;
  };
  CHECK(change(config_operation::append, "compact") == ErrorCode::none);
  CHECK(cluster.orders().at("cleanup.policy") == "delete,compact");
  CHECK(change(config_operation::subtract, "delete") == ErrorCode::none);
  CHECK(cluster.orders().at("cleanup.policy") == "compact");
  CHECK(cluster.change(topic_type, "orders", {{"retention.ms", config_operation::append, "1"}}).error_code
        == ErrorCode::invalid_config);
}

TEST_CASE("throttled replicas are appended to nothing and have to name partition and broker", "[controller]") {
  Configured cluster;
  const std::string name = "leader.replication.throttled.replicas";
  const auto change = [&](std::int8_t operation, const std::string& value) {
    return cluster.change(topic_type, "orders", {{name, operation, value}}).error_code;
  };
  CHECK(change(config_operation::append, "0:1") == ErrorCode::none);
  CHECK(change(config_operation::append, "1:2") == ErrorCode::none);
  CHECK(cluster.orders().at(name) == "0:1,1:2");
  CHECK(change(config_operation::append, "1") == ErrorCode::invalid_config);
}

TEST_CASE("a resource that cannot be configured is refused whole", "[controller]") {
  Configured cluster;
  CHECK(cluster.change(topic_type, "orders", {set_to("retention.ms", "5"), set_to("segment.ms", "soon")}).error_code
        == ErrorCode::invalid_config);
  CHECK(cluster.change(topic_type, "orders", {set_to("colour", "blue")}).error_code == ErrorCode::invalid_config);
  CHECK(cluster.change(topic_type, "nothing", {set_to("retention.ms", "5")}).error_code
        == ErrorCode::unknown_topic_or_partition);
  CHECK(cluster.change(topic_type, "a/b", {}).error_code == ErrorCode::invalid_topic_exception);
  CHECK(cluster.change(broker_type, "x", {}).error_code == ErrorCode::invalid_request);
  CHECK(cluster.change(broker_type, "9", {}).error_code == ErrorCode::broker_id_not_registered);
  CHECK(cluster.change(16, "subscription", {}).error_code == ErrorCode::invalid_request);  // of client metrics
  CHECK(cluster.orders() == Settings{{"retention.ms", "1000"}});
}

TEST_CASE("AlterConfigs takes back all that it does not name", "[controller]") {
  Configured cluster;
  CHECK(cluster.replace({{"segment.ms", "60000"}}).error_code == ErrorCode::none);
  CHECK(cluster.orders() == Settings{{"segment.ms", "60000"}});
}

TEST_CASE("settings that are only validated do not change", "[controller]") {
  Configured cluster;
  IncrementalAlterConfigsRequest request{.validate_only = true};
  request.resources.push_back({topic_type, "orders", {set_to("retention.ms", "5")}});
  CHECK(cluster.ask(request)->as<IncrementalAlterConfigsResponse>().responses.at(0).error_code == ErrorCode::none);
  CHECK(cluster.orders() == Settings{{"retention.ms", "1000"}});
}

TEST_CASE("settings of all brokers and of one are kept apart", "[controller]") {
  Configured cluster;
  CHECK(cluster.change(broker_type, "", {set_to("log.retention.ms", "5")}).error_code == ErrorCode::none);
  CHECK(cluster.change(broker_type, "2", {set_to("log.retention.ms", "7")}).error_code == ErrorCode::none);
  const MetadataImage& image = cluster.controller.committed();
  CHECK(effective_config(image, b1, {}).topic_defaults.retention_ms == 5);
  CHECK(effective_config(image, b2, {}).topic_defaults.retention_ms == 7);
}

TEST_CASE("an unclean election is allowed from the moment the topic or the cluster is configured so", "[controller]") {
  Configured cluster;
  const bool of_topic = GENERATE(true, false);
  const auto told = of_topic ? cluster.change(topic_type, "orders", {set_to("unclean.leader.election.enable", "true")})
                             : cluster.change(broker_type, "", {set_to("unclean.leader.election.enable", "true")});
  REQUIRE(told.error_code == ErrorCode::none);
  const Uuid id = cluster.controller.committed().topic("orders")->id;
  AlterPartitionRequest shrink{.broker_id = b1, .broker_epoch = cluster.broker(1).epoch};
  AlterPartitionRequest::Partition only_leader{.partition_index = PartitionIndex{0}};
  only_leader.leader_epoch = cluster.partition(id).leader_epoch;
  only_leader.partition_epoch = cluster.partition(id).partition_epoch;
  only_leader.new_isr_with_epochs = {{b1, cluster.broker(1).epoch}};
  shrink.topics.push_back({.topic_name = {}, .topic_id = id, .partitions = {only_leader}});
  (void)cluster.ask(shrink);
  for (int i = 0; i < 4; ++i) {  // broker 1 falls silent
    cluster.wait(seconds(4));
    (void)cluster.beat(2, cluster.broker(2).epoch);
  }
  CHECK(cluster.broker(1).fenced);
  CHECK(cluster.partition(id).leader == b2);
}

// ---- eligible leader replicas (KIP-966) ---------------------------------------------------------------

using test::Led;

TEST_CASE("another min.insync.replicas leaves nobody eligible in the topics that it concerns", "[controller][elr]") {
  Led cluster{{{"min.insync.replicas", "3"}}, test::with_elr};
  const Uuid other = cluster.create_on("bills", {b1, b2}, {{"min.insync.replicas", "2"}});
  cluster.only({1});
  REQUIRE_FALSE(cluster.partition(cluster.topic).elr().empty());
  REQUIRE_FALSE(cluster.partition(other).elr().empty());
  const PartitionEpoch before = cluster.partition(cluster.topic).partition_epoch;
  SECTION("of one topic") {
    REQUIRE(cluster.set("orders", "min.insync.replicas", "2") == ErrorCode::none);
    CHECK_FALSE(cluster.partition(other).elr().empty());
  }
  SECTION("of all brokers") {
    REQUIRE(cluster.set("", "min.insync.replicas", "2", ConfigResourceType::broker) == ErrorCode::none);
    CHECK(cluster.partition(other).elr().empty());
  }
  CHECK(cluster.partition(cluster.topic).elr().empty());
  CHECK(cluster.partition(cluster.topic).partition_epoch == before.next());
}

TEST_CASE("with eligible leader replicas min.insync.replicas is set for all brokers or for topics", "[controller][elr]") {
  Led cluster{{}, test::with_elr};
  CHECK(cluster.set("1", "min.insync.replicas", "2", ConfigResourceType::broker) == ErrorCode::invalid_config);
  CHECK(cluster.set("", "min.insync.replicas", std::nullopt, ConfigResourceType::broker) == ErrorCode::invalid_config);
  CHECK(cluster.set("", "min.insync.replicas", "2", ConfigResourceType::broker) == ErrorCode::none);
  Led without;
  CHECK(without.set("1", "min.insync.replicas", "2", ConfigResourceType::broker) == ErrorCode::none);
}

TEST_CASE("settings of groups keep to the bounds of the brokers and to each other", "[controller]") {
  Configured cluster;
  const auto set = [&cluster](const std::string& name, const std::string& value, const std::string& group = "readers") {
    return cluster.change(group_type, group, {set_to(name, value)}).error_code;
  };
  const std::string session = "consumer.session.timeout.ms";
  const std::string heartbeat = "consumer.heartbeat.interval.ms";
  CHECK(set(session, "50000") == ErrorCode::none);
  CHECK(set(heartbeat, "15000") == ErrorCode::none);
  CHECK(cluster.controller.committed().group_configs.at("readers") == Settings{{heartbeat, "15000"}, {session, "50000"}});
  CHECK(set(session, "44999") == ErrorCode::invalid_config);
  CHECK(set(session, "60001") == ErrorCode::invalid_config);
  CHECK(set(heartbeat, "4999") == ErrorCode::invalid_config);
  CHECK(set(heartbeat, "15001") == ErrorCode::invalid_config);
  CHECK(set(session, "soon") == ErrorCode::invalid_config);
  CHECK(set("session.timeout.ms", "50000") == ErrorCode::invalid_config);
  CHECK(set(session, "50000", "") == ErrorCode::invalid_request);
  CHECK(cluster.change(group_type, "readers", {{session, config_operation::append, "1"}}).error_code == ErrorCode::invalid_config);
  AlterConfigsRequest none;
  none.resources.push_back({group_type, "readers", {}});
  CHECK(cluster.ask(none)->as<AlterConfigsResponse>().responses.at(0).error_code == ErrorCode::none);
  CHECK(cluster.controller.committed().group_configs.empty());
}

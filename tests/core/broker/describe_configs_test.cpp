#include "core/broker/describe_configs.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

using Config = DescribeConfigsResponse::Config;
using Synonyms = std::vector<DescribeConfigsResponse::Synonym>;

constexpr std::int8_t topic_kind = 2;
constexpr std::int8_t broker_kind = 4;
constexpr std::int8_t logger_kind = 8;
constexpr std::int8_t group_kind = 32;

struct Described {
  NodeConfig started_with;
  MetadataImage image;
  Described() {
    image.topic_ids["orders"] = Uuid{7, 7};
    image.topics.emplace(Uuid{7, 7}, Cow<TopicImage>{TopicImage{"orders", Uuid{7, 7}, {}, {{"segment.ms", "60000"}}}});
  }
  [[nodiscard]] DescribeConfigsResponse::Result about(std::int8_t type, const std::string& name,
                                                      std::optional<std::vector<std::string>> keys = {}) const {
    DescribeConfigsRequest request{.include_synonyms = true};
    request.resources.push_back({type, name, std::move(keys)});
    return describe_configs(request, {NodeId{1}, started_with, image}).results.at(0);
  }
  [[nodiscard]] Config config(std::int8_t type, const std::string& name, const std::string& key) const {
    const auto result = about(type, name, std::vector{key});
    REQUIRE(result.configs.size() == 1);
    return result.configs[0];
  }
};

}  // namespace

TEST_CASE("a topic's setting comes from the topic or from its broker's setting or is built in") {
  Described cluster;
  const Config own = cluster.config(topic_kind, "orders", "segment.ms");
  CHECK(own.value == "60000");
  CHECK(own.config_source == config_source::topic);
  CHECK_FALSE(own.read_only);
  CHECK(own.synonyms
        == Synonyms{{"segment.ms", "60000", config_source::topic}, {"log.roll.hours", "168", config_source::built_in}});
  CHECK_FALSE(own.documentation);
  const Config built_in = cluster.config(topic_kind, "orders", "retention.ms");
  CHECK(built_in.value == "604800000");
  CHECK(built_in.config_source == config_source::built_in);
  REQUIRE(set(cluster.started_with, "log.retention.minutes", std::int64_t{2}));
  const Config started = cluster.config(topic_kind, "orders", "retention.ms");
  CHECK(started.value == "120000");
  CHECK(started.config_source == config_source::static_broker);
  CHECK(started.synonyms.front()
        == DescribeConfigsResponse::Synonym{"log.retention.minutes", "2", config_source::static_broker});
  cluster.image.node_configs[""]["log.retention.ms"] = "5";
  CHECK(cluster.config(topic_kind, "orders", "retention.ms").config_source == config_source::dynamic_default_broker);
  cluster.image.node_configs["1"]["log.retention.ms"] = "7";
  const Config dynamic = cluster.config(topic_kind, "orders", "retention.ms");
  CHECK(dynamic.config_source == config_source::dynamic_broker);
  CHECK(dynamic.value == "7");
}

TEST_CASE("values are told as Kafka prints them and with their types") {
  const Described cluster;
  const auto told = [&cluster](const std::string& key) { return cluster.config(topic_kind, "orders", key); };
  CHECK(told("min.cleanable.dirty.ratio").value == "0.5");
  CHECK(told("min.cleanable.dirty.ratio").config_type == static_cast<std::int8_t>(SettingType::real));
  CHECK(told("max.compaction.lag.ms").value == "9223372036854775807");
  CHECK(told("max.compaction.lag.ms").config_type == static_cast<std::int8_t>(SettingType::long_integer));
  CHECK(told("unclean.leader.election.enable").value == "false");
  CHECK(told("unclean.leader.election.enable").config_type == static_cast<std::int8_t>(SettingType::boolean));
  CHECK(told("cleanup.policy").config_type == static_cast<std::int8_t>(SettingType::list));
  CHECK(told("segment.bytes").config_type == static_cast<std::int8_t>(SettingType::integer));
}

TEST_CASE("a broker describes itself and what all brokers share and no other broker") {
  Described cluster;
  CHECK(cluster.config(broker_kind, "1", "node.id").value == "1");
  CHECK(cluster.config(broker_kind, "1", "node.id").read_only);
  CHECK(cluster.config(broker_kind, "1", "num.partitions").read_only);
  CHECK_FALSE(cluster.config(broker_kind, "1", "log.retention.ms").value);
  CHECK_FALSE(cluster.config(broker_kind, "1", "log.retention.ms").read_only);
  CHECK(cluster.config(broker_kind, "1", "log.retention.hours").value == "168");
  CHECK(cluster.about(broker_kind, "").configs.empty());
  cluster.image.node_configs[""]["log.retention.ms"] = "5";
  REQUIRE(cluster.about(broker_kind, "").configs.size() == 1);
  CHECK(cluster.about(broker_kind, "").configs[0].config_source == config_source::dynamic_default_broker);
  CHECK(cluster.about(broker_kind, "2").error_code == ErrorCode::invalid_request);
}

TEST_CASE("a group is described by what it sets and for the rest by its broker's settings") {
  Described cluster;
  cluster.started_with.group_consumer_heartbeat_interval = seconds(6);
  cluster.image.group_configs["readers"]["consumer.session.timeout.ms"] = "50000";
  CHECK(cluster.about(group_kind, "readers").configs.size() == 2);
  const Config own = cluster.config(group_kind, "readers", "consumer.session.timeout.ms");
  CHECK(own.value == "50000");
  CHECK(own.config_source == config_source::group);
  CHECK(own.config_type == static_cast<std::int8_t>(SettingType::integer));
  CHECK_FALSE(own.read_only);
  CHECK(own.synonyms == Synonyms{{"consumer.session.timeout.ms", "50000", config_source::group}});
  const Config of_broker = cluster.config(group_kind, "readers", "consumer.heartbeat.interval.ms");
  CHECK(of_broker.value == "6000");
  CHECK(of_broker.config_source == config_source::built_in);
  CHECK(cluster.config(group_kind, "nobody", "consumer.session.timeout.ms").value == "45000");
  CHECK(cluster.about(group_kind, "").error_code == ErrorCode::invalid_request);
}

TEST_CASE("a broker has no loggers to describe") {
  const Described cluster;
  CHECK(cluster.about(logger_kind, "1").error_code == ErrorCode::none);
  CHECK(cluster.about(logger_kind, "1").configs.empty());
  CHECK(cluster.about(logger_kind, "2").error_code == ErrorCode::invalid_request);
  CHECK(cluster.about(logger_kind, "").error_code == ErrorCode::invalid_request);
}

TEST_CASE("all settings are described where no keys are named and none of what is not there") {
  const Described cluster;
  CHECK(cluster.about(topic_kind, "orders").configs.size() == topic_setting_names().size());
  CHECK(cluster.about(topic_kind, "orders", std::vector<std::string>{}).configs.size() == topic_setting_names().size());
  CHECK(cluster.about(topic_kind, "nothing").error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(cluster.about(topic_kind, "a/b").error_code == ErrorCode::invalid_topic_exception);
  CHECK(cluster.about(16, "metrics").error_code == ErrorCode::invalid_request);
}

TEST_CASE("synonyms are told only if they are asked for") {
  const Described cluster;
  DescribeConfigsRequest request;
  request.resources.push_back({topic_kind, "orders", std::vector<std::string>{"segment.ms"}});
  const auto told = describe_configs(request, {NodeId{1}, cluster.started_with, cluster.image}).results.at(0);
  CHECK(told.configs.at(0).synonyms.empty());
  CHECK(told.configs.at(0).config_source == config_source::topic);
}

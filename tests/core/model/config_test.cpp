#include "core/model/config.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a setting is set by the name and unit that Kafka gives it") {
  ProducerConfig producer;
  REQUIRE(set(producer, "linger.ms", std::int64_t{20}));
  CHECK(producer.linger == milliseconds(20));
  REQUIRE(set(producer, "acks", std::string{"1"}));
  CHECK(producer.acks == "1");
  REQUIRE(set(producer, "acks", std::int64_t{-1}));
  CHECK(producer.acks == "-1");
  REQUIRE(set(producer, "enable.idempotence", std::string{"false"}));
  CHECK_FALSE(producer.enable_idempotence);
  CHECK(producer.partitioner_adaptive_partitioning_enable);
  REQUIRE(set(producer, "partitioner.adaptive.partitioning.enable", false));
  CHECK_FALSE(producer.partitioner_adaptive_partitioning_enable);
  REQUIRE(set(producer, "partitioner.availability.timeout.ms", std::int64_t{100}));
  CHECK(producer.partitioner_availability_timeout == milliseconds(100));
  CHECK_FALSE(set(producer, "partitioner.availability.timeout.ms", std::int64_t{-1}));
  TopicConfig topic;
  REQUIRE(set(topic, "segment.bytes", std::string{"1048576"}));
  CHECK(topic.segment_bytes == 1'048'576);
  REQUIRE(set(topic, "segment.ms", std::int64_t{1000}));
  CHECK(topic.segment == milliseconds(1000));
}

TEST_CASE("compression levels have the ranges of their codecs") {
  ProducerConfig producer;
  CHECK(producer.compression_gzip_level == -1);
  CHECK(producer.compression_lz4_level == 9);
  CHECK(producer.compression_zstd_level == 3);
  for (const std::int64_t level : {-1, 1, 9}) CHECK(set(producer, "compression.gzip.level", level));
  const auto refused = set(producer, "compression.gzip.level", std::int64_t{0});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "'compression.gzip.level' must be between 1 and 9, or -1, not 0");
  for (const std::int64_t level : {0, 18}) CHECK_FALSE(set(producer, "compression.lz4.level", level));
  for (const std::int64_t level : {-131'073, 23}) CHECK_FALSE(set(producer, "compression.zstd.level", level));
  NodeConfig node;
  REQUIRE(set(node, "compression.zstd.level", std::int64_t{19}));
  CHECK(node.topic_defaults.compression_zstd_level == 19);
}

TEST_CASE("a broker sets the defaults of its topics by their broker names") {
  NodeConfig node;
  REQUIRE(set(node, "min.insync.replicas", std::int64_t{2}));
  CHECK(node.topic_defaults.min_insync_replicas == 2);
  REQUIRE(set(node, "log.segment.bytes", std::int64_t{1'048'576}));
  CHECK(node.topic_defaults.segment_bytes == 1'048'576);
  REQUIRE(set(node, "broker.session.timeout.ms", std::int64_t{900}));
  CHECK(node.broker_session_timeout == milliseconds(900));
}

TEST_CASE("a setting that is unknown or of the wrong kind is an error that helps") {
  ConsumerConfig consumer;
  const auto misspelt = set(consumer, "sesion.timeout.ms", std::int64_t{1});
  REQUIRE_FALSE(misspelt);
  CHECK(misspelt.error().message.find("'session.timeout.ms'") != std::string::npos);
  CHECK_FALSE(set(consumer, "session.timeout.ms", std::string{"soon"}));
  CHECK_FALSE(set(consumer, "session.timeout.ms", true));
  CHECK_FALSE(set(consumer, "session.timeout.ms", std::int64_t{-5}));
  CHECK_FALSE(set(consumer, "auto.offset.reset", std::string{"sometimes"}));
  CHECK_FALSE(set(consumer, "enable.auto.commit", std::int64_t{1}));
  CHECK_FALSE(set(consumer, "", std::int64_t{1}));
  CHECK(consumer == ConsumerConfig{});
}

TEST_CASE("the known names are sorted and each can be told apart") {
  for (const auto& names :
       {topic_setting_names(), node_setting_names(), producer_setting_names(), consumer_setting_names()}) {
    CHECK(names.size() > 10);
    CHECK(std::ranges::is_sorted(names));
    CHECK(std::ranges::adjacent_find(names) == names.end());
  }
}

TEST_CASE("the finest unit in which a retention is given wins in whatever order they come") {
  NodeConfig node;
  CHECK(node.topic_defaults.retention_ms == 168 * 3'600'000LL);
  REQUIRE(set(node, "log.retention.hours", std::int64_t{2}));
  CHECK(node.topic_defaults.retention_ms == 7'200'000);
  REQUIRE(set(node, "log.retention.minutes", std::int64_t{5}));
  CHECK(node.topic_defaults.retention_ms == 300'000);
  REQUIRE(set(node, "log.retention.hours", std::int64_t{3}));
  CHECK(node.topic_defaults.retention_ms == 300'000);
  REQUIRE(set(node, "log.retention.ms", std::int64_t{-1}));
  REQUIRE(set(node, "log.retention.minutes", std::int64_t{7}));
  CHECK(node.topic_defaults.retention_ms == -1);
  REQUIRE(set(node, "log.roll.hours", std::int64_t{1}));
  CHECK(node.topic_defaults.segment == seconds(3'600));
  REQUIRE(set(node, "log.roll.ms", std::int64_t{10}));
  CHECK(node.topic_defaults.segment == milliseconds(10));
  REQUIRE(set(node, "log.roll.jitter.hours", std::int64_t{1}));
  CHECK(node.topic_defaults.segment_jitter == seconds(3'600));
}

TEST_CASE("a broker keeps records for at least a millisecond or for ever") {
  NodeConfig node;
  for (const char* name : {"log.retention.ms", "log.retention.minutes", "log.retention.hours"}) {
    CHECK_FALSE(set(node, name, std::int64_t{0}));
    CHECK_FALSE(set(node, name, std::int64_t{-2}));
    CHECK_FALSE(set(node, name, std::string{"long"}));
    CHECK(set(node, name, std::int64_t{-1}));
  }
  CHECK_FALSE(set(node, "log.retention.hours", std::int64_t{INT32_MAX} + 1));
  CHECK_FALSE(set(node, "log.roll.hours", std::int64_t{0}));
  TopicConfig topic;
  CHECK(set(topic, "retention.ms", std::int64_t{0}));
}

TEST_CASE("every setting can be told with its type and told back to set") {
  const auto check = []<class C>(const C& config) {
    for (const SettingView& view : settings_of(config)) {
      INFO(view.name);
      C other = config;
      if (view.value) CHECK(set(other, view.name, SettingValue{*view.value}));
    }
  };
  check(TopicConfig{});
  check(NodeConfig{});
  check(GroupConfig{});
  CHECK(settings_of(TopicConfig{}).size() == topic_setting_names().size());
  CHECK(settings_of(NodeConfig{}).size() == node_setting_names().size());
}

TEST_CASE("of a time in several units only the finest that was set has a value") {
  const auto told = [](const NodeConfig& config, std::string_view name) {
    for (const SettingView& view : settings_of(config)) {
      if (view.name == name) return view.value;
    }
    return std::optional<std::string>{"no such setting"};
  };
  NodeConfig config;
  CHECK(told(config, "log.retention.hours") == "168");
  CHECK_FALSE(told(config, "log.retention.minutes"));
  REQUIRE(set(config, "log.retention.minutes", std::int64_t{90}));
  CHECK(told(config, "log.retention.minutes") == "90");
  CHECK_FALSE(told(config, "log.retention.ms"));
  CHECK(told(config, "log.retention.hours") == "168");
  REQUIRE(set(config, "log.retention.ms", std::int64_t{-1}));
  CHECK(told(config, "log.retention.ms") == "-1");
}

TEST_CASE("a topic's setting falls back to the broker's names of it with the finest unit first") {
  using Names = std::vector<std::string_view>;
  CHECK(node_names_of("retention.ms") == Names{"log.retention.ms", "log.retention.minutes", "log.retention.hours"});
  CHECK(node_names_of("min.insync.replicas") == Names{"min.insync.replicas"});
  CHECK(is_dynamic_node_setting("log.retention.ms"));
  CHECK(is_dynamic_node_setting("message.max.bytes"));
  CHECK_FALSE(is_dynamic_node_setting("log.retention.hours"));
  CHECK_FALSE(is_dynamic_node_setting("num.partitions"));
}

TEST_CASE("a group falls back to its node's settings and keeps to the node's bounds") {
  NodeConfig node;
  REQUIRE(set(node, "group.consumer.session.timeout.ms", std::int64_t{50'000}));
  GroupConfig group = group_defaults(node);
  CHECK(group.consumer_session_timeout == seconds(50));
  CHECK(check_bounds(group, node));
  REQUIRE(set(group, "consumer.session.timeout.ms", std::string{"61000"}));
  const Result<void> too_long = check_bounds(group, node);
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().message == "'consumer.session.timeout.ms' must be between 45000 and 60000, not 61000");
  REQUIRE(set(node, "group.consumer.max.session.timeout.ms", std::int64_t{61'000}));
  CHECK(check_bounds(group, node));
  REQUIRE(set(node, "group.consumer.max.heartbeat.interval.ms", std::int64_t{70'000}));
  REQUIRE(set(group, "consumer.heartbeat.interval.ms", std::int64_t{61'000}));
  CHECK_FALSE(check_bounds(group, node));  // no shorter than the session
  CHECK_FALSE(set(group, "share.session.timeout.ms", std::int64_t{50'000}));
  CHECK_FALSE(set(group, "consumer.session.timeout.ms", std::int64_t{0}));
}

TEST_CASE("what a node itself goes by is within its bounds for groups") {
  NodeConfig node;
  node.group_consumer_session_timeout = seconds(3);
  node.group_consumer_heartbeat_interval = seconds(1);
  GroupConfig group = group_defaults(node);
  CHECK(check_bounds(group, node));
  group.consumer_session_timeout = seconds(10);
  CHECK(check_bounds(group, node));
  group.consumer_session_timeout = seconds(2);
  CHECK_FALSE(check_bounds(group, node));
}

TEST_CASE("producers that were silent are looked for every ten minutes unless a broker says otherwise") {
  NodeConfig node;
  CHECK(node.producer_id_expiration_check_interval == milliseconds(600'000));
  REQUIRE(set(node, "producer.id.expiration.check.interval.ms", std::int64_t{1'500}));
  CHECK(node.producer_id_expiration_check_interval == milliseconds(1'500));
  CHECK_FALSE(set(node, "producer.id.expiration.check.interval.ms", std::int64_t{0}));
}

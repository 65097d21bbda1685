#include "core/model/config.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a setting that Kafka has and one that is followed are never the same") {
  for (const std::string_view name : topic_setting_names()) CHECK_FALSE(is_unsimulated(SettingsOf::topic, name));
  for (const std::string_view name : node_setting_names()) CHECK_FALSE(is_unsimulated(SettingsOf::node, name));
  for (const std::string_view name : producer_setting_names()) CHECK_FALSE(is_unsimulated(SettingsOf::producer, name));
  for (const std::string_view name : consumer_setting_names()) CHECK_FALSE(is_unsimulated(SettingsOf::consumer, name));
}

TEST_CASE("a setting that nothing here follows is taken whatever its value and only by its owner") {
  NodeConfig node;
  CHECK(set(node, "log.cleaner.threads", SettingValue{std::string{"many"}}));
  CHECK(set(node, "ssl.keystore.location", SettingValue{std::string{"/etc"}}));
  CHECK(node == NodeConfig{});
  TopicConfig topic;
  CHECK(set(topic, "remote.storage.enable", SettingValue{true}));
  CHECK_FALSE(set(topic, "log.cleaner.threads", SettingValue{std::int64_t{2}}));
  ProducerConfig producer;
  CHECK(set(producer, "partitioner.class", SettingValue{std::string{"x"}}));
  ConsumerConfig consumer;
  CHECK(set(consumer, "client.id", SettingValue{std::string{"x"}}));
  CHECK_FALSE(set(consumer, "partitioner.class", SettingValue{std::string{"x"}}));
  CHECK_FALSE(is_unsimulated(SettingsOf::node, "ssl"));  // no name, but how many begin
}

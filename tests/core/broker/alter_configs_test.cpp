#include "core/broker/alter_configs.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

constexpr std::int8_t of_topic = 2;
constexpr std::int8_t of_broker = 4;
constexpr std::int8_t of_loggers = 8;
constexpr std::int8_t of_group = 32;
using Changes = std::vector<IncrementalAlterConfigsRequest::Config>;

ResourceVerdict verdict(std::int8_t type, std::string name, Changes changes) {
  IncrementalAlterConfigsRequest request;
  request.resources.push_back({type, std::move(name), std::move(changes)});
  return preprocess(request, NodeId{1}).at(0);
}

}  // namespace

TEST_CASE("a resource that stands twice is refused both times") {
  AlterConfigsRequest request;
  request.resources = {{of_topic, "orders", {}}, {of_topic, "orders", {}}, {of_topic, "payments", {}}};
  const auto verdicts = preprocess(request, NodeId{1});
  REQUIRE(verdicts.size() == 3);
  CHECK(verdicts[0].error == ErrorCode::invalid_request);
  CHECK(verdicts[1].message == "Each resource must appear at most once.");
  CHECK(verdicts[2].error == ErrorCode::none);
  const std::optional<Message> rest = remaining(Message::of(request), verdicts);
  REQUIRE(rest);
  CHECK(rest->as<AlterConfigsRequest>().resources.size() == 1);
}

TEST_CASE("a resource with a key twice or without a value or with an unknown operation or type is refused") {
  CHECK(verdict(of_topic, "orders", {{"retention.ms", 0, "1"}, {"retention.ms", 1, {}}}).message
        == "Error due to duplicate config keys");
  CHECK(verdict(of_topic, "orders", {{"retention.ms", 0, {}}}).error == ErrorCode::invalid_request);
  CHECK(verdict(of_topic, "orders", {{"retention.ms", 1, {}}}).error == ErrorCode::none);
  CHECK(verdict(of_topic, "orders", {{"retention.ms", 9, "1"}}).error == ErrorCode::invalid_request);
  CHECK(verdict(1, "orders", {}).message == "Unknown resource type 1");
}

TEST_CASE("a broker takes only what can change while it runs and only for itself or all") {
  CHECK(verdict(of_broker, "1", {{"log.retention.ms", 0, "1"}}).error == ErrorCode::none);
  CHECK(verdict(of_broker, "", {{"log.retention.ms", 0, "1"}}).error == ErrorCode::none);
  CHECK(verdict(of_broker, "2", {}).error == ErrorCode::invalid_request);
  CHECK(verdict(of_broker, "1", {{"log.retention.hours", 0, "1"}}).error == ErrorCode::invalid_request);
  CHECK(verdict(of_broker, "1", {{"log.retention.ms", 0, "soon"}}).error == ErrorCode::invalid_request);
}

TEST_CASE("settings of groups are for the controller to decide and loggers are there for none") {
  CHECK_FALSE(verdict(of_group, "readers", {{"consumer.session.timeout.ms", 0, "50000"}}).is_decided);
  CHECK(verdict(of_group, "readers", {{"consumer.session.timeout.ms", 0, {}}}).is_decided);
  CHECK(verdict(of_loggers, "1", {{"kafka.server.KafkaApis", 0, "DEBUG"}}).error == ErrorCode::invalid_config);
  CHECK(verdict(of_loggers, "1", {{"kafka.server.KafkaApis", 1, {}}}).error == ErrorCode::invalid_config);
  CHECK(verdict(of_loggers, "1", {{"kafka.server.KafkaApis", 2, "DEBUG"}}).error == ErrorCode::invalid_request);
  CHECK(verdict(of_loggers, "2", {}).error == ErrorCode::invalid_request);
  CHECK(verdict(of_loggers, "", {}).error == ErrorCode::invalid_request);
  AlterConfigsRequest old;
  old.resources = {{of_loggers, "1", {}}};
  CHECK(preprocess(old, NodeId{1}).at(0).message == "Unknown resource type 8");
}

TEST_CASE("what is said of loggers does not go to the controller") {
  IncrementalAlterConfigsRequest request;
  request.resources = {{of_loggers, "1", {}}};
  const auto verdicts = preprocess(request, NodeId{1});
  CHECK_FALSE(remaining(Message::of(request), verdicts));
  const auto told = reassembled(ApiKey::incremental_alter_configs, verdicts, std::nullopt).as<IncrementalAlterConfigsResponse>();
  REQUIRE(told.responses.size() == 1);
  CHECK(told.responses[0].error_code == ErrorCode::none);
  CHECK_FALSE(told.responses[0].error_message);
}

#include <catch2/catch.hpp>

#include "core/model/config.hpp"

using namespace kafkasim;

TEST_CASE("assignors are named as in a protocol or by their classes and each once") {
  ConsumerConfig consumer;
  REQUIRE(set(consumer, "partition.assignment.strategy",
              std::string{"org.apache.kafka.clients.consumer.CooperativeStickyAssignor, range"}));
  CHECK(consumer.partition_assignment_strategy == "cooperative-sticky,range");
  CHECK(set(consumer, "partition.assignment.strategy", std::string{"fair"}).error().message.find("'sticky'") != std::string::npos);
  CHECK_FALSE(set(consumer, "partition.assignment.strategy", std::string{"range,range"}));
  CHECK_FALSE(set(consumer, "partition.assignment.strategy", std::string{}));
  CHECK(consumer.partition_assignment_strategy == "cooperative-sticky,range");
}

TEST_CASE("a position is reset by a duration of ISO 8601") {
  CHECK(reset_by_duration("by_duration:PT1H30M") == seconds(5'400));
  CHECK(reset_by_duration("by_duration:P2DT1S") == seconds(172'801));
  for (const char* bad : {"by_duration:", "by_duration:P", "by_duration:1H", "by_duration:PT1M1H", "by_duration:P1H", "earliest"})
    CHECK_FALSE(reset_by_duration(bad));
  ConsumerConfig consumer;
  REQUIRE(set(consumer, "auto.offset.reset", std::string{"by_duration:PT10S"}));
  CHECK(consumer.auto_offset_reset == "by_duration:PT10S");
  CHECK_FALSE(set(consumer, "auto.offset.reset", std::string{"by_duration:10"}));
}

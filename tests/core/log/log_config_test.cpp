#include "core/log/log_config.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("the defaults of a log are those of a topic") {
  CHECK(log_config(TopicConfig{}).segment_bytes == LogConfig{}.segment_bytes);
  CHECK(log_config(TopicConfig{}).max_message_bytes == LogConfig{}.max_message_bytes);
  CHECK(log_config(TopicConfig{}).segment_ms == LogConfig{}.segment_ms);
  CHECK(log_config(TopicConfig{}).compaction == Compaction::off);
}

TEST_CASE("a log follows the settings of its topic") {
  TopicConfig topic;
  topic.cleanup_policy = "compact,delete";
  topic.message_timestamp_type = "LogAppendTime";
  topic.segment = milliseconds(100);
  topic.segment_jitter = milliseconds(900);
  const LogConfig config = log_config(topic, milliseconds(5));
  CHECK(config.compaction == Compaction::on);
  CHECK(config.timestamp_type == TimestampType::append);
  CHECK(config.segment_ms == 100);
  CHECK(config.segment_jitter_ms == 100);
  CHECK(config.producer_id_expiration_ms == 5);
}

TEST_CASE("a log is kept for ever and without limit where its topic says minus one") {
  const LogConfig usual = log_config(TopicConfig{});
  CHECK(usual.deletion == Deletion::on);
  CHECK(usual.retention_ms == 604'800'000);
  CHECK_FALSE(usual.retention_bytes.has_value());
  CHECK(usual.file_delete_delay_ms == 60'000);
  TopicConfig topic;
  topic.cleanup_policy = "compact";
  topic.retention_ms = -1;
  topic.retention_bytes = 0;
  topic.file_delete_delay = milliseconds(7);
  const LogConfig config = log_config(topic);
  CHECK(config.deletion == Deletion::off);
  CHECK_FALSE(config.retention_ms.has_value());
  CHECK(config.retention_bytes == 0);
  CHECK(config.file_delete_delay_ms == 7);
}

TEST_CASE("a limit of for ever admits any timestamp in milliseconds") {
  CHECK(log_config(TopicConfig{}).timestamp_before_max_ms >= INT64_MAX / 1'000'000 - 1);
}

TEST_CASE("the codec of a log is that of its topic or left to the producer") {
  const auto codec = [](const std::string& type) {
    TopicConfig topic;
    topic.compression_type = type;
    const std::optional<Compression> compression = log_config(topic).compression;
    return compression ? std::optional{compression->codec} : std::nullopt;
  };
  CHECK_FALSE(codec("producer").has_value());
  CHECK(codec("uncompressed") == Codec::none);
  CHECK(codec("gzip") == Codec::gzip);
  CHECK(codec("snappy") == Codec::snappy);
  CHECK(codec("lz4") == Codec::lz4);
  CHECK(codec("zstd") == Codec::zstd);
}

TEST_CASE("the level of the codec of a topic is that of its setting") {
  TopicConfig topic;
  topic.compression_type = "zstd";
  topic.compression_zstd_level = 7;
  CHECK(log_config(topic).compression == Compression{Codec::zstd, 7});
}

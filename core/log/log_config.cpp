#include "core/log/log_config.hpp"

#include <algorithm>

namespace kafkasim {

LogConfig log_config(const TopicConfig& topic, Duration producer_id_expiration, RequireVerification verification, ProducersStay stay) {
  LogConfig config;
  config.segment_bytes = topic.segment_bytes;
  config.segment_ms = topic.segment.whole_ms();
  config.compaction = topic.cleanup_policy.find("compact") != std::string::npos ? Compaction::on : Compaction::off;
  config.delete_retention_ms = topic.delete_retention.whole_ms();
  config.min_cleanable_dirty_ratio = topic.min_cleanable_dirty_ratio;
  config.min_compaction_lag_ms = topic.min_compaction_lag.whole_ms();
  config.max_compaction_lag_ms = topic.max_compaction_lag.whole_ms();
  // What must be compacted by then must not be in the active segment any more.
  if (config.compaction == Compaction::on && config.max_compaction_lag_ms > 0) {
    config.segment_ms = std::min(config.segment_ms, config.max_compaction_lag_ms);
  }
  config.segment_jitter_ms = std::min(topic.segment_jitter.whole_ms(), config.segment_ms);
  config.index_interval_bytes = topic.index_interval_bytes;
  config.segment_index_bytes = topic.segment_index_bytes;
  config.max_message_bytes = topic.max_message_bytes;
  config.timestamp_type =
      topic.message_timestamp_type == "LogAppendTime" ? TimestampType::append : TimestampType::create;
  config.timestamp_before_max_ms = topic.message_timestamp_before_max.whole_ms();
  config.timestamp_after_max_ms = topic.message_timestamp_after_max.whole_ms();
  config.deletion = topic.cleanup_policy.find("delete") != std::string::npos ? Deletion::on : Deletion::off;
  if (topic.retention_ms < 0) config.retention_ms.reset();
  if (topic.retention_ms >= 0) config.retention_ms = topic.retention_ms;
  if (topic.retention_bytes >= 0) config.retention_bytes = topic.retention_bytes;
  config.file_delete_delay_ms = topic.file_delete_delay.whole_ms();
  config.flush_messages = topic.flush_messages;
  if (topic.flush < milliseconds(INT64_MAX)) config.flush_ms = topic.flush.whole_ms();
  config.compression = compression_of(topic);
  config.producer_id_expiration_ms = producer_id_expiration.whole_ms();
  config.require_verification = verification;
  config.producers_stay = stay;
  return config;
}

}  // namespace kafkasim

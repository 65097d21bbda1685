#pragma once
// What a log needs to know of its topic's settings (org.apache.kafka.storage.internals.log.LogConfig).
#include <cstdint>
#include <optional>

#include "core/base/time.hpp"
#include "core/log/verifications.hpp"
#include "core/model/config.hpp"
#include "core/model/legacy.hpp"
#include "core/record/compression.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim {

enum class Compaction : std::uint8_t { off, on };  // cleanup.policy contains "compact"
enum class Deletion : std::uint8_t { off, on };    // cleanup.policy contains "delete"

// How long a log remembers a producer: by producer.id.expiration.ms, or only while its last batch is there (legacy:
// producer-state-by-log-retention).
enum class ProducersStay : std::uint8_t { by_time, with_their_records };

struct LogConfig {
  std::int64_t segment_bytes{1'073'741'824};
  std::int64_t segment_ms{604'800'000};
  std::int64_t segment_jitter_ms{0};
  std::int64_t index_interval_bytes{4096};
  std::int64_t segment_index_bytes{10'485'760};  // of either index of a segment, at most
  std::int64_t max_message_bytes{1'048'588};
  TimestampType timestamp_type{TimestampType::create};
  std::int64_t timestamp_before_max_ms{INT64_MAX};
  std::int64_t timestamp_after_max_ms{3'600'000};
  Compaction compaction{Compaction::off};
  std::optional<Compression> compression{};      // compression.type; absent: as the producer sent it
  std::int64_t delete_retention_ms{86'400'000};  // of tombstones and markers, from their first compaction on
  Ratio min_cleanable_dirty_ratio{500'000};
  std::int64_t min_compaction_lag_ms{0};
  std::int64_t max_compaction_lag_ms{INT64_MAX};
  std::int64_t producer_id_expiration_ms{86'400'000};
  RequireVerification require_verification{RequireVerification::yes};
  ProducersStay producers_stay{};
  Deletion deletion{Deletion::on};
  std::optional<std::int64_t> retention_ms{604'800'000};  // absent: for ever
  std::optional<std::int64_t> retention_bytes{};          // absent: without limit
  std::int64_t file_delete_delay_ms{60'000};
  std::int64_t flush_messages{INT64_MAX};
  std::optional<std::int64_t> flush_ms{};  // absent: as often as it is looked at
  LegacyBehaviours legacy{};  // those of the cleaner, of what is verified, and how long producers are remembered
  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

[[nodiscard]] LogConfig log_config(const TopicConfig& topic,
                                   Duration producer_id_expiration = milliseconds(86'400'000),
                                   RequireVerification verification = RequireVerification::yes, ProducersStay stay = ProducersStay::by_time);

}  // namespace kafkasim
